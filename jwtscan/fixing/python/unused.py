"""Takes out imports, constants, functions and locals that nothing reads any longer. Comments stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import Assignment, BuiltinAssignment, GlobalScope, ImportAssignment, Scope

from jwtscan.fixing import Unused
from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.purity import is_pure, pure_functions
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span


@dataclass(slots=True)
class _Held:
    """What binds a name: whole statements, names of imports; and where the name is read."""

    statements: list[cst.BaseStatement] = field(default_factory=list)
    aliases: list[cst.ImportAlias] = field(default_factory=list)
    reads: list[Span] = field(default_factory=list)


def removed(tree: Tree, unused: Sequence[Unused], is_read: Callable[[str], bool]) -> list[Edit]:
    """The edits that take out those of ``unused`` that nothing reads but others that go with them."""
    said = _texts(tree)
    known = pure_functions(tree.each(cst.FunctionDef))
    waiting = [
        held
        for one in unused
        if one.scope or not is_read(one.name)
        for scope in _scopes(tree, one.scope)
        if (held := _held(tree, scope, one.name, said.get(one.name, []), known)) is not None
    ]
    gone = [
        _Held(statements=found)
        for one in unused
        for scope in _scopes(tree, one.scope)
        if (found := list(_overwritten(tree, scope, one.name, known)))
    ]
    spans = [span for held in gone for span in _spans(tree, held)]
    while True:
        free = [held for held in waiting if _is_free(tree, held, spans)]
        if not free:
            break
        waiting = [held for held in waiting if held not in free]
        gone += free
        spans += [span for held in free for span in _spans(tree, held)]
    return _edits(tree, gone)


def _is_free(tree: Tree, held: _Held, gone: Sequence[Span]) -> bool:
    spans = [*gone, *_spans(tree, held)]
    return all(any(span.holds(read) for span in spans) for read in held.reads)


def _spans(tree: Tree, held: _Held) -> list[Span]:
    return [tree.span(node) for node in (*held.statements, *held.aliases)]


def _texts(tree: Tree) -> dict[str, list[Span]]:
    """Where each whole string of the module stands: ``__all__`` and ``getattr`` read a name so."""
    found: dict[str, list[Span]] = defaultdict(list)
    for string in tree.each(cst.SimpleString):
        value = string.evaluated_value
        if isinstance(value, str) and value.isidentifier():
            found[value].append(tree.span(string))
    return found


def _scopes(tree: Tree, path: str) -> list[Scope]:
    """The scopes of the functions and classes with a dotted name; the module's for an empty one."""
    if not path:
        found = tree.scope(tree.module)
        return [found] if found is not None else []
    scopes = []
    named: list[cst.FunctionDef | cst.ClassDef] = [*tree.each(cst.FunctionDef), *tree.each(cst.ClassDef)]
    for node in named:
        around = tree.path_of(node)
        if (f"{around}.{node.name.value}" if around else node.name.value) == path:
            inner = node.body.body[0] if node.body.body else None
            scope = tree.scope(inner) if inner is not None else None
            scopes += [scope] if scope is not None else []
    return scopes


def _held(tree: Tree, scope: Scope, name: str, said: Sequence[Span], known: frozenset[str]) -> _Held | None:
    """What binds a name in a scope, None where a binding cannot go. ``said`` are the strings that are its name."""
    held = _Held(reads=list(said))
    for assignment in scope.assignments[name]:
        if assignment.scope is not scope or isinstance(assignment, BuiltinAssignment):
            continue
        assert isinstance(assignment, Assignment)
        if not _take(tree, assignment, name, held, known):
            return None
        held.reads += [tree.span(access.node) for access in assignment.references]
    if not held.statements and not held.aliases:
        return None
    if not isinstance(scope, GlobalScope) or not _is_declared(tree, name):
        return held
    return None


