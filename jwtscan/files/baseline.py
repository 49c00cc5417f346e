"""The file of a baseline: findings that are known, a line of JSON each. Only its form; nothing here scans or compares.

A line says rule, path and fingerprint, and nothing that changes when other code does: no line number, date or count.
Lines are sorted, so the same findings are the same bytes. A reader takes any order, doubles and blank lines, because a
merge that keeps the lines of both sides makes those.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from jwtscan.files.disk import put

NAME = "jwtscan-baseline.jsonl"

_KEYS = {"rule", "path", "fingerprint"}
_MARKER = re.compile(rb"(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)")


class BaselineError(Exception):
    """A baseline that cannot be used; the text names the file, the line and the reason."""


class Record(NamedTuple):
    """One finding of a baseline. ``path`` is for people: the fingerprint has it already, and is all that counts."""

    path: str
    rule: str
    fingerprint: str


def read(file: Path) -> list[Record]:
    """What is in a baseline, sorted, each finding once. Raises BaselineError, and OSError."""
    # A configuration names it, and that may come with a tree from anybody: a pipe or a device would never end.
    if not stat.S_ISREG(file.stat().st_mode):
        raise BaselineError(f"{file} is no regular file")
    lines = file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    found = (_record(line.strip(), f"{file}:{number}") for number, line in enumerate(lines, 1) if line.strip())
    return _sorted(found)


def write(file: Path, records: Iterable[Record]) -> bool:
    """Writes a baseline, or nothing where that would change nothing. Whether it did.

    Raises OSError, and BaselineError where there is a link: it may lead anywhere.
    """
    if file.is_symlink():
        raise BaselineError(f"{file} is a symbolic link: name the file that it leads to")
    content = b"".join(_line(record) for record in _sorted(records))
    if file.is_file() and file.read_bytes() == content:
        return False
    put(file, content)
    return True


def _sorted(records: Iterable[Record]) -> list[Record]:
    """One record a fingerprint: a path is shown differently where another secret was known to be masked in it."""
    return sorted({record.fingerprint: record for record in sorted(records, reverse=True)}.values())


def _line(record: Record) -> bytes:
    members = {"rule": record.rule, "path": record.path, "fingerprint": record.fingerprint}
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    # Whoever prints the file is to see names of other languages, but no control characters.
    shown = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    return shown.encode() + b"\n"


def _record(line: bytes, where: str) -> Record:
    if _MARKER.match(line):
        raise BaselineError(
            f"{where}: conflict markers: take both sides, without the markers, then 'jwtscan baseline update'"
        )
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        members = None
    if (
        not isinstance(members, dict)
        or members.keys() != _KEYS
        or not all(isinstance(v, str) for v in members.values())
    ):
        raise BaselineError(
            f"{where}: this is no line of a baseline: each has a rule, a path and a fingerprint, and nothing else"
        )
    return Record(members["path"], members["rule"], members["fingerprint"])
