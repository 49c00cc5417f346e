"""Rewrites JavaScript and TypeScript at parser positions: imports that come, bindings that go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Unused
from jwtscan.fixing.javascript.imports import import_edits, is_import, required
from jwtscan.fixing.javascript.names import Names, redeclared
from jwtscan.fixing.javascript.purity import is_pure
from jwtscan.fixing.javascript.tree import DECLARATIONS, Tree, function_of, is_async, tree_of
from jwtscan.fixing.javascript.unused import Acts, unused_edit
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span, apply
from jwtscan.text.layout import layout_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.meaning.project import Project

_INERT = frozenset(
    {
        "comment", "empty_statement", "export_statement", "function_declaration", "generator_function_declaration",
        "class_declaration", "interface_declaration", "type_alias_declaration", "enum_declaration", "hash_bang_line",
    }
)  # fmt: skip


def tidy(
    unit: Unit,
    source: bytes,
    imports: Sequence[Import],
    unused: Sequence[Unused],
    acts: Acts = lambda _module: False,
) -> bytes:
    """``source`` (the document's text after edits) with the imports added and what nothing reads any longer taken out.

    ``unit`` is the file as it was: a module, a page with scripts, a Vue file. ``acts`` says of a module whether it
    does something when it is loaded: its import stays then, without the name.
    """
    tree = tree_of(unit, source)
    if tree is None:
        return source
    source = apply(source, import_edits(tree, unit.path, imports, layout_of(unit.document.source)))
    ordered = sorted(set(unused), key=repr)
    while ordered and (tree := tree_of(unit, source)) is not None:
        edit = unused_edit(tree, ordered, acts)
        if edit is None:
            break
        source = apply(source, [edit])
    return source


def acts_when_loaded(project: Project, unit: Unit) -> Acts:
    """Says of a module, as ``unit`` imports it, whether loading it does more than to define what it exports.

    A package does not; a file of the project may well load the environment.
    """

    def acts(module: str) -> bool:
        target = project.resolve(unit, ir.Import(Span(0, 0), module)) if module.startswith(".") else None
        tree = tree_of(target[0]) if target is not None else None
        return tree is not None and any(_acts(tree, node) for node in tree.root.named_children)

    return acts


def _acts(tree: Tree, statement: Node) -> bool:
    if statement.type in _INERT:
        return False
    if is_import(tree, statement):
        bare = statement.type == "expression_statement" or (
            statement.type == "import_statement"
            and all(child.type != "import_clause" for child in statement.named_children)
        )
        return bare or b".config(" in tree.source[statement.start_byte : statement.end_byte]
    if statement.type in DECLARATIONS:
        values = [child.child_by_field_name("value") for child in statement.named_children]
        return any(value is not None and not is_pure(tree, value) for value in values)
    inner = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or inner is None:
        return True
    right = inner.child_by_field_name("right") if inner.type == "assignment_expression" else None
    if right is not None:
        return not is_pure(tree, right) and required(tree, right) is None and right.type != "class"
    return inner.type != "string"


def slip(before: Unit, after: Unit) -> str | None:
    """What a parser lets pass and JavaScript does not: a name declared twice, ``await`` where nothing is async.

    None where the text has no more of it than before.
    """
    old, new = tree_of(before), tree_of(after)
    if old is None or new is None:
        return None
    twice = sorted(redeclared(Names(new)) - redeclared(Names(old)))
    if twice:
        return f"the result would declare {twice[0]} twice"
    return "the result would await where nothing is async" if _strays(new) > _strays(old) else None


def _strays(tree: Tree) -> int:
    """How many ``await`` stand in a function that is not async."""
    around = (function_of(node) for node in tree.walk() if node.type == "await_expression")
    return sum(function is not None and not is_async(function) for function in around)


__all__ = ["acts_when_loaded", "slip", "tidy"]
