"""Lowers what reads from left to right: ``a.b``, ``a[b]``, ``a(b)``, and wrappers that vanish, at any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.functions import FUNCTIONS, lower_function
from jwtscan.syntax.javascript.lowering import ExpressionRule, Lowering, Place, span
from jwtscan.syntax.javascript.members import apply_member

if TYPE_CHECKING:
    from tree_sitter import Node

# The field that holds the expression on the left; None is the first child.
_INNER: dict[str, str | None] = {
    "member_expression": "object",
    "nested_identifier": "object",
    "subscript_expression": "object",
    "call_expression": "function",
    "new_expression": "constructor",
    "parenthesized_expression": None,
    "await_expression": None,
    "non_null_expression": None,
    "as_expression": None,
    "satisfies_expression": None,
    "type_assertion": None,
    "instantiation_expression": None,
}


def _chain(low: Lowering, node: Node, place: Place) -> ir.Expr:
    steps: list[Node] = []
    while node.type in _INNER:
        inner = _inner(low, node, place)
        if inner is None:
            break
        steps.append(node)
        if node.has_error:
            low.recover(node, place)
        node = inner
    value = low.other(node, place) if node.type in _INNER else low.expr(node, place)
    for step in reversed(steps):
        value = _apply(low, step, value, place)
    return value


def _inner(low: Lowering, node: Node, place: Place) -> Node | None:
    field = _INNER[node.type]
    if field is not None:
        return node.child_by_field_name(field)
    inner = low.children(node, place)
    return inner[0] if inner else None


def _apply(low: Lowering, node: Node, value: ir.Expr, place: Place) -> ir.Expr:
    kind = node.type
    if kind == "call_expression":
        return _call(low, node, value, place)
    if kind == "new_expression":
        arguments = node.child_by_field_name("arguments")
        return low.call(span(node), value, _arguments(low, arguments, place) if arguments else (), place, new=True)
    if kind in ("member_expression", "nested_identifier", "subscript_expression"):
        target = apply_member(low, node, value, place)
        return _read(low, target) if isinstance(target, ir.Attr) and target is not value else target
    return value


def _read(low: Lowering, attr: ir.Attr) -> ir.Expr:
    """``window.X`` is the module's X."""
    return ir.Name(attr.span, attr.name, low.module.scope) if low.is_global(attr.obj) else attr


def _call(low: Lowering, node: Node, func: ir.Expr, place: Place) -> ir.Expr:
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return low.call(span(node), func, (), place)
    if arguments.type == "template_string":
        return low.call(span(node), func, (low.expr(arguments, place),), place)
    given = func.obj if isinstance(func, ir.Attr) and func.name == "then" and isinstance(func.obj, ir.Import) else None
    args = _arguments(low, arguments, place, given)
    if isinstance(func, ir.Name) and (module := _module(low, func, args)) is not None:
        return low.imported(span(node), module, "*" if func.id == "import" else None)
    if isinstance(func, ir.Attr) and (text := _text_method(low, node, func, args)) is not None:
        return text
    return low.call(span(node), func, args, place)


def _arguments(low: Lowering, node: Node, place: Place, given: ir.Expr | None = None) -> list[ir.Expr]:
    """The arguments; a function among them takes ``given`` as its first parameter's value."""
    args: list[ir.Expr] = []
    for child in low.children(node, place):
        if given is not None and not args and child.type in FUNCTIONS:
            args.append(lower_function(low, child, place, given=given))
        else:
            args.append(low.expr(child, place))
    return args


def _module(low: Lowering, func: ir.Name, args: list[ir.Expr]) -> str | None:
    """The module that ``require("x")`` or ``import("x")`` loads."""
    if func.id not in ("require", "import") or not args or not low.is_free(func):
        return None
    first = args[0]
    return first.value if isinstance(first, ir.Literal) and isinstance(first.value, str) else None


def _text_method(low: Lowering, node: Node, func: ir.Attr, args: list[ir.Expr]) -> ir.Expr | None:
    """``[a, b].join(".")`` and ``"a".concat(b)`` put text together."""
    if func.name == "join" and isinstance(func.obj, ir.Seq) and len(args) <= 1:
        separator = args[0] if args else None
        if separator is None:
            return low.concat(span(node), func.obj.items, ",")
        if isinstance(separator, ir.Literal) and isinstance(separator.value, str):
            return low.concat(span(node), func.obj.items, separator.value)
    if func.name == "concat" and (
        isinstance(func.obj, ir.Concat) or (isinstance(func.obj, ir.Literal) and isinstance(func.obj.value, str))
    ):
        return low.concat(span(node), (func.obj, *args))
    return None


EXPRESSIONS: dict[str, ExpressionRule] = dict.fromkeys(_INNER, _chain)
