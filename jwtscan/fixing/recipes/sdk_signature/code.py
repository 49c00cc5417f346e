"""A program's tree as the recipe asks about it: statements, functions, the names that are bound and read in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.tree import code_of, tree_of
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span
from jwtscan.text.layout import Layout, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    {
        "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
        "generator_function_declaration", "function_definition", "lambda",
    }
)  # fmt: skip
BLOCKS = frozenset({"program", "statement_block", "switch_case", "switch_default", "module", "block"})
CALLS = frozenset({"call_expression", "new_expression", "call"})
WRAPPERS = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression", "type_assertion"}
)
_NAMES = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})
_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_ASSIGNMENTS = frozenset(
    {"assignment", "augmented_assignment", "assignment_expression", "augmented_assignment_expression"}
)
_MEMBERS = frozenset({"member_expression", "attribute"})


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where a name stands in a function: the statements that do nothing but give it a value, and where it is read.

    ``own`` is None where something else binds it (a parameter, a pattern, a loop).
    """

    own: tuple[Node, ...] | None
    reads: tuple[Node, ...]


class Code:
    """One program. Offsets are in its text: ``unit.span`` makes them the document's."""

    def __init__(self, unit: Unit, root: Node) -> None:
        self.unit = unit
        self.root = root
        self.source = code_of(unit)
        self._indices: dict[int, dict[str, list[Node]]] = {}
        self.is_python = unit.module is not None and unit.module.language == "python"
        self.is_typed = unit.module is not None and unit.module.language in ("typescript", "tsx")

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def at(self, span: Span) -> Node | None:
        """The widest expression that stands exactly there; casts and parentheses around it are not part of it."""
        node = self.root.descendant_for_byte_range(span.start, span.end)
        if node is None or span_of(node) != span:
            return None
        while node.parent is not None and span_of(node.parent) == span and "statement" not in node.parent.type:
            if node.parent.type in BLOCKS or node.parent.type in ("arguments", "argument_list"):
                break
            node = node.parent
        return node

    def whole(self, expr: ir.Expr) -> Node | None:
        """The node of an expression with the casts and parentheses around it."""
        node = self.at(expr.span)
        while node is not None and node.parent is not None and node.parent.type in WRAPPERS:
            node = node.parent
        return node

    def layout(self, layout: Layout, node: Node) -> Layout:
        """The document's layout with the indent that the function around a node has, where that is a plain step."""
        function, statement = function_of(node), statement_of(node)
        outer = margin_of(self.source, function.start_byte)
        inner = margin_of(self.source, statement.start_byte)
        step = inner.removeprefix(outer)
        is_plain = function.start_point[0] < statement.start_point[0] and inner.startswith(outer)
        is_first = statement.parent is not None and statement.parent.parent == function
        return replace(layout, indent=step) if is_plain and is_first and step in ("  ", "    ", "\t") else layout

    def calls(self, top: Node) -> Iterator[Node]:
        return (node for node in walk(top) if node.type in CALLS)

    @cached_property
    def ir_calls(self) -> dict[Span, ir.Call]:
        return {call.span: call for call in self.unit.module.calls} if self.unit.module is not None else {}

    def names(self, top: Node) -> Iterator[Node]:
        """The names that an expression or statement has, without those of attributes and keywords."""
        return (node for node in walk(top) if node.type in _NAMES and not _is_label(node))

    def words(self, span: Span, top: Node) -> set[str]:
        """The names that stand inside of a span."""
        return {self.text(node) for node in self.names(top) if span.holds(span_of(node))}

    def occurrences(self, function: Node, name: str) -> Occurrences:
        own: dict[int, Node] | None = {}
        reads: list[Node] = []
        for node in self._index(function).get(name, ()):
            statement = self._own(node)
            if statement is not None and own is not None:
                own[statement.id] = statement
            elif _binds(node):
                own = None
            else:
                reads.append(node)
        return Occurrences(None if own is None else tuple(own.values()), tuple(reads))

    def _index(self, function: Node) -> dict[str, list[Node]]:
        """The names of a function by their text, looked through once."""
        if function.id not in self._indices:
            index = self._indices[function.id] = defaultdict[str, list["Node"]](list)
            for node in self.names(function):
                index[self.text(node)].append(node)
        return self._indices[function.id]

    def holder(self, node: Node, name: str) -> Node | None:
        """The nearest function around a node, or the program, that gives a name a value."""
        current: Node | None = function_of(node)
        while current is not None:
            found = self.occurrences(current, name)
            if found.own is None or found.own:
                return current
            current = function_of(current.parent) if current.parent is not None else None
        return None

    def bound_by(self, statement: Node) -> str | None:
        """The name that a statement, or one part of a declaration, gives a value, where it does nothing else."""
        if statement.type == "variable_declarator":
            name = statement.child_by_field_name("name")
            return self.text(name) if name is not None and name.type == "identifier" else None
        if sum(child.type == "variable_declarator" for child in statement.named_children) > 1:
            return None
        named = statement.named_children
        inner = next(
            (child for child in named if child.type == "variable_declarator" or child.type in _ASSIGNMENTS), None
        )
        if inner is None:
            return None
        name = inner.child_by_field_name("name") or inner.child_by_field_name("left")
        return self.text(name) if name is not None and name.type == "identifier" else None

    def declared(self, value: Node) -> str | None:
        """The name that a whole expression is given to by a declaration or an assignment."""
        parent = value.parent
        if parent is None or not any(parent.child_by_field_name(field) == value for field in ("value", "right")):
            return None
        name = parent.child_by_field_name("name") or parent.child_by_field_name("left")
        return self.text(name) if name is not None and name.type == "identifier" else None

    def _own(self, name: Node) -> Node | None:
        """The statement that only gives this name a value, or only calls a method of it for its effect."""
        parent = name.parent
        if parent is None:
            return None
        if parent.type == "variable_declarator" and parent.child_by_field_name("name") == name:
            whole = parent.parent
            if whole is None or whole.type not in _DECLARATIONS or not _in_block(whole):
                return None
            return whole if whole.named_child_count == 1 else parent
        if parent.type in _ASSIGNMENTS and parent.child_by_field_name("left") == name:
            return _statement_alone(parent)
        node = name
        called = False
        while node.parent is not None and node.parent.type in _MEMBERS | CALLS:
            if not any(node.parent.child_by_field_name(field) == node for field in ("object", "function")):
                return None
            node = node.parent
            called = called or node.type in CALLS
        return _statement_alone(node) if called else None


