"""What lowering one Python program carries along: the module it fills, the scope it stands in, what a node makes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from sys import intern
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.python.strings import Quoted, decoded, quoted
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# A step yields the nodes that it wants lowered, is sent each one's expression, and returns its own.
Steps = Generator["Node", ir.Expr, ir.Expr]
Step = Callable[["State", "Node"], Steps]
# A leaf needs nothing lowered. It gives None where the node is not one after all and wants its step.
Leaf = Callable[["State", "Node"], ir.Expr | None]

_UNREAD = frozenset({"comment", "ERROR", "line_continuation"})
_TRANSPARENT = frozenset({"parenthesized_expression", "await"})
# What a statement gives: nobody looks at it.
NOTHING = ir.Other(Span(0, 0), "statement")


class State:
    """Fills one module. ``receiver`` is what the method at hand calls its first parameter, ``owner`` its class."""

    def __init__(self, path: str, source: bytes) -> None:
        self.source = source
        self.module = ir.Module(path, "python", ir.Scope("module", None))
        self.scope = self.module.scope
        self.receiver: str | None = None
        self.owner: ir.Class | None = None
        self.errors_read: set[int] = set()
        self._moved: dict[ir.Scope, dict[str, ir.Scope]] = {}

    # Reading nodes

    def text(self, node: Node) -> str:
        return intern(self.source[node.start_byte : node.end_byte].decode("utf-8", "replace"))

    def quoted(self, node: Node) -> list[Quoted] | None:
        """The tokens of a string, or of strings that stand side by side; None where one has holes to fill."""
        strings = []
        for each in [node] if node.type == "string" else parts(node) if node.type == "concatenated_string" else []:
            token = quoted(self.source, span(each))
            if token is None or (token.is_formatted and any(n.type == "interpolation" for n in each.named_children)):
                return None
            strings.append(token)
        return strings or None

    def constant(self, node: Node) -> tuple[str, Span] | None:
        """The value of a string constant and its span without quotes."""
        strings = self.quoted(unwrapped(node))
        if strings is None:
            return None
        return self.joined(strings), strings[0].content.join(strings[-1].content)

    def joined(self, strings: Sequence[Quoted]) -> str:
        return "".join(decoded(self.source, string.prefix, string.content) for string in strings)

    # Making nodes that the module lists

    def literal(self, span: Span, value: str | int | float | bool | None) -> ir.Literal:
        made = ir.Literal(span, value)
        self.module.literals.append(made)
        return made

    def concat(self, span: Span, items: Sequence[ir.Expr], separator: str = "") -> ir.Concat:
        made = ir.Concat(span, tuple(items), separator)
        self.module.concats.append(made)
        return made

    def object(self, span: Span, entries: Sequence[ir.Entry | ir.Spread]) -> ir.Object:
        made = ir.Object(span, tuple(entries))
        self.module.objects.append(made)
        return made

    def call(
        self, span: Span, func: ir.Expr, args: Sequence[ir.Expr], keywords: Sequence[ir.Entry | ir.Spread]
    ) -> ir.Call:
        made = ir.Call(span, func, tuple(args), tuple(keywords), False, self.scope)
        self.module.calls.append(made)
        return made

    def imported(self, span: Span, module: str, name: str | None = None, level: int = 0) -> ir.Import:
        made = ir.Import(span, module, name, level)
        self.module.imports.append(made)
        return made

    # Names and what they are given

    def name(self, node: Node) -> ir.Expr:
        text = self.text(node)
        if not text:
            return ir.Other(span(node), "missing")
        if text == self.receiver:
            return ir.This(span(node), self.owner, self.scope)
        return ir.Name(span(node), text, self._home(text))

    def move(self, name: str, home: ir.Scope) -> None:
        """From here on ``name`` in this scope means the one of ``home`` (``global``, ``nonlocal``)."""
        self._moved.setdefault(self.scope, {})[name] = home

    def bind(self, name: str, span: Span, value: ir.Expr | None, kind: str) -> None:
        self._home(name).bind(ir.Binding(name, span, value, kind))

    def assign(self, target: ir.Expr, value: ir.Expr | None, kind: str | None = None) -> None:
        """Give ``value`` to a lowered target, taken apart as the target is. ``kind`` as in ``Binding``."""
        kind = kind or ("field" if self.scope.kind == "class" else "assign")
        todo = [(target, value)]
        while todo:
            target, value = todo.pop()
            if isinstance(target, ir.Name):
                self.bind(target.id, target.span, value, kind)
            elif isinstance(target, ir.Attr) and value is not None:
                span = target.span.join(value.span)
                self.module.stores.append(ir.Store(span, target, value, self.scope))
            elif isinstance(target, ir.Spread):
                todo.append((target.value, None if value is None else ir.Other(value.span, "rest", (value,))))
            elif isinstance(target, ir.Seq):
                todo.extend(reversed(list(zip(target.items, _items(target, value), strict=True))))

    def _home(self, name: str) -> ir.Scope:
        if not self._moved:
            return self.scope
        return self._moved.get(self.scope, {}).get(name, self.scope)


def _items(target: ir.Seq, value: ir.Expr | None) -> list[ir.Expr | None]:
    """What each item of a target is given: the items of a display of that length, else places in ``value``."""
    count = len(target.items)
    if value is None:
        return [None] * count
    given = value.items if isinstance(value, ir.Seq) else ()
    if len(given) == count and not any(isinstance(item, ir.Spread) for item in (*target.items, *given)):
        return list(given)
    starred = next((i for i, item in enumerate(target.items) if isinstance(item, ir.Spread)), count)
    return [
        value if i == starred else ir.Index(value.span, value, ir.Literal(value.span, i if i < starred else i - count))
        for i in range(count)
    ]


def span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def parts(node: Node) -> list[Node]:
    """The named nodes directly inside one, without comments and what could not be read."""
    return [child for child in node.named_children if child.type not in _UNREAD]


def unwrapped(node: Node) -> Node:
    """The node inside parentheses and ``await``."""
    while node.type in _TRANSPARENT:
        inside = parts(node)
        if len(inside) != 1:
            return node
        node = inside[0]
    return node


def every(nodes: Sequence[Node]) -> Generator[Node, ir.Expr, list[ir.Expr]]:
    """Each node lowered, in order."""
    values = []
    for node in nodes:
        values.append((yield node))  # noqa: PERF401
    return values


def anything(_state: State, node: Node) -> Steps:
    """A node of no special meaning, with the expressions inside it."""
    return ir.Other(span(node), node.type, tuple((yield from every(parts(node)))))
