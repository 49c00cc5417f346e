"""The parser's tree of one program: what stands at a place, and which function or statement holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.files import Document
from jwtscan.syntax.javascript import grammar
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    }
)
DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})
FIELDS = frozenset({"field_definition", "public_field_definition"})


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """``source`` is the program's text: of a page, its scripts with everything else blanked, so offsets are the page's.

    ``outside`` is the rest of a page, where a template may name what a script declares.
    """

    source: bytes
    root: Node
    is_typed: bool
    is_page: bool = False
    outside: bytes = b""

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def at(self, span: Span) -> Node | None:
        """The innermost node that stands exactly there."""
        node = self.root.descendant_for_byte_range(span.start, span.end)
        return node if node is not None and span_of(node) == span else None

    def named(self, node: Node, field: str) -> str:
        """The text of a node's field, empty where it has none."""
        child = node.child_by_field_name(field)
        return self.text(child) if child is not None else ""

    def walk(self, top: Node | None = None) -> Iterator[Node]:
        """Every named node in source order, without recursion."""
        stack = [self.root if top is None else top]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.named_children))


def tree_of(unit: Unit, source: bytes | None = None) -> Tree | None:
    """The tree of a unit, or of another text of the same file. None where it holds no script."""
    if source is not None:
        unit = read_unit(Document(unit.path, source, source), unit.kind)
    if unit.module is None or unit.module.language == "python":
        return None
    text = unit.document.source if unit.region is None else unit.region.text
    outside = b""
    if unit.region is not None:
        outside = bytes(a if b in b" \t\r\n" else 32 for a, b in zip(unit.document.source, text, strict=False))
    root = grammar.parse(text, unit.module.language).root
    typed = unit.module.language in ("typescript", "tsx")
    return Tree(text, root, typed, unit.region is not None, outside)


def span_of(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def ancestors(node: Node) -> Iterator[Node]:
    """The nodes around one, nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def function_of(node: Node) -> Node | None:
    """The nearest function around a node; None at module level."""
    return next((one for one in ancestors(node) if one.type in FUNCTIONS), None)


def statement_of(node: Node) -> Node:
    """The statement that a node stands in: a direct child of a block, a program or a switch's case."""
    current = node
    for one in ancestors(node):
        if one.type in ("statement_block", "program", "switch_case", "switch_default"):
            return current
        current = one
    return current


def unwrapped(node: Node) -> Node:
    """A node without the parentheses, casts and ``!`` around what it means."""
    wrappers = ("parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression")
    while node.type in wrappers and node.named_children:
        node = node.named_children[0]
    return node


def wrapped(node: Node) -> Node:
    """The widest expression that is a node in parentheses, casts and ``!``."""
    wrappers = ("parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression")
    while node.parent is not None and node.parent.type in wrappers and node.parent.named_children[0] == node:
        node = node.parent
    return node


def is_async(function: Node) -> bool:
    return any(child.type == "async" for child in function.children)


def scope_name(tree: Tree, node: Node) -> str:
    """The dotted names of the functions and classes around a node, ``*`` for one without a name; module: empty."""
    parent = node.parent
    if parent is not None and parent.type in FUNCTIONS | CLASSES and parent.child_by_field_name("name") == node:
        node = parent
    holders = (one for one in ancestors(node) if one.type in FUNCTIONS or one.type in CLASSES)
    parts = [name_of(tree, one) or "*" for one in holders]
    return ".".join(reversed(parts))


def name_of(tree: Tree, node: Node) -> str:
    """What a function or class is called: by itself, or by the variable, property or field that it is the value of."""
    own = tree.named(node, "name")
    if own:
        return own
    parent = node.parent
    if parent is None:
        return ""
    if parent.type in ("variable_declarator", *FIELDS):
        return tree.named(parent, "name") or tree.named(parent, "property")
    if parent.type == "pair":
        return tree.named(parent, "key").strip("'\"")
    if parent.type == "assignment_expression":
        left = parent.child_by_field_name("left")
        return tree.named(left, "property") if left is not None else ""
    return ""
