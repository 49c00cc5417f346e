"""Tokens that are made when a module is imported: in a program that lasts they are fetched where they are used.

A dict of headers that is built once with such a token becomes a function of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing.python.flow import Flow, widest
from jwtscan.fixing.python.tree import Tree
from jwtscan.text import Edit, Span, apply
from jwtscan.text.layout import layout_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit

_LASTING = {
    "aiogram", "aiohttp", "apscheduler", "bottle", "celery", "discord", "django", "fastapi", "flask", "quart", "rq",
    "sanic", "schedule", "slack_bolt", "starlette", "streamlit", "telebot", "telegram", "tornado", "uvicorn",
}  # fmt: skip
_CHANGES = {"update", "pop", "setdefault", "clear", "popitem"}


@dataclass(slots=True)
class AtUse:
    """The edits of one file that fetch the token where it is used; ``possible`` is false where a dict is changed.

    ``elsewhere`` are the reads in other files: of the token itself, or (False) of what became a function.
    """

    unit: Unit
    tree: Tree
    flow: Flow
    call: str
    edits: dict[Span, bytes] = field(default_factory=dict)
    elsewhere: list[tuple[Unit, Tree, cst.CSTNode, bool]] = field(default_factory=list)
    possible: bool = True

    def token(self, target: cst.Name) -> None:
        """The name that holds the token goes; each place that reads it calls instead."""
        scope = self.tree.scope(target)
        held = [one for one in scope.assignments[target.value] if isinstance(one, Assignment)] if scope else []
        lines = [self.tree.statement(one.node) for one in held]
        gone = self.flow.gone[self.unit.path]
        if sum(line not in gone for line in lines) > 1 or any(
            isinstance(one, cst.BaseCompoundStatement) for one in lines
        ):
            self.possible = False
        gone.update(line for line in lines if line is not None)
        for node in [access.node for one in held for access in one.references]:
            if self.tree.statement(node) not in gone:
                self._read(node)
        self.elsewhere += [(*place, True) for place in self.flow.imported(self.unit, target.value)]

    def _read(self, node: cst.CSTNode) -> None:
        statement = self.tree.statement(node)
        assign = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        at_module = not self.tree.path_of(node) and isinstance(assign, cst.Assign) and len(assign.targets) == 1
        target = assign.targets[0].target if at_module and isinstance(assign, cst.Assign) else None
        if isinstance(assign, cst.Assign) and isinstance(target, cst.Name):
            if assign.value is widest(self.tree, node):
                self.token(target)
                return
            if isinstance(assign.value, cst.Dict) and self._is_read_in_function(target):
                self._put(node, self.call)
                self._built(assign, target)
                return
        self._put(node, self.call)

    def _put(self, node: cst.CSTNode, text: str) -> None:
        """``text`` in place of a read, or of what undoes something around it."""
        span = self.tree.span(node)
        undone = self.flow.edits[self.unit.path]
        outer = next((one for one in undone if one.holds(span)), None)
        if outer is not None:
            undone[outer] = text.encode()
        else:
            self.edits[span] = text.encode()

    def _is_read_in_function(self, target: cst.Name) -> bool:
        reads = list(_reads(self.tree, target))
        return any(self.tree.path_of(node) for node in reads) or bool(list(self.flow.imported(self.unit, target.value)))

    def _built(self, assign: cst.Assign, target: cst.Name) -> None:
        """``headers = {…}`` becomes ``def headers(): return {…}``, each read of it a call."""
        scope = self.tree.scope(target)
        if scope is None or len(scope.assignments[target.value]) != 1:
            self.possible = False
        call = f"{target.value}()"
        for node in _reads(self.tree, target):
            self.possible = self.possible and not _changes(self.tree, node)
            self._put(node, call)
        for home, tree, node in self.flow.imported(self.unit, target.value):
            self.possible = self.possible and not _changes(tree, node)
            self.elsewhere.append((home, tree, node, False))
        self.edits[self.tree.span(assign)] = self._function(assign, target.value)

    def _function(self, assign: cst.Assign, name: str) -> bytes:
        layout = layout_of(self.tree.source)
        span = self.tree.span(assign.value)
        inner = [Edit(Span(at.start - span.start, at.end - span.start), text) for at, text in self._inside(span)]
        body = apply(self.tree.source[span.start : span.end], inner).decode()
        rows = body.split(layout.newline)
        flat = any(row[:1].strip() for row in rows[1:-1])
        steps = [layout.indent * (2 if flat and row is not rows[-1] else 1) for row in rows]
        rows = [
            rows[0],
            *(f"{step}{row}" if row.strip() else row for step, row in zip(steps[1:], rows[1:], strict=True)),
        ]
        text = f"def {name}():{layout.newline}{layout.indent}return {layout.newline.join(rows)}"
        place = self.tree.span(assign)
        above = self.tree.source[: place.start].rstrip(b"\r\n")
        is_under = place.start - len(above) < 3 and above and not above.rpartition(b"\n")[2].lstrip().startswith(b"#")
        below = self.tree.source[place.end : place.end + 200].split(b"\n")
        gap = layout.newline * 2 if len(below) > 1 and below[1].strip() else ""
        return ((layout.newline * 2 if is_under else "") + text + gap).encode()

    def _inside(self, span: Span) -> Iterator[tuple[Span, bytes]]:
        found = {**self.flow.edits[self.unit.path], **self.edits}
        return ((at, text) for at, text in found.items() if span.holds(at))

    def proposed(self) -> list[tuple[str, Edit]]:
        """The edits, without those that stand inside of others."""
        whole = [span for span, text in self.edits.items() if text.lstrip().startswith(b"def ")]
        return [
            (self.unit.path, Edit(span, text))
            for span, text in self.edits.items()
            if span in whole or not any(outer.holds(span) for outer in whole)
        ]


def lasts(plan: Plan, unit: Unit, tree: Tree) -> bool:
    """Whether a module lives longer than one run from top to bottom: a server does, and what others import."""
    imported = {ref.module.partition(".")[0] for ref in unit.module.imports} if unit.module is not None else set()
    if imported & _LASTING or b"while True" in unit.document.source or not any(_acts(one) for one in tree.module.body):
        return True
    return unit.path in plan.importers


def _acts(statement: cst.BaseStatement) -> bool:
    """Whether a statement of a module does something when it is read, as a script's do."""
    if isinstance(statement, cst.SimpleStatementLine):
        return any(isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) for small in statement.body)
    return isinstance(statement, (cst.For, cst.While, cst.With, cst.If))


def _reads(tree: Tree, target: cst.Name) -> Iterator[cst.CSTNode]:
    scope = tree.scope(target)
    for assignment in scope.assignments[target.value] if scope is not None else ():
        if isinstance(assignment, Assignment):
            yield from (access.node for access in assignment.references)


def _changes(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a dict is changed where it is read."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Subscript):
        return isinstance(tree.parent(parent), (cst.AssignTarget, cst.AugAssign, cst.Del))
    return isinstance(parent, cst.Attribute) and parent.attr.value in _CHANGES
