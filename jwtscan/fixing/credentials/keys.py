"""Keys of settings files and fields of settings classes by names that other things have too (``api_key``)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.credentials.constants import COMMON
from jwtscan.fixing.credentials.purposes import Old, Purposes
from jwtscan.fixing.credentials.renames import Renamer, turns_of
from jwtscan.fixing.credentials.tree import HISTORY, Words, binds
from jwtscan.fixing.names import Purpose, new_name, word_of
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.settings import by_path, edit_of, emptied, spoken
from jwtscan.meaning import zoom
from jwtscan.meaning.sources import SETTINGS_KINDS, Source
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Edit, Span, Spans

_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_OPENED = re.compile(rb"[{,]\s*\Z")
_TAKEN = re.compile(rb"(?P<local>\s*:\s*\w+)?\s*(?:=[^,{}()]+)?(?:,[^{}()]*)?(?:\}[\s,]*)+=(?![=>])")
_QUOTE = (b'"', b"'", b"`")


class Keys:
    """Renames them where each read can be found, else empties them."""

    def __init__(self, plan: Plan, purposes: Purposes, words: Words, renamer: Renamer) -> None:
        self.plan = plan
        self.purposes = purposes
        self.words = words
        self.renamer = renamer

    # -- settings files ------------------------------------------------------------------------------------------------

    def of_settings(self, old: Old, title: str) -> Proposal | None:
        """What is done about the settings of that name, and about the code that reads them."""
        name = min(old.spellings)
        units = [unit for path in sorted(old.paths) if (unit := self.plan.project.load(path)) is not None]
        held = [(unit, one) for unit in units if unit.kind in SETTINGS_KINDS for one in unit.settings]
        held = [(unit, one) for unit, one in held if one.key in old.keys and not one.is_env]
        if not held:
            return None
        reads, strange = self._reads(old, name, {_section(one) for _, one in held})
        if strange is not None:
            return self._emptied(old, name, held, strange)
        edits = list(reads)
        for unit, setting in held:
            # Code that hands settings on takes the account id from the environment.
            turns = turns_of(old, old.purpose, self.plan.names, name)
            turns = turns[1:] if reads and len(turns) > 1 and old.part == "key" else turns
            if old.fed and not reads and old.purpose is Purpose.REST:
                turns = []  # what read it reads the environment now
            edit = edit_of(unit, setting, turns, self.renamer.there(old, unit, setting, turns))
            edits += [(unit.path, edit)] if edit is not None else []
        because = f"files that are not in the repository may still say {name}" if reads else None
        return Proposal(
            Applicability.UNSAFE if reads or not old.sure else Applicability.SAFE,
            title,
            by_path(edits),
            because=because or (None if old.sure else f"no use says what {name} is for"),
            left_to_do=(f"put the new app's credentials where {name} was set",),
        )

    def _reads(self, old: Old, name: str, sections: set[str]) -> tuple[list[tuple[str, Edit]], str | None]:
        """The edits of all code in the package that reads the key, and a place where that is not to be told.

        A read is told by the section's name on its line; where no line has it, by the file's part in a use.
        """
        new = new_name(name, old.part, old.purpose, self.plan.names, variable=False).encode()
        sure: list[tuple[str, Edit]] = []
        likely: list[tuple[str, Edit]] = []
        strange: str | None = None
        for unit in self._code(old, name):
            lines = unit.document.lines
            for span in _mentions(unit, name):
                taken = _taken_apart(unit.document.source, span)
                if taken is None and not _is_key(unit.document.source, span):
                    continue
                number = lines.line_of(span.start)
                edit = Edit(span, new + b": " + name.encode() if taken == "alone" else new)
                if any(section and word_of(section).search(lines.bytes(number)) for section in sections):
                    sure.append((unit.path, edit))
                elif unit.path in old.paths and name not in COMMON:
                    likely.append((unit.path, edit))
                elif name not in COMMON:
                    strange = strange or f"{unit.path}:{number}"
        return (sure, None) if sure else (likely, strange)

    def _code(self, old: Old, name: str) -> Iterator[Unit]:
        units = [self.plan.project.load(path) for path in sorted(old.paths)]
        if name not in COMMON:
            units += self.words.units(self.plan.project, {name})
        for unit in {unit.path: unit for unit in units if unit is not None}.values():
            near = self.purposes.homes.are_near(unit.path, posixpath.join(old.home or "", "x"))
            if unit.module is not None and near and not HISTORY.search(unit.path):
                yield unit

    def _emptied(self, old: Old, name: str, held: list[tuple[Unit, Setting]], strange: str) -> Proposal | None:
        edits = [(unit.path, edit) for unit, one in held if (edit := emptied(unit, one)) is not None]
        title = f"take out the old value of {name}"
        what = new_name(name, old.part, old.purpose, self.plan.names, variable=True)
        if not edits:
            return advice(f"put the new app's {what} under {name}", f"{name} may be read at {strange} as well")
        todo = f"put the new app's {what} under {name}"
        return Proposal(Applicability.SAFE, title, by_path(edits), left_to_do=(todo,))

    # -- fields --------------------------------------------------------------------------------------------------------

    def of_field(self, old: Old, source: Source, title: str) -> Proposal | None:
        """What is done about a field of a settings class: it is renamed in all of the folder that is Zoom's."""
        folder = _zoom_folder(source.unit.path)
        if folder is None:
            return advice(title, "what else reads the field cannot be told by its name")
        name = min(old.spellings)
        new = new_name(name, old.part, old.purpose, self.plan.names, variable=False)
        edits: list[tuple[str, Edit]] = []
        for unit in self.words.units(self.plan.project, {name}):
            if not unit.path.startswith(f"{folder}/") or unit.module is None or HISTORY.search(unit.path):
                continue
            found = [Edit(span, new.encode()) for span in _mentions(unit, name)]
            if found and binds(unit, new):
                return advice(title, f"{new} is a name of {unit.path} already")
            edits += [(unit.path, edit) for edit in (*found, *_labels(unit, name, new))]
        if not edits:
            return None
        because = f"what is stored outside of the repository has the field under the name {name}"
        return Proposal(Applicability.UNSAFE, title, by_path(edits), because=because)

    @staticmethod
    def definition(unit: Unit, source: Source) -> Span | None:
        """Where the source's definition stands now."""
        old = source.unit.document.source[source.span.start : source.span.end]
        if unit.document.source == source.unit.document.source:
            return source.span
        at = unit.document.source.find(old)
        return Span(at, at + len(old)) if at >= 0 else None


