"""Lowers functions, methods and their parameters. Bodies wait in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span
from jwtscan.syntax.javascript.patterns import declare

if TYPE_CHECKING:
    from tree_sitter import Node

_TYPED = frozenset({"required_parameter", "optional_parameter"})
_DEFAULTED = frozenset({"assignment_pattern", "object_assignment_pattern"})
# Any of these before a constructor's parameter makes it a field too.
_FIELD_MARKS = frozenset({"accessibility_modifier", "override_modifier", "readonly"})


def lower_function(
    low: Lowering, node: Node, place: Place, *, owner: ir.Class | None = None, given: ir.Expr | None = None
) -> ir.Func:
    """A function, arrow or method. ``owner`` is a method's class, ``given`` the first parameter's known value."""
    name = node.child_by_field_name("name")
    key, key_span = low.key(name, place) if name is not None else (None, None)
    func = ir.Func(span(node), key, low.inner_scope("function", place, owner.scope if owner else None))
    func.scope.owner, func.owner, func.name_span = func, owner, key_span
    marks = {c.type for c in node.children if not c.is_named}
    func.is_async = "async" in marks
    func.decorators.extend(ir.Other(span(c), c.type) for c in node.children if c.type in ("get", "set"))
    low.module.functions.append(func)
    inner = low.function_place(place, func, owner or place.this)
    if node.type in ("function_expression", "generator_function") and name is not None and key is not None:
        func.scope.bind(ir.Binding(key, span(name), func, "function"))
    low.defer(lambda: _fill(low, node, func, inner, given))
    return func


def method_of_object(low: Lowering, node: Node, place: Place) -> ir.Func:
    """A function that an object holds: its ``this`` is the object, not the class around it."""
    return lower_function(low, node, Place(place.scope, place.func, None, place.depth))


def _fill(low: Lowering, node: Node, func: ir.Func, place: Place, given: ir.Expr | None) -> None:
    single = node.child_by_field_name("parameter")
    several = node.child_by_field_name("parameters")
    nodes = [single] if single is not None else low.children(several, place) if several is not None else []
    index = 0
    for parameter in nodes:
        if _parameter(low, parameter, func, place, index, given if index == 0 else None):
            index += 1
    body = node.child_by_field_name("body")
    if body is None:
        return
    if body.type == "statement_block":
        low.run(low.children(body, place), place)
    else:
        func.returns.append(low.expr(body, place))


def _parameter(low: Lowering, node: Node, func: ir.Func, place: Place, index: int, given: ir.Expr | None) -> bool:
    """Bind one parameter; False for what takes no place (TypeScript's ``this``)."""
    target: Node | None = node
    value: Node | None = None
    if node.type in _TYPED:
        target, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    elif node.type in _DEFAULTED:
        target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
    if target is None or target.type == "this":
        return False
    default = low.expr(value, place) if value is not None else None
    variadic = target.type == "rest_pattern"
    if variadic:
        inner = low.children(target, place)
        if not inner:
            return False
        target = inner[0]
    name = low.text(target) if target.type in ("identifier", "undefined") else ""
    param = ir.Param(span(target), name, index, func, given or default, variadic)
    func.params.append(param)
    declare(low, target, param, place, "param")
    if func.owner is not None and name and node.type in _TYPED and any(c.type in _FIELD_MARKS for c in node.children):
        func.owner.scope.bind(ir.Binding(name, span(target), param, "field"))
    return True


FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function"})

EXPRESSIONS: dict[str, ExpressionRule] = dict.fromkeys((*FUNCTIONS, "method_definition"), lower_function)
