"""Reads YAML that does not parse, line by line: keys, values and dashes by their indentation."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.syntax.settings.tree import Tree
from jwtscan.text import Span

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_DASH = re.compile(rb"-(?:[ \t]+|(?=[\r\n]|\Z))")
_KEY = re.compile(
    rb"""(?:"([^"\\\r\n]*)"|'([^'\r\n]*)'|([^\s\#"'\[\]{},&*!|>%@`-][^\s:\#]*(?:[ ][^\s:\#]+)*))[ ]*:(?=\s|\Z)[ \t]*""",
    re.VERBOSE,
)
_PROPERTIES = re.compile(rb"(?:[&!][^\s,\[\]{}]*[ \t]*)*")
_QUOTED = re.compile(rb""""([^"\\\r\n]*(?:\\.[^"\\\r\n]*)*)"|'([^'\r\n]*(?:''[^'\r\n]*)*)'""")
_PLAIN = re.compile(rb"[^\s#][^\s]*(?:[ \t]+[^\s#][^\s]*)*")
_BLOCK = re.compile(rb"[|>][-+0-9]*[ \t]*(?:#.*)?\Z")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class _Reader:
    """The containers open at each indentation, and the block scalar that is being passed over."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tree = Tree(reading)
        self.open: list[tuple[int, bool]] = []
        self.block: tuple[int, int, int] | None = None
        self.scalars: list[Span] = []

    def line(self, start: int, end: int) -> None:
        source = self.reading.source
        at = start
        while at < end and source[at : at + 1] in b" \t":
            at += 1
        if self.block is not None and (at == end or at - start > self.block[0]):
            self.block = (
                self.block[0],
                self.block[1] if self.block[1] >= 0 else at,
                end if at < end else self.block[2],
            )
            return
        self.end_block()
        if at == end or source[at : at + 1] in b"#%" or source.startswith((b"---", b"..."), at):
            return
        indent = at - start
        if b"\t" in source[start:at] and self.open:
            # How wide a tab was meant to be is not known: the line goes on where the last one stood.
            indent = self.open[-1][0] + self.tree.has_key
        while (dash := _DASH.match(source, at, end)) is not None:
            self._enter(indent, is_list=True)
            indent += dash.end() - at
            at = dash.end()
        if at < end:
            self._content(indent, at, end)

    def end_block(self) -> None:
        if self.block is not None:
            _, start, end = self.block
            span = Span(max(start, 0), max(end, start, 0))
            self.block = None
            self._leaf(self.reading.text(*span), span)

    def _content(self, indent: int, at: int, end: int) -> None:
        source = self.reading.source
        key = _KEY.match(source, at, end)
        if key is not None and key.lastindex:
            self._enter(indent, is_list=False)
            span = Span(*key.span(key.lastindex))
            self.scalars.append(Span(at, span.end))
            self.tree.key(self.reading.text(*span), span)
            at = key.end()
        elif not self.tree.in_list:
            return
        properties = _PROPERTIES.match(source, at, end)
        at = properties.end() if properties else at
        if _BLOCK.match(source, at, end):
            self.block = (self.open[-1][0], -1, -1)
        elif (quoted := _QUOTED.match(source, at, end)) is not None and quoted.lastindex:
            span = Span(*quoted.span(quoted.lastindex))
            text = self.reading.text(*span)
            self._leaf(unescape(text, _ESCAPES) if quoted.lastindex == 1 else text.replace("''", "'"), span)
        elif (plain := _PLAIN.match(source, at, end)) is not None:
            span = Span(*plain.span())
            text = self.reading.text(*span)
            self._leaf(None if text in ("~", "null") else text, span)

    def _leaf(self, value: str | None, span: Span) -> None:
        self.scalars.append(Span(span.start, span.end + 1) if value is not None else span)
        if self.tree.in_list or self.tree.has_key:
            self.tree.leaf(value, span)

    def _enter(self, indent: int, *, is_list: bool) -> None:
        """Makes the innermost container the one that a dash or key at this indentation belongs to."""
        while self.open and (self.open[-1][0] > indent or (self.open[-1] == (indent, True) and not is_list)):
            self.open.pop()
            self.tree.close()
        if self.open and self.open[-1] == (indent, is_list):
            if self.tree.has_key:
                self.tree.no_value()
            return
        if self.tree.depth and not self.tree.in_list and not self.tree.has_key:
            # Deeper than its sibling, and under no key: taken for a sibling.
            if is_list:
                self.tree.key("?", Span(0, 0))
            else:
                return
        self.open.append((indent, is_list))
        self.tree.open(is_list=is_list)


def read(reading: Reading, start: int, end: int) -> list[Span]:
    """Adds what stands in a part of the file; returns the spans of the scalars, in order, roughly."""
    reader = _Reader(reading)
    at = start
    while at < end:
        match = _LINE.match(reading.source, at, end)
        if match is None:  # pragma: no cover - the pattern matches anything
            break
        reader.line(*match.span(1))
        at = match.end()
    reader.end_block()
    reader.tree.finish()
    return reader.scalars
