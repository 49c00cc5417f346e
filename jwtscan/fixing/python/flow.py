"""Follows a value through a program, and undoes on its way what text that came as bytes had needed.

PyJWT 1 gave bytes: programs decode them, cut ``b'…'`` off, or ask for the type first, there and then or files away.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment, BuiltinAssignment, ImportAssignment

from jwtscan.fixing.python.guards import guard_of
from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree, every, read
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit

MAX_NODES = 400
_CUT = re.compile(r"\[\s*(?:2\s*:|:\s*-\s*1|2\s*:\s*-\s*1|2\s*:\s*len\(.*\)\s*-\s*1)\s*\]|\[\s*1\s*\]")
_PEEL = re.compile(r"""\.(?:split\(\s*["']'["']\s*\)|(?:l?strip)\(\s*["']b'?["']\s*\)|r?strip\(\s*["']'["']\s*\))""")


@dataclass(slots=True)
class Flow:
    """What following found: edits and statements that go, by path.

    ``doubts`` are reasons why that may be wrong, ``stops`` those why it cannot be right. ``places`` are where the value
    was met.
    """

    plan: Plan
    edits: dict[str, dict[Span, bytes]] = field(default_factory=lambda: defaultdict(dict))
    gone: dict[str, set[cst.BaseStatement]] = field(default_factory=lambda: defaultdict(set))
    doubts: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    places: list[tuple[Unit, Tree, cst.CSTNode]] = field(default_factory=list)
    _seen: set[tuple[str, Span]] = field(default_factory=set)
    _queue: list[tuple[Unit, Tree, cst.CSTNode]] = field(default_factory=list)

    def follow(self, unit: Unit, tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
        """Follows an expression; gives the outermost one around it that is still the same value."""
        root = self._outer(unit, tree, node, is_root=True)
        while self._queue and len(self._seen) < MAX_NODES:
            home, inside, one = self._queue.pop()
            place = (home.path, inside.span(one))
            if place not in self._seen:
                self._seen.add(place)
                self._outer(home, inside, one, is_root=False)
        return root

    def proposed(self, skip: tuple[str, Span] | None = None) -> Iterator[tuple[str, Edit]]:
        """The edits by path, without those inside of what goes."""
        for path in sorted(self.edits.keys() | self.gone.keys()):
            tree = read(self.plan.project.units[path].document.source)
            assert tree is not None
            lines = without(tree, self.gone[path])
            for edit in lines:
                yield path, edit
            for span, text in self.edits[path].items():
                if (path, span) != skip and not any(edit.span.overlaps(span) for edit in lines):
                    yield path, Edit(span, text)

    def is_read(self, unit: Unit, tree: Tree, target: cst.Name) -> bool:
        """Whether a name is read anywhere, by what goes too."""
        scope = tree.scope(target)
        found = scope[target.value] if scope is not None else ()
        if any(one.references for one in found if isinstance(one, Assignment)):
            return True
        return not tree.path_of(target) and any(True for _ in self.imported(unit, target.value))

    # -- one expression ----------------------------------------------------------------------------------------------

    def _outer(self, unit: Unit, tree: Tree, node: cst.CSTNode, *, is_root: bool) -> cst.CSTNode:
        self.places.append((unit, tree, node))
        guard = None if is_root else guard_of(tree, node)
        if guard is not None:
            self._unguard(unit, tree, node, guard)
            return node
        outer = widest(tree, node)
        text = tree.text(node).encode()
        if outer is not node and not is_root and not _is_plain_str(outer, node):
            self.edits[unit.path][tree.span(outer)] = text
        self._go_on(unit, tree, outer, text)
        return outer

    def _unguard(self, unit: Unit, tree: Tree, node: cst.CSTNode, guard: cst.CSTNode) -> None:
        text = tree.text(node).encode()
        if isinstance(guard, cst.IfExp):
            self.edits[unit.path][tree.span(guard)] = text
            self._go_on(unit, tree, guard, text)
        elif isinstance(guard, cst.If) and guard.orelse is not None and any(every(guard, cst.Return)):
            self.edits[unit.path][tree.span(guard)] = b"return " + text
        elif isinstance(guard, cst.BaseStatement):
            self.gone[unit.path].add(guard)

    def _go_on(self, unit: Unit, tree: Tree, outer: cst.CSTNode, text: bytes) -> None:
        """Where the value goes from an expression."""
        parent = tree.parent(outer)
        if isinstance(parent, (cst.Assign, cst.AnnAssign)) and parent.value is outer:
            self._assigned(unit, tree, parent, text)
        elif isinstance(parent, cst.Return):
            self._returned(unit, tree, parent)
        elif isinstance(parent, (cst.Await, cst.BooleanOperation, cst.IfExp)):
            self._go_on(unit, tree, parent, text)
        elif isinstance(parent, cst.Arg):
            self._handed(unit, tree, parent)
        elif isinstance(parent, cst.BinaryOperation) and _is_bytes(parent):
            self.stops.append("the token is joined to bytes, and an OAuth token is text")
        elif isinstance(parent, cst.Element):
            self._packed(unit, tree, parent)

    # -- names -------------------------------------------------------------------------------------------------------

    def _assigned(self, unit: Unit, tree: Tree, statement: cst.Assign | cst.AnnAssign, text: bytes) -> None:
        targets = [statement.target] if isinstance(statement, cst.AnnAssign) else [t.target for t in statement.targets]
        if isinstance(statement, cst.AnnAssign):
            self._annotated(unit, tree, statement.annotation)
        line = tree.parent(statement)
        value = statement.value
        is_undone = value is not None and tree.text(value).encode() != text
        same = is_undone and len(targets) == 1 and tree.text(targets[0]).encode() == text
        if same and isinstance(line, cst.SimpleStatementLine):
            self.gone[unit.path].add(_around(tree, line))
        for target in targets:
            if isinstance(target, cst.Name):
                self._named(unit, tree, target)
            elif isinstance(target, cst.Attribute):
                self._kept(unit, tree, target)

    def _named(self, unit: Unit, tree: Tree, target: cst.Name) -> None:
        scope = tree.scope(target)
        for assignment in scope[target.value] if scope is not None else ():
            if isinstance(assignment, Assignment):
                self._queue += [(unit, tree, access.node) for access in assignment.references]
        if not tree.path_of(target):
            self._queue += list(self.imported(unit, target.value))

    def imported(self, unit: Unit, name: str) -> Iterator[tuple[Unit, Tree, cst.CSTNode]]:
        """The places in other files where a name of this module is read."""
        for other, tree in self.importers(unit):
            assert other.module is not None
            refs = (*other.module.imports, *other.module.star_exports)
            targets = {self.plan.project.modules.target(other, ref) for ref in refs}
            found: dict[Span, cst.CSTNode] = {}
            if (unit.path, name) in targets or (unit.path, "*") in targets:
                found |= {tree.span(node): node for node in names_read(tree, name)}
            if (unit.path, None) in targets:
                found |= {tree.span(node): node for node in _members(tree, name)}
                found |= {tree.span(node): node for node in names_read(tree, name)} if other.module.star_exports else {}
            yield from ((other, tree, node) for node in found.values())

    def importers(self, unit: Unit) -> Iterator[tuple[Unit, Tree]]:
        """The files that import one."""
        for other in self.plan.importers.get(unit.path, ()):
            tree = read(other.document.source)
            if tree is not None:
                yield other, tree

    def _kept(self, unit: Unit, tree: Tree, target: cst.Attribute) -> None:
        """``self.token = value``: every read of that attribute, here and in the files that import this one."""
        for other, inside in [(unit, tree), *self.importers(unit)]:
            for one in inside.each(cst.Attribute):
                is_target = isinstance(inside.parent(one), (cst.AssignTarget, cst.AnnAssign))
                if one.attr.value == target.attr.value and not is_target:
                    self._queue.append((other, inside, one))

    # -- functions ---------------------------------------------------------------------------------------------------

    def _returned(self, unit: Unit, tree: Tree, statement: cst.Return) -> None:
        func = tree.function(statement)
        if func is not None:
            self._annotated(unit, tree, func.returns)
            if any(tree.text(one.decorator).endswith("property") for one in func.decorators):
                self._kept(unit, tree, cst.Attribute(cst.Name("self"), func.name))
        self._queue += self._calls(unit, tree, statement)

    def _calls(self, unit: Unit, tree: Tree, statement: cst.Return) -> Iterator[tuple[Unit, Tree, cst.CSTNode]]:
        """The calls of the function that a statement returns from."""
        func = next((node for node in tree.above(statement) if isinstance(node, (cst.FunctionDef, cst.Lambda))), None)
        if not isinstance(func, cst.FunctionDef) or unit.module is None:
            return
        name = tree.span(func.name)
        known = next((one for one in unit.module.functions if one.name_span == name), None)
        for home, call in self.plan.project.callers.of(known) if known is not None else ():
            inside = read(home.document.source) if home.kind == "python" else None
            found = inside.at(home.span(call.span), cst.Call) if inside is not None else None
            if inside is not None and found is not None:
                yield home, inside, found

    def _packed(self, unit: Unit, tree: Tree, element: cst.Element) -> None:
        """One value of a tuple that a function returns: what its callers take out again."""
        row = tree.parent(element)
        statement = tree.parent(row) if isinstance(row, (cst.Tuple, cst.List)) else None
        if not isinstance(row, (cst.Tuple, cst.List)) or not isinstance(statement, cst.Return):
            return
        index = next(at for at, one in enumerate(row.elements) if one is element)
        for home, inside, call in self._calls(unit, tree, statement):
            parent = inside.parent(call)
            if isinstance(parent, cst.Subscript):
                if inside.source[inside.span(call).end : inside.span(parent).end].decode().strip("[] ") == str(index):
                    self._queue.append((home, inside, parent))
            elif isinstance(parent, cst.Assign):
                taken = parent.targets[0].target
                elements = taken.elements if isinstance(taken, (cst.Tuple, cst.List)) else ()
                name = elements[index].value if index < len(elements) else None
                if isinstance(name, cst.Name):
                    self._named(home, inside, name)

    def _handed(self, unit: Unit, tree: Tree, arg: cst.Arg) -> None:
        """The value is an argument: what the function does to that parameter."""
        call = tree.parent(arg)
        if not isinstance(call, cst.Call) or unit.module is None:
            return
        if re.search(r"\bjwt\.decode$|\.get_unverified_", tree.text(call.func)):
            self.stops.append("the token is read with the JWT library later on, which cannot read an OAuth token")
        span = tree.span(call)
        known = next((one for one in unit.module.calls if one.span == span), None)
        for value in self.plan.project.reach(unit, known.func) if known is not None else ():
            func = value.end
            if isinstance(func, ir.Func) and value.unit.kind == "python":
                index = next((at for at, one in enumerate(call.args) if one is arg), -1)
                for param in func.params:
                    named = arg.keyword is not None and arg.keyword.value == param.name
                    if named or (arg.keyword is None and param.index == index):
                        self._parameter(value.unit, func, param)

    def _parameter(self, unit: Unit, func: ir.Func, param: ir.Param) -> None:
        tree = read(unit.document.source)
        if tree is None or func.name_span is None:
            return
        for node in tree.each(cst.FunctionDef):
            if tree.span(node.name) != func.name_span:
                continue
            for one in every(node.params, cst.Param):
                if one.name.value == param.name:
                    self._annotated(unit, tree, one.annotation)
                    self._named(unit, tree, one.name)

    def _annotated(self, unit: Unit, tree: Tree, annotation: cst.Annotation | None) -> None:
        if annotation is not None and tree.text(annotation.annotation) == "bytes":
            self.edits[unit.path][tree.span(annotation.annotation)] = b"str"


def names_read(tree: Tree, name: str) -> Iterator[cst.CSTNode]:
    """The reads of a name that the module imports, or does not bind itself."""
    for node in tree.each(cst.Name):
        parent = tree.parent(node)
        scope = tree.scope(node)
        if node.value != name or scope is None or isinstance(parent, (cst.ImportAlias, cst.AsName, cst.AssignTarget)):
            continue
        if isinstance(parent, cst.Arg) and parent.keyword is node:
            continue
        if isinstance(parent, (cst.Attribute, cst.Param)) and getattr(parent, "value", None) is not node:
            continue
        if all(isinstance(one, (ImportAssignment, BuiltinAssignment)) for one in scope[name]):
            yield node


def _members(tree: Tree, name: str) -> Iterator[cst.CSTNode]:
    """``module.name`` of what the file imports."""
    for node in tree.each(cst.Attribute):
        base: cst.BaseExpression = node.value
        while isinstance(base, cst.Attribute):
            base = base.value
        scope = tree.scope(base)
        if node.attr.value != name or not isinstance(base, cst.Name) or scope is None:
            continue
        if any(isinstance(one, ImportAssignment) for one in scope[base.value]):
            yield node


def widest(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The outermost expression around one that is still the same value, as text."""
    while (wider := _undone(tree, node)) is not None:
        node = wider
    return node


def _undone(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    """The expression around one that only turns bytes into text; None where there is none."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        cut = tree.source[tree.span(node).end : tree.span(parent).end].decode()
        return parent if _CUT.fullmatch(cut.strip()) and (cut.strip() != "[1]" or "split" in tree.text(node)) else None
    if isinstance(parent, cst.Attribute) and parent.value is node:
        call = tree.parent(parent)
        if not isinstance(call, cst.Call) or call.func is not parent:
            return None
        done = tree.source[tree.span(node).end : tree.span(call).end].decode()
        return call if parent.attr.value == "decode" or _PEEL.fullmatch(done) else None
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        if isinstance(call, cst.Call) and call.args[0] is parent and tree.text(call.func) in ("str", "force_text"):
            return call
    return None


def _is_plain_str(outer: cst.CSTNode, node: cst.CSTNode) -> bool:
    """``str(token)``, which does nothing to text."""
    return isinstance(outer, cst.Call) and len(outer.args) == 1 and outer.args[0].value is node


def _is_bytes(node: cst.BinaryOperation) -> bool:
    return any(isinstance(part, cst.SimpleString) and "b" in part.prefix for part in (node.left, node.right))


def _around(tree: Tree, line: cst.SimpleStatementLine) -> cst.BaseStatement:
    """A ``try`` that is there for the one statement goes with it."""
    block = tree.parent(line)
    outer = tree.parent(block) if isinstance(block, cst.IndentedBlock) and len(block.body) == 1 else None
    return outer if isinstance(outer, cst.Try) and outer.body is block and outer.finalbody is None else line
