"""The old signature as it stands in the code, and what both languages ask of it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.fixing import Intent, Unused
from jwtscan.fixing.recipes.sdk_signature.chain import Chain, Final
from jwtscan.fixing.recipes.sdk_signature.code import Code, function_of, span_of, statement_of
from jwtscan.fixing.recipes.sdk_signature.dead import Dead
from jwtscan.fixing.recipes.sdk_signature.draft import Draft
from jwtscan.fixing.recipes.sdk_signature.slots import Slot, Slots, unwrapped
from jwtscan.meaning.sites import Site
from jwtscan.meaning.values import External
from jwtscan.syntax import ir
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan


class NotSeparable(Exception):  # noqa: N818 - no error: the fix becomes advice
    """The old signature cannot be told from what is around it; the text says why."""


@dataclass(frozen=True)
class Old:
    """Where the old signature is finished (``final``), with what it is made of."""

    plan: Plan
    site: Site
    slots: Slots
    code: Code
    chain: Chain
    final: Final
    draft: Draft
    drops_sdk_key: bool = False

    @cached_property
    def function(self) -> Node:
        return function_of(self.final.end)

    @property
    def closing(self) -> str:
        """A semicolon where the statement that ends the signature has one."""
        if self.expression_body is not None:
            return ";" if self.draft.layout.semicolons else ""
        return ";" if self.code.text(statement_of(self.final.end)).endswith(";") else ""

    @property
    def expression_body(self) -> Node | None:
        """The body of the function that ends the signature, where that is an expression and no block."""
        if self.function.type not in ("arrow_function", "lambda"):
            return None
        body = self.function.child_by_field_name("body")
        return body if body is not None and body.type != "statement_block" else None

    @cached_property
    def is_one(self) -> bool:
        """Whether the HMAC stands in the function that finishes the signature."""
        node = self.code.at(self.site.call.span) if self.site.unit is self.code.unit else None
        return node is not None and span_of(self.function).holds(span_of(node))

    def check(self) -> None:
        """Raises ``NotSeparable`` where the parts are not expressions of their own."""
        parts = [self.written(slot) for slot in (self.slots.key, self.slots.meeting, self.slots.hash)]
        if len(set(parts)) < len(parts):
            raise NotSeparable("the parts of the old signature come out of one object at once")

    def written(self, slot: Slot) -> str:
        """A part as the program writes it, without what only made it text."""
        bare = unwrapped(slot)
        if isinstance(bare, str):
            return self.quoted(bare)
        if isinstance(bare, ir.Literal) and isinstance(bare.value, str):
            return self.quoted(bare.value)
        return self.code.source[bare.span.start : bare.span.end].decode()

    def quoted(self, text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace(self.draft.layout.quote, f"\\{self.draft.layout.quote}")
        return f"{self.draft.layout.quote}{escaped}{self.draft.layout.quote}"

    def role(self, number: str) -> str:
        """The role as a number: ``number`` is the function that makes one where it may be text."""
        bare = unwrapped(self.slots.role)
        if isinstance(bare, str) or (isinstance(bare, ir.Literal) and isinstance(bare.value, str)):
            text = (bare if isinstance(bare, str) else str(bare.value)).strip()
            return text if text.isdecimal() else f"{number}({self.quoted(text)})"
        text = self.written(self.slots.role)
        return text if self.is_number(bare) else f"{number}({text})"

    def is_number(self, expr: ir.Expr) -> bool:
        """Whether an expression can be nothing but a number."""
        if isinstance(expr, ir.Literal):
            return isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool)
        if isinstance(expr, ir.Choice):
            return all(map(self.is_number, expr.options))
        if isinstance(expr, ir.Call):
            name = expr.func.id if isinstance(expr.func, ir.Name) else ""
            return name in ("Number", "parseInt", "int")
        if isinstance(expr, ir.Name) and self._annotated(expr.id):
            return True
        if isinstance(expr, ir.Name) and any(map(self._is_open, expr.scope.find(expr.id))):
            return False
        # What a field is given later, by a form for example, is not seen.
        if any(isinstance(node, ir.This) for node in ir.walk(expr)):
            return False
        values = self.plan.project.reach(self.code.unit, expr)
        return bool(values) and all(
            isinstance(value.end, ir.Literal)
            and isinstance(value.end.value, (int, float))
            and not isinstance(value.end.value, bool)
            for value in values
        )

    def _is_open(self, binding: ir.Binding) -> bool:
        """Whether a parameter's value is not known: nobody in the project calls the function."""
        value = binding.value
        return isinstance(value, ir.Param) and not self.plan.project.callers.of(value.func)

    def _annotated(self, name: str) -> bool:
        """Whether a parameter around is declared to be a number."""
        holder = self.code.holder(self.final.end, name)
        for node in self.code.names(holder) if holder is not None else ():
            parent = node.parent
            if self.code.text(node) == name and parent is not None and parent.type in _TYPED:
                kind = parent.child_by_field_name("type")
                return kind is not None and _NUMERIC.fullmatch(self.code.text(kind)) is not None
        return False

    @property
    def undefined(self) -> list[str]:
        """Names among the parts that the program gives no value anywhere."""
        slots = map(unwrapped, (self.slots.key, self.slots.meeting, self.slots.role))
        nodes = [node for slot in slots if not isinstance(slot, str) for node in ir.walk(slot)]
        free = {node.id for node in nodes if isinstance(node, ir.Name) and not node.scope.find(node.id)}
        used = self.plan.project
        return sorted(
            name for name in free if name not in _GLOBALS and not any(used.free_bindings(self.code.unit, name))
        )

    def local(self, slot: Slot) -> str | None:
        """The name of a part that is one."""
        bare = unwrapped(slot)
        return bare.id if isinstance(bare, ir.Name) else None

    def dead(self, gone: list[Span], text: str) -> list[Node]:
        """The statements that only fed what is gone, seeing that ``text`` is put there."""
        kept = set(_words(text))
        return Dead(self.code, self.chain, gone, kept).grow(self.final.end)

    def fresh(self, wanted: tuple[str, ...], gone: list[Span]) -> str:
        """The first of the names that nothing in the function has that stays."""
        taken = {
            self.code.text(node)
            for node in self.code.names(self.function)
            if not any(span.holds(span_of(node)) for span in gone)
        }
        return next((name for name in wanted if name not in taken), f"{wanted[0]}_{len(taken)}")

    def unused(self, removed: list[Span], text: str) -> frozenset[Intent]:
        """What the program's top level has that was read in what goes, and is not in ``text``."""
        words = {word for span in removed for word in self.code.words(span, self.code.root)} - set(_words(text))
        module = self.code.unit.module
        bindings = module.scope.bindings if module is not None else {}
        kinds = ("import", "function")
        names = {word for word in words if any(_is_kind(binding, kinds) for binding in bindings.get(word, ()))}
        path = self.code.unit.path
        methods = self._methods(removed, text)
        return frozenset({*(Unused(path, name) for name in names), *(Unused(path, *each) for each in methods)})

    def _methods(self, removed: list[Span], text: str) -> Iterator[tuple[str, str]]:
        """Private methods that were called in what goes, and those that they call, with their class."""
        module, source = self.code.unit.module, self.code.source
        for cls in module.classes if module is not None else ():
            if cls.name is None or not cls.span.holds(span_of(self.function)):
                continue
            todo, seen = [source[span.start : span.end] for span in removed], set[str]()
            while todo:
                for match in _OWN.finditer(todo.pop()):
                    name = match[1].decode()
                    held = [b.value for b in cls.scope.bindings.get(name, ()) if isinstance(b.value, ir.Func)]
                    if (
                        name not in seen
                        and held
                        and _is_private(name, source, held[0].span)
                        and f".{name}(" not in text
                    ):
                        seen.add(name)
                        todo += [source[func.span.start : func.span.end] for func in held]
                        yield name, cls.name

    def comes_from(self, expr: ir.Expr | None) -> bool:
        """Whether an expression is what an unknown caller passes."""
        values = self.plan.project.reach(self.code.unit, expr)
        return any(isinstance(value.end, External) and value.end.name.startswith("?") for value in values)


