"""Finds the marks of template languages in bytes: ``{{ }}``, ``{% %}``, ``<% %>``, ``<?php ?>``. Renders nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jwtscan.text import Span


class Mark(NamedTuple):
    """One mark. ``kind``: value (it leaves text behind), statement (it leaves none), comment."""

    span: Span
    kind: str


_OPENER = re.compile(rb"\{\{\{?|\{%|\{#|\{!!|<%|<\?(?:php\b|=)")
_CLOSERS = {b"{{": b"}}", b"{{{": b"}}}", b"{%": b"%}", b"{#": b"#}", b"{!!": b"!!}", b"<%": b"%>"}
_MAX_BRACES = 2000

# ``{{`` also opens two blocks of JavaScript or two maps of YAML: those hold braces or a semicolon.
_NO_BRACE_MARK = re.compile(rb"[{};]")
_BRACE_STATEMENT = re.compile(
    rb"[-~]?\s*(?:[#^/>]|(?:if|else|end|range|with|define|block|template|break|continue)\b(?!\s*[.(=]))"
)
_BRACE_COMMENT = re.compile(rb"[-~]?\s*(?:!|/\*)")
_COMMENTED = re.compile(rb"-?\s*comment\b(?!\s*=)")
_COMMENT_END = re.compile(rb"\{%-?\s*endcomment\s*-?%\}")
_JINJA_VALUE = re.compile(rb"[-+]?\s*(?:url|static|trans|translate|csrf_token|now|get_static_prefix|asset)\b")
_PHP_VALUE = re.compile(rb"\s*(?:echo|print)\b")


def find_marks(source: bytes) -> Iterator[Mark]:
    """The marks of a text from left to right, in linear time. One that is not closed is none, but for PHP's."""
    closers: dict[bytes, int] = {}
    ended = 0
    at = 0
    while (match := _OPENER.search(source, at)) is not None:
        opener = match[0]
        inner = match.end()
        closer = _CLOSERS.get(opener, b"?>")
        # Where the next closer stands is kept: looking for it again from each opener would be quadratic.
        end = closers.get(closer, -2)
        if end != -1 and end < inner:
            end = closers[closer] = source.find(closer, inner)
        if end == -1 and closer == b"?>":
            end = len(source)
        at = inner
        if end == -1 or (opener[:2] == b"{{" and not _is_brace_mark(source, inner, end)):
            continue
        at = min(end + len(closer), len(source))
        if opener == b"{%" and _COMMENTED.match(source, inner):
            if ended <= at:
                closing = _COMMENT_END.search(source, at)
                ended = closing.end() if closing is not None else len(source) + 1
            if ended <= len(source):
                at = ended
                yield Mark(Span(match.start(), at), "comment")
                continue
        yield Mark(Span(match.start(), at), _kind(source, opener, inner))


def _is_brace_mark(source: bytes, start: int, end: int) -> bool:
    return end - start <= _MAX_BRACES and _NO_BRACE_MARK.search(source, start, end) is None


def _kind(source: bytes, opener: bytes, inner: int) -> str:
    first = source[inner : inner + 1]
    if opener == b"{#":
        return "comment"
    if opener in (b"{!!", b"{{{", b"<?="):
        return "value"
    if opener == b"{{":
        if _BRACE_COMMENT.match(source, inner):
            return "comment"
        return "statement" if _BRACE_STATEMENT.match(source, inner) else "value"
    if opener == b"<%":
        if first == b"#" or source.startswith(b"--", inner):
            return "comment"
        return "value" if first in (b"=", b"-") else "statement"
    pattern = _JINJA_VALUE if opener == b"{%" else _PHP_VALUE
    return "value" if pattern.match(source, inner) else "statement"
