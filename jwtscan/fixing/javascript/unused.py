"""Takes out declarations that nothing reads any longer: whole statements, or one name of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jwtscan.fixing import Unused
from jwtscan.fixing.javascript.imports import is_import, required
from jwtscan.fixing.javascript.names import Names, Scope, declaration_of
from jwtscan.fixing.javascript.purity import is_pure
from jwtscan.fixing.javascript.tree import Tree, ancestors, scope_name
from jwtscan.text import Edit, Span
from jwtscan.text.layout import layout_of, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

Acts = Callable[[str], bool]
"""Whether a module, as an import writes it, does something when it is loaded."""

_EXPORTS = ("export_statement", "ambient_declaration")


def unused_edit(tree: Tree, unused: Sequence[Unused], acts: Acts) -> Edit | None:
    """The edit that takes out the first of the names that nothing reads; None where none can go."""
    names = Names(tree)
    for one in unused:
        for scope, name in names.declarations(one.name):
            if scope_name(tree, name) == one.scope and _is_free(tree, names, scope, name, one.name):
                edit = _taken_out(tree, name, acts)
                if edit is not None:
                    return edit
    return None


def _is_free(tree: Tree, names: Names, scope: Scope, name: Node, text: str) -> bool:
    """Whether only the declaration itself speaks of a name."""
    statement = declaration_of(name)
    if len(scope.names[text]) > 1 or (statement or name.parent or name).parent is None:
        return False
    holder = (statement or name.parent or name).parent
    if holder is not None and holder.type in _EXPORTS:
        return False
    own = _whole(name)
    outside = [node for node in names.meaning(text, scope) if not _is_inside(node, own)]
    if outside or (tree.is_page and text.encode() in tree.outside):
        return False
    return not (tree.is_page and tree.outside.lstrip()[:1] == b"<" and b"<html" in tree.outside.lower())


def _whole(name: Node) -> Node:
    """A function with its body, where the name is one's: what it says of itself keeps nothing."""
    parent = name.parent
    return parent if parent is not None and parent.type == "function_declaration" else name


