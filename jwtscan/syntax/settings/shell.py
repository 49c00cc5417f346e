"""Reads the variables that shell scripts set, and the defaults they give them. Runs and expands nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.text import Span

_TOKEN = re.compile(
    rb"""(?P<blank>[ \t]+|\\\r?\n)
      | (?P<newline>[\r\n])
      | (?P<comment>(?<![^\s;&|(){}])\#[^\r\n]*)
      | (?P<operator>[;&|()<>`]+|[{}](?=\s|\Z))
      | (?P<quote>["'])?(?P<key>[A-Za-z_]\w*)\+?=(?!=|\()
      | (?P<word>(?:[^\s;&|()<>`"'\\]+|"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"|'[^'\r\n]*'|\\.)+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(rb""""([^"\\]*(?:\\.[^"\\]*)*)"|\$?'([^']*)'""", re.DOTALL)
_VALUE = re.compile(
    rb"""(?:[^\s;&|()<>`"'\\$]+|"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"|'[^'\r\n]*'|\\.|\$\([^()\r\n]*\)|`[^`\r\n]*`
      |\$\{[^{}\r\n]*\}|\$|["'][^\r\n]*)*""",
    re.VERBOSE | re.DOTALL,
)
_INSIDE = {b'"': re.compile(rb'[^"\r\n]*'), b"'": re.compile(rb"[^'\r\n]*")}
_AFTER = re.compile(rb"[\s;&|()<>`}]|\Z")
_DEFAULT = re.compile(rb"""\$\{([A-Za-z_]\w*):?[-=](?:"([^"{}\r\n]*)"|'([^'{}\r\n]*)'|([^"'{}\r\n]*))\}""")
_EXPORTED = re.compile(rb"(?<![\w.-])(?:export|(?:declare|typeset)[ \t]+-\w*x\w*)[ \t]+([^\r\n;&|#]*)")
_ALL = re.compile(rb"(?<![\w.-])set[ \t]+(?:-\w*a|-o[ \t]+allexport)")
_NAME = re.compile(rb"(?<![\w$])[A-Za-z_]\w*")
_EXPORTING = frozenset({b"export", b"env", b"config:set", b"config:add", b"secrets"})
_NEXT_EXPORTED = frozenset({b"-e", b"--env", b"--build-arg", b"--set-env-vars", b"--update-env-vars"})
_OPENING = frozenset({b"then", b"do", b"else", b"time", b"sudo", b"exec", b"!", b"if", b"while", b"until", b"elif"})
_ESCAPES = {"\n": "", "\r\n": ""}


class _Found(NamedTuple):
    key: str
    value: str | None
    key_span: Span
    value_span: Span
    is_env: bool


class _Reader:
    """Goes through a script token by token. ``leading`` are the variables set in front of a command."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.all = _ALL.search(self.source) is not None
        self.exported = {
            reading.text(*name.span())
            for match in _EXPORTED.finditer(self.source)
            for name in _NAME.finditer(self.source, *match.span(1))
        }
        self.found: list[_Found] = []
        # Where ``K=${K:-default}`` said it all.
        self.told: set[int] = set()
        self._begin()

    def read(self) -> None:
        at = 0
        while at < len(self.source):
            match = _TOKEN.match(self.source, at)
            if match is None:  # pragma: no cover - the last alternative takes any byte
                break
            kind = match.lastgroup
            at = match.end()
            if kind == "key":
                at = self._assignment(match)
            elif kind == "comment":
                self.reading.comment(*match.span())
            elif kind in ("newline", "operator"):
                self._begin()
            elif kind != "blank":
                self._word(match[0])
        self._defaults()
        for found in sorted(self.found, key=lambda found: found.key_span):
            self.reading.add(*found)

    def _begin(self) -> None:
        """A command starts."""
        self.leading: list[int] | None = []
        self.exporting = self.next_exported = False

    def _word(self, word: bytes) -> None:
        if self.leading is not None and word not in _OPENING:
            for index in self.leading:
                self.found[index] = self.found[index]._replace(is_env=True)
            self.leading = None
        self.exporting = self.exporting or word in _EXPORTING
        self.next_exported = word in _NEXT_EXPORTED

    def _assignment(self, match: re.Match[bytes]) -> int:
        """Adds ``K=v`` and returns its end."""
        at = match.end()
        quote = match["quote"]
        if quote is not None:
            inside = _INSIDE[quote].match(self.source, at)
            span = Span(at, inside.end() if inside else at)
            value, end = self.reading.text(*span), span.end + 1
        else:
            value, span, end = self._value(at)
        key = Span(*match.span("key"))
        name = self.reading.text(*key)
        default = _DEFAULT.fullmatch(self.source, *span)
        if default is not None and default.lastindex and default[1] == match["key"]:
            self.told.add(default.start())
            span = Span(*default.span(default.lastindex))
            value = self.reading.text(*span)
        if self.leading is not None:
            self.leading.append(len(self.found))
        is_env = self.exporting or self.next_exported or self.all or name in self.exported
        self.next_exported = False
        self.found.append(_Found(name, value, key, span, is_env))
        return end

    def _value(self, at: int) -> tuple[str, Span, int]:
        """A word as a value: its text, its span without the quotes around it, and its end."""
        quoted = _QUOTED.match(self.source, at)
        if quoted is not None and quoted.lastindex and _AFTER.match(self.source, quoted.end()):
            span = Span(*quoted.span(quoted.lastindex))
            text = self.reading.text(*span)
            return (_unquote(text) if quoted.lastindex == 1 else text), span, quoted.end()
        word = _VALUE.match(self.source, at)
        end = word.end() if word else at
        return _unquote(self.reading.text(at, end)), Span(at, end), end

    def _defaults(self) -> None:
        """Adds ``${K:-default}`` wherever it stands outside comments."""
        following = 0
        comments = self.reading.comments
        for match in _DEFAULT.finditer(self.source):
            start = match.start()
            while following < len(comments) and comments[following].span.end <= start:
                following += 1
            commented = following < len(comments) and comments[following].span.start < start
            if start not in self.told and not commented and match.lastindex:
                span = Span(*match.span(match.lastindex))
                key = Span(*match.span(1))
                self.found.append(_Found(self.reading.text(*key), self.reading.text(*span), key, span, True))


def _unquote(text: str) -> str:
    return unescape(text, _ESCAPES, numeric=False) if "\\" in text else text


def read(reading: Reading) -> None:
    """``K=v``, ``export K=v``, ``docker run -e K=v`` and the like, ``${K:-default}``."""
    _Reader(reading).read()
