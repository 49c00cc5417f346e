"""Reads ``.env`` files, in what the dotenv libraries of Python, Node, Ruby and Docker agree on."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.text import Span

_LINE = re.compile(
    rb"""[ \t]*(?:
        (?P<comment>\#[^\r\n]*)
      | (?:export[ \t]+|set[ \t]+)?(?P<key>[A-Za-z_][\w.-]*)(?:[ \t]*=[ \t]*|:[ \t]+|:(?=[\r\n]|\Z))
      | (?:export[ \t]+)?(?P<bare>[A-Za-z_]\w*)[ \t]*(?=[\r\n]|\Z)
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(
    rb""""([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|`([^`\\]*(?:\\.[^`\\]*)*)`""", re.DOTALL
)
_REST = re.compile(rb"[ \t]*(#[^\r\n]*)?(?=[\r\n]|\Z)")
_PLAIN = re.compile(rb"(?!#)[^\s]*(?:[ \t]+[^\s#][^\s]*)*")
_END = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def read(reading: Reading) -> None:
    """``KEY=value``, ``export KEY=value``, ``KEY: value`` and the bare ``KEY``, one a line but for quoted values."""
    source = reading.source
    at = 0
    while at < len(source):
        match = _LINE.match(source, at)
        if match is not None:
            at = match.end()
            if match["comment"] is not None:
                reading.comment(*match.span("comment"))
            elif match["bare"] is not None:
                end = match.end("bare")
                reading.add(reading.text(*match.span("bare")), None, Span(*match.span("bare")), Span(end, end), True)
            else:
                at = _value(reading, Span(*match.span("key")), at)
        ended = _END.match(source, at)
        at = ended.end() if ended else len(source)


def _value(reading: Reading, key: Span, at: int) -> int:
    """Adds the setting whose value starts at ``at``; returns where the value and its comment end."""
    source = reading.source
    name = reading.text(*key)
    quoted = _QUOTED.match(source, at)
    rest = _REST.match(source, quoted.end()) if quoted else None
    if quoted is not None and rest is not None and quoted.lastindex:
        span = Span(*quoted.span(quoted.lastindex))
        value = reading.text(*span)
        if quoted.lastindex == 1:
            value = unescape(value, _ESCAPES, keep_unknown=True, numeric=False)
    else:
        plain = _PLAIN.match(source, at)
        span = Span(at, plain.end() if plain else at)
        value = reading.text(*span)
        rest = _REST.match(source, span.end)
    reading.add(name, value, key, span, True)
    if rest is None:
        return span.end
    if rest[1] is not None:
        reading.comment(*rest.span(1))
    return rest.end()
