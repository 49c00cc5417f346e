"""One old name under its new ones, in every file of the tree: code, settings, comments."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jwtscan.fixing.credentials.constants import Constants
from jwtscan.fixing.credentials.purposes import GRANT, Old, Purposes, readers_of
from jwtscan.fixing.credentials.tree import HISTORY, Words, binds
from jwtscan.fixing.credentials.twins import Twins, code_end
from jwtscan.fixing.names import Names, Purpose, new_name, new_names, public_prefix, word_of
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.settings import Turn, edit_of, turned
from jwtscan.meaning import zoom
from jwtscan.meaning.sources import SETTINGS_KINDS
from jwtscan.syntax.reading import PAGES
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Edit, Span, Spans

_ENVIRONMENTS = frozenset({"env", "shell", "dockerfile"})
_ROWS = re.compile(
    rb"models\.\w+Field\(|\bColumn\(|mapped_column\(|DataTypes\.|Schema\(\{|\b(?:SELECT|INSERT|UPDATE|ALTER)\b"
)
"""What has rows of a database, whose columns no text edit renames."""
_TALKS = re.compile(
    rb"\breq(?:uest)?\.(?:body|json|data|POST|get_json)\b|"
    rb"\bres(?:ponse)?\.(?:json|send)\((?!\))|jsonify\(|JsonResponse\("
)
"""What sends and receives fields by their names, to and from programs that may be anywhere."""
_NEAR = 15
"""Lines around a request for OAuth tokens within which a name is read for it."""
_SET = re.compile(rb"[\"'\]\s]*=(?!=)")
_WHOLE = re.compile(rb"\bprocess\.env\s*[,)]")
_ENV = re.compile(rb"(?<![\w.])env\??\.\Z")
_OF_PROCESS = re.compile(
    rb"\{[^{}]*\benv\b[^{}]*\}\s*(?:from\s*[\"'](?:node:)?process[\"']|=\s*(?:require\([\"'](?:node:)?process[\"']\)|process\b))"
)
_CALLED = re.compile(rb"(?:environ|getenv|get_?env\w*|\benv|[cC]onfig|decouple)\S{0,12}[\[(][ \t\r\n]*$")


@dataclass(slots=True)
class Renaming:
    """What a rename comes to: the edits by path, or why it is not to be.

    ``elsewhere`` is a file without a part in any use that reads a name which other things may have too, ``contract``
    one that may send or receive a field by the name.
    """

    edits: list[tuple[str, Edit]] = field(default_factory=list)
    refusal: str | None = None
    in_comments: bool = False
    elsewhere: str | None = None
    contract: str | None = None


class Renamer:
    """Renames within one pass. ``promised`` are the settings that other names of the pass bring along, by file."""

    def __init__(self, plan: Plan, purposes: Purposes, words: Words, constants: Constants) -> None:
        self.plan = plan
        self.constants = constants
        self.project = plan.project
        self.purposes = purposes
        self.words = words
        self.promised: dict[tuple[str, str], str] = {}

    def rename(self, old: Old) -> Renaming:
        """The edits of a name and of those that go with it, as far as these can be made."""
        made = self._rename(old)
        for companion in old.companions if made.refusal is None else ():
            other = self._rename(companion)
            if other.refusal is None and not any(readers_of(self.project, companion, self.purposes.homes)):
                made.edits += other.edits
                made.in_comments = made.in_comments or other.in_comments
        return made

    def _rename(self, old: Old) -> Renaming:
        made = Renaming()
        self._find_spellings(old)
        units = self.words.units(self.project, old.spellings)
        doubled = old.part == "key" and Purpose.REST in old.purpose and old.home is None
        twins = Twins(old, units) if doubled else None
        read = any(_is_spoken_of(unit, old) for unit in units)
        shared = [unit for unit in units if unit.path in self.purposes.askers and _asks_with(unit, old)]
        others = [unit for unit in units if _is_others(unit, old)]
        whole = next((unit for unit in units if old.home is not None and _hands_all_on(unit)), None)
        if whole is not None and self._is_meant(old, whole):
            return Renaming(refusal=f"{whole.path} hands the whole environment on")
        if not read and not old.fed and self._is_php(old):
            return Renaming(refusal=f"no program that is read here reads {min(old.spellings)}, but PHP may")
        for unit in units:
            if HISTORY.search(unit.path) or not self._is_meant(old, unit):
                continue
            if unit in others:
                edits: list[Edit] = []
            elif unit in shared:
                edits = []
                if unit.module is not None and (unit.path in old.paths or not _reads_for_itself(unit, old)):
                    made.refusal = f"{unit.path} asks for OAuth tokens with {min(old.spellings)} as well"
            elif unit.kind in SETTINGS_KINDS:
                edits = list(self._settings(old, unit, read=read, shared=bool(shared or others)))
            elif unit.module is not None or unit.kind in PAGES:
                edits = list(self._code(old, unit, made, twins))
                if old.home is not None and edits and unit.path not in old.paths:
                    made.elsewhere = made.elsewhere or unit.path
            else:
                edits = []
            if made.refusal is not None:
                return made
            comments = _quiet(unit)
            made.in_comments = made.in_comments or any(comments.overlap(edit.span) for edit in edits)
            own = Spans(unit.own)
            made.edits += [(unit.path, edit) for edit in edits if not own.overlap(edit.span)]
        return made

    def _find_spellings(self, old: Old) -> None:
        """Takes in the name's other spellings that only stand beside those that are known: a parameter, a field."""
        for name in spellings_of(min(old.spellings)) - old.spellings if old.home is None else ():
            units = self.words.units(self.project, {name})
            known = [any(word_of(one).search(unit.document.source) for one in old.spellings) for unit in units]
            if units and all(known) and not any(_holds_rows(unit, name) for unit in units):
                old.spellings.add(name)

    def _is_php(self, old: Old) -> bool:
        """Whether all files that hold the name lie in packages of PHP."""
        homes = self.purposes.homes
        packages = [path for path in self.project.modules.files if posixpath.basename(path) == "composer.json"]
        return bool(packages) and all(any(homes.are_near(path, one) for one in packages) for path in old.paths)

    def _is_meant(self, old: Old, unit: Unit) -> bool:
        """A name that is not Zoom's alone only counts in its own package."""
        return old.home is None or self.purposes.homes.of(unit.path) == old.home

    # -- settings ------------------------------------------------------------------------------------------------------

    def _settings(self, old: Old, unit: Unit, *, read: bool, shared: bool) -> Iterator[Edit]:
        """``shared`` settings are another app's as well: they stay, with the new ones below."""
        purpose = old.purpose
        taken: list[Span] = []
        for setting in unit.settings:
            if setting.name in old.spellings and self._is_old(old, unit, setting):
                turns = turns_of(old, purpose, self.plan.names, setting.name)
                variable = setting.is_env or unit.kind in _ENVIRONMENTS
                if old.fed and not read and not variable and purpose is Purpose.REST:
                    turns = []  # what read it reads the environment now
                edit = edit_of(unit, setting, turns, self.there(old, unit, setting, turns), stays=shared)
                if edit is not None and not Spans(taken).overlap(edit.span):
                    taken.append(edit.span)
                    yield edit
        if not shared and (old.variables or old.home is None):
            spans = Spans(taken)
            for span, name in _occurrences(unit.document.source, old.spellings):
                if not spans.overlap(span) and (old.home is None or _is_referred_to(unit.document.source, span)):
                    yield Edit(span, self._spelled(old, name, purpose).encode())

    def _is_old(self, old: Old, unit: Unit, setting: Setting) -> bool:
        if old.home is None or (setting.name in old.variables and (setting.is_env or unit.kind in _ENVIRONMENTS)):
            return True
        return unit.path in old.paths and setting.name not in old.variables

    def there(self, old: Old, unit: Unit, setting: Setting, turns: Sequence[Turn]) -> frozenset[str]:
        """The keys that are in the file already or come into it by another name."""
        parent = setting.key[: len(setting.key) - len(setting.name)]
        there = {other.key for other in unit.settings}
        there |= {key for (path, key), owner in self.promised.items() if path == unit.path and owner != old.key}
        for turn in turns:
            self.promised.setdefault((unit.path, parent + turn[setting.name]), old.key)
        return frozenset(there)

    def _spelled(self, old: Old, name: str, purpose: Purpose) -> str:
        return new_name(name, old.part, purpose, self.plan.names, variable=name in old.variables)

    # -- code ----------------------------------------------------------------------------------------------------------

    def _code(self, old: Old, unit: Unit, made: Renaming, twins: Twins | None) -> Iterator[Edit]:
        source = unit.document.source
        purpose = self._purpose_in(old, unit)
        found = list(_occurrences(source, old.spellings))
        if old.part == "token":
            yield from self._taken_out(old, unit, found, made)
            return
        if old.home is not None:
            yield from self._reads(old, unit, found, purpose)
            return
        made.refusal = self._refusal(old, unit, found, purpose)
        if made.refusal is not None:
            return
        if any(not name.isupper() for _, name in found) and _TALKS.search(source):
            made.contract = unit.path
        taken: list[Span] = []
        for span, _ in found:
            line = unit.document.lines.span(unit.document.lines.line_of(span.start))
            if line not in taken and twins is not None and twins.has(unit.path, line):
                taken.append(line)
                yield Edit(line, self._twin(old, unit, line, purpose))
        spans = Spans(taken)
        for span, name in found:
            if not spans.overlap(span):
                yield Edit(span, self._spelled(old, name, purpose).encode())

    def _taken_out(self, old: Old, unit: Unit, found: Sequence[tuple[Span, str]], made: Renaming) -> Sequence[Edit]:
        """A token has no new name of its own: what defines it goes, where nothing reads it any longer."""
        quiet = _quiet(unit)
        spans = [span for span, name in found if not quiet.hold(span) and self._is_variable_read(old, unit, span, name)]
        edits = self.constants.dead(unit, spans)
        if edits is None:
            place = f"{unit.path}:{unit.document.lines.line_of(spans[0].start)}"
            made.refusal = f"{min(old.spellings)} still stands at {place}, and a token has no new name of its own"
        return edits or []

    def _is_variable_read(self, old: Old, unit: Unit, span: Span, name: str) -> bool:
        """A name that other things have counts where the environment is read by it."""
        return old.home is None or (name in old.variables and _reads_variable(unit.document.source, span))

    def _purpose_in(self, old: Old, unit: Unit) -> Purpose:
        """What a name that served both is for in one file: what the file did, the SDK where that does not say."""
        here = self.purposes.files.get(unit.path, Purpose.NONE) & old.purpose
        if old.purpose == Purpose.SDK | Purpose.REST:
            return here if here in (Purpose.SDK, Purpose.REST) else Purpose.SDK
        return old.purpose

    def _refusal(self, old: Old, unit: Unit, found: Sequence[tuple[Span, str]], purpose: Purpose) -> str | None:
        lines = unit.document.lines
        for span, name in found:
            place = f"{unit.path}:{lines.line_of(span.start)}"
            if not name.isupper() and _ROWS.search(lines.bytes(lines.line_of(span.start))):
                return f"{name} is a field of a database at {place}"
            new = self._spelled(old, name, purpose)
            if binds(unit, new):
                return f"{new} is a name of {unit.path} already"
        return None

    def _twin(self, old: Old, unit: Unit, line: Span, purpose: Purpose) -> bytes:
        """A line that lists, declares or hands on the name, once for each new name."""
        source = unit.document.source
        text = source[line.start : code_end(line, (comment.span for comment in unit.all_comments()))].rstrip()
        comment = source[line.start + len(text) : line.end]
        name = next(name for name in sorted(old.spellings) if word_of(name).search(text))
        newline = self.plan.layout(unit).newline.encode()
        texts = [turned(text, turn) for turn in turns_of(old, purpose, self.plan.names, name)]
        above = source[: line.start].rpartition(b"\n")[0].rpartition(b"\n")[2].strip()
        texts = [one for one in texts if one.strip() != above]  # what a fix of the code has said already
        ends = text.rstrip().endswith((b",", b";")) or b"=" in text or unit.kind == "python"
        item = text.strip()[:1] in (b'"', b"'") and not ends
        texts[:-1] = [one + b"," if item else one for one in texts[:-1]]
        return newline.join(texts) + comment

    def _reads(self, old: Old, unit: Unit, found: Sequence[tuple[Span, str]], purpose: Purpose) -> Iterator[Edit]:
        """Where the environment is read by a name that other things have too."""
        source = unit.document.source
        for span, name in found:
            if name not in old.variables:
                continue
            new = self._spelled(old, name, purpose)
            if _reads_variable(source, span):
                yield Edit(span, new.encode())
            elif _is_taken_out(source, span):
                yield Edit(span, f"{new}: {name}".encode())


