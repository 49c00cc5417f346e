"""Parses a Python program and lowers it. Keeps its own stack, so that no nesting can exhaust Python's."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.python.definitions import DEFINITIONS
from jwtscan.syntax.python.expressions import EXPRESSION_LEAVES, EXPRESSIONS
from jwtscan.syntax.python.runs import without_runs
from jwtscan.syntax.python.state import State, Steps, anything, span
from jwtscan.syntax.python.statements import STATEMENT_LEAVES, STATEMENTS
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_LEAVES = {**EXPRESSION_LEAVES, **STATEMENT_LEAVES}
_STEPS = {**EXPRESSIONS, **STATEMENTS, **DEFINITIONS}
# Deeper than any program that Python itself accepts; keeps what consumers have to walk bounded.
_DEEPEST = 1000


def lower_python(path: str, source: bytes) -> ir.Module:
    """Lower Python 2 or 3. ``source`` is UTF-8; what cannot be read is in ``errors``, all else is lowered.

    Never raises on any input. Nesting beyond 1,000 levels becomes ``Other("deep")`` and an error's span.
    """
    root, removed = parse(source)
    state = State(path, source)
    for each in removed:
        comment = ir.Comment(each, source[each.start : each.end].decode("utf-8", "replace"))
        state.module.comments.append(comment)
    broken = _survey(state, root)
    _lower(state, root)
    _lower_broken(state, [node for node in broken if node.id not in state.errors_read])
    _sort(state.module)
    return state.module


def parse(source: bytes) -> tuple[Node, list[Span]]:
    """The parser's tree of a program, and the comments that it had to be spared."""
    text, removed = without_runs(source)
    if b"\n" not in text:
        # The grammar knows no lines that end as they did on the first Macs; to Python they are lines.
        text = text.replace(b"\r", b"\n")
    return _parser().parse(text).root_node, removed


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def _survey(state: State, root: Node) -> list[Node]:
    """Note every comment and every span that could not be read. Returns the outermost broken nodes, in order.

    Goes only where a ``#`` or an error is: most of the tree is never touched.
    """
    module = state.module
    marks = [match.start() for match in re.finditer(b"#", state.source)]
    broken: list[Node] = []
    todo = [root]
    while todo:
        node = todo.pop()
        has_error = node.has_error
        if not has_error and bisect_left(marks, node.start_byte) == bisect_left(marks, node.end_byte):
            continue
        if node.type == "comment":
            module.comments.append(ir.Comment(span(node), state.text(node)))
        elif has_error and (node.is_error or node.is_missing):
            module.errors.append(span(node))
            if node.is_error and (not broken or node.start_byte >= broken[-1].end_byte):
                broken.append(node)
        if node.child_count:
            todo.extend(reversed(node.children))
    return broken


def _lower(state: State, root: Node) -> None:
    running: list[Steps] = []
    value: ir.Expr | None = None
    node = root
    while True:
        kind = node.type
        leaf = _LEAVES.get(kind)
        value = leaf(state, node) if leaf is not None else None
        if value is None:
            if len(running) < _DEEPEST:
                running.append(_STEPS.get(kind, anything)(state, node))
            else:
                state.module.errors.append(span(node))
                value = ir.Other(span(node), "deep")
        while True:
            if not running:
                return
            try:
                # A step starts with None, though its type says that it is sent expressions.
                node = running[-1].send(value)  # type: ignore[arg-type]
                break
            except StopIteration as done:
                running.pop()
                value = done.value


def _lower_broken(state: State, broken: list[Node]) -> None:
    """Lower the broken stretches inside expressions, each in the innermost scope that is open where it stands."""
    if not broken:
        return
    owners: list[ir.Func | ir.Class] = sorted([*state.module.functions, *state.module.classes], key=_order)
    starts = [owner.span.start for owner in owners]
    for node in broken:
        before = bisect_right(starts, node.start_byte) - 1
        owner = owners[before] if before >= 0 else None
        while owner is not None and owner.span.end <= node.start_byte:
            owner = owner.scope.parent.owner if owner.scope.parent is not None else None
        state.scope = owner.scope if owner is not None else state.module.scope
        state.receiver, state.owner = _receiver(state.scope)
        _lower(state, node)


def _receiver(scope: ir.Scope | None) -> tuple[str | None, ir.Class | None]:
    """What ``this`` is called in a scope, and its class. A method binds its receiver before all else."""
    while scope is not None:
        for name, bound in scope.bindings.items():
            if isinstance(bound[0].value, ir.This):
                return name, bound[0].value.owner
            break
        scope = scope.parent
    return None, None


def _order(item: ir.Expr | ir.Comment | ir.Store) -> tuple[int, int]:
    """Source order: by start, the outer before the inner."""
    return item.span.start, -item.span.end


def _sort(module: ir.Module) -> None:
    module.comments.sort(key=_order)
    module.calls.sort(key=_order)
    module.objects.sort(key=_order)
    module.literals.sort(key=_order)
    module.concats.sort(key=_order)
    module.stores.sort(key=_order)
    module.functions.sort(key=_order)
    module.classes.sort(key=_order)
    module.imports.sort(key=_order)
    module.errors.sort(key=lambda span: (span.start, -span.end))
