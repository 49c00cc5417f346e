"""Binds targets: names, properties and destructuring patterns, in declarations, parameters and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.lowering import Lowering, Place, span
from jwtscan.syntax.javascript.members import member
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = frozenset(
    {"identifier", "shorthand_property_identifier_pattern", "shorthand_property_identifier", "undefined"}
)
_DEFAULTS = frozenset({"assignment_pattern", "object_assignment_pattern", "assignment_expression"})
_MEMBERS = frozenset({"member_expression", "subscript_expression"})
_WRAPPERS = frozenset({"parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"})


def declare(low: Lowering, target: Node, value: ir.Expr | None, place: Place, kind: str) -> list[tuple[str, Span]]:
    """Bind every name of a pattern in the place's own scope. Gives the names with their spans."""
    return _spread(low, target, value, place, kind, declared=True)


def bind(low: Lowering, target: Node, value: ir.Expr | None, place: Place, kind: str = "assign") -> None:
    """Assign to a name, a property or a pattern of them."""
    _spread(low, target, value, place, kind, declared=False)


def _spread(
    low: Lowering, target: Node, value: ir.Expr | None, place: Place, kind: str, *, declared: bool
) -> list[tuple[str, Span]]:
    names: list[tuple[str, Span]] = []
    stack: list[tuple[Node, ir.Expr | None]] = [(target, value)]
    while stack:
        node, value = stack.pop()
        shape = node.type
        if shape in _NAMES:
            names.append((low.text(node), span(node)))
            if declared:
                place.scope.bind(ir.Binding(low.text(node), span(node), value, kind))
            else:
                low.assign(low.text(node), span(node), value, kind, place.scope)
        elif shape in ("object_pattern", "object"):
            stack.extend(reversed(_properties(low, node, value, place)))
        elif shape in ("array_pattern", "array"):
            stack.extend(reversed(_items(low, node, value, place)))
        elif shape in _DEFAULTS:
            stack.extend(_default(low, node, value, place))
        elif shape in _MEMBERS:
            written = member(low, node, place)
            if value is not None:
                put(low, written, span(node), value, place)
        elif shape in _WRAPPERS:
            stack.extend((inner, value) for inner in low.children(node, place)[:1])
        else:
            low.expr(node, place)
    return names


def _properties(low: Lowering, node: Node, value: ir.Expr | None, place: Place) -> list[tuple[Node, ir.Expr | None]]:
    parts: list[tuple[Node, ir.Expr | None]] = []
    for child in low.children(node, place):
        if child.type in ("pair_pattern", "pair"):
            key, target = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and target is not None:
                parts.append((target, _property(low, key, value, place)))
        elif child.type in ("rest_pattern", "spread_element"):
            parts.extend(_rest(low, child, value, place))
        elif child.type == "object_assignment_pattern":
            name = child.child_by_field_name("left")
            parts.append((child, _named(low, name, value) if name is not None else None))
        else:
            parts.append((child, _named(low, child, value)))
    return parts


def _named(low: Lowering, name: Node, value: ir.Expr | None) -> ir.Expr | None:
    return None if value is None else ir.Attr(span(name), value, low.text(name), span(name))


def _property(low: Lowering, key: Node, value: ir.Expr | None, place: Place) -> ir.Expr | None:
    name, at = low.key(key, place)
    if value is None:
        return None
    if name is None:
        return ir.Other(span(key), "computed", (value,))
    return ir.Attr(span(key), value, name, at)


def _items(low: Lowering, node: Node, value: ir.Expr | None, place: Place) -> list[tuple[Node, ir.Expr | None]]:
    """Places are counted by commas, since holes have no node."""
    if node.has_error:
        low.recover(node, place)
    parts: list[tuple[Node, ir.Expr | None]] = []
    index = 0
    for child in node.children:
        if child.type == ",":
            index += 1
        elif child.type in ("rest_pattern", "spread_element"):
            parts.extend(_rest(low, child, value, place))
        elif child.is_named and not child.is_extra and not child.is_error:
            at = span(child)
            parts.append((child, None if value is None else ir.Index(at, value, ir.Literal(at, index))))
    return parts


def _rest(low: Lowering, node: Node, value: ir.Expr | None, place: Place) -> list[tuple[Node, ir.Expr | None]]:
    rest = None if value is None else ir.Other(span(node), "rest", (value,))
    return [(inner, rest) for inner in low.children(node, place)[:1]]


def _default(low: Lowering, node: Node, value: ir.Expr | None, place: Place) -> list[tuple[Node, ir.Expr | None]]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return []
    default = low.expr(right, place)
    return [(left, None if value is None else ir.Choice(span(node), (value, default)))]


def target(low: Lowering, node: Node, place: Place) -> ir.Expr:
    """What stands on the left of ``+=`` as it is read: a Name or an Attr where it can be written."""
    while node.type in _WRAPPERS and (inner := low.children(node, place)):
        node = inner[0]
    return member(low, node, place) if node.type in _MEMBERS else low.expr(node, place)


def put(low: Lowering, target: ir.Expr, at: Span, value: ir.Expr, place: Place) -> None:
    """Write a value to a lowered Name or Attr; anything else cannot be followed."""
    if isinstance(target, ir.Name):
        low.assign(target.id, target.span, value, "assign", place.scope)
    elif isinstance(target, ir.Attr):
        low.module.stores.append(ir.Store(at, target, value, place.scope))
        if low.is_global(target.obj):
            low.module.scope.bind(ir.Binding(target.name, target.name_span, value, "assign"))
        _export(low, target, value)


def _export(low: Lowering, target: ir.Attr, value: ir.Expr) -> None:
    name = _export_name(low, target)
    if name is not None:
        low.module.exports[name] = value
        if name == "=" and isinstance(value, ir.Object):
            low.module.exports.update({e.key: e.value for e in value.entries if isinstance(e, ir.Entry) and e.key})


def _export_name(low: Lowering, target: ir.Attr) -> str | None:
    """The name that ``module.exports = v``, ``module.exports.x = v`` or ``exports.x = v`` exports."""
    if _is_exports(low, target):
        return "="
    obj = target.obj
    if _is_exports(low, obj) or (isinstance(obj, ir.Name) and obj.id == "exports" and low.is_free(obj)):
        return target.name
    return None


def _is_exports(low: Lowering, expr: ir.Expr) -> bool:
    return (
        isinstance(expr, ir.Attr)
        and expr.name == "exports"
        and isinstance(expr.obj, ir.Name)
        and expr.obj.id == "module"
        and low.is_free(expr.obj)
    )
