"""Lowers what stands for itself: names, constants, templates, objects, arrays, and the rest of the leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import constants
from jwtscan.syntax.javascript.functions import FUNCTIONS, method_of_object
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}


def _name(low: Lowering, node: Node, place: Place) -> ir.Expr:
    return ir.Name(span(node), low.text(node), place.scope)


def _this(_low: Lowering, node: Node, place: Place) -> ir.Expr:
    return ir.This(span(node), place.this, place.scope)


def _meta(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """``import.meta`` and ``new.target`` as properties of a name."""
    words = node.children
    if len(words) < 2:
        return ir.Other(span(node), "meta")
    name = ir.Name(span(words[0]), low.text(words[0]), place.scope)
    return ir.Attr(span(node), name, low.text(words[-1]), span(words[-1]))


def _constant(low: Lowering, node: Node, _place: Place) -> ir.Expr:
    return low.literal(span(node), _CONSTANTS[node.type])


def _number(low: Lowering, node: Node, _place: Place) -> ir.Expr:
    value = constants.number(low.text(node))
    return ir.Other(span(node), "number") if value is None else low.literal(span(node), value)


def _string(low: Lowering, node: Node, _place: Place) -> ir.Expr:
    return low.literal(span(node), low.constant(node))


def _template(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """Text between the holes is one Literal a stretch, whatever escapes stand in it."""
    constant = low.constant(node)
    if constant is not None:
        return low.literal(span(node), constant)
    parts: list[ir.Expr] = []
    start = node.start_byte + 1
    for child in low.children(node, place):
        if child.type == "template_substitution":
            _stretch(low, Span(start, child.start_byte), parts)
            parts.extend(low.expr(inner, place) for inner in low.children(child, place)[:1])
            start = child.end_byte
    _stretch(low, Span(start, max(start, node.end_byte - 1)), parts)
    return low.concat(span(node), parts)


def _stretch(low: Lowering, at: Span, parts: list[ir.Expr]) -> None:
    if at.start < at.end:
        text = low.source[at.start : at.end].decode("utf-8", "replace")
        parts.append(low.literal(at, constants.unescape(text)))


def _array(low: Lowering, node: Node, place: Place) -> ir.Expr:
    return ir.Seq(span(node), tuple(low.expr(child, place) for child in low.children(node, place)))


def _spread(low: Lowering, node: Node, place: Place) -> ir.Expr:
    inner = low.children(node, place)
    return ir.Spread(span(node), low.expr(inner[0], place)) if inner else ir.Other(span(node), "spread")


def _object(low: Lowering, node: Node, place: Place) -> ir.Expr:
    entries: list[ir.Entry | ir.Spread] = []
    for child in low.children(node, place):
        entry = _entry(low, child, place)
        if entry is not None:
            entries.append(entry)
    return low.object(span(node), entries)


def _entry(low: Lowering, node: Node, place: Place) -> ir.Entry | ir.Spread | None:
    if node.type == "pair":
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None or value is None:
            return None
        if node.has_error:
            low.recover(node, place)
        name, at = low.key(key, place)
        is_method = value.type in FUNCTIONS and value.type != "arrow_function"
        lowered = method_of_object(low, value, place) if is_method else low.expr(value, place)
        return ir.Entry(span(node), name, at, lowered)
    if node.type in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
        return ir.Entry(span(node), low.text(node), span(node), _name(low, node, place), shorthand=True)
    if node.type == "method_definition":
        func = method_of_object(low, node, place)
        return ir.Entry(span(node), func.name, func.name_span or span(node), func)
    if node.type == "object_assignment_pattern":
        low.other(node, place)
        return None
    spread = low.expr(node, place)
    return spread if isinstance(spread, ir.Spread) else None


def _yield(low: Lowering, node: Node, place: Place) -> ir.Expr:
    return low.other(node, place, "yield")


def _leaf(_low: Lowering, node: Node, _place: Place) -> ir.Expr:
    return ir.Other(span(node), node.type)


def _update(low: Lowering, node: Node, place: Place) -> ir.Expr:
    return low.other(node, place, "unary")


EXPRESSIONS: dict[str, ExpressionRule] = {
    **dict.fromkeys(("identifier", "super", "import", "shorthand_property_identifier"), _name),
    **dict.fromkeys(_CONSTANTS, _constant),
    "this": _this,
    "meta_property": _meta,
    "number": _number,
    "string": _string,
    "template_string": _template,
    "array": _array,
    "object": _object,
    "spread_element": _spread,
    "regex": _leaf,
    "yield_expression": _yield,
    "update_expression": _update,
}
