"""The string values of a JSON text with their keys and places. No tree is built: locks of 20 MB come this way."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from jwtscan.text import Span

# An open string goes on to the end, so that it is read once and not from each quote in it.
_TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"(\s*:)?|(\Z|\\\Z))|[][{}]', re.DOTALL)


class Key(NamedTuple):
    """One key of an object; its span is without quotes."""

    name: str
    span: Span


class Pair(NamedTuple):
    """A string value and the keys from the root down to its own; its span is without quotes."""

    keys: tuple[Key, ...]
    value: str
    span: Span

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(key.name for key in self.keys)


_NO_KEY = Key("", Span(0, 0))


def pairs(source: bytes, depth: int, last: Container[bytes] | None = None) -> Iterator[Pair]:
    """Each key with a string value that is at most ``depth`` keys deep. Goes on over errors as well as it can.

    ``last`` names the only keys that count at that depth: locks are read in half the time with it.
    """
    path: list[Key] = []
    key: Key | None = None
    for token in _TOKEN.finditer(source):
        text, colon, unclosed = token.groups()
        if unclosed is not None:
            return
        if text is None:
            if token[0] in b"{[":
                path.append(key or _NO_KEY)
            elif path:
                path.pop()
            key = None
        elif len(path) > depth:
            continue
        elif colon:
            wanted = last is None or len(path) < depth or text in last
            key = Key(_unescaped(text), Span(*token.span(1))) if wanted else None
        elif key is not None:
            yield Pair((*path[1:], key), _unescaped(text), Span(*token.span(1)))
            key = None


def _unescaped(text: bytes) -> str:
    if b"\\" in text:
        try:
            return str(json.loads(b'"' + text + b'"', strict=False))
        except ValueError:
            pass
    return text.decode("utf-8", "replace")
