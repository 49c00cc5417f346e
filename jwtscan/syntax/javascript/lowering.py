"""The state of lowering one program: dispatch by node type, the queue of bodies, what the module collects."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import constants
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# Expressions nested deeper than this are lowered on their own; the tree around them sees an Other.
_DEEPEST = 80
# Scopes nested deeper than this see only the module around them, which keeps look-ups short.
_DEEPEST_SCOPE = 200
_GLOBALS = frozenset({"window", "globalThis", "self", "global"})

# Types have no value; import attributes are no object of the program.
_ERASED = frozenset(
    {
        "type_annotation", "type_arguments", "type_parameters", "type_alias_declaration", "interface_declaration",
        "ambient_declaration", "function_signature", "method_signature", "abstract_method_signature",
        "index_signature", "implements_clause", "import_attribute", "type_predicate_annotation", "asserts_annotation",
        "accessibility_modifier", "override_modifier", "predefined_type", "literal_type", "object_type", "union_type",
        "intersection_type", "function_type", "array_type", "generic_type", "type_identifier", "jsx_text",
        "property_signature", "comment", "html_comment", "string_fragment", "escape_sequence",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: its scope, the function that a ``return`` leaves, the class that ``this`` means."""

    scope: ir.Scope
    func: ir.Func | None = None
    this: ir.Class | None = None
    depth: int = 0


ExpressionRule: TypeAlias = "Callable[[Lowering, Node, Place], ir.Expr]"
StatementRule: TypeAlias = "Callable[[Lowering, Node, Place], Iterable[Node]]"