def place(
    old: Old, dead: list[Node], spots: list[tuple[str, Node | None]], end: str, before: Node | None = None
) -> None:
    """Puts new statements where the old ones of the same purpose stood, in order, and takes the others out.

    What has no such place goes with the next that has one, at last before the statement ``before``, which by default
    is the one that ends the signature. ``end`` is the expression in place of the finished signature.
    """
    body = old.expression_body
    if body is not None:
        _open(old, body, [text for text, _ in spots if text], end)
        spots = []
    last = before or statement_of(old.final.end)
    waiting: list[str] = []
    taken: set[int] = set()
    at = -1
    for text, spot in spots:
        waiting += [text] if text else []
        if spot is None or not waiting or not text or spot.id in taken or spot.parent is None:
            continue
        is_seen = span_of(spot.parent).holds(span_of(last)) and spot.end_byte <= last.start_byte
        if at < spot.start_byte and (is_seen or spot == last):
            old.draft.replace(spot, "\n".join(waiting))
            taken.add(spot.id)
            waiting, at = [], spot.start_byte
    if waiting:
        old.draft.before(last, "\n".join(waiting))
    for statement in dead:
        if statement.id not in taken:
            old.draft.remove(statement)
    if body is None:
        old.draft.put(old.final.end, end)


def _open(old: Old, body: Node, rows: list[str], end: str) -> None:
    """Makes a block of an arrow function's expression."""
    if old.code.is_python:
        raise NotSeparable("a lambda has no room for statements")
    source, finish = old.code.source, old.final.end
    ahead = source[body.start_byte : finish.start_byte].decode()
    behind = source[finish.end_byte : body.end_byte].decode()
    lines = [*"\n".join(rows).split("\n"), f"return {ahead}{end}{behind}{old.closing}"]
    old.draft.open(body, "\n".join(["{", *(f"    {line}" for line in lines), "}"]))


_TYPED = frozenset({"required_parameter", "typed_parameter", "typed_default_parameter"})
_NUMERIC = re.compile(r":?\s*(?:int|number|\d+(?:\s*\|\s*\d+)*)")
_GLOBALS = frozenset(
    {
        "process", "window", "globalThis", "self", "global", "Meteor", "document", "location", "Number", "String",
        "Boolean", "parseInt", "undefined", "Math", "JSON", "localStorage",
        "sessionStorage", "Deno", "Bun", *dir(builtins),
    }
)  # fmt: skip


_OWN = re.compile(rb"\b(?:self|cls|this)\.(#?\w+)\(")


def _is_private(name: str, source: bytes, span: Span) -> bool:
    line = source[source.rfind(b"\n", 0, span.start) + 1 : span.start + 40]
    return name.startswith(("_", "#")) or line.lstrip().startswith(b"private ")


def _is_kind(binding: ir.Binding, kinds: tuple[str, ...]) -> bool:
    return binding.kind in kinds or isinstance(binding.value, (ir.Import, ir.Func))


def _words(text: str) -> list[str]:
    """The names in a program's text that are no attributes."""
    return re.findall(r"(?<![\w$.])[A-Za-z_$][\w$]*", text)
