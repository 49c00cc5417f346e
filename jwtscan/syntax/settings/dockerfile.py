"""Reads the ``ENV`` and ``ARG`` instructions of Dockerfiles."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading
from jwtscan.text import Span

_ESCAPE_DIRECTIVE = re.compile(rb"(?:#[^\r\n]*[\r\n]+)*?#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)
_INSTRUCTION = re.compile(rb"[ \t]*(ENV|ARG)[ \t]+", re.IGNORECASE)
_LINE = re.compile(rb"[ \t]*(#)?([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_HEREDOC = re.compile(rb"""<<-?["']?([A-Za-z_]\w*)["']?""")
_NAME = re.compile(rb"[A-Za-z_][\w.-]*")
_QUOTED = re.compile(rb"""(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^']*)')(?=\s|\Z)""", re.DOTALL)
_MARKS = re.compile(r"""\\(?:\r\n|\n|\r)|\\(.)|["']""")


class _Reader:
    """``escape`` is the character that continues a line: a backslash, or the one that a directive sets."""

    def __init__(self, reading: Reading, escape: bytes) -> None:
        self.reading = reading
        self.source = reading.source
        self.escape = escape
        mark = re.escape(escape)
        self.blank = re.compile(
            rb"(?:(?<=[\r\n])[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)|[ \t]+|" + mark + rb"[ \t]*(?:\r\n|\n|\r))*"
        )
        self.word = re.compile(
            rb"""(?:[^\s"'\\"""
            + mark
            + rb"""]+|(?:\\|"""
            + mark
            + rb""")(?![ \t]*[\r\n])[^\r\n]|"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|["'])*""",
            re.DOTALL,
        )

    def read(self) -> None:
        heredocs = True
        at = 0
        while at < len(self.source):
            start, at = at, self._logical_end(at)
            if (match := _INSTRUCTION.match(self.source, start, at)) is not None:
                self._pairs(match.end(), start + len(self.source[start:at].rstrip()), env=match[1].upper() == b"ENV")
            elif heredocs and (opened := _HEREDOC.search(self.source, start, at)) is not None:
                closed = re.compile(rb"^\t*" + opened[1] + rb"[ \t\r]*$", re.MULTILINE).search(self.source, at)
                # One that never ends is none, and looking for the ends of many would take quadratic time.
                heredocs = closed is not None
                at = closed.end() if closed else at

    def _logical_end(self, at: int) -> int:
        """The end of an instruction, which goes on over lines that end in the escape character."""
        inside = False
        while at < len(self.source):
            match = _LINE.match(self.source, at)
            if match is None:  # pragma: no cover - the pattern matches anything
                break
            at = match.end()
            if match[1] is not None:
                self.reading.comment(match.start(1), match.end(2))
            elif match[2].strip():
                inside = match[2].rstrip(b" \t").endswith(self.escape)
            if not inside:
                break
        return at

    def _pairs(self, at: int, end: int, *, env: bool) -> None:
        """The variables of one instruction: ``K=v`` as often as it comes, ``K v`` for ``ENV``, ``K`` for ``ARG``."""
        first = True
        while True:
            at = self._skip(at, end)
            name = _NAME.match(self.source, at, end)
            if name is None:
                return
            key, at = Span(*name.span()), name.end()
            if self.source[at : at + 1] == b"=" and at < end:
                at = self._word(key, at + 1, end)
            elif env:
                if first and (start := self._skip(at, end)) > at:
                    self._add(key, Span(start, end), self.reading.text(start, end))
                return
            else:
                self._add(key, Span(at, at), None)
            first = False

    def _word(self, key: Span, at: int, end: int) -> int:
        word = self.word.match(self.source, at, end)
        stop = word.end() if word else at
        quoted = _QUOTED.match(self.source, at, stop)
        span = Span(*quoted.span(quoted.lastindex)) if quoted and quoted.lastindex else Span(at, stop)
        self._add(key, span, self.reading.text(*span))
        return stop

    def _add(self, key: Span, span: Span, value: str | None) -> None:
        plain = None if value is None else _MARKS.sub(lambda match: match[1] or "", value)
        self.reading.add(self.reading.text(*key), plain, key, span, True)

    def _skip(self, at: int, end: int) -> int:
        match = self.blank.match(self.source, at, end)
        return match.end() if match else at


def read(reading: Reading) -> None:
    """``ENV K=v L="w"``, ``ENV K v``, ``ARG K=v`` and ``ARG K``, over continued lines."""
    _Reader(reading, b"`" if _ESCAPE_DIRECTIVE.match(reading.source) else b"\\").read()
