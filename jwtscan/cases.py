"""Rule fixtures: finds cases, reads which findings they want, scans them, and says what differs.

A case is a file or folder in ``fixtures/<rule-id>/``; a folder is one project. A comment with ``want: rule-id`` (or
``want: one, another``) stands on the line where a finding has to start. Where no comment can stand, ``<file>.want``
beside the file lists ``line rule-id``. A case without marks has to stay silent.

A case named ``NAME.in.EXT``, or a folder ``NAME.in``, is fixed too. ``NAME.out`` beside it is what ``fix`` makes of it
and ``NAME.unsafe`` what ``fix --unsafe-fixes`` does; one that is missing says that nothing (more) changes. In them a
file written from a template is one line, ``template: NAME``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jwtscan.engine import Options, scan
from jwtscan.finding import Applicability
from jwtscan.rule import Rule
from jwtscan.text import Lines

_MARK = re.compile(rb"\bwant: ?([a-z0-9-]+(?:, ?[a-z0-9-]+)*)")
_SIDECAR = ".want"
_INPUT = re.compile(r"^(?P<name>.+)\.in(?P<end>\.[^.]+)?$")
_OUTCOME = re.compile(r"^(?P<name>.+)\.(?:out|unsafe)(?P<end>\.[^.]+)?$")


class CaseError(Exception):
    """A fixture that cannot be used; the text names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file or folder with what it stands under, usually a rule's id."""

    group: str
    path: Path

    @property
    def name(self) -> str:
        return f"{self.group}/{self.path.name}"

    @property
    def file_name(self) -> str:
        """The name that a case of one file is scanned under."""
        found = _INPUT.match(self.path.name)
        return found["name"] + (found["end"] or "") if found is not None else self.path.name

    @property
    def is_fixed(self) -> bool:
        return _INPUT.match(self.path.name) is not None

    def outcome(self, word: str) -> Path | None:
        """What a fix has to make of it (``out``), or one with unsafe fixes (``unsafe``); None where nothing."""
        found = _INPUT.match(self.path.name)
        path = self.path.with_name(f"{found['name']}.{word}{found['end'] or ''}") if found is not None else None
        return path if path is not None and path.exists() else None


@dataclass(frozen=True, slots=True, order=True)
class Want:
    """A finding that has to be there: where it starts, and its rule."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


def find_cases(folder: Path) -> list[Case]:
    """The cases of a fixtures folder, sorted."""
    return [
        Case(group.name, path)
        for group in sorted(folder.iterdir())
        if group.is_dir() and not group.name.startswith(".")
        for path in sorted(group.iterdir())
        if path.suffix != _SIDECAR and not _is_outcome(path)
    ]


def _is_outcome(path: Path) -> bool:
    found = _OUTCOME.match(path.name)
    return found is not None and path.with_name(f"{found['name']}.in{found['end'] or ''}").exists()


def prepare(case: Case, place: Path) -> list[Want]:
    """Copies a case into the empty folder ``place`` without its marks, which must not be evidence. Gives its wants."""
    wants: list[Want] = []
    for source in _files(case.path):
        relative = source.relative_to(case.path) if case.path.is_dir() else Path(case.file_name)
        target = place / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        target.write_bytes(_blank(content))
        wants += _marked(relative.as_posix(), content)
        wants += _listed(relative.as_posix(), source.with_name(source.name + _SIDECAR))
    return sorted(wants)


def check(case: Case, rules: Sequence[Rule], place: Path, options: Options | None = None) -> list[str]:
    """Scans a case in the empty folder ``place``. Gives one line for each finding that is missing or not wanted."""
    wants = prepare(case, place)
    known = {rule.id for rule in rules}
    strange = [want for want in wants if want.rule not in known]
    if strange:
        raise CaseError(f"{case.name}: {strange[0]}: there is no such rule")
    result = scan(replace(options or Options(jobs=1), paths=(".",), cwd=place), rules)
    found = {Want(finding.path, finding.start.line, finding.rule): finding for finding in result.findings}
    missing = [f"missing  {want}" for want in wants if want not in found]
    return missing + [f"unwanted {want}: {found[want].message}" for want in sorted(found) if want not in wants]


def check_fix(case: Case, rules: Sequence[Rule], place: Path) -> list[str]:
    """Fixes a case in folders of the empty folder ``place``, safely and unsafely, each of them twice.

    Gives one line for each file that differs from what is wanted, and for each that a second run changes.
    """
    wanted: dict[str, bytes] | None = None
    differences = []
    for least, word in ((Applicability.SAFE, "out"), (Applicability.UNSAFE, "unsafe")):
        folder = place / word
        folder.mkdir()
        prepare(case, folder)
        outcome = case.outcome(word)
        wanted = _contents(case, outcome) if outcome is not None else wanted or _texts(folder)
        made = _fixed(folder, rules, least)
        differences += [
            f"{word}: {path}:\n{_difference(wanted.get(path), made.get(path))}"
            for path in sorted(wanted.keys() | made.keys())
            if wanted.get(path) != made.get(path)
        ]
        before = _texts(folder)
        _fixed(folder, rules, least)
        after = _texts(folder)
        moved = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        differences += [f"{word}: {path}: changed by a second run" for path in moved]
    return differences


def _fixed(folder: Path, rules: Sequence[Rule], least: Applicability) -> dict[str, bytes]:
    """The files of a folder after a fix, which is written there; a template's text is ``template: NAME``."""
    from jwtscan.engine.fix import fix

    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules, least=least)
    if made.breakdowns:
        raise CaseError(f"the fix of {made.breakdowns[0].rule} broke down\n{made.breakdowns[0].details}")
    for change in made.changes:
        target = folder / change.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(change.after.raw)
    texts = _texts(folder)
    return texts | {path: f"template: {name}\n".encode() for path, name in made.templates.items()}


def _contents(case: Case, outcome: Path) -> dict[str, bytes]:
    if outcome.is_file():
        return {case.file_name: _blank(outcome.read_bytes())}
    return {path: _blank(content) for path, content in _texts(outcome).items()}


def _texts(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in _files(folder)}


def _difference(wanted: bytes | None, made: bytes | None) -> str:
    one, other = ((text or b"").decode("utf-8", "replace").splitlines() for text in (wanted, made))
    return "\n".join(difflib.unified_diff(one, other, "wanted", "made", lineterm=""))


def _blank(content: bytes) -> bytes:
    return _MARK.sub(lambda match: b" " * len(match[0]), content)


def _files(path: Path) -> Iterator[Path]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return (file for file in files if file.is_file() and file.suffix != _SIDECAR)


def _marked(path: str, content: bytes) -> Iterator[Want]:
    lines = Lines(content)
    for match in _MARK.finditer(content):
        for rule in match[1].decode().split(","):
            yield Want(path, lines.line_of(match.start()), rule.strip())


def _listed(path: str, sidecar: Path) -> Iterator[Want]:
    if not sidecar.is_file():
        return
    for line in sidecar.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        number, _, rule = line.strip().partition(" ")
        if not number.isdecimal() or not rule:
            raise CaseError(f"{sidecar}: '{line}' is not 'line rule-id'")
        yield Want(path, int(number), rule.strip())
