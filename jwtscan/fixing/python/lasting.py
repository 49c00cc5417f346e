"""What outlives a token in Python: constants of a module become functions. Fields of objects are in ``fields``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import libcst as cst
from libcst.metadata import Assignment, GlobalScope, ImportAssignment

from jwtscan.fixing.python.fields import CHANGING, Renewed, as_property, field_of, inside, line_end, names_in
from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span, apply
from jwtscan.text.layout import Layout, margin_of

_WORD = re.compile(r"[A-Za-z_]\w*")


def renewed(
    tree: Tree, node: cst.CSTNode, text: str, layout: Layout, *, imported: bool = False, others: Sequence[Span] = ()
) -> Renewed:
    """``text`` in place of ``node``, in such a way that whoever uses it gets a new value each time.

    ``imported`` says that other files may read the module's names. ``others`` are places that the like is done to.
    """
    place = Edit(tree.span(node), text.encode())
    line = _line(tree, node)
    if tree.function(node) is None and not _in_class(tree, node):
        return _of_module(tree, line, place, layout, imported, others)
    target = field_of(line)
    if target is not None and line is not None:
        return as_property(tree, line, target, place, layout)
    if _is_default(tree, node):
        return Renewed([place], "a parameter's default is made once, when the function is defined")
    if _in_class(tree, node):
        return Renewed([place], "a class's field is made once, when the class is defined")
    if line is not None and _goes_into_session(tree, line):
        return Renewed([place], "the session keeps its headers, and a token lives for one hour")
    return Renewed([place])


def _line(tree: Tree, node: cst.CSTNode) -> cst.SimpleStatementLine | None:
    return next((one for one in (node, *tree.above(node)) if isinstance(one, cst.SimpleStatementLine)), None)


def _in_class(tree: Tree, node: cst.CSTNode) -> bool:
    around = next((one for one in tree.above(node) if isinstance(one, (cst.FunctionDef, cst.ClassDef))), None)
    return isinstance(around, cst.ClassDef)


def _is_default(tree: Tree, node: cst.CSTNode) -> bool:
    return any(isinstance(one, cst.Param) for one in tree.above(node) if not isinstance(one, cst.BaseStatement))


def _goes_into_session(tree: Tree, line: cst.SimpleStatementLine) -> bool:
    """Whether a statement sets headers of something that is no local variable of the function."""
    text = tree.text(line)
    head = text.partition(".headers")[0]
    return ".headers" in text.partition("(")[0].partition("=")[0] and ("." in head or head in ("session", "client"))


# -- constants of a module ---------------------------------------------------------------------------------------------


def _of_module(
    tree: Tree,
    line: cst.SimpleStatementLine | None,
    place: Edit,
    layout: Layout,
    imported: bool,
    others: Sequence[Span],
) -> Renewed:
    target = _constant(line)
    if line is None or target is None:
        outlives = line is not None and _is_read_later(tree, line)
        doubt = "what is made when the module is imported keeps its token, which lives for one hour"
        return Renewed([place], doubt if outlives else None)
    gone = []
    while not imported and (inner := _only_part(tree, target)) is not None:
        gone.append(line)
        value = tree.span(_value(line))
        text = apply(tree.source[value.start : value.end], [inside(value, place)])
        place = Edit(tree.span(inner), text)
        line = _line(tree, inner)
        target = _constant(line)
        assert line is not None
        assert target is not None
    lifting = _Lifting(tree, layout, imported, others, set(_WORD.findall(place.text.decode())))
    lifting.gone = [tree.span(one) for one in gone]
    edits = [place]
    if lifting.is_needed(target):
        lifting.take(line, target)
        edits = [place] if lifting.doubt is not None else lifting.edits(place)
    return Renewed(merged([*edits, *without(tree, gone)]), lifting.doubt)


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """The same edits, with those that touch put together: they replace neighbouring bytes."""
    found: list[Edit] = []
    for edit in sorted(set(edits)):
        last = found[-1] if found else None
        if last is not None and last.span.end == edit.span.start:
            found[-1] = Edit(last.span.join(edit.span), last.text + edit.text)
        else:
            found.append(edit)
    return found


def _value(line: cst.SimpleStatementLine) -> cst.BaseExpression:
    small = line.body[0]
    assert isinstance(small, cst.Assign)
    return small.value


def _only_part(tree: Tree, target: cst.Name) -> cst.Name | None:
    """Where a constant is read, if that is in one other constant only, which can hold its value itself."""
    scope = tree.scope(target)
    found = [one for one in scope[target.value] if isinstance(one, Assignment)] if scope is not None else []
    reads = [access.node for one in found for access in one.references]
    if len(found) != 1 or len(reads) != 1 or tree.function(reads[0]) is not None or not isinstance(reads[0], cst.Name):
        return None
    own, other = _line(tree, target), _line(tree, reads[0])
    fits = isinstance(tree.parent(reads[0]), (cst.DictElement, cst.Assign, cst.FormattedStringExpression))
    plain = own is not None and b"\n" not in tree.source[tree.span(own).start : tree.span(own).end]
    return reads[0] if fits and plain and _constant(other) is not None and not _in_class(tree, reads[0]) else None


def _is_read_later(tree: Tree, line: cst.SimpleStatementLine) -> bool:
    """Whether a function reads a value of the module that the statement speaks of: a session, an object."""
    for name in every(line, cst.Name):
        scope = tree.scope(name)
        for assignment in scope[name.value] if scope is not None else ():
            if not isinstance(assignment, Assignment) or isinstance(assignment, ImportAssignment):
                continue
            if isinstance(assignment.node, cst.Name) and any(
                tree.function(access.node) is not None for access in assignment.references
            ):
                return True
    return False


def _constant(line: cst.SimpleStatementLine | None) -> cst.Name | None:
    """The one name that a statement defines."""
    small = line.body[0] if line is not None and len(line.body) == 1 else None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
        return small.targets[0].target
    return None


class _Lifting:
    """Constants that become functions: the one that holds the token, and those that are made of it."""

    def __init__(self, tree: Tree, layout: Layout, imported: bool, others: Sequence[Span], taken: set[str]) -> None:
        self.others = others
        self.tree = tree
        self.taken = taken | {name.value for name in names_in(tree, tree.module)}
        self.layout = layout
        self.imported = imported
        self.doubt: str | None = None
        self.gone: list[Span] = []
        self.lines: dict[cst.SimpleStatementLine, cst.Name] = {}
        self.calls: dict[Span, bytes] = {}

    def is_needed(self, target: cst.Name) -> bool:
        """Whether a function reads the constant, or another file may."""
        if self.imported:
            return True
        queue, seen = [target], set()
        while queue:
            name = queue.pop()
            if name.value in seen:
                continue
            seen.add(name.value)
            for read in self._reads(name):
                line = _line(self.tree, read)
                inner = _constant(line) if self.tree.function(read) is None else None
                if self.tree.function(read) is not None:
                    return True
                queue += [inner] if inner is not None else []
        return False

    def take(self, line: cst.SimpleStatementLine, target: cst.Name) -> None:
        if line in self.lines or self.doubt is not None:
            return
        name = self._function_name(target.value)
        if self.imported or not self._can_move(line, target):
            self.doubt = f"{target.value} is made once, when the module is imported, and its token lives for one hour"
            return
        self.lines[line] = target
        for read in self._reads(target):
            self.calls[self.tree.span(read)] = f"{name}()".encode()
            around = _line(self.tree, read)
            inner = _constant(around) if self.tree.function(read) is None else None
            if around is not None and inner is not None and self.is_needed(inner):
                self.take(around, inner)

    def edits(self, place: Edit) -> list[Edit]:
        inner = [place, *(Edit(span, text) for span, text in self.calls.items())]
        whole = [self._defined(line, target, inner) for line, target in self.lines.items()]
        return [*whole, *(edit for edit in inner if not any(one.span.holds(edit.span) for one in whole))]

    def _defined(self, line: cst.SimpleStatementLine, target: cst.Name, inner: list[Edit]) -> Edit:
        """The statement as a function, with the empty lines that go around one."""
        small = line.body[0]
        assert isinstance(small, cst.Assign)
        source, value = self.tree.source, self.tree.span(small.value)
        start = self.tree.span(line).start
        end = line_end(source, value.end)
        margin = margin_of(source, start)
        held = [inside(value, edit) for edit in inner if value.holds(edit.span)]
        rest = source[value.end : end].rstrip(b"\r")
        text = apply(source[value.start : value.end], held) + rest
        newline, step = self.layout.newline, self.layout.indent
        text = text.replace(b"\n", b"\n" + step.encode())
        wanted = 2 if not margin else 1
        before, after = _empty_before(source, self._top(start - len(margin))), _empty_after(source, end)
        head = newline * max(wanted - before, 0) + margin
        tail = "" if self._goes_on(line) else newline * max(wanted - after, 0)
        made = f"{head}def {self._function_name(target.value)}():{newline}{margin}{step}return ".encode()
        return Edit(Span(start - len(margin), end - (source[end - 1 : end] == b"\r")), made + text + tail.encode())

    def _top(self, start: int) -> int:
        """Where a line will begin once the lines right above it are gone."""
        for span in reversed(self.gone):
            if self.tree.source[span.end : start].strip(b" \t") in (b"\n", b"\r\n"):
                start = span.start
        return start

    def _goes_on(self, line: cst.SimpleStatementLine) -> bool:
        """Whether the next statement becomes a function too, which brings the empty lines between the two."""
        block = self.tree.parent(line)
        body = list(block.body) if isinstance(block, (cst.Module, cst.IndentedBlock)) else []
        after = next((self.tree.span(other) for one, other in pairwise(body) if one is line), None)
        lines = [*(self.tree.span(one) for one in self.lines), *self.others]
        return after is not None and any(after.holds(span) for span in lines)

    def _reads(self, target: cst.Name) -> list[cst.CSTNode]:
        scope = self.tree.scope(target)
        found = [one for one in scope[target.value] if isinstance(one, Assignment)] if scope is not None else []
        return [access.node for one in found for access in one.references]

    def _can_move(self, line: cst.SimpleStatementLine, target: cst.Name) -> bool:
        small = line.body[0]
        scope = self.tree.scope(target)
        if not isinstance(small, cst.Assign) or not isinstance(scope, GlobalScope) or len(scope[target.value]) != 1:
            return False
        source, value = self.tree.source, self.tree.span(small.value)
        between = source[self.tree.span(target).end : value.start].strip()
        rest = source[value.end : line_end(source, value.end)].strip()
        strings = [one for one in every(small.value, cst.SimpleString) if "\n" in one.value]
        texts = [one for one in every(small.value, cst.FormattedString) if "\n" in self.tree.text(one)]
        plain = between == b"=" and (not rest or rest.startswith(b"#")) and not strings and not texts
        return plain and not any(self._changes(read) for read in self._reads(target))

    def _changes(self, read: cst.CSTNode) -> bool:
        """Whether a read is there to change the value, or to give it a name of its own kind."""
        parent = self.tree.parent(read)
        if isinstance(parent, cst.Subscript):
            outer = self.tree.parent(parent)
            return isinstance(outer, (cst.AssignTarget, cst.AugAssign, cst.Del))
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in CHANGING
        default = _is_default(self.tree, read)  # made once, when the function is defined
        return default or isinstance(parent, (cst.AugAssign, cst.Del)) or not isinstance(read, cst.Name)

    def _function_name(self, name: str) -> str:
        """``HEADERS`` becomes ``headers()``; what has small letters already, or is taken then, ``get_headers()``."""
        lowered = name.lower()
        return lowered if lowered not in self.taken else f"get_{lowered.lstrip('_')}"


def _empty_before(source: bytes, start: int) -> int:
    """The empty lines above a line; enough where it is the first, or has a comment above that belongs to it."""
    lines = source[:start].split(b"\n")[:-1]
    count = 0
    while lines and not lines[-1].strip():
        lines.pop()
        count += 1
    return count if lines and not (count == 0 and lines[-1].lstrip().startswith(b"#")) else 2


def _empty_after(source: bytes, end: int) -> int:
    """The empty lines below a line; enough where it is the last."""
    for count, line in enumerate(source[end + 1 :].split(b"\n")):
        if line.strip():
            return count
    return 2
