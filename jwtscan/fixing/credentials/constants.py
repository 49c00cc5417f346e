"""Credentials that stand in code: literals become environment reads, and what nothing reads any longer goes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from jwtscan.fixing import Import, Intent
from jwtscan.fixing.credentials.purposes import Constant, Purposes
from jwtscan.fixing.credentials.runtime import escaped, is_browser, jsx_safe, read_of
from jwtscan.fixing.credentials.tree import Words
from jwtscan.fixing.names import word_of
from jwtscan.fixing.plan import Plan
from jwtscan.meaning.sources import SETTINGS_KINDS
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span, Spans

COMMON = frozenset({"key", "secret", "token"})
"""Names that too much of any tree has to look for them."""
_QUOTES = ('"', "'", "`")
_BEFORE = re.compile(rb"[ \t]*(?:(?:export[ \t]+)?(?:const|let|var)[ \t]+)?(?:(?:module\.)?exports\.)?[\"']?$")
_AFTER = re.compile(rb"[ \t]*[,;]?[ \t]*$")


@dataclass(slots=True)
class Change:
    """What is done in one file.

    ``emptied`` says that a secret was taken out of what runs in a browser, ``by_hand`` that a key was, which nothing
    there reads from an environment.
    """

    edits: list[Edit] = field(default_factory=list)
    intents: set[Intent] = field(default_factory=set)
    emptied: bool = False
    by_hand: bool = False
    removed: bool = False


class Constants:
    """Changes constants within one pass."""

    def __init__(self, plan: Plan, purposes: Purposes, words: Words) -> None:
        self.plan = plan
        self.purposes = purposes
        self.words = words

    def of_text(self, unit: Unit, texts: Collection[str]) -> Change:
        """Takes the credentials ``texts`` out of a unit's code."""
        change = Change()
        for literal in unit.module.literals if unit.module is not None else ():
            if isinstance(literal.value, str) and literal.value in texts:
                removal = self._removal(unit, literal)
                if removal is not None:
                    change.removed = True
                    change.edits.append(removal)
                else:
                    self._read(unit, literal, self.purposes.constants[literal.value], change)
        return change

    def unread(self, unit: Unit, span: Span) -> Edit | None:
        """Takes out the definition at ``span`` of a name that nothing reads any longer."""
        for name, name_span, value in _definitions(unit):
            if value is None or isinstance(value, (ir.Object, ir.Func, ir.Class)):
                continue
            named = span.holds(unit.span(name_span)) or span.holds(unit.span(value.span))
            if named and not self._is_read(unit, name):
                return self._lines(unit, name_span, value)
        return None

    def dead(self, unit: Unit, spans: Sequence[Span]) -> list[Edit] | None:
        """Takes out the definitions that hold ``spans``; None where one of them is not one, or is read."""
        edits: dict[Span, Edit] = {}
        for span in spans:
            for name, name_span, value in _definitions(unit):
                whole = unit.span(name_span.join(value.span)) if value is not None else unit.span(name_span)
                if whole.holds(span) and not isinstance(value, (ir.Object, ir.Func, ir.Class)):
                    edit = self._lines(unit, name_span, value) if value and not self._is_read(unit, name) else None
                    if edit is None:
                        return None
                    edits[edit.span] = edit
                    break
            else:
                return None
        return list(edits.values())

    # -- reads -------------------------------------------------------------------------------------------------------

    def _read(self, unit: Unit, literal: ir.Literal, constant: Constant, change: Change) -> None:
        source, span = unit.document.source, unit.span(literal.span)
        first = source[span.start : span.end].lstrip(b"rbuRBU\\")[:1]
        if first.decode() not in _QUOTES:
            return
        here = self.purposes.files.get(unit.path, constant.purpose) & constant.purpose or constant.purpose
        text = read_of(self.plan, unit, constant.part, here)
        if text[:1] in _QUOTES:
            text = first.decode() * 2
            change.by_hand = change.by_hand or constant.part == "key"
        change.edits.append(Edit(span, escaped(unit, jsx_safe(unit, literal, text))))
        change.emptied = change.emptied or (constant.part != "key" and is_browser(self.plan, unit))
        if unit.kind == "python":
            change.intents.add(Import(unit.path, "os"))
        elif unit.kind == "notebook" and not _has_os(unit):
            line = unit.document.lines.span(unit.document.lines.line_of(span.start))
            opened = re.match(rb"[ \t]*(?=\")", source[line.start : line.end])
            if opened is not None and all(edit.span.start != line.start for edit in change.edits):
                row = opened[0] + json.dumps("import os\n").encode() + b",\n"
                change.edits.append(Edit(Span(line.start, line.start), row))

    # -- what nothing reads --------------------------------------------------------------------------------------------

    def _removal(self, unit: Unit, literal: ir.Literal) -> Edit | None:
        for name, name_span, value in _definitions(unit):
            if value is literal and not self._is_read(unit, name):
                return self._lines(unit, name_span, value)
        return None

    def _is_read(self, unit: Unit, name: str) -> bool:
        """Whether anything but its definitions speaks of a name, in its file or in those that import it."""
        defined = Spans(_defined(unit, name))
        quiet = Spans(comment.span for comment in unit.comments_in_code())
        for match in word_of(name).finditer(unit.document.source):
            span = Span(match.start(), match.end())
            if not defined.hold(span) and not quiet.hold(span):
                return True
        if name in COMMON:
            return any(word_of(name).search(other.document.source) for other in self._importers(unit))
        others = [other for other in self.words.units(self.plan.project, {name}) if other.kind not in SETTINGS_KINDS]
        return any(other is not unit and self._imports(other, unit) and _speaks_of(other, name) for other in others)

    def _importers(self, unit: Unit) -> list[Unit]:
        return self.plan.project.uses.profiles.importers(unit)

    def _imports(self, other: Unit, unit: Unit) -> bool:
        """Also through a loader that is given the file's name, or by no name at all: only the same package counts."""
        if unit in self.plan.project.uses.profiles.imported(other):
            return True
        stem = unit.path.rpartition("/")[2].partition(".")[0]
        near = self.purposes.homes.are_near(unit.path, other.path)
        return near and stem != "" and word_of(stem).search(other.document.source) is not None

    def _lines(self, unit: Unit, name_span: Span, value: ir.Expr) -> Edit | None:
        """The whole lines of a definition, line end included; None where something else stands on them."""
        if unit.kind in ("notebook", "html", "vue", "svelte"):
            return None
        source, lines = unit.document.source, unit.document.lines
        start, end = unit.span(name_span).start, unit.span(value.span).end
        first, last = lines.span(lines.line_of(start)), lines.span(lines.line_of(end))
        if not _BEFORE.fullmatch(source, first.start, start) or not _AFTER.fullmatch(source, end, last.end):
            return None
        if _is_only_statement(unit, name_span):
            return None
        stop = last.end + (2 if source[last.end : last.end + 2] == b"\r\n" else 1)
        return Edit(Span(first.start, min(stop, len(source))), b"")


