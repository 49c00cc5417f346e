"""The difference of two texts as a patch that ``git apply`` takes. Works on bytes, whatever their encoding."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

CONTEXT = 3
_PAIRS = 1_000_000
_AWKWARD = re.compile(rb"[\x00-\x1f\"\\\x7f-\xff]")
_SHORT = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}


class Change(NamedTuple):
    """Lines ``start``-``end`` (0-based, half-open) of the old text that become ``new_start``-``new_end`` of the new."""

    start: int
    end: int
    new_start: int
    new_end: int


def patch(path: str, before: bytes | None, after: bytes) -> bytes:
    """The patch of one file, empty where nothing changes. ``before`` None is a file that was not there."""
    if before == after:
        return b""
    old, new = _name(f"a/{path}"), _name(f"b/{path}")
    head = head_of(path) + b"\n"
    if before is None:
        head += b"new file mode 100644\n"
    lines, new_lines = lines_of(before or b""), lines_of(after)
    hunks = b"".join(_hunk(lines, new_lines, group) for group in _groups(changes(lines, new_lines)))
    if not hunks:
        return head
    # As git does it: without the tab, a name with a space would seem to end there.
    tab = b"\t" if " " in path else b""
    return head + b"--- %s\n+++ %s\n" % (b"/dev/null" if before is None else old + tab, new + tab) + hunks


def head_of(path: str) -> bytes:
    """The first line of a file's patch."""
    return b"diff --git %s %s" % (_name(f"a/{path}"), _name(f"b/{path}"))


def changes(before: Sequence[bytes], after: Sequence[bytes]) -> list[Change]:
    """What differs, in order, anchored at lines that stand once in both: the way a reader would match them."""
    found = []
    ranges = [Change(0, len(before), 0, len(after))]
    while ranges:
        part = _trimmed(before, after, ranges.pop())
        if part.start == part.end or part.new_start == part.new_end:
            if part != (part.start, part.start, part.new_start, part.new_start):
                found.append(part)
        elif anchors := _anchors(before, after, part):
            edges = [(part.start, part.new_start), *((i + 1, j + 1) for i, j in anchors)]
            ends = [*anchors, (part.end, part.new_end)]
            ranges += [Change(i, k, j, m) for (i, j), (k, m) in zip(edges, ends, strict=True)]
        else:
            found += _matched(before, after, part)
    return _joined(sorted(found))


def _trimmed(before: Sequence[bytes], after: Sequence[bytes], part: Change) -> Change:
    """``part`` without the lines that are equal at its start and its end."""
    start, end, new_start, new_end = part
    while start < end and new_start < new_end and before[start] == after[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and before[end - 1] == after[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return Change(start, end, new_start, new_end)


def _anchors(before: Sequence[bytes], after: Sequence[bytes], part: Change) -> list[tuple[int, int]]:
    """Pairs of equal lines that stand once on each side, as many as there are in the same order on both."""
    once = {line for line, number in Counter(before[part.start : part.end]).items() if number == 1}
    once &= {line for line, number in Counter(after[part.new_start : part.new_end]).items() if number == 1}
    places = {after[j]: j for j in range(part.new_start, part.new_end) if after[j] in once}
    pairs = [(i, places[before[i]]) for i in range(part.start, part.end) if before[i] in places]
    # The longest rising sequence: ``ends`` has, for each length, the lowest end of one, ``links`` what came before.
    ends: list[int] = []
    tails: list[int] = []
    links: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        links.append(tails[at - 1] if at else -1)
        ends[at : at + 1], tails[at : at + 1] = [j], [number]
    rising = []
    at = tails[-1] if tails else -1
    while at >= 0:
        rising.append(pairs[at])
        at = links[at]
    return rising[::-1]


def _matched(before: Sequence[bytes], after: Sequence[bytes], part: Change) -> Iterator[Change]:
    """Matches lines that repeat; where there are very many, all of them are replaced."""
    from difflib import SequenceMatcher

    start, end, new_start, new_end = part
    if (end - start) * (new_end - new_start) > _PAIRS:
        yield part
        return
    matcher = SequenceMatcher(None, before[start:end], after[new_start:new_end], autojunk=False)
    for tag, i, k, j, m in matcher.get_opcodes():
        if tag != "equal":
            yield Change(start + i, start + k, new_start + j, new_start + m)


def _joined(found: Sequence[Change]) -> list[Change]:
    """Neighbours as one."""
    result: list[Change] = []
    for change in found:
        if result and result[-1].end == change.start and result[-1].new_end == change.new_start:
            change = Change(result[-1].start, change.end, result.pop().new_start, change.new_end)
        result.append(change)
    return result


def _groups(found: Sequence[Change]) -> list[list[Change]]:
    """Changes whose context would touch stand in one hunk."""
    groups: list[list[Change]] = [[found[0]]] if found else []
    for previous, change in pairwise(found):
        if change.start - previous.end > 2 * CONTEXT:
            groups.append([])
        groups[-1].append(change)
    return groups


def _hunk(before: Sequence[bytes], after: Sequence[bytes], group: Sequence[Change]) -> bytes:
    start = max(group[0].start - CONTEXT, 0)
    end = min(group[-1].end + CONTEXT, len(before))
    new_start = group[0].new_start - (group[0].start - start)
    new_end = group[-1].new_end + (end - group[-1].end)
    old, new = _range(start, end), _range(new_start, new_end)
    parts = [b"@@ -%d,%d +%d,%d @@\n" % (*old, *new)]
    at = start
    for change in group:
        parts += [_row(b" ", line) for line in before[at : change.start]]
        parts += [_row(b"-", line) for line in before[change.start : change.end]]
        parts += [_row(b"+", line) for line in after[change.new_start : change.new_end]]
        at = change.end
    parts += [_row(b" ", line) for line in before[at:end]]
    return b"".join(parts)


def _range(start: int, end: int) -> tuple[int, int]:
    """A hunk's first line, counted from 1, and how many; without lines, the line before."""
    return (start + 1 if end > start else start, end - start)


def _row(mark: bytes, line: bytes) -> bytes:
    return mark + line if line.endswith(b"\n") else mark + line + b"\n\\ No newline at end of file\n"


def lines_of(text: bytes) -> list[bytes]:
    """Lines end at ``\\n`` only, as git has it."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _name(path: str) -> bytes:
    """A path as git writes it: in quotes, with escapes, where it has anything unusual."""
    raw = path.encode("utf-8", "surrogateescape")
    if not _AWKWARD.search(raw):
        return raw
    return b'"%s"' % _AWKWARD.sub(lambda match: b"\\" + _SHORT.get(match[0][0], b"%03o" % match[0][0]), raw)
