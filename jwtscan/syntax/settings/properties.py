"""Reads Java's ``.properties`` files."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.text import Span

_LINE = re.compile(
    rb"""[ \t\f]*(?:
        (?P<comment>[#!][^\r\n]*)
      | (?P<key>[^\s=:\\]*(?:\\(?:\r\n|.)[^\s=:\\]*)*)
        [ \t\f]*(?P<mark>[=:]?)[ \t\f]*(?:\\(?:\r\n|\r|\n)[ \t\f]*)*
        (?P<value>[^\r\n\\]*(?:\\(?:\r\n|.)[^\r\n\\]*)*)
    )\\?(?:\r\n|\n|\r|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_CONTINUED = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:\r\n|\r|\n)[ \t\f]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


def read(reading: Reading) -> None:
    """``key=value``, ``key: value`` and ``key value``, with escapes and lines that go on behind a backslash."""
    source = reading.source
    at = 0
    while at < len(source):
        match = _LINE.match(source, at)
        if match is None:  # pragma: no cover - every part of the pattern may be empty
            break
        if match["comment"] is not None:
            reading.comment(*match.span("comment"))
        elif match["key"]:
            value = _text(reading, *match.span("value"))
            absent = not match["mark"] and not match["value"]
            key = _text(reading, *match.span("key"))
            reading.add(key, None if absent else value, Span(*match.span("key")), Span(*match.span("value")))
        at = max(match.end(), at + 1)


def _text(reading: Reading, start: int, end: int) -> str:
    return unescape(_CONTINUED.sub(r"\1", reading.text(start, end)), _ESCAPES)
