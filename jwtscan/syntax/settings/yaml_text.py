"""Puts a file's bytes into a text that YAML parsers take and whose offsets are bytes, templates and all."""

from __future__ import annotations

import codecs
import re

from jwtscan.syntax.marks import find_marks

# One character a byte. What is no ASCII or not allowed in YAML is a plain character of Unicode's private use area.
_PRIVATE = 0xE000
_PLAIN = "".join(chr(b) if b in (9, 10, 13) or 32 <= b < 127 else chr(_PRIVATE + b) for b in range(256))
_OPAQUE = "".join(chr(_PRIVATE + b) for b in range(256))
_BLANK = "".join(chr(b) if b in (10, 13) else " " for b in range(256))

# The parser sees one document at a time, so directives have nothing to direct.
_DIRECTIVE = re.compile(rb"^%(?:YAML|TAG)[ \t][^\r\n]*", re.MULTILINE)
_REST = re.compile(rb"[ \t\r]*(?:\n|\Z)")


def as_yaml(source: bytes) -> str:
    """The text to parse: templates' statements blanked, their values made plain characters."""
    source = _DIRECTIVE.sub(lambda match: b" " * len(match[0]), source)
    pieces = []
    at = 0
    leads = True
    for mark in find_marks(source):
        start, end = mark.span
        gap = source[at:start]
        pieces.append(_decode(gap, _PLAIN))
        if (line := gap.rfind(b"\n")) >= 0:
            gap, leads = gap[line:], True
        leads = leads and not gap.strip()
        blank = leads and (mark.kind != "value" or _REST.match(source, end) is not None)
        pieces.append(_decode(source[start:end], _BLANK if blank else _OPAQUE))
        leads = blank
        at = end
    pieces.append(_decode(source[at:], _PLAIN))
    return "".join(pieces)


def value_of(text: str) -> str:
    """A parsed scalar with its bytes put back."""
    if text.isascii():
        return text
    raw = bytearray()
    for character in text:
        code = ord(character)
        if _PRIVATE <= code < _PRIVATE + 256:
            raw.append(code - _PRIVATE)
        else:
            raw += character.encode("utf-8", "replace")
    return raw.decode("utf-8", "replace")


def _decode(source: bytes, table: str) -> str:
    return codecs.charmap_decode(source, "strict", table)[0]
