"""Takes whole statements out of a text: their lines, and the empty lines that would be too many. Comments stay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import libcst as cst

from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

_HEADS = (b"#", b"def ", b"class ", b"async ", b"@")


def without(tree: Tree, statements: Iterable[cst.BaseStatement]) -> list[Edit]:
    """The edits that take the statements out; a block of nothing else becomes ``pass``."""
    gone = set(statements)
    lines = tree.source.splitlines(keepends=True) if tree.source else []
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    rows: dict[int, bytes] = {}
    for statement in gone:
        span = tree.span(statement)
        first = _row(starts, span.start)
        last = _row(starts, max(span.end - 1, span.start))
        kept = _kept(tree, statement, lines[last])
        if _empties(tree, statement, gone):
            kept += margin_of(tree.source, span.start).encode() + b"pass" + _newline(lines[last])
        rows.update(dict.fromkeys(range(first, last + 1), b""))
        rows[first] = kept
    return list(_edits(lines, starts, rows))


def _row(starts: list[int], offset: int) -> int:
    return bisect_right(starts, offset) - 1


def _newline(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :] or b"\n"


def _kept(tree: Tree, statement: cst.BaseStatement, last: bytes) -> bytes:
    """The comments inside of a statement, each on a line of its own."""
    margin = margin_of(tree.source, tree.span(statement).start).encode()
    above = {comment for line in getattr(statement, "leading_lines", ()) for comment in every(line, cst.Comment)}
    found = [comment.value.encode() for comment in every(statement, cst.Comment) if comment not in above]
    return b"".join(margin + comment + _newline(last) for comment in found)


def _empties(tree: Tree, statement: cst.BaseStatement, gone: set[cst.BaseStatement]) -> bool:
    """Whether a block would be left with nothing; said of its last statement."""
    block = tree.parent(statement)
    return isinstance(block, cst.IndentedBlock) and block.body[-1] is statement and all(s in gone for s in block.body)


def _edits(lines: list[bytes], starts: list[int], rows: dict[int, bytes]) -> Iterator[Edit]:
    """One edit for each run of lines, so that no two touch."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        start = runs.pop()[0] if runs and runs[-1][1] >= row else row
        end = row + 1
        if end not in rows and not any(rows.get(one) for one in range(start, end)):
            end += _surplus(lines, start, end)
        runs.append((start, end))
    for start, end in runs:
        yield Edit(Span(starts[start], starts[end]), b"".join(rows.get(row, b"") for row in range(start, end)))


def _surplus(lines: list[bytes], start: int, end: int) -> int:
    """How many of the empty lines behind lines that go would now be too many."""
    above = 0
    while start - above > 0 and not lines[start - above - 1].strip():
        above += 1
    before = lines[start - above - 1].strip() if start - above else b":"
    below = 0
    while end + below < len(lines) and not lines[end + below].strip():
        below += 1
    after = lines[end + below].strip() if end + below < len(lines) else b""
    # A block does not begin with an empty line, and one comment is not parted from what it is about now.
    is_head = before.startswith(b"#") and above == 0 and below == 1 and not after.startswith(_HEADS)
    return below if before.endswith(b":") or is_head else min(above, below)
