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
_FIELD = re.compile(r"\.(\w+)|\[([^\]]+)\]")


def percent(state: State, strings: list[Quoted], given: ir.Expr) -> list[ir.Expr]:
    """The parts of ``strings % given``."""
    pieces = list(percent_pieces(state.source, strings))
    is_one = not isinstance(given, ir.Seq) and sum(isinstance(piece, Hole) for piece in pieces) == 1
    places = count()
    filled: list[ir.Expr] = []
    for piece in pieces:
        if not isinstance(piece, Hole):
            filled.append(state.literal(piece.span, piece.value))
        elif piece.key:
            entries = given.entries if isinstance(given, ir.Object) else (ir.Spread(given.span, given),)
            filled.append(_member(entries, piece.key, piece.key_span))
        elif is_one:
            filled.append(given)
        else:
            items = given.items if isinstance(given, ir.Seq) else (ir.Spread(given.span, given),)
            filled.append(_place(items, next(places), piece.span))
    return filled


def formatted(
    state: State, strings: list[Quoted], args: Sequence[ir.Expr], keywords: Sequence[ir.Entry | ir.Spread]
) -> list[ir.Expr]:
    """The parts of ``strings.format(*args, **keywords)``."""
    places = count()
    filled: list[ir.Expr] = []
    for piece in brace_pieces(state.source, strings):
        if not isinstance(piece, Hole):
            filled.append(state.literal(piece.span, piece.value))
            continue
        base = piece.key[: _end_of_base(piece.key)]
        start = piece.key_span.start
        if base and not base.isdecimal():
            value = _member(keywords, base, Span(start, start + len(base.encode())))
        else:
            value = _place(args, int(base[:9]) if base else next(places), piece.span)
        filled.append(_fields(value, piece, len(base)))
    return filled


def _end_of_base(key: str) -> int:
    match = _BASE.match(key)
    return match.end() if match else 0


def _place(items: Sequence[ir.Expr], place: int, span: Span) -> ir.Expr:
    """The item at a place, through a spread that may hold it."""
    for at, item in enumerate(items[: place + 1]):
        if isinstance(item, ir.Spread):
            return ir.Index(item.span, item.value, ir.Literal(item.span, place - at))
    return items[place] if place < len(items) else ir.Other(span, "missing")


def _member(entries: Sequence[ir.Entry | ir.Spread], key: str, span: Span) -> ir.Expr:
    """The value under a key, through a spread that may hold it."""
    for entry in reversed(entries):
        if isinstance(entry, ir.Entry) and entry.key == key:
            return entry.value
    for entry in reversed(entries):
        if isinstance(entry, ir.Spread):
            return ir.Attr(entry.span, entry.value, key, span)
    return ir.Other(span, "missing")


def _fields(value: ir.Expr, hole: Hole, at: int) -> ir.Expr:
    """``{a.b[c]}``: what the hole reads off its value."""
    for match in _FIELD.finditer(hole.key, at):
        place = 1 if match[1] else 2
        before = len(hole.key[: match.start(place)].encode())
        start = hole.key_span.start + before
        value = ir.Attr(hole.span, value, match[place], Span(start, start + len(match[place].encode())))
    return value
