"""What a fix replaces, exactly, for programs that apply it. Nothing where that cannot be said without its secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from jwtscan.text import Lines, Position
from jwtscan.text.common import common_start
from jwtscan.text.diff import Change, changes

if TYPE_CHECKING:
    from jwtscan.engine.outcome import Rewrite
    from jwtscan.report.masked import Clean

MOST = 100
"""Fixes of more places are for ``jwtscan fix``: a name that changes in the whole tree would be said at each finding."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """``text`` in place of what stands from ``start`` to ``end`` of a file, end exclusive; equal for an insertion.

    Positions are 1-based lines and columns in code points; ``bytes_at`` are the two columns in UTF-8 bytes.
    """

    path: str
    start: Position
    end: Position
    bytes_at: tuple[int, int]
    text: str


class _Edit(NamedTuple):
    """``text`` in place of bytes ``start`` to ``end``; ``lines`` are the new ones that it stands in."""

    start: int
    end: int
    text: str
    lines: str


def replacements(rewrites: Iterable[Rewrite], clean: Clean) -> tuple[Replacement, ...]:
    """All that a fix replaces, by file and place; empty where it writes a new file too, or puts in what is masked."""
    found: list[Replacement] = []
    for path, before, after in rewrites:
        if before is None:
            return ()
        lines = Lines(before)
        for edit in _edits(before, after):
            if len(found) == MOST or _is_masked(edit, clean):
                return ()
            columns = lines.byte_column(edit.start), lines.byte_column(edit.end)
            places = lines.position(edit.start), lines.position(edit.end)
            found.append(Replacement(clean.text(path), *places, columns, edit.text))
    return tuple(found)


def _is_masked(edit: _Edit, clean: Clean) -> bool:
    text = edit.text.replace("\r\n", "\n")
    return clean.lines(text) != text or text not in clean.lines(edit.lines)


def _edits(before: bytes, after: bytes) -> Iterator[_Edit]:
    """What is replaced: whole words, no more than has to be."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, old))]
    for change in changes(old, new):
        for part in _parts(change):
            was, becomes = b"".join(old[part.start : part.end]), b"".join(new[part.new_start : part.new_end])
            same, tail = _in_common(was, becomes)
            text = becomes[same : len(becomes) - tail].decode("utf-8", "replace")
            start, end = starts[part.start] + same, starts[part.end] - tail
            if start < end or text:
                yield _Edit(start, end, text, becomes.decode("utf-8", "replace"))


def _parts(change: Change) -> list[Change]:
    """Lines that each change for itself, one by one."""
    start, end, new_start, new_end = change
    if end - start != new_end - new_start:
        return [change]
    return [Change(start + row, start + row + 1, new_start + row, new_start + row + 1) for row in range(end - start)]


def _in_common(old: bytes, new: bytes) -> tuple[int, int]:
    """How many bytes two texts begin and end with in common, up to whole words and line ends."""
    same = common_start(old, new)
    tail = common_start(old[same:][::-1], new[same:][::-1])
    while same and (_in_word(old[same - 1]) or _parts_line_end(old, same) or _parts_line_end(new, same)):
        same -= 1
    while tail and (
        _in_word(old[-tail]) or _parts_line_end(old, len(old) - tail) or _parts_line_end(new, len(new) - tail)
    ):
        tail -= 1
    return same, tail


def _parts_line_end(text: bytes, at: int) -> bool:
    return at > 0 and text[at - 1 : at + 1] == b"\r\n"


def _in_word(byte: int) -> bool:
    """Whether a byte is of a word in ASCII, or of a longer character, which is never cut."""
    return byte >= 0x80 or byte == ord("_") or chr(byte).isalnum()
