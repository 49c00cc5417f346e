"""Lowers operators: ``+`` is Concat; ``||``, ``??``, ``?:`` are Choice; ``&&`` one of its last operand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span
from jwtscan.syntax.javascript.patterns import bind, put, target
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_COMPARISONS = frozenset({"==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "instanceof"})
_NO_TEXT = (ir.Seq, ir.Object, ir.Func, ir.Class)


def _family(operator: str) -> str:
    if operator in ("||", "??"):
        return "choice"
    if operator == "&&":
        return "last"
    if operator in _COMPARISONS:
        return "compare"
    return "plus" if operator == "+" else "binary"


def _operator(low: Lowering, node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return low.text(operator) if operator is not None else ""


def _binary(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """A chain that leans left is one node for each run of the same kind of operator."""
    links: list[tuple[str, Node, int]] = []
    leftmost: Node = node
    while leftmost.type == "binary_expression":
        left, right = leftmost.child_by_field_name("left"), leftmost.child_by_field_name("right")
        if left is None or right is None:
            break
        if leftmost.has_error:
            low.recover(leftmost, place)
        links.append((_family(_operator(low, leftmost)), right, leftmost.end_byte))
        leftmost = left
    first = low.other(leftmost, place) if leftmost.type == "binary_expression" else low.expr(leftmost, place)
    run = _Run(low, Span(node.start_byte, leftmost.end_byte), first)
    for family, right, end in reversed(links):
        run.add(family, low.expr(right, place), end)
    return run.value()


class _Run:
    """Operands taken in one by one from the left. Those of one kind of operator after another share a node."""

    def __init__(self, low: Lowering, at: Span, first: ir.Expr) -> None:
        self._low = low
        self._at = at
        self._parts = [first]
        self._family = ""

    def add(self, family: str, right: ir.Expr, end: int) -> None:
        if family == "plus":
            before = [self._parts[-1]] if len(self._parts) == 1 else []
            listed = any(isinstance(part, _NO_TEXT) for part in (*before, right))
            family = "binary" if listed or (self._is_number() and _is_number(right)) else "plus"
        if family != self._family:
            self._parts = [self.value()]
            self._family = family
        self._parts.append(right)
        self._at = Span(self._at.start, end)

    def value(self) -> ir.Expr:
        parts = self._parts
        if len(parts) == 1:
            return parts[0]
        if self._family == "plus":
            return self._low.concat(self._at, parts)
        if self._family == "choice":
            return ir.Choice(self._at, tuple(parts))
        return (
            ir.Choice(self._at, (parts[-1],))
            if self._family == "last"
            else ir.Other(self._at, self._family, tuple(parts))
        )

    def _is_number(self) -> bool:
        return _is_number(self._parts[0]) if len(self._parts) == 1 else self._family in ("binary", "compare")


def _is_number(expr: ir.Expr) -> bool:
    if isinstance(expr, ir.Literal):
        return isinstance(expr.value, (int, float))
    return isinstance(expr, ir.Other) and expr.kind in ("binary", "unary", "compare", "number")


def _ternary(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """The condition is lowered for what stands in it; only the outcomes are the value."""
    options: list[ir.Expr] = []
    last: Node | None = node
    while last is not None and last.type == "ternary_expression":
        if last.has_error:
            low.recover(last, place)
        condition, outcome = last.child_by_field_name("condition"), last.child_by_field_name("consequence")
        if condition is not None:
            low.expr(condition, place)
        if outcome is not None:
            options.append(low.expr(outcome, place))
        last = last.child_by_field_name("alternative")
    if last is not None:
        options.append(low.expr(last, place))
    return ir.Choice(span(node), tuple(options))


def _unary(low: Lowering, node: Node, place: Place) -> ir.Expr:
    argument, operator = node.child_by_field_name("argument"), _operator(low, node)
    if argument is None:
        return low.other(node, place)
    if operator == "void" and argument.type == "number":
        return low.literal(span(node), None)
    return ir.Other(span(node), "unary", (low.expr(argument, place),))


def _sequence(low: Lowering, node: Node, place: Place) -> ir.Expr:
    values = [low.expr(child, place) for child in low.children(node, place)]
    return values[-1] if values else ir.Other(span(node), "sequence")


def _assignment(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """``a = b = v`` gives each target the value."""
    lefts: list[Node] = []
    last: Node | None = node
    while last is not None and last.type == "assignment_expression":
        if last.has_error:
            low.recover(last, place)
        left = last.child_by_field_name("left")
        if left is not None:
            lefts.append(left)
        last = last.child_by_field_name("right")
    value = low.expr(last, place) if last is not None else ir.Other(span(node), "missing")
    for left in reversed(lefts):
        bind(low, left, value, place)
    return value


def _augmented(low: Lowering, node: Node, place: Place) -> ir.Expr:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return low.other(node, place)
    family = _family(_operator(low, node).removesuffix("="))
    old, new = target(low, left, place), low.expr(right, place)
    run = _Run(low, span(left), old)
    run.add(family, new, node.end_byte)
    value = run.value()
    put(low, old, span(left), value, place)
    return value


EXPRESSIONS: dict[str, ExpressionRule] = {
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "unary_expression": _unary,
    "sequence_expression": _sequence,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
}