def read(unit: Unit) -> Code | None:
    root = tree_of(unit)
    return None if root is None else Code(unit, root)


def span_of(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def walk(top: Node) -> Iterator[Node]:
    """Every node in source order, without recursion."""
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def function_of(node: Node) -> Node:
    """The innermost function around a node, else the program."""
    current = node
    while current.type not in FUNCTIONS and current.parent is not None:
        current = current.parent
    return current


def statement_of(node: Node) -> Node:
    """The statement that holds a node directly under a block or the program."""
    current = node
    while current.parent is not None and current.parent.type not in BLOCKS:
        current = current.parent
    return current


def called(call: Node) -> Node | None:
    """What a call calls."""
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")


def last_name(text: str) -> str:
    """The last name of a dotted one: ``b64encode`` of ``base64.b64encode``."""
    found = re.findall(r"[\w$]+", text)
    return found[-1] if found else ""


def _in_block(node: Node) -> bool:
    return node.parent is not None and node.parent.type in BLOCKS


def _statement_alone(expr: Node) -> Node | None:
    parent = expr.parent
    if parent is None or parent.type != "expression_statement" or parent.named_child_count != 1:
        return None
    return parent if _in_block(parent) else None


def _is_label(node: Node) -> bool:
    """Whether an identifier is an attribute's or a keyword's, which mean no variable."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def _binds(node: Node) -> bool:
    """Whether an identifier is bound in another way than by a statement of its own."""
    parent = node.parent
    if node.type == "shorthand_property_identifier_pattern" or parent is None:
        return node.type == "shorthand_property_identifier_pattern"
    if parent.type == "variable_declarator":
        return parent.child_by_field_name("name") == node
    if parent.type in _ASSIGNMENTS:
        return parent.child_by_field_name("left") == node
    if parent.type in ("required_parameter", "optional_parameter", "pair_pattern", "rest_pattern"):
        return True
    if parent.type in ("default_parameter", "typed_default_parameter", "function_declaration", "function_definition"):
        return parent.child_by_field_name("name") == node
    if parent.type == "arrow_function":
        return parent.child_by_field_name("parameter") == node
    if parent.type in ("assignment_pattern", "object_assignment_pattern"):
        return parent.child_by_field_name("left") == node
    return parent.type in (
        "formal_parameters", "parameters", "typed_parameter", "lambda_parameters", "array_pattern", "pattern_list",
        "import_specifier", "import_clause", "namespace_import", "list_splat_pattern", "dictionary_splat_pattern",
        "tuple_pattern", "as_pattern_target", "aliased_import", "global_statement", "nonlocal_statement",
        "catch_clause", "for_in_statement",
    )  # fmt: skip
