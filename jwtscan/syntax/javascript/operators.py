"""Lowers operators: ``+`` to Concat, ``||``, ``??`` and ``?:`` to Choice, ``&&`` to its last operand, assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import constants
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, join_spans, span
from jwtscan.syntax.javascript.patterns import bind, put, target

if TYPE_CHECKING:
    from tree_sitter import Node

_ARITHMETIC = frozenset({"-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"})
_SIGNS = frozenset({"-", "+", "~"})


def _family(operator: str) -> str:
    if operator in ("||", "??"):
        return "choice"
    if operator == "&&":
        return "last"
    if operator == "+":
        return "plus"
    return "binary" if operator in _ARITHMETIC else "compare"


def _operator(low: Lowering, node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return low.text(operator) if operator is not None else ""


def _binary(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """A chain that leans left is one node for each run of the same kind of operator."""
    links: list[tuple[str, Node]] = []
    leftmost: Node = node
    while leftmost.type == "binary_expression":
        left, right = leftmost.child_by_field_name("left"), leftmost.child_by_field_name("right")
        if left is None or right is None:
            break
        if leftmost.has_error:
            low.recover(leftmost, place)
        links.append((_family(_operator(low, leftmost)), right))
        leftmost = left
    value = low.other(leftmost, place) if leftmost.type == "binary_expression" else low.expr(leftmost, place)
    family, run = "", [value]
    for link, right in reversed(links):
        if link != family:
            run = [_combine(low, family, run)]
            family = link
        run.append(low.expr(right, place))
    return _combine(low, family, run)


def _combine(low: Lowering, family: str, run: list[ir.Expr]) -> ir.Expr:
    if len(run) == 1 or family == "last":
        return run[-1]
    at = join_spans(run[0], run[-1])
    if family == "choice":
        return ir.Choice(at, tuple(run))
    if family == "plus" and not all(_is_numeric(part) for part in run):
        return low.concat(at, run)
    return ir.Other(at, "compare" if family == "compare" else "binary", tuple(run))


def _is_numeric(expr: ir.Expr) -> bool:
    if isinstance(expr, ir.Literal):
        return isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool)
    return isinstance(expr, ir.Other) and expr.kind == "binary"


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
    if operator in ("-", "+") and argument.type == "number":
        amount = constants.number(low.text(argument))
        if amount is not None:
            return low.literal(span(node), -amount if operator == "-" else amount)
    if operator == "void" and argument.type == "number":
        return low.literal(span(node), None)
    kind = "binary" if operator in _SIGNS else "unary"
    return ir.Other(span(node), kind, (low.expr(argument, place),))


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
    value = _combine(low, family, [old, new])
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
