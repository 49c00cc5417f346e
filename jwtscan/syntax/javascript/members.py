"""Lowers one property read, ``a.b`` or ``a[b]``, as a target that can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.lowering import Lowering, Place, span, unquoted

if TYPE_CHECKING:
    from tree_sitter import Node


def member(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """A member or subscript node, its object lowered first. ``window.X`` stays an Attr here."""
    obj = node.child_by_field_name("object")
    if obj is None:
        return low.other(node, place)
    return apply_member(low, node, low.expr(obj, place), place)


def apply_member(low: Lowering, node: Node, obj: ir.Expr, place: Place) -> ir.Expr:
    """The node's own step on its lowered object."""
    name = node.child_by_field_name("property")
    if name is not None:
        return ir.Attr(span(node), obj, low.text(name), span(name))
    index = node.child_by_field_name("index")
    if index is None:
        return obj
    key = low.constant(index)
    if key is not None:
        return ir.Attr(span(node), obj, key, unquoted(index))
    return ir.Index(span(node), obj, low.expr(index, place))
