"""Reads the text of JavaScript's strings and numbers."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,8}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|\r\n|.)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_LINE_ENDS = frozenset({"\n", "\r\n", "\r", "\u2028", "\u2029"})
# int() refuses more decimal digits than this by default.
_MOST_DIGITS = 4000


def unescape(text: str) -> str:
    """The value of a string's or template's inside."""
    if "\\" not in text:
        return text
    value = _ESCAPE.sub(_decode, text)
    if _SURROGATE.search(value):
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _decode(match: re.Match[str]) -> str:
    body = match[1]
    if body in _LINE_ENDS:
        return ""
    if len(body) > 1 and body[0] in "ux":
        code = int(body[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if body[0] in "01234567":
        return chr(int(body, 8))
    return _SIMPLE.get(body, body)


def number(text: str) -> int | float | None:
    """The value of a numeric literal; None where it cannot be told."""
    digits = text.replace("_", "").removesuffix("n").lower()
    if len(digits) > _MOST_DIGITS:
        return None
    try:
        if digits[:2] in ("0x", "0o", "0b"):
            return int(digits, 0)
        if len(digits) > 1 and digits[0] == "0" and digits.strip("01234567") == "":
            return int(digits, 8)
        return int(digits) if digits.isdigit() else float(digits)
    except ValueError:
        return None