def _overwritten(tree: Tree, scope: Scope, name: str, known: frozenset[str]) -> Iterator[cst.BaseStatement]:
    """Assignments that the next statement of the block to speak of the name replaces unread."""
    found = [one for one in scope.assignments[name] if isinstance(one, Assignment) and one.scope is scope]
    if len(found) < 2 or any(access.scope is not scope for one in found for access in one.references):
        return
    for assignment in found:
        held = _Held()
        if isinstance(assignment.node, cst.Name) and _take(tree, assignment, name, held, known):
            block = tree.parent(held.statements[0])
            rows = list(block.body) if isinstance(block, (cst.Module, cst.IndentedBlock)) else []
            after = rows[rows.index(held.statements[0]) + 1 :]
            speaks = next((row for row in after if any(one.value == name for one in every(row, cst.Name))), None)
            small = speaks.body[0] if isinstance(speaks, cst.SimpleStatementLine) else None
            if isinstance(small, cst.Assign) and sum(one.value == name for one in every(small, cst.Name)) == 1:
                target = small.targets[0].target
                yield from held.statements if isinstance(target, cst.Name) and target.value == name else ()


def _is_declared(tree: Tree, name: str) -> bool:
    """Whether a function says ``global name``."""
    return any(item.name.value == name for node in tree.each(cst.Global) for item in node.names)


def _take(tree: Tree, assignment: Assignment, name: str, held: _Held, known: frozenset[str]) -> bool:
    node = assignment.node
    if isinstance(assignment, ImportAssignment):
        names = getattr(node, "names", ())
        found = [] if isinstance(names, cst.ImportStar) else [one for one in names if _bound(one) == name]
        held.aliases += found
        return bool(found) and _is_alone(tree, tree.parent(found[0]))
    if isinstance(node, cst.FunctionDef):
        held.statements.append(node)
        return not node.decorators and not any(every(node, cst.Comment))
    target = tree.parent(node)
    statement = tree.parent(target) if isinstance(target, cst.AssignTarget) else target
    if not isinstance(statement, (cst.Assign, cst.AnnAssign)) or not _is_only_target(statement, node):
        return False
    line = tree.parent(statement)
    if isinstance(line, cst.SimpleStatementLine):
        held.statements.append(line)
    return is_pure(statement.value, known) and _is_alone(tree, statement)


def _is_only_target(statement: cst.Assign | cst.AnnAssign, node: cst.CSTNode) -> bool:
    if isinstance(statement, cst.AnnAssign):
        return statement.target is node
    return len(statement.targets) == 1 and statement.targets[0].target is node


def _bound(alias: cst.ImportAlias) -> str:
    return alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


def _is_alone(tree: Tree, statement: cst.CSTNode | None) -> bool:
    """Whether a small statement has its line for itself."""
    line = tree.parent(statement) if statement is not None else None
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _edits(tree: Tree, gone: Iterable[_Held]) -> list[Edit]:
    lines: list[cst.BaseStatement] = []
    statements: dict[cst.CSTNode, list[cst.ImportAlias]] = defaultdict(list)
    for held in gone:
        lines += held.statements
        for alias in held.aliases:
            statement = tree.parent(alias)
            assert statement is not None
            statements[statement].append(alias)
    edits: list[Edit] = []
    for statement, aliases in statements.items():
        assert isinstance(statement, (cst.Import, cst.ImportFrom))
        names = statement.names
        if isinstance(names, cst.ImportStar) or len(aliases) == len(names):
            line = tree.parent(statement)
            assert isinstance(line, cst.SimpleStatementLine)
            lines.append(line)
        else:
            edits += _parts(tree, names, aliases)
    return [*edits, *without(tree, lines)]


def _parts(tree: Tree, names: Sequence[cst.ImportAlias], gone: Sequence[cst.ImportAlias]) -> Iterator[Edit]:
    """Runs of names out of one import, each with the comma before it, or behind it where it is the first."""
    at = 0
    while at < len(names):
        end = at
        while end < len(names) and names[end] in gone:
            end += 1
        if end > at:
            first, last = tree.span(names[at]), tree.span(names[end - 1])
            if at:
                yield Edit(Span(_name_end(tree, names[at - 1]), _name_end(tree, names[end - 1])), b"")
            else:
                yield Edit(Span(first.start, tree.span(names[end]).start), b"")
            assert last.end >= first.start
        at = max(end, at + 1)


def _name_end(tree: Tree, alias: cst.ImportAlias) -> int:
    """The end of a name without its comma."""
    return tree.span(alias.asname.name if alias.asname is not None else alias.name).end
