"""How a text is laid out: its line ends, its indent, its quotes, its semicolons. New text follows what is there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

_INDENT = re.compile(rb"^([ \t]+)\S", re.M)
_STATEMENT_END = re.compile(rb"[\w)\]'\"`](;?)[ \t]*\r?$", re.M)
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Layout:
    """``newline`` and ``indent`` (one step) as they stand in the text; ``quote`` is the commoner of ``'`` and ``"``."""

    newline: str = "\n"
    indent: str = "    "
    quote: str = '"'
    semicolons: bool = True

    def lines(self, text: str, margin: str = "") -> str:
        """``text``, written with ``\\n``, four-space steps and no margin, as it has to stand behind ``margin``.

        The first line gets no margin: it stands where the edit begins.
        """
        rows = text.split("\n")
        return self.newline.join([rows[0], *(self._row(row, margin) for row in rows[1:])])

    def _row(self, row: str, margin: str) -> str:
        stripped = row.lstrip(" ")
        steps, rest = divmod(len(row) - len(stripped), 4)
        return f"{margin}{self.indent * steps}{' ' * rest}{stripped}" if stripped else ""


def layout_of(source: bytes) -> Layout:
    """The layout that most of ``source`` has; the defaults where it does not say."""
    sample = source[:_SAMPLE]
    ends = {"\r\n": sample.count(b"\r\n"), "\n": 0, "\r": 0}
    ends["\n"] = sample.count(b"\n") - ends["\r\n"]
    ends["\r"] = sample.count(b"\r") - ends["\r\n"]
    newline = max(ends, key=lambda end: ends[end]) if any(ends.values()) else "\n"
    singles, doubles = sample.count(b"'"), sample.count(b'"')
    closed = [match[1] for match in _STATEMENT_END.finditer(sample)]
    semicolons = not closed or closed.count(b";") * 3 >= len(closed)
    return Layout(newline, _indent(sample), "'" if singles > doubles else '"', semicolons)


def _indent(sample: bytes) -> str:
    """One step: a tab, or the commonest difference between the indents of neighbouring lines."""
    indents = [match[1] for match in _INDENT.finditer(sample)]
    if not indents:
        return "    "
    if sum(indent.startswith(b"\t") for indent in indents) * 2 > len(indents):
        return "\t"
    widths = [0, *(len(indent) for indent in indents if b"\t" not in indent)]
    steps = Counter(abs(b - a) for a, b in pairwise(widths) if b != a)
    common = [width for width, _ in steps.most_common() if width in (2, 3, 4, 8)]
    return " " * (common[0] if common else 4)


def margin_of(source: bytes, offset: int) -> str:
    """The white space that the line holding ``offset`` begins with."""
    start = max(source.rfind(b"\n", 0, offset), source.rfind(b"\r", 0, offset)) + 1
    line = source[start:offset]
    return line[: len(line) - len(line.lstrip(b" \t"))].decode()
