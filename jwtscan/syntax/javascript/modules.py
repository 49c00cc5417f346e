"""Lowers ``import`` and ``export`` statements in all their forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.javascript.classes import decorator
from jwtscan.syntax.javascript.lowering import Lowering, Place, StatementRule, span
from jwtscan.syntax.javascript.statements import declare_class, declare_enum, declare_function, declare_variables
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_VARIABLES = frozenset({"lexical_declaration", "variable_declaration", "using_declaration"})
_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration"})


def _import(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    """Each bound name is an Import with the span of its specifier; a bare import has the statement's."""
    source = node.child_by_field_name("source")
    clauses = [c for c in low.children(node, place) if c.type in ("import_clause", "import_require_clause")]
    if source is None and clauses:
        source = clauses[0].child_by_field_name("source")
    if source is None:
        return low.children(node, place)
    module = _source(low, source)
    if not clauses:
        low.imported(span(node), module)
    for clause in clauses:
        for child in low.children(clause, place):
            if clause.type == "import_require_clause":
                if child.type == "identifier":
                    _bind(low, child, low.imported(span(clause), module), place)
            else:
                _clause(low, child, module, place)
    return ()


def _clause(low: Lowering, node: Node, module: str, place: Place) -> None:
    if node.type == "identifier":
        _bind(low, node, low.imported(span(node), module, "default"), place)
    elif node.type == "namespace_import":
        for name in low.children(node, place):
            _bind(low, name, low.imported(span(node), module, "*"), place)
    elif node.type == "named_imports":
        for specifier in low.children(node, place):
            imported, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
            if imported is not None:
                value = low.imported(span(specifier), module, _export_word(low, imported))
                _bind(low, alias or imported, value, place)


def _bind(low: Lowering, name: Node, value: ir.Expr, place: Place) -> None:
    place.scope.bind(ir.Binding(low.text(name), span(name), value, "import"))


def _source(low: Lowering, node: Node) -> str:
    module = low.constant(node) or ""
    low.literal(span(node), module)
    return module


def _export_word(low: Lowering, node: Node) -> str:
    return low.constant(node) or low.text(node)


def _alias(low: Lowering, node: Node, place: Place) -> tuple[str, Span] | None:
    """TypeScript's ``import a = B.c``."""
    parts = low.children(node, place)
    if len(parts) != 2:
        return None
    _bind(low, parts[0], low.expr(parts[1], place), place)
    return low.text(parts[0]), span(parts[0])


def _alias_statement(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    _alias(low, node, place)
    return ()


def _export(low: Lowering, node: Node, place: Place) -> Iterable[Node]:
    exports = low.module.exports
    words = {c.type for c in node.children if not c.is_named}
    children = low.children(node, place)
    decorators = tuple(decorator(low, c, place) for c in children if c.type == "decorator")
    source = node.child_by_field_name("source")
    if source is not None:
        _reexport(low, node, children, _source(low, source), "*" in words, place)
        return ()
    rest: list[Node] = []
    for child in children:
        if child.type == "export_clause":
            _export_names(low, child, place)
        elif node.child_by_field_name("declaration") == child:
            _declaration(low, child, place, decorators, "default" in words)
        elif "default" in words:
            exports["default"] = low.expr(child, place)
        elif "=" in words:
            exports["="] = low.expr(child, place)
        elif child.type != "decorator" and "as" not in words:
            rest.append(child)
    return rest


def _reexport(low: Lowering, node: Node, children: list[Node], module: str, star: bool, place: Place) -> None:
    exports = low.module.exports
    for child in children:
        if child.type == "namespace_export":
            for name in low.children(child, place):
                exports[_export_word(low, name)] = low.imported(span(child), module, "*")
            return
        if child.type == "export_clause":
            for specifier, name, alias in _specifiers(low, child, place):
                exports[alias] = low.imported(span(specifier), module, _export_word(low, name))
            return
    if star:
        low.module.star_exports.append(low.imported(span(node), module, "*"))


def _export_names(low: Lowering, node: Node, place: Place) -> None:
    for _, name, alias in _specifiers(low, node, place):
        low.module.exports[alias] = ir.Name(span(name), low.text(name), place.scope)


def _specifiers(low: Lowering, node: Node, place: Place) -> Iterable[tuple[Node, Node, str]]:
    for specifier in low.children(node, place):
        name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
        if name is not None:
            yield specifier, name, _export_word(low, alias or name)


def _declaration(low: Lowering, node: Node, place: Place, decorators: tuple[ir.Expr, ...], default: bool) -> None:
    exports = low.module.exports
    if node.type in _VARIABLES:
        for name, at in declare_variables(low, node, place):
            exports[name] = ir.Name(at, name, place.scope)
    elif node.type in _FUNCTIONS or node.type in _CLASSES:
        made: ir.Func | ir.Class
        if node.type in _FUNCTIONS:
            made = declare_function(low, node, place)
        else:
            made = declare_class(low, node, place, decorators)
        if default or made.name:
            exports["default" if default else made.name or ""] = made
    elif node.type in ("enum_declaration", "import_alias"):
        named = declare_enum(low, node, place) if node.type == "enum_declaration" else _alias(low, node, place)
        if named is not None:
            exports[named[0]] = ir.Name(named[1], named[0], place.scope)
    else:
        low.run([node], place)


STATEMENTS: dict[str, StatementRule] = {
    "import_statement": _import,
    "import_alias": _alias_statement,
    "export_statement": _export,
}
