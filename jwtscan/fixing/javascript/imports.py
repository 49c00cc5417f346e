"""Adds imports beside those that a program has, as it writes them: ``import`` or ``require``, quotes, semicolons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jwtscan.fixing import Import
from jwtscan.fixing.javascript.tree import DECLARATIONS, Tree
from jwtscan.text import Edit, Span
from jwtscan.text.layout import Layout, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MODULE_ENDS = (".mjs", ".mts", ".ts", ".tsx", ".vue", ".svelte")
_HEAD = frozenset({"hash_bang_line", "comment"})
_QUIET = frozenset({"comment", "empty_statement", *DECLARATIONS})


def import_edits(tree: Tree, path: str, imports: Sequence[Import], layout: Layout) -> list[Edit]:
    """The edits that give a program the imports it does not have yet."""
    edits = []
    lines: list[str] = []
    is_module = writes_modules(tree, path)
    for wanted in sorted(set(imports), key=repr):
        if any(_has(tree, node, wanted) for node in tree.root.named_children):
            continue
        beside = _specifiers(tree, wanted)
        if beside is not None:
            end = beside.named_children[-1].end_byte
            edits.append(Edit(Span(end, end), f", {_specifier(wanted, ' as ')}".encode()))
        else:
            lines.append(_written(wanted, layout, is_module=is_module))
    if lines:
        edits.append(_placed(tree, lines, layout, is_module=is_module))
    return edits


def writes_modules(tree: Tree, path: str) -> bool:
    """Whether a program imports with ``import``; by what it says, then by its name."""
    kinds = {node.type for node in tree.root.named_children}
    return bool(kinds & {"import_statement", "export_statement"}) or path.endswith(_MODULE_ENDS)


def _written(wanted: Import, layout: Layout, *, is_module: bool) -> str:
    end = ";" if layout.semicolons else ""
    module = f"{layout.quote}{wanted.module}{layout.quote}"
    if is_module:
        named = f"{{ {_specifier(wanted, ' as ')} }}" if wanted.name is not None else wanted.alias
        return f"import {named} from {module}{end}"
    named = f"{{ {_specifier(wanted, ': ')} }}" if wanted.name is not None else wanted.alias
    return f"const {named} = require({module}){end}"


def _specifier(wanted: Import, between: str) -> str:
    if wanted.alias and wanted.alias != wanted.name:
        return f"{wanted.name}{between}{wanted.alias}"
    return wanted.name or ""


def _has(tree: Tree, statement: Node, wanted: Import) -> bool:
    """Whether a statement brings in that very name."""
    if statement.type == "import_statement":
        if _module(tree, statement.child_by_field_name("source")) != wanted.module:
            return False
        return any(_brings(tree, node, wanted) for node in tree.walk(statement))
    if statement.type in DECLARATIONS:
        return any(_requires(tree, node, wanted) for node in statement.named_children)
    return False


def _brings(tree: Tree, node: Node, wanted: Import) -> bool:
    if node.type == "import_specifier" and wanted.name is not None:
        local = tree.named(node, "alias") or tree.named(node, "name")
        return tree.named(node, "name") == wanted.name and local == (wanted.alias or wanted.name)
    return wanted.name is None and node.type == "identifier" and tree.text(node) == wanted.alias


def _requires(tree: Tree, declarator: Node, wanted: Import) -> bool:
    value, name = declarator.child_by_field_name("value"), declarator.child_by_field_name("name")
    if value is None or name is None or _module(tree, required(tree, value)) != wanted.module:
        return False
    if wanted.name is None:
        return tree.text(name) == wanted.alias
    local = wanted.alias or wanted.name
    written = {wanted.name} if local == wanted.name else set()
    return any(
        (node.type == "shorthand_property_identifier_pattern" and tree.text(node) in written)
        or (node.type == "pair_pattern" and tree.named(node, "value") == local)
        for node in tree.walk(name)
    )


def required(tree: Tree, value: Node) -> Node | None:
    """The string that ``require("x")`` is given, where an expression is that call."""
    if value.type != "call_expression" or tree.named(value, "function") != "require":
        return None
    arguments = value.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    return first if first is not None and first.type == "string" else None


def _module(tree: Tree, string: Node | None) -> str:
    return tree.text(string)[1:-1] if string is not None else ""


def _specifiers(tree: Tree, wanted: Import) -> Node | None:
    """The braces of an ``import { a } from`` of the same module, to write the name into."""
    if wanted.name is None:
        return None
    for statement in tree.root.named_children:
        types = any(child.type == "type" for child in statement.children)
        if statement.type != "import_statement" or types:
            continue
        if _module(tree, statement.child_by_field_name("source")) == wanted.module:
            found = (node for node in tree.walk(statement) if node.type == "named_imports" and node.named_children)
            return next(found, None)
    return None


def _placed(tree: Tree, lines: Sequence[str], layout: Layout, *, is_module: bool) -> Edit:
    """One edit that puts lines behind the imports that a program begins with, else before its first statement."""
    last = _last_import(tree, is_module=is_module)
    if last is not None:
        margin = margin_of(tree.source, last.start_byte)
        text = "".join(f"{layout.newline}{margin}{line}" for line in lines)
        end = _end_of_line(tree, last)
        return Edit(Span(end, end), text.encode())
    first = next((node for node in tree.root.named_children if node.type not in _HEAD), None)
    if first is None:
        end = len(tree.source.rstrip())
        return Edit(Span(end, end), (layout.newline + layout.newline.join(lines)).encode())
    margin = margin_of(tree.source, first.start_byte)
    text = "".join(f"{line}{layout.newline}{margin}" for line in lines)
    blank = "" if tree.is_page else layout.newline + margin
    at = first.start_byte
    return Edit(Span(at, at), (text[: len(text) - len(margin)] + blank if blank else text).encode())


def _last_import(tree: Tree, *, is_module: bool) -> Node | None:
    """The last import before the program begins to do things; an ``import`` where there are some, for a module."""
    imports: list[Node] = []
    directive: Node | None = None
    for node in tree.root.named_children:
        if _is_directive(node):
            directive = directive or node
        elif is_import(tree, node):
            imports.append(node)
        elif imports and node.type not in _QUIET:
            break
    proper = [node for node in imports if node.type == "import_statement"] if is_module else []
    return next(reversed(proper or imports), directive)


def _end_of_line(tree: Tree, node: Node) -> int:
    """Behind a statement, the spaces after it and a comment that stands on its last line."""
    following = node.next_sibling
    end = node.end_byte
    if following is not None and following.type == "comment" and following.start_point.row == node.end_point.row:
        end = following.end_byte
    blank = end
    while tree.source[blank : blank + 1] in (b" ", b"\t"):
        blank += 1
    return blank if tree.source[blank : blank + 1] in (b"", b"\n", b"\r") else end


def _is_directive(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"


def is_import(tree: Tree, node: Node) -> bool:
    """Whether a statement does nothing but bring in modules (``require("dotenv").config()`` too)."""
    if node.type == "import_statement":
        return True
    if node.type in DECLARATIONS:
        values = [child.child_by_field_name("value") for child in node.named_children if child.type != "comment"]
        return bool(values) and all(value is not None and _loads(tree, value) for value in values)
    return node.type == "expression_statement" and bool(node.named_children) and _loads(tree, node.named_children[0])


def _loads(tree: Tree, value: Node) -> bool:
    """``require("x")`` with what is taken of it or called on it at once."""
    current: Node | None = value
    while current is not None:
        if required(tree, current) is not None:
            return True
        if current.type == "member_expression":
            current = current.child_by_field_name("object")
        elif current.type == "call_expression":
            current = current.child_by_field_name("function")
        else:
            return False
    return False
