"""Reads JSON and what people write for it: comments, trailing commas, JSON5, templates, and files that are broken."""

from __future__ import annotations

import re

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.syntax.settings.tree import Tree
from jwtscan.text import Span

# Every alternative ends even where its closing mark is missing, so that each byte is looked at once.
_TOKEN = re.compile(
    rb"""(?P<space>\s+)
      | (?P<string>"[^"\\\r\n]*(?:\\(?:\r\n|.)?[^"\\\r\n]*)*"?|'[^'\\\r\n]*(?:\\(?:\r\n|.)?[^'\\\r\n]*)*'?)
      | (?P<mark>[{}\[\]:,])
      | (?P<comment>//[^\r\n]*|/\*.*?(?:\*/|\Z))
      | (?P<word>[^\s"'{}\[\]:,/]+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(rb"\{\{[^{}\r\n]*\}\}")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}
_NOTHING = (b"null", b"undefined")


def read(reading: Reading) -> None:
    """Every scalar leaf, with its dotted path."""
    source = reading.source
    tree = Tree(reading)
    openers: list[bytes] = []
    stray: int | None = None
    at = 0
    while at < len(source):
        token = _TOKEN.match(source, at)
        if token is None:  # pragma: no cover - the last alternative takes any byte
            break
        kind = token.lastgroup
        start, at = token.span()
        if kind == "mark":
            mark = token[0]
            template = _TEMPLATE.match(source, start) if mark == b"{" else None
            if template is not None:
                at = template.end()
                _scalar(tree, reading.text(start, at), Span(start, at))
            elif not _structure(tree, openers, mark) and stray is None:
                stray = start
        elif kind == "string":
            _string(tree, source, start, at)
        elif kind == "word":
            _scalar(tree, None if token[0] in _NOTHING else reading.text(start, at), Span(start, at))
        elif kind == "comment":
            reading.comment(start, at)
    if stray is not None:
        reading.note(stray, "a bracket closes what is not open")
    elif openers:
        reading.note(len(source), "a bracket is not closed")
    if tree.depth == 0:
        tree.drop_key()
    tree.finish()


def _structure(tree: Tree, openers: list[bytes], mark: bytes) -> bool:
    """Opens, closes or goes on to the next; False for a bracket that closes nothing."""
    if mark in b"{[":
        openers.append(mark)
        tree.open(is_list=mark == b"[")
    elif mark in b"}]":
        if not openers or (openers[-1] == b"{") is not (mark == b"}"):
            return False
        openers.pop()
        tree.close()
    elif mark == b"," and tree.has_key:
        if openers:
            tree.no_value()
        else:
            tree.drop_key()
    return True


def _string(tree: Tree, source: bytes, start: int, end: int) -> None:
    closed = end - start > 1 and source[end - 1] == source[start]
    span = Span(start + 1, end - 1 if closed else end)
    text = source[span.start : span.end].decode("utf-8", "replace")
    _scalar(tree, unescape(text, _ESCAPES), span)


def _scalar(tree: Tree, value: str | None, span: Span) -> None:
    if tree.in_list or tree.has_key:
        tree.leaf(value, span)
    else:
        tree.key("null" if value is None else value, span)