def turns_of(old: Old, purpose: Purpose, names: Names, name: str) -> list[Turn]:
    """What the spellings become on each of the lines that stand for one: the account id's, the client id's, …"""
    table = {
        spelling: new_names(spelling, old.part, purpose, names, variable=spelling in old.variables)
        for spelling in (*sorted(old.spellings - {name}), name)
    }
    return [{spelling: news[at] for spelling, news in table.items()} for at in range(len(table[name]))]


def hides_secret(old: Old) -> bool:
    """Whether a secret stood where the browser can see it."""
    return old.part != "key" and any(public_prefix(name) for name in old.variables)


def spellings_of(name: str) -> set[str]:
    """A name as an environment variable, a Python name, a JavaScript name."""
    words = zoom.words(name)
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return {"_".join(words).upper(), "_".join(words), camel}


def _holds_rows(unit: Unit, name: str) -> bool:
    lines = unit.document.lines
    places = word_of(name).finditer(unit.document.source)
    return any(_ROWS.search(lines.bytes(lines.line_of(match.start()))) for match in places)


def _is_spoken_of(unit: Unit, old: Old) -> bool:
    """Whether a program says the name, other than in a comment."""
    if unit.module is None:
        return False
    quiet = _quiet(unit)
    return any(not quiet.hold(span) for span, _ in _occurrences(unit.document.source, old.spellings))


