"""What becomes of TypeScript's types where a function becomes ``async``: its own, and those it has to agree with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.mentions import Scripts, class_of
from jwtscan.fixing.javascript.tree import Tree, name_of, span_of
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit

if TYPE_CHECKING:
    from tree_sitter import Node

_SIGNATURES = frozenset({"method_signature", "abstract_method_signature", "property_signature", "function_signature"})


def promised(tree: Tree, function: Node) -> tuple[list[Edit], str | None]:
    """The edits that make a function's own types say ``Promise``; a reason where they cannot be made to."""
    found = [function.child_by_field_name("return_type")]
    parent = function.parent
    if parent is not None and parent.type in ("variable_declarator", "public_field_definition"):
        declared = parent.child_by_field_name("type")
        if declared is not None:
            kind = declared.named_children[0] if declared.named_children else declared
            if kind.type != "function_type":
                return [], f"its type {tree.text(kind)} is declared elsewhere"
            found.append(kind.child_by_field_name("return_type"))
    edits = []
    for annotation in found:
        if annotation is None:
            continue
        kind = annotation.named_children[0] if annotation.type == "type_annotation" else annotation
        edit, reason = _wrapped(tree, kind)
        if reason is not None:
            return [], reason
        edits += [edit] if edit is not None else []
    return edits, None


def _wrapped(tree: Tree, kind: Node) -> tuple[Edit | None, str | None]:
    text = tree.text(kind)
    if text.startswith("Promise<"):
        return None, None
    if "Promise" in text:
        return None, f"an async function cannot give {text}"
    if kind.type in ("type_predicate", "asserts", "type_predicate_annotation", "asserts_annotation"):
        return None, "a type guard cannot wait"
    return Edit(span_of(kind), f"Promise<{text}>".encode()), None


def agreed(scripts: Scripts, tree: Tree, function: Node) -> Iterator[tuple[Unit, Edit | str]]:
    """The edits of the interfaces and abstract classes that declare a method, or a reason why they cannot be made."""
    cls = class_of(function)
    if cls is None:
        return
    method = name_of(tree, function)
    above = _above(tree, cls)
    if not above:
        return
    for other in scripts.holding(frozenset(name.encode() for name in above)):
        there = scripts.tree(other)
        if there is None:
            continue
        for node in there.walk():
            if node.type in ("interface_declaration", "abstract_class_declaration", "class_declaration"):
                name = there.named(node, "name")
                if name in above:
                    yield from ((other, one) for one in _signatures(there, node, method))
                elif node != cls and method and above & _above(there, node) and _declares(there, node, method):
                    yield other, f"{name} has a {method}() of its own"


def _above(tree: Tree, cls: Node) -> set[str]:
    """The names of what a class extends and implements."""
    heritage = (child for child in cls.named_children if child.type == "class_heritage")
    names = set()
    for part in heritage:
        for node in tree.walk(part):
            if node.type in ("type_identifier", "identifier"):
                names.add(tree.text(node))
    return names


def _signatures(tree: Tree, declaration: Node, method: str) -> Iterator[Edit | str]:
    body = declaration.child_by_field_name("body")
    for member in body.named_children if body is not None else ():
        if tree.named(member, "name") != method:
            continue
        if member.type not in _SIGNATURES:
            yield f"{tree.named(declaration, 'name')} has a {method}() of its own"
            continue
        annotation = member.child_by_field_name("return_type") or member.child_by_field_name("type")
        kind = annotation.named_children[0] if annotation is not None and annotation.named_children else None
        if kind is not None and kind.type == "function_type":
            kind = kind.child_by_field_name("return_type")
        edit, reason = _wrapped(tree, kind) if kind is not None else (None, None)
        if reason is not None:
            yield reason
        elif edit is not None:
            yield edit


def _declares(tree: Tree, cls: Node, method: str) -> bool:
    body = cls.child_by_field_name("body")
    members = body.named_children if body is not None else ()
    return any(tree.named(member, "name") == method for member in members)