class Lowering:
    """One program on its way to a Module.

    Function and class bodies wait in a queue until everything around them is lowered: nesting costs no stack, and the
    names of the outer scopes are known. A statement's rule gives the nodes to go on with at the same place.
    """

    def __init__(
        self,
        module: ir.Module,
        source: bytes,
        expressions: Mapping[str, ExpressionRule],
        statements: Mapping[str, StatementRule],
    ) -> None:
        self.module = module
        self.source = source
        self._expressions = expressions
        self._statements = statements
        self._queue: deque[Callable[[], object]] = deque()
        self._assigned: list[tuple[ir.Scope, ir.Binding]] = []
        self._recovered: set[int] = set()
        self._depth = 0

    # Nodes

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def children(self, node: Node, place: Place) -> list[Node]:
        """The named children that have a value. What stands in an ERROR is lowered later, for its own sake."""
        if node.has_error:
            self.recover(node, place)
        return [c for c in node.children if c.is_named and c.type not in _ERASED and c.type != "ERROR"]

    def recover(self, node: Node, place: Place) -> None:
        for child in node.children:
            if child.is_error and child.id not in self._recovered:
                self._recovered.add(child.id)
                self.defer(lambda child=child: self.run(child.children, place))  # type: ignore[misc]

    def key(self, node: Node, place: Place) -> tuple[str | None, Span]:
        """A property's name and its span without quotes; the name is None where it is computed."""
        if node.type == "computed_property_name":
            inner = self.children(node, place)
            if inner and (value := self.constant(inner[0])) is not None:
                return value, unquoted(inner[0])
            for child in inner:
                self.expr(child, place)
            return None, span(node)
        if node.type == "string":
            return self.constant(node), unquoted(node)
        if node.type == "number":
            number = constants.number(self.text(node))
            return (self.text(node) if number is None else str(number)), span(node)
        return self.text(node), span(node)

    def constant(self, node: Node) -> str | None:
        """The text of a string, or of a template without holes."""
        if node.type == "string" or (
            node.type == "template_string" and all(c.type != "template_substitution" for c in node.children)
        ):
            inner = unquoted(node)
            return constants.unescape(self.source[inner.start : inner.end].decode("utf-8", "replace"))
        return None

    # Dispatch

    def expr(self, node: Node, place: Place) -> ir.Expr:
        if self._depth >= _DEEPEST:
            self.defer(lambda: self.expr(node, place))
            return ir.Other(span(node), "deep")
        rule = self._expressions.get(node.type)
        if rule is None and node.type in self._statements:
            self.defer(lambda: self.run([node], place))
            return ir.Other(span(node), "statement")
        if node.has_error:
            self.recover(node, place)
        self._depth += 1
        value = rule(self, node, place) if rule is not None else self.other(node, place)
        self._depth -= 1
        return value

    def other(self, node: Node, place: Place, kind: str | None = None) -> ir.Other:
        parts = () if node.type in _ERASED else tuple(self.expr(c, place) for c in self.children(node, place))
        return ir.Other(span(node), kind or node.type, parts)

    def defer(self, step: Callable[[], object]) -> None:
        self._queue.append(step)

    def run(self, nodes: Iterable[Node], place: Place) -> None:
        """Lower statements in order, and the statements inside them, without recursion."""
        stack = list(nodes)[::-1]
        while stack:
            node = stack.pop()
            kind = node.type
            if not node.is_named:
                continue
            if (rule := self._statements.get(kind)) is not None:
                if node.has_error:
                    self.recover(node, place)
                stack.extend(list(rule(self, node, place))[::-1])
            elif kind in self._expressions:
                self.expr(node, place)
            elif kind not in _ERASED:
                stack.extend(self.children(node, place)[::-1])
                if node.is_error:
                    self._recovered.add(node.id)

    def finish(self, unread: Iterable[Node], place: Place) -> ir.Module:
        """Empty the queue, lower what errors hold, settle assignments, and put every list in source order."""
        self._drain()
        for node in unread:
            if node.id not in self._recovered:
                self._recovered.add(node.id)
                self.run(node.children, place)
                self._drain()
        self._settle(place.scope)
        module = self.module
        for nodes in (module.calls, module.objects, module.literals, module.concats, module.stores, module.functions,
                      module.classes, module.imports):  # fmt: skip
            nodes.sort(key=_source_order)
        return module

    def _drain(self) -> None:
        while self._queue:
            self._queue.popleft()()

    # Scopes

    def function_place(self, place: Place, func: ir.Func, this: ir.Class | None) -> Place:
        return Place(func.scope, func, this, place.depth + 1)

    def inner_scope(self, kind: str, place: Place, parent: ir.Scope | None = None) -> ir.Scope:
        deep = place.depth >= _DEEPEST_SCOPE
        return ir.Scope(kind, self.module.scope if deep else parent or place.scope)

    def is_global(self, expr: ir.Expr) -> bool:
        """True for an undeclared ``window``, ``globalThis``, ``self`` or ``global``."""
        return isinstance(expr, ir.Name) and expr.id in _GLOBALS and self.is_free(expr)

    def is_free(self, name: ir.Name) -> bool:
        return not name.scope.find(name.id)

    def assign(self, name: str, at: Span, value: ir.Expr | None, kind: str, scope: ir.Scope) -> None:
        """Bind in the scope that declares the name, once all declarations are known."""
        self._assigned.append((scope, ir.Binding(name, at, value, kind)))

    def _settle(self, top: ir.Scope) -> None:
        touched: dict[int, list[ir.Binding]] = {}
        for scope, binding in self._assigned:
            at: ir.Scope | None = scope
            while at is not None and (at.kind == "class" or binding.name not in at.bindings):
                at = at.parent
            home = at or top
            home.bind(binding)
            touched[id(home.bindings[binding.name])] = home.bindings[binding.name]
        for bindings in touched.values():
            bindings.sort(key=_source_order)

    # What the module collects

    def literal(self, at: Span, value: str | int | float | bool | None) -> ir.Literal:
        literal = ir.Literal(at, value)
        self.module.literals.append(literal)
        return literal

    def call(self, at: Span, func: ir.Expr, args: Iterable[ir.Expr], place: Place, new: bool = False) -> ir.Call:
        call = ir.Call(at, func, tuple(args), (), new, place.scope)
        self.module.calls.append(call)
        return call

    def object(self, at: Span, entries: Iterable[ir.Entry | ir.Spread]) -> ir.Object:
        value = ir.Object(at, tuple(entries))
        self.module.objects.append(value)
        return value

    def concat(self, at: Span, parts: Iterable[ir.Expr], separator: str = "") -> ir.Concat:
        value = ir.Concat(at, tuple(parts), separator)
        self.module.concats.append(value)
        return value

    def imported(self, at: Span, module: str, name: str | None = None) -> ir.Import:
        value = ir.Import(at, module, name)
        self.module.imports.append(value)
        return value


def span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def unquoted(node: Node) -> Span:
    """A string's span without its quotes, of which an unreadable one may lack the second."""
    quotes = [c for c in (node.children[:1] + node.children[-1:]) if not c.is_named and not c.is_missing]
    start = quotes[0].end_byte if quotes else node.start_byte
    end = quotes[-1].start_byte if len(quotes) == 2 else node.end_byte
    return Span(start, max(start, end))


def _source_order(item: ir.Expr | ir.Store | ir.Binding) -> tuple[int, int]:
    return item.span.start, -item.span.end
