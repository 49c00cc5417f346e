"""Tokens that a constructor keeps in its object: they become properties, so that each use has one that is still good.

A dict of headers that the constructor builds with the token becomes a property of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing.python.fields import field_of
from jwtscan.fixing.python.flow import Flow
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span, apply
from jwtscan.text.layout import layout_of, margin_of

if TYPE_CHECKING:
    from jwtscan.syntax.unit import Unit

_CHANGES = {"update", "pop", "setdefault", "clear", "popitem"}
_LENGTHS = {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800, "seconds": 1}
_LENGTH = re.compile(r"(minutes|hours|days|weeks|seconds)\s*=\s*(\d+)")
_SUM = re.compile(r"(?<![\w.])(\d+(?:\s*\*\s*\d+)*)(?![\w.])")
HOUR = 3600


def constructor_of(tree: Tree, node: cst.CSTNode) -> cst.FunctionDef | None:
    """The ``__init__`` that a node stands in."""
    func = tree.function(node)
    return func if func is not None and func.name.value == "__init__" else None


def is_made_once(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a node stands in a constructor, or is given to a field in a method that a constructor calls."""
    func = tree.function(node)
    cls = tree.enclosing_class(node)
    if func is None or cls is None:
        return False
    makers = [one for one in every(cls, cst.FunctionDef) if one.name.value == "__init__"]
    called = f"self.{func.name.value}"
    if func in makers:
        return True
    line = tree.statement(node)
    is_given = isinstance(line, cst.SimpleStatementLine) and field_of(line) is not None
    return is_given and any(tree.text(call.func) == called for one in makers for call in every(one, cst.Call))