def _asks_with(unit: Unit, old: Old) -> bool:
    """Whether a program asks for OAuth tokens with the name: near by."""
    if unit.module is None and unit.kind != "shell":
        return False
    quiet = _quiet(unit)
    asked = [Span(match.start(), match.end()) for match in GRANT.finditer(unit.document.source)]
    asked = [span for span in asked if not quiet.hold(span)]
    if not asked:
        return False
    lines = unit.document.lines
    near = {lines.line_of(span.start) for span in asked}
    found = [span for span, _ in _occurrences(unit.document.source, old.spellings) if not quiet.hold(span)]
    return any(abs(lines.line_of(span.start) - line) <= _NEAR for span in found for line in near)


def _reads_for_itself(unit: Unit, old: Old) -> bool:
    """Whether a file reads the environment by the name, and needs nobody to hand the value on."""
    source = unit.document.source
    found = list(_occurrences(source, old.spellings))
    return any(_reads_variable(source, span) or _is_taken_out(source, span) for span, _ in found)


def _is_others(unit: Unit, old: Old) -> bool:
    """Whether a program without a part in sending tokens to Zoom reads a variable by a name that other things have too.

    What had such a part reads the environment by new names: what is left is for something else.
    """
    if unit.module is None or old.home is None or old.purpose is not Purpose.REST or not old.fed:
        return False
    source, quiet = unit.document.source, _quiet(unit)
    found = [span for span, _ in _occurrences(source, old.spellings) if not quiet.hold(span)]
    read = [span for span in found if _reads_variable(source, span) and not _SET.match(source, span.end)]
    return unit.path not in old.paths and bool(read)


