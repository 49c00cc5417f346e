"""Makes a page's scripts parse: the marks of template languages and old comments are replaced, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jwtscan.syntax.marks import Mark
from jwtscan.text import Span

BLANK = bytes(b if b in b"\r\n" else 32 for b in range(256))
_TAMED = bytes(32 if b in b"\"'`\\\r\n" else b for b in range(256))
_LEXEME = re.compile(rb"""\\.|//|/\*|\*/|["'`\r\n]""", re.DOTALL)

# Browsers take these for comments: what hid scripts from those that knew none.
_OLD_COMMENT = re.compile(rb"(?:\A\s*<!--|^[ \t]*-->|<!\[CDATA\[|\]\]>)", re.MULTILINE)
_ELSE = re.compile(rb"\b(?:else|elif|elsif|elseif)\b")
_VALUE_END = re.compile(rb"""[\w"'`)\]}>][ \t]?\Z""")
_VALUE_START = re.compile(rb"""[ \t]?[\w"'`(\[{<-]""")
_LINE_REST = re.compile(rb"[^\r\n]*")
_STATEMENT = re.compile(
    rb""""[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"|'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'|`[^`\\]*(?:\\.[^`\\]*)*`
      |(?P<bad>//|/\*|["'`\\])|(?P<open>[({\[])|(?P<close>[)}\]])|[^"'`\\/(){}\[\]]+|.""",
    re.VERBOSE | re.DOTALL,
)
_CLOSERS = {b"(": b")", b"[": b"]", b"{": b"}"}


def code_of(source: bytes, span: Span, marks: Sequence[Mark]) -> bytes:
    """The script at ``span`` as it can be parsed, byte for byte in its place. ``marks`` are those inside, in order."""
    pieces = []
    state = b""
    at = span.start
    for mark in marks:
        start, end = mark.span
        state = _state_after(state, source, at, start)
        pieces += [source[at:start], _instead(source, mark, state)]
        at = end
    pieces.append(source[at : span.end])
    return _without_old_comments(b"".join(pieces))


def is_statement(code: bytes) -> bool:
    """Whether code is closed in itself: nothing in it reaches beyond its end."""
    awaited: list[bytes] = []
    for match in _STATEMENT.finditer(code):
        if match["bad"]:
            return False
        if match["open"]:
            awaited.append(_CLOSERS[match[0]])
        elif match["close"] and (not awaited or awaited.pop() != match[0]):
            return False
    return not awaited


def _state_after(state: bytes, source: bytes, start: int, end: int) -> bytes:
    """The quote or comment that is open at ``end``, empty in code, given the one at ``start``."""
    for match in _LEXEME.finditer(source, start, end):
        lexeme = match[0]
        if not state:
            state = lexeme if lexeme in (b'"', b"'", b"`", b"//", b"/*") else b""
        elif lexeme == state or (state == b"/*" and lexeme == b"*/"):
            state = state if state in (b"//", b"/*") and lexeme == state else b""
        elif lexeme in b"\r\n" and state in (b'"', b"'", b"//"):
            state = b""
    return state


def _instead(source: bytes, mark: Mark, state: bytes) -> bytes:
    """What stands in a mark's place: blanks, a name where a value is, plain characters in a string."""
    start, end = mark.span
    text = source[start:end]
    if mark.kind != "value" or state in (b"//", b"/*"):
        blank = text.translate(BLANK)
        return b"||" + blank[2:] if not state and _is_between_values(source, mark) else blank
    if state:
        return text.translate(_TAMED)
    if source[start - 1 : start] == b"$" and text[:2] == b"{{":
        return text
    first = _LINE_REST.match(text)
    size = first.end() if first else 0
    return (b"tpl" + b"_" * size)[:size] + text[size:].translate(BLANK)


def _is_between_values(source: bytes, mark: Mark) -> bool:
    """Whether a mark is the ``else`` of ``{% if x %}1{% else %}2{% endif %}``: one value or the other."""
    start, end = mark.span
    return (
        _ELSE.search(source, start, end) is not None
        and _VALUE_END.search(source[max(start - 3, 0) : start]) is not None
        and _VALUE_START.match(source, end) is not None
    )


def _without_old_comments(code: bytes) -> bytes:
    def blank(match: re.Match[bytes]) -> bytes:
        return match[0].translate(BLANK)

    pieces = []
    at = 0
    while (match := _OLD_COMMENT.search(code, at)) is not None:
        pieces += [code[at : match.start()], blank(match)]
        at = match.end()
        if b"--" in match[0] and (rest := _LINE_REST.match(code, at)) is not None:
            pieces.append(blank(rest))
            at = rest.end()
    return b"".join([*pieces, code[at:]])
