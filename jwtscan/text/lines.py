"""Converts byte offsets to lines and columns, in code points, UTF-16 units or bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from jwtscan.text.span import Span

_BREAK = re.compile(rb"\r\n|\n|\r")


class Position(NamedTuple):
    """A place in a text: 1-based line, 1-based column in code points."""

    line: int
    column: int


class Lines:
    """The line table of one UTF-8 text. ``\\n``, ``\\r\\n`` and a lone ``\\r`` each end a line."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.source))]

    @property
    def count(self) -> int:
        return len(self.starts)

    def line_of(self, offset: int) -> int:
        """The 1-based line that holds byte ``offset``."""
        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> Position:
        line = self.line_of(offset)
        return Position(line, len(self._before(line, offset)) + 1)

    def utf16_column(self, offset: int) -> int:
        """1-based column in UTF-16 units, as editors and LSP count."""
        before = self._before(self.line_of(offset), offset)
        return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1

    def byte_column(self, offset: int) -> int:
        """1-based column in UTF-8 bytes, as reviewdog counts."""
        return offset - self.starts[self.line_of(offset) - 1] + 1

    def offset(self, position: Position) -> int:
        """The byte offset of a 1-based line and code-point column."""
        text = self.text(position.line)
        return self.starts[position.line - 1] + len(text[: position.column - 1].encode("utf-8", "surrogatepass"))

    def bytes(self, line: int) -> bytes:
        """One 1-based line without its line end."""
        end = self.starts[line] if line < self.count else len(self.source)
        return self.source[self.starts[line - 1] : end].rstrip(b"\r\n")

    def text(self, line: int) -> str:
        return self.bytes(line).decode("utf-8", "replace")

    def span(self, line: int) -> Span:
        start = self.starts[line - 1]
        return Span(start, start + len(self.bytes(line)))

    def _before(self, line: int, offset: int) -> str:
        return self.source[self.starts[line - 1] : offset].decode("utf-8", "replace")
