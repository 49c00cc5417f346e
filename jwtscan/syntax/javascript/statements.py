"""Lowers statements: declarations, loops, returns, TypeScript's enums and namespaces. Not imports and exports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.classes import lower_class
from jwtscan.syntax.javascript.functions import lower_function
from jwtscan.syntax.javascript.lowering import Lowering, Place, StatementRule, span
from jwtscan.syntax.javascript.patterns import bind, declare
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node


def declare_variables(low: Lowering, node: Node, place: Place) -> list[tuple[str, Span]]:
    """Bind what a ``const``, ``let``, ``var`` or ``using`` declares. Gives the names with their spans."""
    names: list[tuple[str, Span]] = []
    for child in low.children(node, place):
        if child.type != "variable_declarator":
            low.run([child], place)
            continue
        if child.has_error:
            low.recover(child, place)
        target, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if target is not None:
            lowered = low.expr(value, place) if value is not None else None
            names.extend(declare(low, target, lowered, place, "assign"))
    return names


def declare_function(low: Lowering, node: Node, place: Place) -> ir.Func:
    func = lower_function(low, node, place)
    if func.name is not None and func.name_span is not None:
        place.scope.bind(ir.Binding(func.name, func.name_span, func, "function"))
    return func


def declare_class(low: Lowering, node: Node, place: Place, decorators: tuple[ir.Expr, ...] = ()) -> ir.Class:
    cls = lower_class(low, node, place, decorators)
    if cls.name is not None and cls.name_span is not None:
        place.scope.bind(ir.Binding(cls.name, cls.name_span, cls, "class"))
    return cls


def declare_enum(low: Lowering, node: Node, place: Place) -> tuple[str, Span] | None:
    """An enum is an object; members without a value are counted by the compiler and not followed."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return None
    entries: list[ir.Entry | ir.Spread] = []
    for member in low.children(body, place):
        key_node = member.child_by_field_name("name") or member
        value_node = member.child_by_field_name("value")
        key, at = low.key(key_node, place)
        value = low.expr(value_node, place) if value_node is not None else ir.Other(span(member), "enum")
        entries.append(ir.Entry(span(member), key, at, value))
    place.scope.bind(ir.Binding(low.text(name), span(name), low.object(span(node), entries), "assign"))
    return low.text(name), span(name)


def _variables(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    declare_variables(low, node, place)
    return ()


def _function(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    declare_function(low, node, place)
    return ()


def _class(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    declare_class(low, node, place)
    return ()


def _enum(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    declare_enum(low, node, place)
    return ()


def _expression(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    """A string that stands alone is a directive, not a value."""
    return [child for child in low.children(node, place) if child.type != "string"]


def _return(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    values = low.children(node, place)
    if place.func is None or not values:
        return values
    place.func.returns.append(low.expr(values[0], place))
    return values[1:]


def _for_in(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if right is not None:
        low.expr(right, place)
    if left is not None and node.child_by_field_name("kind") is not None:
        declare(low, left, None, place, "other")
    elif left is not None:
        bind(low, left, None, place, "other")
    body = node.child_by_field_name("body")
    return [] if body is None else [body]


def _catch(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    parameter, body = node.child_by_field_name("parameter"), node.child_by_field_name("body")
    if parameter is not None:
        declare(low, parameter, None, place, "other")
    return [] if body is None else [body]


def _namespace(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    """A namespace's declarations stand among the module's; what it exports is not the module's export."""
    body = node.child_by_field_name("body")
    inner: list[Node] = []
    for child in low.children(body, place) if body is not None else ():
        inner.extend(low.children(child, place) if child.type == "export_statement" else [child])
    return inner


STATEMENTS: dict[str, StatementRule] = {
    **dict.fromkeys(("lexical_declaration", "variable_declaration", "using_declaration"), _variables),
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), _function),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), _class),
    **dict.fromkeys(("internal_module", "module"), _namespace),
    "enum_declaration": _enum,
    "expression_statement": _expression,
    "return_statement": _return,
    "for_in_statement": _for_in,
    "catch_clause": _catch,
}
