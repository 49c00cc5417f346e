"""Fields of Python objects that hold a token: each becomes a property, which makes its value anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import BuiltinScope, GlobalScope

from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span, apply
from jwtscan.text.layout import Layout, margin_of

CHANGING = frozenset({"update", "setdefault", "pop", "clear", "append", "add", "extend"})


@dataclass(slots=True)
class Renewed:
    """The edits of one file that make an expression be evaluated anew; ``doubt`` says why it may grow old."""

    edits: list[Edit] = field(default_factory=list)
    doubt: str | None = None


def field_of(line: cst.SimpleStatementLine | None) -> cst.Attribute | None:
    """What a statement assigns to, where that is a field of ``self``."""
    small = line.body[0] if line is not None and len(line.body) == 1 else None
    target = small.targets[0].target if isinstance(small, cst.Assign) and len(small.targets) == 1 else None
    if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value == "self":
        return target
    return None


def as_property(
    tree: Tree, line: cst.SimpleStatementLine, target: cst.Attribute, place: Edit, layout: Layout
) -> Renewed:
    """The field that ``line`` sets as a property behind its function, or ``place`` alone where that cannot be."""
    name = target.attr.value
    function = tree.function(line)
    small = line.body[0]
    assert isinstance(small, cst.Assign)
    doubt = f"self.{name} keeps its token, which lives for one hour"
    if function is None or not _can_be_property(tree, line, target, small.value, place):
        return Renewed([place], doubt)
    value = tree.span(small.value)
    text = apply(tree.source[value.start : value.end], [inside(value, place)]).decode()
    outer = margin_of(tree.source, tree.span(function).start)
    shift = len(margin_of(tree.source, tree.span(line).start)) - len(outer) - len(layout.indent)
    rows = text.split("\n")
    text = "\n".join([rows[0], *(row[shift:] if shift > 0 and not row[:shift].strip() else row for row in rows[1:])])
    newline = layout.newline
    made = f"{newline}{outer}@property{newline}{outer}def {name}(self):{newline}{outer}{layout.indent}return {text}"
    at = line_end(tree.source, tree.span(function).end)
    added = Edit(Span(at, at), f"{newline}{made}".encode())
    edits = without(tree, [line])
    touching = next((edit for edit in edits if edit.span.end >= at), None)
    if touching is None:
        return Renewed([*edits, added])
    kept = touching.text.rstrip(b"\r\n").decode()
    text = f"{kept}{newline if kept else ''}{made}{newline}"
    return Renewed([*(edit for edit in edits if edit is not touching), Edit(touching.span, text.encode())])


def _can_be_property(
    tree: Tree, line: cst.SimpleStatementLine, target: cst.Attribute, value: cst.BaseExpression, place: Edit
) -> bool:
    """Whether the field is set only here, changed nowhere, and made of nothing that only this function has."""
    name = target.attr.value
    owner = tree.enclosing_class(line)
    function = tree.function(line)
    if owner is None or function is None or tree.parent(tree.parent(function) or function) is not owner:
        return False
    if "__slots__" in tree.text(owner):
        return False
    for one in tree.each(cst.Attribute):
        if one.attr.value != name or one is target:
            continue
        parent = tree.parent(one)
        if isinstance(parent, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)):
            return False
        if isinstance(parent, cst.Subscript) and isinstance(tree.parent(parent), (cst.AssignTarget, cst.Del)):
            return False
        if isinstance(parent, cst.Attribute) and parent.attr.value in CHANGING:
            return False
    if any(every(value, cst.Comment)) or any("\n" in string.value for string in every(value, cst.SimpleString)):
        return False
    return all(
        place.span.holds(tree.span(read)) or read.value == "self" or _is_of_module(tree, read)
        for read in names_in(tree, value)
    )


def _is_of_module(tree: Tree, name: cst.Name) -> bool:
    scope = tree.scope(name)
    found = scope[name.value] if scope is not None else ()
    return all(isinstance(one.scope, (GlobalScope, BuiltinScope)) for one in found)


def names_in(tree: Tree, root: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that are read or bound: not those of attributes and keywords."""
    for name in every(root, cst.Name):
        parent = tree.parent(name)
        attribute = isinstance(parent, cst.Attribute) and parent.attr is name
        keyword = isinstance(parent, cst.Arg) and parent.keyword is name
        if not attribute and not keyword:
            yield name


def inside(value: Span, edit: Edit) -> Edit:
    """An edit of a text as one of the part that is ``value``."""
    return Edit(Span(edit.span.start - value.start, edit.span.end - value.start), edit.text)


def line_end(source: bytes, offset: int) -> int:
    """Where the line's ``\n`` stands, or the end of the text."""
    found = source.find(b"\n", offset)
    return len(source) if found < 0 else found
