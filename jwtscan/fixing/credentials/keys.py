"""Keys of settings files and fields of settings classes by names that other things have too (``api_key``)."""

from __future__ import annotations

import re

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal
from jwtscan.fixing.credentials.constants import COMMON
from jwtscan.fixing.credentials.purposes import Old, Purposes
from jwtscan.fixing.credentials.renames import Renamer, turns_of
from jwtscan.fixing.credentials.tree import HISTORY, Words
from jwtscan.fixing.names import new_name, word_of
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.settings import edit_of, emptied, merged
from jwtscan.meaning.sources import SETTINGS_KINDS, Source
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span, Spans

_QUOTE = (b'"', b"'", b"`")


class Keys:
    """Renames them where each read can be found, else empties them."""

    def __init__(self, plan: Plan, purposes: Purposes, words: Words, renamer: Renamer) -> None:
        self.plan = plan
        self.purposes = purposes
        self.words = words
        self.renamer = renamer

    def proposal(self, old: Old, title: str) -> Proposal | None:
        """What is done about the settings, and about the code that reads them."""
        name = min(old.spellings)
        reads, strange = self._reads(old, name)
        files = [unit for path in sorted(old.paths) if (unit := self.plan.project.load(path)) is not None]
        settings = [unit for unit in files if unit.kind in SETTINGS_KINDS]
        if strange is not None or (name in COMMON and reads):
            return self._emptied(old, name, settings)
        edits = list(reads)
        for unit in settings:
            for setting in unit.settings:
                if setting.name == name and (not setting.is_env):
                    turns = turns_of(old, old.purpose, self.plan.names, name)
                    there = self.renamer.there(old, unit, setting, turns)
                    edit = edit_of(unit, setting, turns, there)
                    edits += [(unit.path, edit)] if edit is not None else []
        if not edits:
            return None
        because = f"files that are not in the repository may still say {name}" if reads else None
        return Proposal(
            Applicability.UNSAFE if reads or not old.sure else Applicability.SAFE,
            title,
            _joined(edits),
            because=because or (None if old.sure else f"no use says what {name} is for"),
            left_to_do=(f"put the new app's credentials where {name} was set",),
        )

    def definition(self, unit: Unit, source: Source) -> Span | None:
        """Where the source's definition stands now."""
        old = source.unit.document.source[source.span.start : source.span.end]
        if unit.document.source == source.unit.document.source:
            return source.span
        at = unit.document.source.find(old)
        return Span(at, at + len(old)) if at >= 0 else None

    def _reads(self, old: Old, name: str) -> tuple[list[tuple[str, Edit]], str | None]:
        """The edits of all code in the package that names the key, and a file where that is not to be told."""
        new = new_name(name, old.part, old.purpose, self.plan.names, variable=False)
        edits: list[tuple[str, Edit]] = []
        units = [self.plan.project.load(path) for path in sorted(old.paths)]
        if name not in COMMON:
            units += self.words.units(self.plan.project, {name})
        for unit in {unit.path: unit for unit in units if unit is not None}.values():
            if unit.module is None or not self.purposes.homes.are_near(unit.path, f"{old.home}/x"):
                continue
            if HISTORY.search(unit.path):
                continue
            quiet = Spans(unit.span(comment.span) for comment in unit.module.comments)
            for match in word_of(name).finditer(unit.document.source):
                span = Span(match.start(), match.end())
                if not quiet.hold(span) and _is_key(unit.document.source, span):
                    if unit.path not in old.paths:
                        return edits, unit.path
                    edits.append((unit.path, Edit(span, new.encode())))
        return edits, None

    def _emptied(self, old: Old, name: str, settings: list[Unit]) -> Proposal | None:
        edits = [
            (unit.path, edit)
            for unit in settings
            for setting in unit.settings
            if setting.name == name and (edit := emptied(unit, setting)) is not None
        ]
        if not edits:
            return None
        what = new_name(name, old.part, old.purpose, self.plan.names, variable=True)
        todo = f"put the new app's {what} under {name}"
        return Proposal(Applicability.SAFE, f"take out the old value of {name}", _joined(edits), left_to_do=(todo,))


def _is_key(source: bytes, span: Span) -> bool:
    """A key in quotes, or an attribute: what a settings file's content is asked by."""
    before = source[: span.start]
    if before[-1:] in _QUOTE and source[span.end : span.end + 1] == before[-1:]:
        return re.match(rb"[\"'`]\s*:", source[span.end : span.end + 20]) is None
    return before.endswith(b".") and not before.endswith((b"self.", b"this."))


def _joined(edits: list[tuple[str, Edit]]) -> tuple[tuple[str, Edit], ...]:
    by_path: dict[str, list[Edit]] = {}
    for path, edit in edits:
        by_path.setdefault(path, []).append(edit)
    return tuple((path, edit) for path, found in sorted(by_path.items()) for edit in merged(found))
