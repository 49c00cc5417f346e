"""Applies a patch that a person has edited to the texts it was made of. Counts in hunk headers are not believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jwtscan.text.diff import head_of, lines_of
from jwtscan.text.layout import layout_of

_HUNK = re.compile(rb"@@ -(?P<start>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
_HEADERS = (b"--- ", b"+++ ", b"index ", b"new file mode ")


class PatchError(Exception):
    """A patch that cannot be read or does not fit its text. Lines are counted from 1 in the patch."""


@dataclass(slots=True)
class _Hunk:
    """``number`` is its line in the patch, ``start`` the 0-based line of the text it should begin at.

    Each row is a mark (space, minus, plus) and a line without its end.
    """

    number: int
    start: int
    rows: list[tuple[bytes, bytes]] = field(default_factory=list)
    ends_open: bool = False

    @property
    def old(self) -> list[bytes]:
        return [line for mark, line in self.rows if mark != b"+"]


def patched(patch: bytes, texts: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The texts that ``patch`` changes, by path. ``texts`` are those before; None is a file that is not there yet.

    Lines get the line end that their text has. Raises PatchError.
    """
    paths = {head_of(path): path for path in texts}
    found = {}
    for head, number, hunks in _sections(patch):
        if head not in paths:
            raise PatchError(f"line {number} names a file that this patch is not about")
        before = texts[paths[head]]
        after = _applied(before or b"", hunks)
        if after != (before or b""):
            found[paths[head]] = after
    return found


def _sections(patch: bytes) -> Iterator[tuple[bytes, int, list[_Hunk]]]:
    """For each file its first line, where that stands, and its hunks."""
    head, at = None, 0
    hunks: list[_Hunk] = []
    for number, line in enumerate(patch.split(b"\n"), 1):
        line = line.removesuffix(b"\r")
        if line.startswith(b"diff --git "):
            if head is not None:
                yield head, at, hunks
            head, at, hunks = line, number, []
        elif line.startswith(b"#") or (head is None and not line.strip()):
            continue
        elif head is None:
            raise PatchError(f"line {number} stands before any 'diff --git' line")
        elif match := _HUNK.match(line):
            hunks.append(_Hunk(number, max(int(match["start"]) - 1, 0)))
        elif hunks:
            _take(hunks[-1], number, line)
        elif line.strip() and not line.startswith(_HEADERS):
            raise PatchError(f"line {number} should be a hunk's first: '@@ -1,3 +1,4 @@'")
    if head is not None:
        yield head, at, hunks


def _take(hunk: _Hunk, number: int, line: bytes) -> None:
    if line.startswith(b"\\"):
        hunk.ends_open = bool(hunk.rows) and hunk.rows[-1][0] != b"-"
    elif not line:
        # An editor took the blank of an empty line away.
        hunk.rows.append((b"", b""))
    elif line[:1] in b" -+":
        hunk.rows.append((line[:1], line[1:]))
        hunk.ends_open = hunk.ends_open and line[:1] == b"-"
    else:
        raise PatchError(f"line {number} starts with none of ' ', '-' and '+'")


def _applied(before: bytes, hunks: Sequence[_Hunk]) -> bytes:
    newline = b"\r\n" if layout_of(before).newline == "\r\n" else b"\n"
    lines = lines_of(before)
    bare = [line.removesuffix(b"\n").removesuffix(b"\r") for line in lines]
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        while hunk.rows and not hunk.rows[-1][0]:
            hunk.rows.pop()
        place = _place(bare, hunk, at)
        result += lines[at:place]
        at = place
        for mark, line in hunk.rows:
            if mark == b"+":
                result.append(line + newline)
                continue
            if mark != b"-":
                result.append(lines[at])
            at += 1
    if hunks and at == len(lines) and hunks[-1].ends_open and result:
        result[-1] = result[-1].removesuffix(newline)
    result += lines[at:]
    # What was the last line may have got others behind it.
    ended = [line if line.endswith(b"\n") else line + newline for line in result[:-1]]
    return b"".join((*ended, *result[-1:]))


def _place(bare: Sequence[bytes], hunk: _Hunk, least: int) -> int:
    """The 0-based line from ``least`` on where the hunk fits, the nearest one to where it says."""
    old = hunk.old
    last = len(bare) - len(old)
    # What changed the number of lines above does not matter: the hunk counts in the text before.
    for distance in range(max(hunk.start, last) + 1):
        for place in (hunk.start + distance, hunk.start - distance):
            if least <= place <= last and (not old or bare[place] == old[0]) and bare[place : place + len(old)] == old:
                return place
    raise PatchError(f"the hunk at line {hunk.number} does not fit the file: lines with ' ' or '-' have to stay")