def is_field(source: Source) -> bool:
    """Whether a source is a field that a class declares."""
    module = source.unit.module
    return module is not None and any(
        source.unit.span(binding.span) == source.span
        for cls in module.classes
        for bindings in cls.scope.bindings.values()
        for binding in bindings
    )


def _section(setting: Setting) -> str:
    parts = [part for part in setting.key.split(".")[:-1] if not part.isdigit()]
    return parts[-1] if parts else ""


def _zoom_folder(path: str) -> str | None:
    """The outermost folder above a file that is called after Zoom."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        if zoom.says_zoom(parts[count - 1]) or parts[count - 1].lower() == "zoom":
            return "/".join(parts[:count])
    return None


def _mentions(unit: Unit, name: str) -> list[Span]:
    """Where a name stands outside of comments."""
    quiet = Spans(comment.span for comment in unit.comments_in_code())
    spans = (Span(match.start(), match.end()) for match in word_of(name).finditer(unit.document.source))
    return [span for span in spans if not quiet.hold(span)]


def _labels(unit: Unit, name: str, new: str) -> Iterator[Edit]:
    """What the lines that speak of a field say in prose."""
    lines = unit.document.lines
    for number in sorted({lines.line_of(span.start) for span in _mentions(unit, name)}):
        span = lines.span(number)
        for match in _QUOTED.finditer(lines.bytes(number)):
            text = spoken(match[0], new)
            if text != match[0] and not word_of(name).search(match[0]):
                yield Edit(Span(span.start + match.start(), span.start + match.end()), text)


def _taken_apart(source: bytes, span: Span) -> str | None:
    """``const { apiKey } = zoom``, with the name ``alone`` or with a local one; None where it is something else."""
    before, after = source[max(span.start - 400, 0) : span.start], source[span.end : span.end + 400]
    found = _TAKEN.match(after) if _OPENED.search(before) is not None else None
    return None if found is None else "alone" if found["local"] is None else "named"


def _is_key(source: bytes, span: Span) -> bool:
    """A key in quotes, or an attribute: what a settings file's content is asked by."""
    before = source[max(span.start - 10, 0) : span.start]
    if before[-1:] in _QUOTE and source[span.end : span.end + 1] == before[-1:]:
        return re.match(rb"[\"'`]\s*:", source[span.end : span.end + 20]) is None
    return before.endswith(b".") and not before.endswith((b"self.", b"this."))
