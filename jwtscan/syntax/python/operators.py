"""Lowers operators. Chains that lean left (``a + b + c``) are followed in loops, not by depth."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.python.state import State, Step, Steps, anything, every, parts, span, unwrapped
from jwtscan.syntax.python.templates import percent
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_TEXT = (ir.Seq, ir.Object, ir.Func, ir.Class)


def _binary(state: State, node: Node) -> Steps:
    links: list[Node] = []
    first = node
    while first.type == "binary_operator":
        left = first.child_by_field_name("left")
        if left is None:
            break
        links.append(first)
        first = left
    if not links:
        return (yield from anything(state, node))
    links.reverse()
    value = yield from _percent(state, first, links)
    if value is not None:
        first = links.pop(0)
    else:
        value = yield first
    total = Sum(state, node.start_byte, first.end_byte, value)
    for link in links:
        right = link.child_by_field_name("right")
        if right is not None:
            total.add(_operator(link) == "+", (yield right), link.end_byte)
    return total.value()


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""


def _percent(state: State, first: Node, links: list[Node]) -> Generator[Node, ir.Expr, ir.Expr | None]:
    """``"..%s.." % value`` at the foot of a chain of operators; None for anything else."""
    right = links[0].child_by_field_name("right")
    strings = state.quoted(unwrapped(first)) if _operator(links[0]) == "%" else None
    if right is None or strings is None:
        return None
    return state.concat(span(links[0]), percent(state, strings, (yield right)))


class Sum:
    """Operands taken in one by one from the left: what ``+`` may join as text, and runs of other operators."""

    def __init__(self, state: State, start: int, end: int, first: ir.Expr) -> None:
        self._state = state
        self._start = start
        self._end = end
        self._parts = [first]
        self._joins: bool | None = None
        self._is_number = _is_number(first)

    def add(self, plus: bool, right: ir.Expr, end: int) -> None:
        number = _is_number(right)
        listed = isinstance(right, _NO_TEXT) or (len(self._parts) == 1 and isinstance(self._parts[0], _NO_TEXT))
        joins = plus and not listed and not (number and self._is_number)
        if joins != self._joins:
            self._parts = [self.value()]
            self._joins = joins
        self._parts.append(right)
        self._is_number = (
            not joins and not _is_no_number(right) and not (len(self._parts) == 2 and _is_no_number(self._parts[0]))
        )
        self._end = end

    def value(self) -> ir.Expr:
        if self._joins is None:
            return self._parts[0]
        if self._joins:
            return self._state.concat(Span(self._start, self._end), self._parts)
        return ir.Other(Span(self._start, self._end), "binary", tuple(self._parts))


def _is_number(value: ir.Expr) -> bool:
    if isinstance(value, ir.Literal):
        return isinstance(value.value, (int, float))
    if isinstance(value, ir.Other) and value.kind in ("binary", "unary", "compare"):
        return not any(_is_no_number(part) for part in value.parts)
    return isinstance(value, ir.Other) and value.kind == "number"


def _is_no_number(value: ir.Expr) -> bool:
    return isinstance(value, (ir.Concat, *_NO_TEXT)) or (isinstance(value, ir.Literal) and isinstance(value.value, str))


def _boolean(state: State, node: Node) -> Steps:
    """``a or b or c`` is any of them; ``a and b`` counts as its last."""
    word = _operator(node)
    operands: list[Node] = []
    first = node
    while first.type == "boolean_operator" and _operator(first) == word:
        left, right = first.child_by_field_name("left"), first.child_by_field_name("right")
        if left is None or right is None:
            break
        operands.append(right)
        first = left
    if not operands:
        return (yield from anything(state, node))
    values = yield from every([first, *reversed(operands)])
    return ir.Choice(span(node), tuple(values if word == "or" else values[-1:]))


def _conditional(state: State, node: Node) -> Steps:
    inside = parts(node)
    if len(inside) != 3:
        return (yield from anything(state, node))
    first, _, last = yield from every(inside)
    return ir.Choice(span(node), (first, last))


OPERATORS: dict[str, Step] = {
    "binary_operator": _binary,
    "boolean_operator": _boolean,
    "conditional_expression": _conditional,
}
