"""Constants as Python spells them: strings, format templates and numbers, read from bytes. Knows no syntax nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jwtscan.text import Span

# What can hide a bracket or a line end from a reader that does not parse: comments and strings, closed or not.
TOKEN = re.compile(
    rb"#[^\r\n]*"
    rb"|\"\"\"[^\"\\]*(?:(?:\\.|\"(?!\"\"))[^\"\\]*)*(?:\"\"\"|\\?\Z)"
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\\?\Z)"
    rb"|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?"
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
    rb"|[()\[\]{}\n]",
    re.DOTALL,
)
_OPENING = re.compile(rb"([A-Za-z]*)('''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    r"\\(?:(\n)|([abfnrtv'\"\\])|([0-7]{1,3})|x([0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}\n]{1,90})\})"
)
_SHORT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PERCENT = re.compile(rb"%(?:%|(?:\(([^()]*)\))?[-#0 +]*(?:\*|\d*)(?:\.(?:\*|\d*))?[hlL]?[diouxXeEfFgGcrsa])")
_BRACES = re.compile(rb"\{\{|\}\}|\{([^{}!:]*)(?:![rsa])?(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Quoted:
    """One string token: its lower-case prefix (``rb``) and the span between the quotes."""

    prefix: str
    content: Span

    @property
    def is_formatted(self) -> bool:
        return "f" in self.prefix or "t" in self.prefix


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a template that takes a value. ``key`` is as written: ``name``, ``0``, ``a.b[c]`` or empty."""

    span: Span
    key: str
    key_span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of a template between two holes, decoded."""

    span: Span
    value: str


def quoted(source: bytes, span: Span) -> Quoted | None:
    """The string token that stands at ``span``; None where none does (Python 2's backticks)."""
    opening = _OPENING.match(source, span.start, span.end)
    if opening is None:
        return None
    quote = opening[2]
    end = span.end
    if end - len(quote) >= opening.end() and source.endswith(quote, opening.end(), end):
        end -= len(quote)
    return Quoted(opening[1].decode().lower(), Span(opening.end(), end))


def decoded(source: bytes, prefix: str, span: Span) -> str:
    """The text that ``span``, inside a string with that prefix, stands for. A wrong escape stays as written."""
    text = source[span.start : span.end].decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "f" in prefix or "t" in prefix:
        text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text or "r" in prefix:
        return text
    return _ESCAPE.sub(_unescape_bytes if "b" in prefix else _unescape, text)


def _unescape(match: re.Match[str]) -> str:
    wide = match[5] or match[6]
    if wide:
        code = int(wide, 16)
        return chr(code) if code < 0x110000 else match[0]
    if match[7]:
        return _named(match)
    return _unescape_bytes(match)


def _unescape_bytes(match: re.Match[str]) -> str:
    _, short, octal, narrow, *unicode_only = match.groups()
    if short:
        return _SHORT.get(short, short)
    if octal:
        return chr(int(octal, 8))
    if narrow:
        return chr(int(narrow, 16))
    return match[0] if any(unicode_only) else ""


def _named(match: re.Match[str]) -> str:
    import unicodedata

    try:
        return unicodedata.lookup(match[7])
    except KeyError:
        return match[0]


def percent_pieces(source: bytes, strings: list[Quoted]) -> Iterator[Text | Hole]:
    """A ``%`` template as its text and its holes, in order."""
    return _pieces(source, strings, _PERCENT)


def brace_pieces(source: bytes, strings: list[Quoted]) -> Iterator[Text | Hole]:
    """A ``str.format`` template as its text and its holes, in order."""
    return _pieces(source, strings, _BRACES)


def _pieces(source: bytes, strings: list[Quoted], pattern: re.Pattern[bytes]) -> Iterator[Text | Hole]:
    for string in strings:
        at, end = string.content
        text = ""
        start = at
        for match in pattern.finditer(source, at, end):
            text += decoded(source, string.prefix, Span(at, match.start()))
            at = match.end()
            if match[0] in (b"%%", b"{{", b"}}"):
                text += match[0][:1].decode()
                continue
            if text:
                yield Text(Span(start, match.start()), text)
            text, start = "", at
            yield Hole(Span(*match.span()), (match[1] or b"").decode("utf-8", "replace"), Span(*match.span(1)))
        text += decoded(source, string.prefix, Span(at, end))
        if text:
            yield Text(Span(start, end), text)


def number(text: str) -> int | float | None:
    """An int or float as written in Python 2 or 3; None for what is neither (``2j``, thousands of digits)."""
    text = text.replace("_", "").rstrip("lL").lower()
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        if text.startswith(("0x", "0o", "0b")):
            return int(text, 0)
        if text.isdigit():
            return int(text, 8 if len(text) > 1 and text[0] == "0" and not set("89") & set(text) else 10)
        return float(text)
    except ValueError:
        return None
