"""Which declaration each name of a program means: scopes, declarations and references, resolved lexically."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.tree import DECLARATIONS, FUNCTIONS, Tree

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS = frozenset({"statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body"})
_SCOPES = FUNCTIONS | _BLOCKS | {"program"}
_REFERENCES = frozenset(
    {"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern", "type_identifier"}
)
_TARGETS = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_NAMED = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "abstract_class_declaration",
        "enum_declaration",
    }
)


@dataclass(slots=True, eq=False)
class Scope:
    """A program, function or block with the names declared in it."""

    node: Node
    parent: Scope | None
    names: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def holds_vars(self) -> bool:
        return self.node.type in FUNCTIONS or self.node.type == "program"


class Names:
    """Every declaration and every reference of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.top = Scope(tree.root, None)
        self.references: dict[str, list[tuple[Node, Scope]]] = defaultdict(list)
        self._declared: set[int] = set()
        self._read()

    def holder(self, name: str, scope: Scope) -> Scope | None:
        """The nearest scope outwards that declares a name."""
        current: Scope | None = scope
        while current is not None and name not in current.names:
            current = current.parent
        return current

    def meaning(self, name: str, scope: Scope) -> list[Node]:
        """The references anywhere that mean what ``scope`` declares under a name."""
        return [node for node, at in self.references.get(name, ()) if self.holder(name, at) is scope]

    def declarations(self, name: str) -> Iterator[tuple[Scope, Node]]:
        """Where a name is declared, in any scope."""
        for scope in self.scopes:
            for node in scope.names.get(name, ()):
                yield scope, node

    def is_taken(self, name: str) -> bool:
        """Whether the program has that name anywhere, declared or meant."""
        return name in self.references or any(name in scope.names for scope in self.scopes)

    def scope_at(self, node: Node) -> Scope:
        """The scope that a node stands in."""
        current: Node | None = node
        while current is not None:
            scope = self._by_node.get(current.id)
            if scope is not None:
                return scope
            current = current.parent
        return self.top

    def _read(self) -> None:
        self.scopes = [self.top]
        self._by_node = {self.tree.root.id: self.top}
        stack: list[tuple[Node, Scope]] = [(child, self.top) for child in reversed(self.tree.root.named_children)]
        while stack:
            node, scope = stack.pop()
            self._declare(node, scope)
            inner = scope
            if node.type in _SCOPES:
                inner = Scope(node, scope)
                self.scopes.append(inner)
                self._by_node[node.id] = inner
                self._parameters(node, inner)
            elif node.type in _REFERENCES:
                self.references[self.tree.text(node)].append((node, scope))
            stack.extend((child, inner) for child in reversed(node.named_children))
        for name, found in list(self.references.items()):
            kept = [(node, scope) for node, scope in found if node.id not in self._declared]
            if kept:
                self.references[name] = kept
            else:
                del self.references[name]

    def _declare(self, node: Node, scope: Scope) -> None:
        kind = node.type
        if kind == "variable_declarator" and node.parent is not None:
            holder = scope
            if node.parent.type == "variable_declaration":
                holder = _var_scope(scope)
            self._bind_all(node.child_by_field_name("name"), holder)
        elif kind in _NAMED:
            self._bind(node.child_by_field_name("name"), scope)
        elif kind == "import_clause":
            for child in node.named_children:
                if child.type == "identifier":
                    self._bind(child, scope)
                elif child.type == "namespace_import" and child.named_children:
                    self._bind(child.named_children[0], scope)
        elif kind == "import_specifier":
            name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
            self._bind(alias or name, scope)
            if name is not None:
                self._declared.add(name.id)
        elif kind == "import_require_clause" and node.named_children:
            self._bind(node.named_children[0], scope)

    def _parameters(self, node: Node, scope: Scope) -> None:
        """What a function, a loop or a catch declares in its own scope."""
        if node.type in FUNCTIONS:
            for place in ("parameters", "parameter"):
                self._bind_all(node.child_by_field_name(place), scope)
            if node.type == "function_expression":
                self._bind(node.child_by_field_name("name"), scope)
        elif node.type == "catch_clause":
            self._bind_all(node.child_by_field_name("parameter"), scope)
        elif node.type == "for_in_statement" and node.child_by_field_name("kind") is not None:
            self._bind_all(node.child_by_field_name("left"), scope)

    def _bind_all(self, pattern: Node | None, scope: Scope) -> None:
        """Binds every name of a pattern; the default values in it are no names."""
        stack = [pattern] if pattern is not None else []
        while stack:
            node = stack.pop()
            if node.type in _TARGETS:
                self._bind(node, scope)
            elif node.type == "pair_pattern":
                value = node.child_by_field_name("value")
                stack.extend([value] if value is not None else [])
            elif node.type in ("assignment_pattern", "object_assignment_pattern"):
                left = node.child_by_field_name("left")
                stack.extend([left] if left is not None else [])
            elif node.type in ("required_parameter", "optional_parameter"):
                inner = node.child_by_field_name("pattern")
                stack.extend([inner] if inner is not None else [])
            elif node.type in ("object_pattern", "array_pattern", "rest_pattern", "formal_parameters"):
                stack.extend(node.named_children)

    def _bind(self, name: Node | None, scope: Scope) -> None:
        if name is not None:
            scope.names.setdefault(self.tree.text(name), []).append(name)
            self._declared.add(name.id)


def _var_scope(scope: Scope) -> Scope:
    current = scope
    while not current.holds_vars and current.parent is not None:
        current = current.parent
    return current


def declaration_of(name: Node) -> Node | None:
    """The statement that declares a variable; None where the name is no variable's."""
    current = name.parent
    while current is not None and current.type not in DECLARATIONS:
        if current.type in FUNCTIONS or current.type == "program":
            return None
        current = current.parent
    return current


def redeclared(names: Names) -> set[str]:
    """The names that a scope declares twice where JavaScript takes them once: with ``let``, ``const`` or ``import``."""
    found = set()
    for scope in names.scopes:
        for name, nodes in scope.names.items():
            kinds = [_declares_once(node) for node in nodes]
            if len(nodes) > 1 and any(kinds):
                found.add(name)
    return found


def _declares_once(name: Node) -> bool:
    statement = declaration_of(name)
    if statement is not None:
        return statement.type == "lexical_declaration"
    return name.parent is not None and name.parent.type in ("import_clause", "import_specifier", "namespace_import")
