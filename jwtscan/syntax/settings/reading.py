"""What a settings reader gathers: settings, comments and notes, within limits. No format is known here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jwtscan.syntax.ir import Comment
from jwtscan.syntax.unit import Setting
from jwtscan.text import Lines, Span

MAX_SETTINGS = 200_000
_MAX_PREFIX = 250
_MAX_NOTES = 10

# The name of an environment variable, as far as tools let one be set.
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TooManySettingsError(Exception):
    """A file with more settings than anyone writes."""


class Reading:
    """One file on its way to settings. Spans are in bytes of ``source``."""

    def __init__(self, source: bytes, path: str) -> None:
        self.source = source
        self.path = path
        self.settings: list[Setting] = []
        self.comments: list[Comment] = []
        self.notes: list[str] = []

    def add(self, key: str, value: str | None, key_span: Span, value_span: Span, is_env: bool = False) -> None:
        """Takes a setting; raises ``TooManySettingsError`` above the limit."""
        if len(self.settings) >= MAX_SETTINGS:
            raise TooManySettingsError
        self.settings.append(Setting(key, value, key_span, value_span, is_env))

    def comment(self, start: int, end: int) -> None:
        self.comments.append(Comment(Span(start, end), self.text(start, end)))

    def text(self, start: int, end: int) -> str:
        return self.source[start:end].decode("utf-8", "replace")

    def note(self, offset: int, words: str) -> None:
        """Says what could not be read, with its line, for the first places."""
        if len(self.notes) < _MAX_NOTES:
            self.notes.append(f"line {Lines(self.source[:offset]).count}: {words}")
        elif len(self.notes) == _MAX_NOTES:
            self.notes.append("more places could not be read")


def join(prefix: str, name: str) -> str:
    """A dotted path. It starts over where it grows beyond reason, so that deep nesting costs no more than its size."""
    return f"{prefix}.{name}" if prefix and len(prefix) <= _MAX_PREFIX else name


_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(\r\n|.)|\Z)", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def unescape(text: str, simple: Mapping[str, str], *, keep_unknown: bool = False, numeric: bool = True) -> str:
    """Resolves backslashes: ``simple`` by its table, ``\\u``, ``\\U`` and ``\\x`` unless ``numeric`` is false.

    Any other escaped character stands for itself, with its backslash if ``keep_unknown``.
    """
    if "\\" not in text:
        return text

    def resolve(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3] or match[4]
        if digits is not None and numeric:
            code = int(digits, 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        escaped = match[5]
        if escaped is None:
            return match[0]
        return simple.get(escaped, match[0] if keep_unknown else escaped)

    resolved = _ESCAPE.sub(resolve, text)
    if _SURROGATE.search(resolved):
        # Pairs become one character; a lone half has no place in UTF-8.
        resolved = resolved.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return resolved
