"""Blanks what a notebook's Python cell holds beside Python: magics, shell lines, help. Every byte keeps its place."""

from __future__ import annotations

import re

from jwtscan.syntax.python.strings import TOKEN

_PYTHON_CELLS = frozenset({b"time", b"timeit", b"capture", b"prun", b"python", b"python3", b"snakeviz", b"memit"})
_REST = rb"[^\\\n]*(?:\\(?:\r\n|.)[^\\\n]*)*"
_CELL = re.compile(rb"\s*%%(\w+)[^\n]*")
_TIMED = re.compile(rb"[ \t]*%time(?=[ \t])")
_LINE = re.compile(
    rb"([ \t]*)(?:(?:%{1,2}[A-Za-z_]|!(?!=)|\?{1,2}[ \t]*[\w*%])"
    + _REST
    + rb"|%{0,2}[\w.*]+\?{1,2}[ \t]*(?=\r?\n|\Z))",
    re.DOTALL,
)
_ASSIGNED = re.compile(rb"[ \t]*\w[\w., \t*\[\]'\"]*=[ \t]*((?:%[A-Za-z_]|!)" + _REST + rb")", re.DOTALL)


def without_magics(cell: bytes) -> bytes:
    """One cell, of the same length, as Python alone can read it.

    A ``%%magic`` of another language blanks the whole cell. ``x = !ls`` becomes ``x = _``.
    """
    text = bytearray(cell)
    at = 0
    opening = _CELL.match(cell)
    if opening is not None:
        if opening[1] not in _PYTHON_CELLS:
            return re.sub(rb"[^\r\n]", b" ", cell)
        at = _blank(text, 0, opening.end())
    depth = 0
    is_start = True
    while True:
        if is_start:
            at = _blank_line(text, cell, at)
        token = TOKEN.search(cell, at)
        if token is None:
            return bytes(text)
        if token[0] in (b"(", b"[", b"{"):
            depth += 1
        elif token[0] in (b")", b"]", b"}"):
            depth = max(depth - 1, 0)
        is_start = token[0] == b"\n" and depth == 0 and not cell[at : token.start()].rstrip(b"\r").endswith(b"\\")
        at = token.end()


def _blank_line(text: bytearray, cell: bytes, at: int) -> int:
    """Blank what is not Python in the logical line that starts here. Returns where to read on."""
    timed = _TIMED.match(cell, at)
    if timed is not None:
        return _blank(text, at, timed.end())
    line = _LINE.match(cell, at)
    if line is not None:
        # An indented line may be all that a block has.
        return _blank(text, line.end(1), line.end(), b"pass" if line[1] else b"")
    assigned = _ASSIGNED.match(cell, at)
    if assigned is not None:
        return _blank(text, assigned.start(1), assigned.end(), b"_")
    return at


def _blank(text: bytearray, start: int, end: int, word: bytes = b"") -> int:
    """Overwrite with ``word``, where there is room, and spaces. Line ends stay."""
    word = word if len(word) <= end - start else b""
    text[start:end] = word + re.sub(rb"[^\r\n]", b" ", bytes(text[start + len(word) : end]))
    return end