def _is_inside(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _taken_out(tree: Tree, name: Node, acts: Acts) -> Edit | None:
    parent = name.parent
    if parent is None:
        return None
    if parent.type == "function_declaration":
        return gone(tree, parent)
    statement = next((one for one in ancestors(name) if one.type == "import_statement"), None)
    if statement is not None:
        return _import_without(tree, statement, name, acts)
    declarator = next((one for one in ancestors(name) if one.type == "variable_declarator"), None)
    statement = declaration_of(name)
    if declarator is None or statement is None or statement.parent is None:
        return None
    if statement.parent.type not in ("program", "statement_block", "switch_case", "switch_default"):
        return None
    value = declarator.child_by_field_name("value")
    if value is not None and not is_pure(tree, value):
        return None
    pattern = declarator.child_by_field_name("name")
    if pattern is not None and pattern != name:
        return _pattern_without(tree, statement, pattern, name)
    return _without_declarator(tree, statement, declarator, acts)


def _without_declarator(tree: Tree, statement: Node, declarator: Node, acts: Acts) -> Edit | None:
    others = [child for child in statement.named_children if child.type == "variable_declarator"]
    if len(others) > 1:
        return _among(others, declarator)
    value = declarator.child_by_field_name("value")
    loaded = required(tree, value) if value is not None else None
    if value is not None and loaded is not None and acts(tree.text(loaded)[1:-1]):
        return Edit(Span(statement.start_byte, value.start_byte), b"")
    return gone(tree, statement)


def _pattern_without(tree: Tree, statement: Node, pattern: Node, name: Node) -> Edit | None:
    """One name less of ``{ a, b } = …``; a nested one, or one beside a rest, stays: it changes what the rest is."""
    item = name
    while item.parent is not None and item.parent != pattern:
        item = item.parent
    items = [child for child in pattern.named_children if child.type != "comment"]
    plain = item.type == "shorthand_property_identifier_pattern" or (
        item.type == "pair_pattern" and item.child_by_field_name("value") == name
    )
    if pattern.type != "object_pattern" or not plain or any(one.type == "rest_pattern" for one in items):
        return None
    if len(items) > 1:
        return _among(items, item)
    if len([child for child in statement.named_children if child.type == "variable_declarator"]) > 1:
        return None
    return gone(tree, statement)


def _import_without(tree: Tree, statement: Node, name: Node, acts: Acts) -> Edit | None:
    clause = next((child for child in statement.named_children if child.type == "import_clause"), None)
    source = statement.child_by_field_name("source")
    if source is None:
        return gone(tree, statement)  # import x = require("x")
    if clause is None:
        return None
    parts = [child for child in clause.named_children if child.type != "comment"]
    item = name
    while item.parent is not None and item.parent not in (clause, *parts):
        item = item.parent
    if item.parent is not None and item.parent.type == "named_imports":
        specifiers = [child for child in item.parent.named_children if child.type == "import_specifier"]
        if len(specifiers) > 1:
            return _among(specifiers, item)
        item = item.parent
    if len(parts) > 1:
        return _among(parts, item)
    if acts(tree.text(source)[1:-1]):
        return Edit(Span(clause.start_byte, source.start_byte), b"")
    return gone(tree, statement)


def _among(items: Sequence[Node], item: Node) -> Edit | None:
    """Takes out one of several that commas part, with the comma that goes with it; not where a comment would go."""
    index = items.index(item)
    first, last = (item, items[index + 1]) if index + 1 < len(items) else (items[index - 1], item)
    between = first.next_sibling
    while between is not None and between != last:
        if between.type == "comment":
            return None
        between = between.next_sibling
    if index + 1 < len(items):
        return Edit(Span(item.start_byte, last.start_byte), b"")
    return Edit(Span(first.end_byte, item.end_byte), b"")


def gone(tree: Tree, statement: Node) -> Edit:
    """Takes out a statement; the comments inside of it stay, on lines of their own.

    A comment behind an import on its line says what is imported, and goes too.
    """
    comments = [tree.text(node) for node in tree.walk(statement) if node.type == "comment"]
    if not comments:
        last = statement
        if is_import(tree, statement) and _has_beside(statement):
            last = statement.next_sibling or statement
        return Edit(lines_of(tree, statement, last.end_byte), b"")
    newline = layout_of(tree.source).newline
    margin = margin_of(tree.source, statement.start_byte)
    return Edit(Span(statement.start_byte, statement.end_byte), f"{newline}{margin}".join(comments).encode())


def _has_beside(statement: Node) -> bool:
    """Whether a comment stands behind a statement on its last line, and ends there."""
    following = statement.next_sibling
    if following is None or following.type != "comment":
        return False
    return bool(statement.end_point.row == following.start_point.row == following.end_point.row)


def lines_of(tree: Tree, statement: Node, end: int) -> Span:
    """A statement up to ``end`` with its line; the line stays where something else stands on it.

    Blank lines on one side go too.
    """
    source = tree.source
    start = statement.start_byte
    while start > 0 and source[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    while source[end : end + 1] in (b" ", b"\t", b";"):
        end += 1
    alone = start == 0 or source[start - 1 : start] in (b"\n", b"\r")
    if not alone or source[end : end + 1] not in (b"", b"\n", b"\r"):
        return Span(statement.start_byte, statement.end_byte if not alone else end)
    end = _line_end(source, end)
    if start == 0 or _is_blank_before(source, start):
        while _is_blank(source, end):
            end = _line_end(source, end + _width(source, end))
    return Span(start, end)


def _line_end(source: bytes, at: int) -> int:
    if source[at : at + 2] == b"\r\n":
        return at + 2
    return min(at + 1, len(source))


def _width(source: bytes, at: int) -> int:
    """The white space that a line begins with."""
    end = at
    while source[end : end + 1] in (b" ", b"\t"):
        end += 1
    return end - at


def _is_blank(source: bytes, at: int) -> bool:
    end = at + _width(source, at)
    return end < len(source) and source[end : end + 1] in (b"\n", b"\r")


def _is_blank_before(source: bytes, at: int) -> bool:
    """Whether the line before the one that begins at ``at`` is blank, or opens a block."""
    before = source[:at].rstrip(b" \t")
    stripped = before.rstrip(b"\r\n \t")
    return source.count(b"\n", len(stripped), at) > 1 or stripped.endswith(b"{")