def _definitions(unit: Unit) -> Iterator[tuple[str, Span, ir.Expr | None]]:
    """The names that a module, its classes and its objects define."""
    module = unit.module
    if module is None:
        return
    for scope in (module.scope, *(cls.scope for cls in module.classes), *(func.scope for func in module.functions)):
        for name, bindings in scope.bindings.items():
            yield from ((name, one.span, one.value) for one in bindings if one.kind in ("assign", "field"))
    yield from ((store.target.name, store.target.span, store.value) for store in module.stores)
    handed = _handed_over(module)
    for obj in module.objects:
        for entry in obj.entries if id(obj) not in handed else ():
            if isinstance(entry, ir.Entry) and entry.key and not entry.shorthand:
                yield entry.key, entry.key_span, entry.value


def _handed_over(module: ir.Module) -> set[int]:
    """The objects, by identity, that a call is given: who reads their fields may be outside of the project."""
    seen: set[int] = set()
    stack: list[ir.Expr | ir.Entry] = [arg for call in module.calls for arg in call.args if isinstance(arg, ir.Object)]
    while stack:
        part = stack.pop()
        if id(part) not in seen:
            seen.add(id(part))
            stack.extend(ir.children(part))
    return seen


def _has_os(unit: Unit) -> bool:
    return unit.module is not None and any(ref.module == "os" for ref in unit.module.imports)


def _defined(unit: Unit, name: str) -> Iterator[Span]:
    """Where definitions speak of their own name: also what they read by that name says nothing of a reader."""
    for other, span, value in _definitions(unit):
        if other == name:
            whole = value is not None and not isinstance(value, (ir.Object, ir.Func, ir.Class))
            yield unit.span(span.join(value.span) if value is not None and whole else span)


def _is_only_statement(unit: Unit, name_span: Span) -> bool:
    """The body of a class or function must not become empty."""
    module = unit.module
    if module is None or module.language != "python":
        return False
    for cls in module.classes:
        if cls.span.holds(name_span):
            return sum(len(bindings) for bindings in cls.scope.bindings.values()) < 3
    return any(func.span.holds(name_span) for func in module.functions)


def _speaks_of(unit: Unit, name: str) -> bool:
    quiet = Spans(comment.span for comment in unit.comments_in_code())
    return any(not quiet.hold(Span(m.start(), m.end())) for m in word_of(name).finditer(unit.document.source))
