"""Lowers classes: bases, decorators, fields and methods. The body waits in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.functions import lower_function
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span

if TYPE_CHECKING:
    from tree_sitter import Node

_FIELDS = frozenset({"field_definition", "public_field_definition"})


def lower_class(low: Lowering, node: Node, place: Place, decorators: tuple[ir.Expr, ...] = ()) -> ir.Class:
    name = node.child_by_field_name("name")
    cls = ir.Class(span(node), low.text(name) if name is not None else None, low.inner_scope("class", place))
    cls.scope.owner = cls
    cls.name_span = span(name) if name is not None else None
    cls.decorators.extend(decorators)
    low.module.classes.append(cls)
    for child in low.children(node, place):
        if child.type == "decorator":
            cls.decorators.append(decorator(low, child, place))
        elif child.type == "class_heritage":
            cls.bases.extend(_bases(low, child, place))
        elif child.type == "class_body":
            low.defer(lambda body=child: _body(low, body, cls, place))  # type: ignore[misc]
    return cls


def decorator(low: Lowering, node: Node, place: Place) -> ir.Expr:
    inner = low.children(node, place)
    return low.expr(inner[0], place) if inner else ir.Other(span(node), "decorator")


def _bases(low: Lowering, node: Node, place: Place) -> list[ir.Expr]:
    """JavaScript has the base itself, TypeScript an ``extends`` clause around it."""
    bases: list[ir.Expr] = []
    for child in low.children(node, place):
        inner = low.children(child, place) if child.type == "extends_clause" else [child]
        bases.extend(low.expr(base, place) for base in inner)
    return bases


def _body(low: Lowering, node: Node, cls: ir.Class, place: Place) -> None:
    # A bare name in a field's value is looked up around the class, never among its fields.
    inside = Place(place.scope, None, cls, place.depth + 1)
    decorators: list[ir.Expr] = []
    for child in low.children(node, inside):
        if child.type == "decorator":
            decorators.append(decorator(low, child, place))
        elif child.type == "method_definition":
            _method(low, child, cls, inside, decorators)
            decorators = []
        elif child.type in _FIELDS:
            _field(low, child, cls, inside)
            decorators = []
        else:
            low.run([child], inside)


def _method(low: Lowering, node: Node, cls: ir.Class, place: Place, decorators: list[ir.Expr]) -> None:
    func = lower_function(low, node, place, owner=cls)
    func.decorators.extend(decorators)
    func.decorators.extend(decorator(low, c, place) for c in node.children if c.type == "decorator")
    if func.name is not None and func.name_span is not None:
        cls.scope.bind(ir.Binding(func.name, func.name_span, func, "function"))


def _field(low: Lowering, node: Node, cls: ir.Class, place: Place) -> None:
    for child in node.children:
        if child.type == "decorator":
            decorator(low, child, place)
    key = node.child_by_field_name("property") or node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    lowered = low.expr(value, place) if value is not None else None
    name, at = low.key(key, place) if key is not None else (None, span(node))
    if name is not None:
        cls.scope.bind(ir.Binding(name, at, lowered, "field"))


EXPRESSIONS: dict[str, ExpressionRule] = {"class": lower_class}
