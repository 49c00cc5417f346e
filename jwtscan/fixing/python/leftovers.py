"""What may be left over when an expression goes: the names it read, and those that they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing import Unused
from jwtscan.fixing.python.tree import Tree, every, read

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use

MAX_NAMES = 200


def leftovers(tree: Tree, path: str, root: cst.CSTNode, kept: frozenset[str]) -> Iterator[Unused]:
    """The names that ``root`` reads, directly and through what they are given, but for ``kept``."""
    queue: list[cst.CSTNode] = [root]
    seen: set[tuple[str, str]] = set()
    while queue and len(seen) < MAX_NAMES:
        for name in every(queue.pop(), cst.Name):
            scope = tree.scope(name)
            if scope is None or name.value in kept:
                continue
            for assignment in scope[name.value]:
                if not isinstance(assignment, Assignment):
                    continue
                around = tree.path_of(assignment.node)
                if (name.value, around) in seen:
                    continue
                seen.add((name.value, around))
                yield Unused(path, name.value, around)
                queue += _made_of(tree, assignment)


def _made_of(tree: Tree, assignment: Assignment) -> Iterator[cst.CSTNode]:
    """What a name is given: an assigned value, a function's body."""
    node = assignment.node
    if isinstance(node, cst.FunctionDef):
        yield node.body
        return
    for around in (tree.parent(node), tree.parent(tree.parent(node) or node)):
        if isinstance(around, (cst.Assign, cst.AnnAssign)) and around.value is not None:
            yield around.value


def steps_behind(plan: Plan, use: Use, kept: frozenset[str]) -> set[Unused]:
    """The module-level names of other files that the credentials came through, and what those are made of."""
    found: set[Unused] = set()
    for value in (*use.keys, *use.secrets):
        for step in value.trail:
            unit = plan.project.units.get(step.path)
            if unit is None or unit is use.unit or unit.kind != "python" or unit.module is None:
                continue
            if step.text in kept or step.text not in unit.module.scope.bindings:
                continue
            found.add(Unused(step.path, step.text))
            tree = read(unit.document.source)
            targets = tree.each(cst.AssignTarget) if tree is not None else ()
            for target in targets:
                assign = tree.parent(target) if tree is not None else None
                if isinstance(target.target, cst.Name) and target.target.value == step.text and tree is not None:
                    assert isinstance(assign, cst.Assign)
                    found.update(leftovers(tree, step.path, assign.value, kept))
    return found
