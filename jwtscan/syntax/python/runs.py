"""Blanks long runs of comments and of continued lines before parsing.

The grammar's scanner looks from each of their lines to the run's end: 20,000 comments in a block take 5 seconds.
"""

from __future__ import annotations

import re

from jwtscan.syntax.python.strings import TOKEN
from jwtscan.text import Span

_COMMENTS = re.compile(rb"(?:^[ \t]*#[^\n]*\n(?:[ \t\r]*\n)*)+", re.MULTILINE)
_CONTINUED = re.compile(rb"(?:\\\r?\n[ \t]*)+")
_LONGEST = 100


def without_runs(source: bytes) -> tuple[bytes, list[Span]]:
    """The text to parse, of the same length, and the comments that are no longer in it."""
    continued = _long(_CONTINUED, source)
    if continued:
        source = _blanked(source, continued)
    runs = _long(_COMMENTS, source)
    if not runs:
        return source, []
    removed = []
    at = 0
    for match in TOKEN.finditer(source):
        while at < len(runs) and runs[at].end <= match.start():
            at += 1
        if at < len(runs) and runs[at].start <= match.start() and match[0].startswith(b"#"):
            removed.append(Span(*match.span()))
    return _blanked(source, removed), removed


def _long(pattern: re.Pattern[bytes], source: bytes) -> list[Span]:
    return [Span(*match.span()) for match in pattern.finditer(source) if match[0].count(b"\n") > _LONGEST]


def _blanked(source: bytes, spans: list[Span]) -> bytes:
    text = bytearray(source)
    for start, end in spans:
        text[start:end] = b" " * (end - start)
    return bytes(text)