def _hands_all_on(unit: Unit) -> bool:
    """``sign(process.env)``: who is given it may read any variable."""
    return unit.module is not None and _WHOLE.search(unit.document.source) is not None


def _occurrences(source: bytes, names: set[str]) -> Iterator[tuple[Span, str]]:
    for name in sorted(names):
        for match in word_of(name).finditer(source):
            yield Span(match.start(), match.end()), name


def _reads_variable(source: bytes, span: Span) -> bool:
    """``process.env.NAME``, ``os.environ["NAME"]``, ``getenv("NAME")``, ``env.NAME`` of an imported ``env``."""
    before = source[max(span.start - 60, 0) : span.start]
    quoted = before[-1:] in (b'"', b"'", b"`") and _CALLED.search(before[:-1].rstrip(b"\\")) is not None
    if quoted or before.endswith((b"process.env.", b"import.meta.env.", b"process.env?.")):
        return True
    return _ENV.search(before) is not None and _OF_PROCESS.search(source) is not None


def _is_referred_to(source: bytes, span: Span) -> bool:
    """``${NAME}``, ``$NAME``, ``secrets.NAME`` in a settings file."""
    return source[: span.start].endswith((b"${", b"$", b"secrets.", b"env.", b"vars."))


def _is_taken_out(source: bytes, span: Span) -> bool:
    """``const { NAME } = process.env``."""
    before, after = source[max(span.start - 400, 0) : span.start], source[span.end : span.end + 400]
    opened = re.search(rb"\{[^{}]*$", before)
    closed = re.match(rb"[ \t]*(?:,[^{}]*)?\}\s*=\s*(?:process\.env|import\.meta\.env)\b", after)
    return opened is not None and closed is not None


def _quiet(unit: Unit) -> Spans:
    """Where a file speaks to people only."""
    return Spans(comment.span for comment in unit.all_comments())
