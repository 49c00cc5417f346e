"""Puts values into ``%`` and ``str.format`` templates: the parts of the text that comes out, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from jwtscan.syntax import ir
from jwtscan.syntax.python.state import State
from jwtscan.syntax.python.strings import Hole, Quoted, brace_pieces, percent_pieces
from jwtscan.text import Span

_BASE = re.compile(r"[^.\[]*")
_FIELD = re.compile(r"\.(\w+)|\[([^\]]{1,400})\]")


def percent(state: State, strings: list[Quoted], given: ir.Expr) -> list[ir.Expr]:
    """The parts of ``strings % given``."""
    pieces = list(percent_pieces(state.source, strings))
    is_one = not isinstance(given, ir.Seq) and sum(isinstance(piece, Hole) for piece in pieces) == 1
    spread = ir.Spread(given.span, given)
    places = _Places(given.items if isinstance(given, ir.Seq) else (spread,))
    names = _Names(given.entries if isinstance(given, ir.Object) else (spread,))
    filled: list[ir.Expr] = []
    for piece in pieces:
        if not isinstance(piece, Hole):
            filled.append(state.literal(piece.span, piece.value))
        elif piece.key:
            filled.append(names.value(piece.key, piece.key_span))
        else:
            filled.append(given if is_one else places.next(piece.span))
    return filled


def formatted(
    state: State, strings: list[Quoted], args: Sequence[ir.Expr], keywords: Sequence[ir.Entry | ir.Spread]
) -> list[ir.Expr]:
    """The parts of ``strings.format(*args, **keywords)``."""
    places, names = _Places(args), _Names(keywords)
    filled: list[ir.Expr] = []
    for piece in brace_pieces(state.source, strings):
        if not isinstance(piece, Hole):
            filled.append(state.literal(piece.span, piece.value))
            continue
        base = _BASE.findall(piece.key)[0]
        start = piece.key_span.start
        if not base:
            value = places.next(piece.span)
        elif base.isdecimal():
            value = places.value(int(base[:9]), piece.span)
        else:
            value = names.value(base, Span(start, start + len(base.encode())))
        filled.append(_fields(value, piece, len(base)))
    return filled


class _Places:
    """Values by position. What stands behind a spread is read off the spread."""

    def __init__(self, items: Sequence[ir.Expr]) -> None:
        self._items = items
        self._sure = next((i for i, item in enumerate(items) if isinstance(item, ir.Spread)), len(items))
        self._next = count()

    def next(self, hole: Span) -> ir.Expr:
        return self.value(next(self._next), hole)

    def value(self, place: int, hole: Span) -> ir.Expr:
        if place < self._sure:
            return self._items[place]
        spread = self._items[self._sure] if self._sure < len(self._items) else None
        if not isinstance(spread, ir.Spread):
            return ir.Other(hole, "missing")
        return ir.Index(spread.span, spread.value, ir.Literal(spread.span, place - self._sure))


class _Names:
    """Values by name. A name that is not there is read off the last spread."""

    def __init__(self, entries: Sequence[ir.Entry | ir.Spread]) -> None:
        self._values = {entry.key: entry.value for entry in entries if isinstance(entry, ir.Entry)}
        self._spread = next((entry for entry in reversed(entries) if isinstance(entry, ir.Spread)), None)

    def value(self, name: str, hole: Span) -> ir.Expr:
        if name in self._values:
            return self._values[name]
        if self._spread is None:
            return ir.Other(hole, "missing")
        return ir.Attr(self._spread.span, self._spread.value, name, hole)


def _fields(value: ir.Expr, hole: Hole, at: int) -> ir.Expr:
    """``{a.b[c]}``: what the hole reads off its value."""
    start = hole.key_span.start
    for match in _FIELD.finditer(hole.key, at):
        name = match[1] or match[2]
        end = start + len(hole.key[: match.end() - (match[2] is not None)].encode())
        value = ir.Attr(hole.span, value, name, Span(end - len(name.encode()), end))
    return value
