"""The object that a call is given, and its fields under other names where they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

Row = tuple[Unit, "ir.Entry | ir.Store | ir.Expr"]
Names = Mapping[str, "str | None"]
"""New names by old ones; None for a field that goes."""


@dataclass(frozen=True, slots=True)
class Given:
    """A call that is given an object, and the unit it stands in."""

    plan: Plan
    unit: Unit
    call: ir.Call

    @property
    def argument(self) -> ir.Expr:
        return self.call.args[0]

    @property
    def source(self) -> bytes:
        return self.unit.document.source

    def span(self, span: Span) -> Span:
        return self.unit.span(span)

    def text(self, expr: ir.Expr) -> str:
        span = self.span(expr.span)
        return self.source[span.start : span.end].decode("utf-8", "surrogatepass")

    def is_own(self, row: Row) -> bool:
        """Whether a field is written in the call itself."""
        unit, entry = row
        return unit is self.unit and isinstance(entry, ir.Entry) and self.call.span.holds(entry.span)


def written_as(made: Given, entry: ir.Entry | ir.Store, new: str | None) -> Iterator[Edit]:
    """Renames a field where it is written; takes it out for None, or where the new name stands beside it."""
    source = made.source
    if new is None or (isinstance(entry, ir.Entry) and _has_beside(made, entry, new)):
        span = made.span(entry.span)
        yield from without(source, span) if isinstance(entry, ir.Entry) else [Edit(line_of(made, entry), b"")]
        return
    key = made.span(entry.key_span if isinstance(entry, ir.Entry) else entry.target.name_span)
    short = isinstance(entry, ir.Entry) and entry.shorthand
    yield Edit(key, new.encode() + b": " + source[key.start : key.end] if short else new.encode())


def _has_beside(made: Given, entry: ir.Entry, name: str) -> bool:
    """Whether an entry's object has the new name already."""
    objects = made.unit.module.objects if made.unit.module is not None else ()
    return any(entry in obj.entries and obj.get(name) is not None for obj in objects if obj.span.holds(entry.span))


def without(source: bytes, span: Span) -> Iterator[Edit]:
    """Takes an entry out of an object, with its comma and with the line that it has for itself."""
    after = re.compile(rb"\s*,").match(source, span.end)
    before = re.compile(rb",\s*\Z").search(source, max(span.start - 400, 0), span.start)
    if after is None and before is not None:
        yield Edit(Span(before.start(), span.end), b"")
        return
    end = after.end() if after is not None else span.end
    start = max(source.rfind(b"\n", 0, span.start), source.rfind(b"\r", 0, span.start)) + 1
    line = re.compile(rb"[ \t]*(?:\r\n|\n|\r)").match(source, end)
    if line is not None and not source[start : span.start].strip():
        yield Edit(Span(start, line.end()), b"")
    else:
        blank = re.compile(rb"[ \t]*").match(source, end)
        yield Edit(Span(span.start, blank.end() if blank is not None else end), b"")


def line_of(made: Given, store: ir.Store) -> Span:
    """An assignment with its semicolon and the line that it has for itself; empty where others share the line."""
    source, span = made.source, made.span(store.span.join(store.value.span))
    start = max(source.rfind(b"\n", 0, span.start), source.rfind(b"\r", 0, span.start)) + 1
    rest = re.compile(rb"[ \t]*;?[ \t]*(?:\r\n|\n|\r)").match(source, span.end)
    return Span(start, rest.end()) if rest is not None and not source[start : span.start].strip() else Span(0, 0)
