"""Reads TOML with the exact place of every key and value. What does not parse is passed over with its line."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.syntax.settings.tree import Tree
from jwtscan.text import Span

_SPACE = re.compile(rb"[ \t]*")
_LINES = re.compile(rb"[ \t\r\n]*")
_COMMENT = re.compile(rb"#[^\r\n]*")
_REST = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_RAW = re.compile(rb"""["']?([\w.-]+)["']?[ \t]*=[ \t]*([^\r\n]*[^\s])""")
_PART = re.compile(
    rb"""[ \t]*(?:"([^"\\\r\n]*(?:\\.[^"\\\r\n]*)*)"|'([^'\r\n]*)'|([\w+\x80-\xff-]+))[ \t]*(\.(?!=))?"""
)
_BASIC_LINES = re.compile(rb'"""([^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5})', re.DOTALL)
_LITERAL_LINES = re.compile(rb"'''(.*?'{3,5})", re.DOTALL)
_STRING = re.compile(rb""""([^"\\\r\n]*(?:\\.[^"\\\r\n]*)*)"|'([^'\r\n]*)'""")
_BARE = re.compile(rb"\d{4}-\d\d-\d\d [\d:.+Zz-]+|[^\s,\[\]{}#\"'=]+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "e": "\x1b"}
_FOLD = re.compile(r"(?<!\\)((?:\\\\)*)\\[ \t]*\n\s*")
_MAX_PARTS = 64


class _SyntaxError(Exception):
    """Not TOML, at ``at``."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.tree = Tree(reading)
        # How many tables each array of tables has, by its path with the indexes of those around it.
        self.arrays: dict[str, int] = {}

    def read(self) -> None:
        at = 0
        while at < len(self.source):
            at = self._next(self._blank(at))
        self.tree.finish()

    def _next(self, at: int) -> int:
        """A statement, or a line that is none: that is said, and what it seems to set is taken as it stands."""
        try:
            return self._statement(at)
        except _SyntaxError as error:
            self.reading.note(error.at, "this is no TOML")
            # An array that is not closed ends where a line cannot be part of it, which is then read for itself.
            line = max(self.source.rfind(b"\n", at, error.at) + 1, at)
            settings = self.reading.settings
            while settings and settings[-1].key_span.start >= line:
                settings.pop()
            if line > at:
                return line
            if (match := _RAW.match(self.source, at)) is not None:
                self.tree.key(self.reading.text(*match.span(1)), Span(*match.span(1)))
                self.tree.leaf(self.reading.text(*match.span(2)), Span(*match.span(2)))
            end = _REST.match(self.source, at)
            return end.end() if end else len(self.source)

    def _statement(self, at: int) -> int:
        """A header or ``key = value``, with what is left of its line."""
        if at >= len(self.source):
            return at
        if self.source[at : at + 1] == b"[":
            at = self._header(at)
        else:
            depth = self.tree.depth
            try:
                at = self._value(self._key(at))
            finally:
                while self.tree.depth > depth:
                    self.tree.close()
                self.tree.drop_key()
        at = self._blank(at, lines=False)
        if self.source[at : at + 1] not in (b"\r", b"\n", b""):
            raise _SyntaxError(at)
        return at

    def _header(self, at: int) -> int:
        repeated = self.source.startswith(b"[[", at)
        parts, at = self._parts(at + 1 + repeated)
        if not self.source.startswith(b"]]" if repeated else b"]", at):
            raise _SyntaxError(at)
        self.tree.finish()
        place = ""
        for number, (text, span) in enumerate(parts):
            place += "\0" + text
            self.tree.key(text, span)
            if repeated and number == len(parts) - 1:
                self.arrays[place] = self.arrays.get(place, -1) + 1
            if place in self.arrays:
                self.tree.open(is_list=True)
                self.tree.at_item(self.arrays[place])
                place += f"\0{self.arrays[place]}"
            self.tree.open(is_list=False)
        return at + 1 + repeated

    def _parts(self, at: int) -> tuple[list[tuple[str, Span]], int]:
        """The parts of a dotted key, quotes excluded, and where it ends."""
        parts: list[tuple[str, Span]] = []
        while True:
            match = _PART.match(self.source, at)
            if match is None or len(parts) == _MAX_PARTS:
                raise _SyntaxError(at)
            group = 1 if match[1] is not None else 2 if match[2] is not None else 3
            text = self.reading.text(*match.span(group))
            parts.append((unescape(text, _ESCAPES) if group == 1 else text, Span(*match.span(group))))
            at = match.end()
            if match[4] is None:
                return parts, at

    def _key(self, at: int) -> int:
        """Sets the key, inside the tables that its dots open; returns where its value starts."""
        parts, at = self._parts(at)
        if self.source[at : at + 1] != b"=":
            raise _SyntaxError(at)
        for text, span in parts[:-1]:
            self.tree.key(text, span)
            self.tree.open(is_list=False)
        self.tree.key(*parts[-1])
        return at + 1

    def _value(self, at: int) -> int:
        """One value: a scalar, or an array or inline table with everything in it. Returns its end."""
        # Each open bracket with how deep the tree was before it, and before the dotted key in it.
        stack: list[tuple[bytes, int]] = []
        wanted = True
        while True:
            at = self._blank(at, lines=bool(stack))
            mark = self.source[at : at + 1]
            if stack and mark == stack[-1][0]:
                self._close_to(stack.pop()[1])
                at, wanted = at + 1, False
            elif stack and mark == b"," and not wanted:
                at, wanted = at + 1, True
            elif not wanted:
                raise _SyntaxError(at)
            else:
                if stack and stack[-1][0] == b"}":
                    at = self._blank(self._key(at))
                    mark = self.source[at : at + 1]
                if mark in (b"[", b"{"):
                    stack.append((b"]" if mark == b"[" else b"}", self.tree.depth))
                    self.tree.open(is_list=mark == b"[")
                    at += 1
                    continue
                at, wanted = self._scalar(at), False
            if not stack:
                return at
            if stack[-1][0] == b"}":
                self._close_to(stack[-1][1] + 1)

    def _close_to(self, depth: int) -> None:
        while self.tree.depth > depth:
            self.tree.close()

    def _scalar(self, at: int) -> int:
        """Adds the scalar at ``at``; returns its end."""
        for pattern in (_BASIC_LINES, _LITERAL_LINES):
            if (match := pattern.match(self.source, at)) is not None:
                span = Span(match.start(1), match.end() - 3)
                text = self.reading.text(*span).replace("\r\n", "\n").removeprefix("\n")
                if pattern is _BASIC_LINES:
                    text = unescape(_FOLD.sub(r"\1", text), _ESCAPES)
                self.tree.leaf(text, span)
                return match.end()
        if (match := _STRING.match(self.source, at)) is not None:
            group = 1 if match[1] is not None else 2
            span = Span(*match.span(group))
            text = self.reading.text(*span)
            self.tree.leaf(unescape(text, _ESCAPES) if group == 1 else text, span)
        elif (match := _BARE.match(self.source, at)) is not None:
            self.tree.leaf(self.reading.text(*match.span()), Span(*match.span()))
        else:
            raise _SyntaxError(at)
        return match.end()

    def _blank(self, at: int, *, lines: bool = True) -> int:
        """Where blanks and comments end."""
        pattern = _LINES if lines else _SPACE
        while True:
            match = pattern.match(self.source, at)
            at = match.end() if match else at
            comment = _COMMENT.match(self.source, at)
            if comment is None:
                return at
            self.reading.comment(*comment.span())
            at = comment.end()


def read(reading: Reading) -> None:
    """Every key of every table, arrays and inline tables included."""
    _Reader(reading).read()
