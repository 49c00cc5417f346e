"""A token that a module makes once, when it is loaded: each function that sends it fetches its own now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript.clients import intercepted
from jwtscan.fixing.javascript.hosting import Hosting
from jwtscan.fixing.javascript.purity import is_pure
from jwtscan.fixing.javascript.tree import Tree, ancestors, function_of, statement_of, wrapped
from jwtscan.fixing.javascript.unused import gone
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.syntax.unit import Unit

_MOST = 6


class Constant:
    """The references to a constant of a module, and to what is made of it at module level."""

    def __init__(self, hosting: Hosting, waits: Asynchrony, unit: Unit, tree: Tree) -> None:
        self.hosting = hosting
        self.waits = waits
        self.unit = unit
        self.tree = tree

    def dissolve(self, statement: Node, name: str, references: Sequence[Node], *, alone: bool) -> None:
        """Takes the constant away and has the token fetched wherever it was read."""
        if not references and alone and not _is_exported(statement):
            self.hosting.edits.append(gone(self.tree, statement))
            return
        if not alone or _is_exported(statement):
            self._stop(statement, "the token is exported, or declared together with something else")
            return
        self.hosting.edits.append(gone(self.tree, statement))
        self._spread(references, name, depth=0)

    def read_at(self, node: Node) -> None:
        """Has the token fetched for one place that reads it, in a function or at module level."""
        self._spread([node], self.tree.text(node), depth=1)

    def _spread(self, references: Sequence[Node], variable: str, depth: int) -> None:
        if any(_is_written(node) or _is_export(self.tree, node) for node in references):
            self._stop(references[0], f"{variable} is changed or exported")
            return
        inside = [node for node in references if function_of(node) is not None]
        self.hosting.place(inside, variable if depth == 0 else None)
        statements = {}
        for node in references:
            if function_of(node) is None:
                statement = statement_of(node)
                statements[statement.id] = (statement, node)
        for statement, node in statements.values():
            self._at_module_level(statement, node, [n for n in references if _holds(statement, n)], depth)

    def _at_module_level(self, statement: Node, node: Node, nodes: Sequence[Node], depth: int) -> None:
        if _is_logged(self.tree, statement):
            self.hosting.edits.append(gone(self.tree, statement))
            return
        edits = intercepted(self.tree, self.hosting.layout, node, self.hosting.call) if len(nodes) == 1 else None
        if edits is not None:
            self.hosting.is_used = True
            self.hosting.edits += edits
            return
        declarator = next((one for one in ancestors(node) if one.type == "variable_declarator"), None)
        value = declarator.child_by_field_name("value") if declarator is not None else None
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if declarator is None or value is None or name is None or name.type != "identifier":
            self._stop(node, "the token is used at module level")
        elif depth >= _MOST or not is_pure(self.tree, value) or declarator.child_by_field_name("type") is not None:
            self._stop(node, "what is made of the token at module level cannot become a function")
        else:
            self._as_function(statement, name, value, nodes, depth)

    def _as_function(self, statement: Node, name: Node, value: Node, nodes: Sequence[Node], depth: int) -> None:
        """``const headers = { … token … }`` becomes ``const headers = async () => ({ … })``."""
        names = self.waits.scripts.names(self.unit, self.tree)
        text = self.tree.text(name)
        holder = names.holder(text, names.scope_at(statement))
        references = names.meaning(text, holder) if holder is not None else []
        if _is_exported(statement) or any(_is_written(ref) for ref in references):
            self._stop(statement, f"{text} is exported or changed")
            return
        wrap = value.type == "object"
        start, end = Span(value.start_byte, value.start_byte), Span(value.end_byte, value.end_byte)
        self.hosting.edits.append(Edit(start, b"async () => (" if wrap else b"async () => "))
        if wrap:
            self.hosting.edits.append(Edit(end, b")"))
        for node in nodes:
            self.hosting.inline(node)
        own = (f"current{text[:1].upper()}{text[1:]}",)
        inner = Hosting(self.unit, self.tree, self.waits, self.hosting.layout, f"{text}()", own)
        Constant(inner, self.waits, self.unit, self.tree)._spread(references, text, depth + 1)
        self.hosting.edits += inner.edits

    def _stop(self, node: Node, reason: str) -> None:
        self.waits.note_obstacle(self.unit, node, reason)


def _holds(statement: Node, node: Node) -> bool:
    return statement.start_byte <= node.start_byte and node.end_byte <= statement.end_byte


def _is_logged(tree: Tree, statement: Node) -> bool:
    """``console.log(token)``: a secret printed, and nothing else."""
    call = (
        statement.named_children[0] if statement.type == "expression_statement" and statement.named_children else None
    )
    return (
        call is not None
        and call.type == "call_expression"
        and tree.named(call, "function").startswith("console.")
        and is_pure(tree, call.child_by_field_name("arguments") or call)
    )


def _is_exported(statement: Node) -> bool:
    return statement.parent is not None and statement.parent.type == "export_statement"


def _is_written(node: Node) -> bool:
    """Whether a reference, or a part of what it means, is assigned to."""
    top = wrapped(node)
    parent = top.parent
    while parent is not None and parent.type in ("member_expression", "subscript_expression"):
        if parent.child_by_field_name("object") != top:
            break
        top, parent = parent, parent.parent
    return (
        parent is not None
        and parent.type in ("assignment_expression", "augmented_assignment_expression", "update_expression")
        and parent.child_by_field_name("left") in (top, None)
    )


def _is_export(tree: Tree, node: Node) -> bool:
    for one in ancestors(node):
        if one.type in ("export_specifier", "export_statement"):
            return function_of(node) is None
        if one.type == "assignment_expression":
            left = tree.named(one, "left")
            return function_of(node) is None and left.startswith(("module.exports", "exports"))
        if one.type not in ("object", "pair", "parenthesized_expression", "new_expression", "arguments"):
            return False
    return False
