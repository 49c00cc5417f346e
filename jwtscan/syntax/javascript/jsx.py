"""Lowers JSX: an element is a call of its tag with one object of props, then its children."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span, unquoted
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node


def _element(low: Lowering, node: Node, place: Place) -> ir.Expr:
    head = node.child_by_field_name("open_tag") if node.type == "jsx_element" else node
    children: list[ir.Expr] = []
    for child in low.children(node, place) if node.type == "jsx_element" else ():
        if child.type not in ("jsx_opening_element", "jsx_closing_element"):
            children.extend(_child(low, child, place))
    name = head.child_by_field_name("name") if head is not None else None
    if head is None or name is None:
        return ir.Other(span(node), "jsx", tuple(children))
    props = low.object(_props_span(head, name), _props(low, head, place))
    return low.call(span(node), _tag(low, name, place), (props, *children), place)


def _tag(low: Lowering, name: Node, place: Place) -> ir.Expr:
    """A component is a name; ``<div>`` is the browser's own and never a variable."""
    if name.type == "identifier" and not low.text(name)[:1].isupper() and low.text(name)[:1] not in "_$":
        return ir.Other(span(name), "tag")
    return low.expr(name, place) if name.type != "jsx_namespace_name" else ir.Other(span(name), "tag")


def _props_span(head: Node, name: Node) -> Span:
    attributes = [c for c in head.children if c.is_named and c.start_byte >= name.end_byte and not c.is_extra]
    return Span(attributes[0].start_byte, attributes[-1].end_byte) if attributes else Span(name.end_byte, name.end_byte)


def _props(low: Lowering, head: Node, place: Place) -> list[ir.Entry | ir.Spread]:
    props: list[ir.Entry | ir.Spread] = []
    for child in low.children(head, place):
        if child.type == "jsx_attribute":
            props.extend(_attribute(low, child, place))
        elif child.type == "jsx_expression":
            props.extend(e for e in _child(low, child, place) if isinstance(e, ir.Spread))
    return props


def _attribute(low: Lowering, node: Node, place: Place) -> list[ir.Entry]:
    parts = low.children(node, place)
    if not parts:
        return []
    key = parts[0]
    if len(parts) == 1:
        return [ir.Entry(span(node), low.text(key), span(key), low.literal(span(key), True))]
    value = parts[1]
    if value.type == "string":
        inner = unquoted(value)
        text = html.unescape(low.source[inner.start : inner.end].decode("utf-8", "replace"))
        lowered: list[ir.Expr] = [low.literal(span(value), text)]
    else:
        lowered = _child(low, value, place)
    return [ir.Entry(span(node), low.text(key), span(key), v) for v in lowered[:1]]


def _child(low: Lowering, node: Node, place: Place) -> list[ir.Expr]:
    """The expression in braces, if any, or a nested element."""
    if node.type == "jsx_expression":
        return [low.expr(inner, place) for inner in low.children(node, place)]
    return [] if node.type == "html_character_reference" else [low.expr(node, place)]


EXPRESSIONS: dict[str, ExpressionRule] = dict.fromkeys(
    ("jsx_element", "jsx_self_closing_element", "jsx_fragment"), _element
)
