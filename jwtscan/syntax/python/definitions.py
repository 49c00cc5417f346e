"""Lowers functions, lambdas and classes: their scopes, parameters, receivers and decorators."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.python.state import NOTHING, State, Step, Steps, parts, span

if TYPE_CHECKING:
    from tree_sitter import Node

_STARS = {"list_splat_pattern": "*", "dictionary_splat_pattern": "**"}


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter as declared. ``target`` is a name, in Python 2 also a tuple of names, None for the bare ``*``."""

    node: Node
    target: Node | None
    stars: str
    default: ir.Expr | None


def _decorated(state: State, node: Node) -> Steps:
    decorators: list[ir.Expr] = []
    for child in parts(node):
        if child.type == "decorator":
            for inside in parts(child):
                decorators.append((yield inside))  # noqa: PERF401
        elif child.type == "function_definition":
            yield from _function(state, child, decorators)
        elif child.type == "class_definition":
            yield from _class(state, child, decorators)
    return NOTHING


def _function(state: State, node: Node, decorators: Sequence[ir.Expr] = ()) -> Steps:
    func = _made(state, node, node.child_by_field_name("name"), decorators)
    func.is_async = any(child.type == "async" for child in node.children[:1])
    if func.name_span is not None and func.name is not None:
        is_method = state.scope.kind == "class"
        state.bind(func.name, func.name_span, func, "function")
        func.owner = state.scope.owner if is_method and isinstance(state.scope.owner, ir.Class) else None
    returned = node.child_by_field_name("return_type")
    if returned is not None:
        yield returned
    is_static = any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in decorators)
    has_receiver = func.owner is not None and not is_static
    yield from _body(state, func, node, has_receiver)
    return func


def _lambda(state: State, node: Node) -> Steps:
    func = _made(state, node, None, ())
    yield from _body(state, func, node, False)
    return func


def _made(state: State, node: Node, name: Node | None, decorators: Sequence[ir.Expr]) -> ir.Func:
    scope = ir.Scope("function", state.scope)
    func = ir.Func(span(node), None, scope, decorators=list(decorators))
    if name is not None:
        func.name, func.name_span = state.text(name), span(name)
    scope.owner = func
    state.module.functions.append(func)
    return func


def _body(state: State, func: ir.Func, node: Node, has_receiver: bool) -> Generator[Node, ir.Expr, None]:
    """Parameters and body. Defaults and annotations belong to the scope around the function."""
    declared: list[_Parameter] = []
    given = node.child_by_field_name("parameters")
    for child in parts(given) if given is not None else []:
        if child.type != "positional_separator":
            declared.append((yield from _parameter(child)))  # noqa: PERF401
    outer = state.scope, state.receiver, state.owner
    state.scope = func.scope
    receiver = declared[0].target if has_receiver and declared and not declared[0].stars else None
    if receiver is not None:
        del declared[0]
        state.receiver, state.owner = state.text(receiver), func.owner
        state.bind(state.receiver, span(receiver), ir.This(span(receiver), func.owner, state.scope), "param")
    yield from _bind(state, func, declared)
    body = node.child_by_field_name("body")
    if body is not None:
        value = yield body
        if node.type == "lambda":
            func.returns.append(value)
    state.scope, state.receiver, state.owner = outer


def _parameter(node: Node) -> Generator[Node, ir.Expr, _Parameter]:
    """One parameter, its annotation and default lowered."""
    if node.type == "keyword_separator":
        return _Parameter(node, None, "*", None)
    default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
    if annotation is not None:
        yield annotation
    target = node.child_by_field_name("name")
    if target is None:
        typed = parts(node) if node.type == "typed_parameter" else []
        target = typed[0] if typed else node
    stars = _STARS.get(target.type, "")
    starred = parts(target) if stars else []
    if starred:
        target = starred[0]
    return _Parameter(node, target, stars, (yield default) if default is not None else None)


def _bind(state: State, func: ir.Func, declared: list[_Parameter]) -> Generator[Node, ir.Expr, None]:
    by_keyword = False
    for index, parameter in enumerate(declared):
        place = -1 if by_keyword or parameter.stars == "**" else index
        by_keyword = by_keyword or parameter.stars == "*"
        target = parameter.target
        if target is None:
            continue
        is_name = target.type == "identifier"
        name = state.text(target) if is_name else ""
        if name == state.receiver:
            state.receiver = None
        value = ir.Param(span(parameter.node), name, place, func, parameter.default, parameter.stars != "")
        func.params.append(value)
        if is_name:
            state.bind(name, span(target), value, "param")
        else:
            state.assign((yield target), value, "param")


def _class(state: State, node: Node, decorators: Sequence[ir.Expr] = ()) -> Steps:
    scope = ir.Scope("class", state.scope)
    made = ir.Class(span(node), None, scope, decorators=list(decorators))
    scope.owner = made
    state.module.classes.append(made)
    name = node.child_by_field_name("name")
    if name is not None:
        made.name, made.name_span = state.text(name), span(name)
        state.bind(made.name, made.name_span, made, "class")
    given = node.child_by_field_name("superclasses")
    for child in parts(given) if given is not None else []:
        value = child.child_by_field_name("value") if child.type == "keyword_argument" else None
        if value is not None:
            yield value
        else:
            made.bases.append((yield child))
    body = node.child_by_field_name("body")
    state.scope, outer = scope, state.scope
    if body is not None:
        yield body
    state.scope = outer
    return made


DEFINITIONS: dict[str, Step] = {
    "decorated_definition": _decorated,
    "function_definition": _function,
    "class_definition": _class,
    "lambda": _lambda,
}
