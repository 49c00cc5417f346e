"""Reads ini, cfg and conf files: configparser's dialect, git's, systemd's and supervisor's."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.environments import holds_env
from jwtscan.syntax.settings.reading import ENV_NAME, Reading, join
from jwtscan.text import Span

_LINE = re.compile(rb"([ \t]*)([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_SECTION = re.compile(rb"\[[ \t]*([^\r\n]*)\]")
_SUBSECTION = re.compile(r'\A(\S+)\s+"(.*)"')
_DELIMITER = re.compile(rb"[=:]")
_INLINE = re.compile(rb"[ \t][#;]")
_ASSIGNMENT = re.compile(rb"""(?<![\w.-])([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s,"']*))""")
_QUOTES = (b'"', b"'")


class _Reader:
    """Gathers the lines of one option, which ends where another line is no continuation of it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.section = ""
        self.indent = 0
        self.key: Span | None = None
        self.empty = Span(0, 0)
        self.parts: list[Span] = []

    def line(self, indent: int, span: Span) -> None:
        source = self.source
        if span.start == span.end:
            return
        first = source[span.start : span.start + 1]
        if first in b"#;":
            self.reading.comment(*span)
        elif self.key is not None and indent > self.indent:
            self.parts.append(self._value(span))
        elif first == b"[" and (match := _SECTION.match(source, *span)) is not None:
            self.end()
            name = self.reading.text(*match.span(1)).strip()
            self.section = _SUBSECTION.sub(r"\1.\2", name)
            self._inline(Span(match.end(), span.end))
        else:
            self.end()
            self._option(indent, span)

    def end(self) -> None:
        """Adds the option that is being gathered."""
        if self.key is None:
            return
        key, parts = self.key, [part for part in self.parts if part.start < part.end]
        absent = not self.parts
        self.key, self.parts = None, []
        name = self.reading.text(*key)
        path = join(self.section, name)
        span = Span(parts[0].start, parts[-1].end) if parts else self.empty
        if self._is_env(name) and self._assignments(path, span):
            return
        value = None if absent else "\n".join(self.reading.text(*part) for part in parts)
        in_env = self._is_env(self.section)
        self.reading.add(path, value, key, span, in_env and ENV_NAME.fullmatch(name) is not None)

    def _option(self, indent: int, span: Span) -> None:
        delimiter = _DELIMITER.search(self.source, *span)
        end = delimiter.start() if delimiter else self._inline(span).end
        key = Span(span.start, span.start + len(self.source[span.start : end].rstrip()))
        if key.start == key.end:
            return
        self.key, self.indent = key, indent
        self.empty = Span(key.end, key.end)
        if delimiter is not None:
            self.empty = Span(delimiter.end(), delimiter.end())
            blank = len(self.source[delimiter.end() : span.end]) - len(self.source[delimiter.end() : span.end].lstrip())
            self.parts.append(self._value(Span(delimiter.end() + blank, span.end)))

    def _value(self, span: Span) -> Span:
        """A line's share of the value: no comment behind it, no blanks, no quotes."""
        start, end = self._inline(span)
        end = start + len(self.source[start:end].rstrip())
        quote = self.source[start : start + 1]
        if quote in _QUOTES and end - start > 1 and self.source.find(quote, start + 1, end) == end - 1:
            return Span(start + 1, end - 1)
        return Span(start, end)

    def _inline(self, span: Span) -> Span:
        """What stands before a comment in a part of a line. The comment is taken."""
        match = _INLINE.search(self.source, max(span.start - 1, 0), span.end)
        if match is None:
            return span
        self.reading.comment(match.start() + 1, span.end)
        return Span(span.start, max(match.start(), span.start))

    def _is_env(self, name: str) -> bool:
        return holds_env(name.lower(), "", self.reading.path.lower(), top=False)

    def _assignments(self, path: str, span: Span) -> bool:
        """``environment = K=v, L="w"`` and ``Environment="K=v"``, one setting a variable."""
        found = False
        for match in _ASSIGNMENT.finditer(self.source, *span):
            group = match.lastindex or 4
            name = self.reading.text(*match.span(1))
            value = self.reading.text(*match.span(group))
            self.reading.add(join(path, name), value, Span(*match.span(1)), Span(*match.span(group)), True)
            found = True
        return found


def read(reading: Reading) -> None:
    """``key = value`` and ``key: value`` under their sections; a deeper line goes on with the value before it."""
    reader = _Reader(reading)
    at = 0
    while at < len(reading.source):
        match = _LINE.match(reading.source, at)
        if match is None:  # pragma: no cover - the pattern matches anything
            break
        reader.line(len(match[1].expandtabs()), Span(*match.span(2)))
        at = match.end()
    reader.end()