def is_built_upon(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether another field of the object is made with the one that a node is given to."""
    line = tree.statement(node)
    target = field_of(line) if isinstance(line, cst.SimpleStatementLine) else None
    cls = tree.enclosing_class(node)
    if target is None or cls is None:
        return False
    word = re.compile(rf"\bself\.{re.escape(target.attr.value)}\b")
    lines = (one for one in every(cls, cst.SimpleStatementLine) if one is not line and is_made_once(tree, one))
    return any(field_of(one) is not None and word.search(tree.text(one)) for one in lines)


def fields_of(tree: Tree, node: cst.CSTNode) -> dict[str, str]:
    """The fields that a constructor keeps its parameters in: ``api_key`` to ``self.key``."""
    func = constructor_of(tree, node)
    found = {}
    for assign in every(func, cst.Assign) if func is not None else ():
        target = tree.text(assign.targets[0].target)
        if isinstance(assign.value, cst.Name) and target.startswith("self."):
            found[assign.value.value] = target
    return found


def outlives(text: str) -> bool:
    """Whether claims, by their text, are for a token that is good for longer than an OAuth token is, or may be."""
    lengths = [_LENGTHS[unit] * int(number) for unit, number in _LENGTH.findall(text)]
    for product in _SUM.findall(_LENGTH.sub("", text)):
        length = 1
        for factor in product.split("*"):
            length = min(length * int(factor), 1 << 40)
        lengths.append(length)
    return not lengths or max(lengths) > HOUR


def as_property(tree: Tree, flow: Flow, unit: Unit, root: cst.CSTNode, call: str) -> list[tuple[str, Edit]] | None:
    """The edits that make a property of what the constructor keeps; None where that would change something else."""
    path = unit.path
    func = constructor_of(tree, root)
    assign = tree.parent(root)
    if func is None or not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
        return None
    target = assign.targets[0].target
    inner = {tree.span(root): call.encode()}
    gone = [assign]
    if isinstance(target, cst.Name):
        kept = _kept_with(tree, target)
        if kept is None:
            return None
        inner = {tree.span(node): call.encode() for node in _reads(tree, target)}
        gone.append(kept)
        assign, target = kept, kept.targets[0].target
    if not isinstance(target, cst.Attribute) or tree.text(target.value) != "self":
        return None
    if _has_slots(tree, func):
        return None
    others = [inside for _, inside in flow.importers(unit)]
    if not _is_only(tree, target, others) or not stands_alone(tree, assign.value, set(inner)):
        return None
    value = tree.span(assign.value)
    body = _with(tree, value, {**{at: text for at, text in flow.edits[path].items() if value.holds(at)}, **inner})
    written = _written(tree, path, func, target.attr.value, body)
    if written is not None:
        lines = [tree.statement(one) for one in gone]
        flow.gone[path].update(line for line in lines if line is not None)
    return written


def _has_slots(tree: Tree, func: cst.FunctionDef) -> bool:
    """Whether the class says its fields itself: a property of such a name is an error."""
    cls = tree.enclosing_class(func)
    return cls is not None and "__slots__" in tree.text(cls)


def _kept_with(tree: Tree, token: cst.Name) -> cst.Assign | None:
    """The one assignment to a field that all reads of a local token stand in."""
    found = {statement for node in _reads(tree, token) if (statement := tree.statement(node)) is not None}
    line = next(iter(found), None)
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(found) == 1 else None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.value, cst.Dict):
        return small
    return None


def _reads(tree: Tree, target: cst.Name) -> Iterator[cst.CSTNode]:
    scope = tree.scope(target)
    for assignment in scope[target.value] if scope is not None else ():
        if isinstance(assignment, Assignment):
            yield from (access.node for access in assignment.references)


def _is_only(tree: Tree, target: cst.Attribute, others: Iterable[Tree]) -> bool:
    """Whether nothing else gives the field a value or changes it, here or in the files that import this one."""
    named = target.attr.value
    if any(_is_changed(other, named, None) for other in others) or _is_changed(tree, named, target):
        return False
    return not any(one.name.value == named for one in tree.each(cst.FunctionDef))


def _is_changed(tree: Tree, name: str, target: cst.Attribute | None) -> bool:
    for one in tree.each(cst.Attribute):
        if one.attr.value != name or one is target or (target is not None and _is_of_another(tree, one, target)):
            continue
        parent = tree.parent(one)
        if isinstance(parent, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)):
            return True
        if isinstance(parent, cst.Subscript) and isinstance(tree.parent(parent), (cst.AssignTarget, cst.Del)):
            return True
        if isinstance(parent, cst.Attribute) and parent.attr.value in _CHANGES:
            return True
    return False


def _is_of_another(tree: Tree, one: cst.Attribute, target: cst.Attribute) -> bool:
    """Whether both are fields of ``self``, in classes that have nothing to do with one another."""
    classes = [tree.enclosing_class(node) for node in (one, target)]
    if tree.text(one.value) != "self" or None in classes or classes[0] is classes[1]:
        return False
    bases = {tree.text(base.value) for cls in classes if cls is not None for base in cls.bases}
    return bases <= {"object"}


def stands_alone(tree: Tree, value: cst.CSTNode, done: set[Span]) -> bool:
    """Whether a value needs no local of the constructor but ``self``."""
    for name in every(value, cst.Name):
        scope = tree.scope(name)
        if name.value == "self" or scope is None or any(span.holds(tree.span(name)) for span in done):
            continue
        parent = tree.parent(name)
        if isinstance(parent, (cst.Attribute, cst.Arg)) and parent.value is not name:
            continue
        if any(one.scope is scope for one in scope[name.value]):
            return False
    return True


def _with(tree: Tree, span: Span, inner: dict[Span, bytes]) -> bytes:
    edits = [Edit(Span(at.start - span.start, at.end - span.start), text) for at, text in inner.items()]
    return apply(tree.source[span.start : span.end], edits)


def _written(tree: Tree, path: str, func: cst.FunctionDef, name: str, body: bytes) -> list[tuple[str, Edit]] | None:
    block = tree.parent(func)
    members = list(block.body) if isinstance(block, cst.IndentedBlock) else []
    following = members[members.index(func) + 1 :] if func in members else []
    if not following:
        return None
    first = following[0]
    heads = [*getattr(first, "leading_lines", ()), *getattr(first, "decorators", ())]
    starts = [tree.span(one).start for one in heads if getattr(one, "comment", None) or isinstance(one, cst.Decorator)]
    at = min([tree.span(first).start, *starts])
    layout = layout_of(tree.source)
    margin = margin_of(tree.source, tree.span(func).start)
    line = max(tree.source.rfind(b"\n", 0, at), tree.source.rfind(b"\r", 0, at)) + 1
    head = [f"{margin}@property", f"{margin}def {name}(self):", f"{margin}{layout.indent}return "]
    text = layout.newline.join(head).encode() + body + (layout.newline * 2).encode()
    return [(path, Edit(Span(line, line), text))]
