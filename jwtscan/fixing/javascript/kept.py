"""A token that is kept in a field: by a constructor for all methods, or by a method that looks there first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.tree import CLASSES, FIELDS, Tree, ancestors, function_of, wrapped
from jwtscan.fixing.javascript.unused import gone
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.syntax.unit import Unit


def looked_up(tree: Tree, node: Node) -> Span | None:
    """``if (s.token) return s.token; s.token = …; return s.token;``: the statements that the call replaces."""
    target = _target(node)
    statement = target.parent.parent if target is not None and target.parent is not None else None
    if target is None or statement is None or statement.type != "expression_statement":
        return None
    text = tree.text(target)
    before, after = _beside(statement, forward=False), _beside(statement, forward=True)
    if after is None or after.type != "return_statement" or _given(tree, after) != text:
        return None
    others = [one for one in tree.walk() if one.type == "member_expression" and tree.text(one) == text]
    first = statement
    spared = 2
    if before is not None and before.type == "if_statement" and tree.named(before, "condition") == f"({text})":
        body = before.child_by_field_name("consequence")
        inner = body.named_children[0] if body is not None and body.type == "statement_block" else body
        alone = body is not None and (body == inner or len(body.named_children) == 1)
        if inner is None or not alone or before.child_by_field_name("alternative") is not None:
            return None
        if inner.type != "return_statement" or _given(tree, inner) != text:
            return None
        first, spared = before, 4
    return Span(first.start_byte, after.end_byte) if len(others) == spared else None


def _beside(statement: Node, *, forward: bool) -> Node | None:
    """The next statement to one side, past comments."""
    current = statement.next_named_sibling if forward else statement.prev_named_sibling
    while current is not None and current.type == "comment":
        current = current.next_named_sibling if forward else current.prev_named_sibling
    return current


def _given(tree: Tree, statement: Node) -> str:
    return tree.text(statement.named_children[0]) if statement.named_children else ""


def kept_by_constructor(scripts: Scripts, unit: Unit, tree: Tree, node: Node) -> tuple[list[Node], list[Edit]] | None:
    """The places that read ``this.token``, and the edits that take the field away.

    None where it is no constructor's, or where somebody else may read or write it.
    """
    target = _target(node)
    constructor = function_of(node)
    cls = next((one for one in ancestors(node) if one.type in CLASSES), None)
    statement = target.parent.parent if target is not None and target.parent is not None else None
    if target is None or constructor is None or cls is None or statement is None:
        return None
    owner = target.child_by_field_name("object")
    if tree.named(constructor, "name") != "constructor" or owner is None or owner.type != "this":
        return None
    if statement.type != "expression_statement" or function_of(statement) != constructor:
        return None
    name = tree.named(target, "property")
    reads = []
    for one in tree.walk():
        if one.type not in ("property_identifier", "private_property_identifier") or tree.text(one) != name:
            continue
        member = one.parent
        if member is None or member == target or member.type in FIELDS:
            continue
        if not _is_read(member, cls) or function_of(member) == constructor:
            return None
        reads.append(member)
    others = (other for other in scripts.holding(frozenset({name.encode()})) if other is not unit)
    if any(f".{name}".encode() in other.document.source for other in others):
        return None
    return reads, [gone(tree, statement), *_fields(tree, cls, name)]


def _target(node: Node) -> Node | None:
    """The property that an expression is assigned to."""
    parent = wrapped(node).parent
    if parent is None or parent.type != "assignment_expression":
        return None
    left = parent.child_by_field_name("left")
    return left if left is not None and left.type == "member_expression" else None


def _is_read(member: Node, cls: Node) -> bool:
    """Whether ``this.name`` is read in the class itself."""
    owner = member.child_by_field_name("object") if member.type == "member_expression" else None
    parent = member.parent
    written = parent is not None and parent.type in (
        "assignment_expression", "augmented_assignment_expression", "update_expression",
    )  # fmt: skip
    if written and parent is not None and parent.child_by_field_name("left") != member:
        written = parent.type == "update_expression"
    inside = cls.start_byte <= member.start_byte and member.end_byte <= cls.end_byte
    return owner is not None and owner.type == "this" and inside and not written


def _fields(tree: Tree, cls: Node, name: str) -> list[Edit]:
    """The declarations of the field, where they give it no value."""
    body = cls.child_by_field_name("body")
    fields = [one for one in body.named_children if one.type in FIELDS] if body is not None else []
    named = [one for one in fields if name in (tree.named(one, "name"), tree.named(one, "property"))]
    return [gone(tree, one) for one in named]
