"""Rule fixtures: finds cases, reads which findings they want, scans them, and says what differs.

A case is a file or folder in ``fixtures/<rule-id>/``; a folder is one project. A comment with ``want: rule-id`` (or
``want: one, another``) stands on the line where a finding has to start. Where no comment can stand, ``<file>.want``
beside the file lists ``line rule-id``. A case without marks has to stay silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jwtscan.engine import Options, scan
from jwtscan.rule import Rule
from jwtscan.text import Lines

_MARK = re.compile(rb"\bwant: ?([a-z0-9-]+(?:, ?[a-z0-9-]+)*)")
_SIDECAR = ".want"


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
        if path.suffix != _SIDECAR
    ]


def prepare(case: Case, place: Path) -> list[Want]:
    """Copies a case into the empty folder ``place`` without its marks, which must not be evidence. Gives its wants."""
    wants: list[Want] = []
    for source in _files(case.path):
        relative = source.relative_to(case.path) if case.path.is_dir() else Path(source.name)
        target = place / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        target.write_bytes(_MARK.sub(lambda match: b" " * len(match[0]), content))
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
