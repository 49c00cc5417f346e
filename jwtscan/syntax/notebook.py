"""Reads a Jupyter notebook: its code cells as one program, each byte of which knows its place in the JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jwtscan.syntax.magics import without_magics
from jwtscan.syntax.unit import Region
from jwtscan.text import Span

_STRUCTURE = re.compile(rb"[\"{}\[\]]")
# At most 500 escapes a match: more would pile up in the regex engine's memory.
_STRING_RUN = re.compile(rb"[^\"\\]*(?:\\.[^\"\\]*){0,500}", re.DOTALL)
_SCALAR = re.compile(rb"[^,\]}\s]*")
_GAP = re.compile(rb"[\s,:]*")
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_LANGUAGES = {
    **dict.fromkeys(("python", "ipython", "python2", "python3", "sage", "pyspark"), "python"),
    **dict.fromkeys(("javascript", "js", "node", "nodejs", "ecmascript"), "javascript"),
    **dict.fromkeys(("typescript", "ts"), "typescript"),
}

# Called with a value's key and offset; returns the offset behind it, or None where it is of no interest.
_Visit = Callable[[str, int], "int | None"]


@dataclass(slots=True)
class _Cell:
    kind: str = ""
    language: str = ""
    strings: list[Span] = field(default_factory=list)


def notebook_region(source: bytes) -> tuple[Region, ...]:
    """The code cells in order, as one region in the kernel's language; nothing where there is no such program.

    ``source`` is UTF-8 JSON of nbformat 3 or 4; damaged JSON is read as far as it goes. Never raises.
    Magics and shell lines are blanked. A cell without a last line end is given one, at its closing quote.
    """
    notebook = _Notebook(source)
    cells = [cell for cell in notebook.cells if cell.kind == "code" and cell.strings]
    named = notebook.language or next((cell.language for cell in cells if cell.language), "python")
    language = _LANGUAGES.get(named.lower())
    if not cells or language is None:
        return ()
    text = bytearray()
    starts: list[tuple[int, int]] = []
    for cell in cells:
        code = bytearray()
        for span in cell.strings:
            _decode(source, span, code, len(text), starts)
        if not code.endswith(b"\n"):
            starts.append((len(text) + len(code), cell.strings[-1].end))
            code += b"\n"
        text += without_magics(bytes(code)) if language == "python" else code
    return (Region(language, bytes(text), tuple(starts)),)


def _decode(source: bytes, span: Span, code: bytearray, before: int, starts: list[tuple[int, int]]) -> None:
    """Append what a JSON string says to ``code``, and where each stretch of it stands to ``starts``."""
    at = span.start
    starts.append((before + len(code), at))
    for match in _ESCAPE.finditer(source, span.start, span.end):
        if match.start() > at:
            code += source[at : match.start()]
            starts.append((before + len(code), match.start()))
        code += _unescape(match)
        at = match.end()
        starts.append((before + len(code), at))
    code += source[at : span.end]


def _unescape(match: re.Match[bytes]) -> bytes:
    high, low, unit, short = match.groups()
    if short is not None:
        return _SHORT.get(short, short)
    units = bytes.fromhex((unit or high + low).decode())
    return units.decode("utf-16-be", "replace").encode()


class _Notebook:
    """What a notebook's JSON says of its cells and its language."""

    def __init__(self, source: bytes) -> None:
        self.cells: list[_Cell] = []
        self.language = ""
        self._source = source
        self._members(self._gap(0), self._top)

    def _top(self, key: str, at: int) -> int | None:
        if key == "cells":
            return self._items(at, self._cell)
        if key == "worksheets":
            return self._items(at, lambda _, sheet: self._members(sheet, self._sheet))
        return self._members(at, self._metadata) if key == "metadata" else None

    def _sheet(self, key: str, at: int) -> int | None:
        return self._items(at, self._cell) if key == "cells" else None

    def _metadata(self, key: str, at: int) -> int | None:
        word = {"kernelspec": "language", "language_info": "name"}.get(key)

        def visit(key: str, at: int) -> None:
            if key == word:
                self.language = self._string(at) or self.language

        return self._members(at, visit) if word is not None else None

    def _cell(self, _: str, at: int) -> int:
        cell = _Cell()
        self.cells.append(cell)

        def string(_: str, at: int) -> None:
            if self._source.startswith(b'"', at):
                cell.strings.append(Span(at + 1, self._string_end(at + 1)))

        def visit(key: str, at: int) -> int | None:
            if key == "cell_type":
                cell.kind = self._string(at)
            elif key == "language":
                cell.language = self._string(at)
            elif key in ("source", "input") and self._source.startswith(b"[", at):
                return self._items(at, string)
            elif key in ("source", "input"):
                string(key, at)
            return None

        return self._members(at, visit)

    # JSON, read leniently: a missing or a spare comma or colon is no matter

    def _members(self, at: int, visit: _Visit) -> int:
        """Visit the members of the object at ``at``. Returns the offset behind it; anything else is skipped."""
        if not self._source.startswith(b"{", at):
            return self._skip(at)
        at = self._gap(at + 1)
        while self._source.startswith(b'"', at):
            end = self._string_end(at + 1)
            key = self._source[at + 1 : end].decode("utf-8", "replace")
            at = self._gap(end + 1)
            if at < len(self._source):
                at = self._gap(visit(key, at) or self._skip(at))
        return at + 1 if self._source.startswith(b"}", at) else len(self._source)

    def _items(self, at: int, visit: _Visit) -> int:
        """Visit the items of the array at ``at``. Returns the offset behind it; anything else is skipped."""
        if not self._source.startswith(b"[", at):
            return self._skip(at)
        at = self._gap(at + 1)
        while at < len(self._source) and self._source[at : at + 1] not in (b"]", b"}"):
            at = self._gap(visit("", at) or self._skip(at))
        return at + 1

    def _skip(self, at: int) -> int:
        """The offset behind the value at ``at``."""
        if self._source[at : at + 1] not in (b'"', b"{", b"["):
            scalar = _SCALAR.match(self._source, at)
            return max(scalar.end() if scalar is not None else at, at + 1)
        depth = 0
        while True:
            mark = _STRUCTURE.search(self._source, at)
            if mark is None:
                return len(self._source)
            at = mark.end()
            if mark[0] == b'"':
                at = self._string_end(at) + 1
            else:
                depth += 1 if mark[0] in (b"{", b"[") else -1
            if depth <= 0:
                return at

    def _string(self, at: int) -> str:
        if not self._source.startswith(b'"', at):
            return ""
        return self._source[at + 1 : self._string_end(at + 1)].decode("utf-8", "replace")

    def _string_end(self, at: int) -> int:
        """The offset of the quote that closes the string whose text starts at ``at``."""
        while True:
            run = _STRING_RUN.match(self._source, at)
            end = run.end() if run is not None else at
            if self._source.startswith(b'"', end):
                return end
            if end == at or end >= len(self._source):
                return len(self._source)
            at = end

    def _gap(self, at: int) -> int:
        gap = _GAP.match(self._source, at)
        return gap.end() if gap is not None else at
