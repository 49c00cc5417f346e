"""Other names for fields of the object that a call is given: where they are written, or else at the call.

An object that anything else reads keeps its fields: the call gets a copy with the new names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.sdk.typed import declared
from jwtscan.meaning.uses.objects import Entries, entries_of, omission
from jwtscan.syntax import ir
from jwtscan.syntax.reading import PROGRAMS
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span, Spans
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

Row = tuple[Unit, "ir.Entry | ir.Store | ir.Expr"]
Names = Mapping[str, "str | None"]
"""New names by old ones; None for a field that goes."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call and the unit it stands in."""

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


def is_broken(unit: Unit, call: ir.Call) -> bool:
    """Whether the parser could not read what is in a call: nothing there is rewritten."""
    return unit.module is not None and any(call.span.overlaps(error) for error in unit.module.errors)


def renaming(plan: Plan, unit: Unit, call: ir.Call, names: Names) -> list[tuple[str, Edit]] | None:
    """The edits after which ``call`` is given its fields under new names. None where that cannot be written."""
    made = _Call(plan, unit, call)
    entries = entries_of(plan.project, unit, made.argument)
    if entries is None:
        there = _at_call(made, names)
        return None if there is None else [(unit.path, edit) for edit in there]
    edits: list[Edit] = []
    far: dict[str, str | None] = {}
    for old, new in names.items():
        rows = entries.rows.get(old, [])
        if rows and all(made.is_own(row) for row in rows):
            edits += (edit for _, entry in rows if isinstance(entry, ir.Entry) for edit in _at(made, entry, new))
        elif rows:
            far[old] = new
    if far and unit.module is not None and unit.module.errors:
        return None
    if far:
        there = _at_source(made, entries, far) or _at_call(made, far)
        if there is None:
            return None
        edits += there
    return [(unit.path, edit) for edit in edits]


# -- where a field is written ------------------------------------------------------------------------------------------


def _at(made: _Call, entry: ir.Entry | ir.Store, new: str | None) -> Iterator[Edit]:
    source = made.source
    if new is None:
        span = made.span(entry.span)
        yield from without(source, span) if isinstance(entry, ir.Entry) else [Edit(_line(made, entry), b"")]
        return
    key = made.span(entry.key_span if isinstance(entry, ir.Entry) else entry.target.name_span)
    short = isinstance(entry, ir.Entry) and entry.shorthand
    yield Edit(key, new.encode() + b": " + source[key.start : key.end] if short else new.encode())


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


def _line(made: _Call, store: ir.Store) -> Span:
    """An assignment with its semicolon and the line that it has for itself; empty where others share the line."""
    source, span = made.source, made.span(store.span.join(store.value.span))
    start = max(source.rfind(b"\n", 0, span.start), source.rfind(b"\r", 0, span.start)) + 1
    rest = re.compile(rb"[ \t]*;?[ \t]*(?:\r\n|\n|\r)").match(source, span.end)
    return Span(start, rest.end()) if rest is not None and not source[start : span.start].strip() else Span(0, 0)


def _at_source(made: _Call, entries: Entries, far: Names) -> list[Edit] | None:
    """Where the object has a name that nothing but the call reads as a whole, and nothing reads these fields of it."""
    name = _carrier(made)
    binding = _only_binding(made, name) if name is not None else None
    if name is None or binding is None or not isinstance(binding.value, ir.Object):
        return None
    rows = [(old, new, row) for old, new in far.items() for row in entries.rows[old]]
    places: list[Span] = [binding.span, name.span]
    edits: list[Edit] = []
    for _, new, row in rows:
        unit, entry = row
        if unit is not made.unit or not isinstance(entry, (ir.Entry, ir.Store)):
            return None
        if isinstance(entry, ir.Store):
            places.append(entry.target.obj.span)
            if new is None and not _line(made, entry).end:
                return None
        elif entry not in binding.value.entries:
            return None
        edits += _at(made, entry, new)
    types = declared(made.unit, binding, far)
    holder = name.scope.holder(name.id)
    reach = holder.owner.span if holder is not None and holder.owner is not None else None
    return None if types is None or _is_read(made, name.id, reach, places, far) else [*edits, *types]


def _carrier(made: _Call) -> ir.Name | None:
    """The name that the object has: the argument, or the one spread in it."""
    expr = made.argument
    if isinstance(expr, ir.Object):
        spreads = [entry.value for entry in expr.entries if isinstance(entry, ir.Spread)]
        expr = spreads[0] if len(spreads) == 1 else expr
    return expr if isinstance(expr, ir.Name) else None


def _only_binding(made: _Call, name: ir.Name) -> ir.Binding | None:
    """What binds a name, if that is one constant that no other file sees."""
    holder = name.scope.holder(name.id)
    module = made.unit.module
    if holder is None or module is None or len(holder.bindings[name.id]) != 1:
        return None
    if holder.kind == "module" and (made.unit.kind not in PROGRAMS or _is_shared(made, name.id)):
        return None
    binding = holder.bindings[name.id][0]
    return binding if binding.kind == "assign" else None


def _is_shared(made: _Call, name: str) -> bool:
    """Whether a name of the top is exported, or the file is a script of a page, where others see it."""
    module = made.unit.module
    if module is None or not (module.imports or module.exports):
        return True
    return name in module.exports or any(isinstance(v, ir.Name) and v.id == name for v in module.exports.values())


def _is_read(made: _Call, name: str, reach: Span | None, places: list[Span], far: Names) -> bool:
    """Whether a name stands anywhere else in ``reach`` than at ``places``, but for reads of other fields."""
    source = made.source
    start, end = made.span(reach) if reach is not None else Span(0, len(source))
    module = made.unit.module
    comments = Spans(made.span(comment.span) for comment in module.comments) if module is not None else Spans([])
    known = {made.span(place).start for place in places}
    for match in re.compile(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])").finditer(source, start, end):
        field = re.compile(rb"\s*(?:\?\.|\.)\s*([\w$]+)").match(source, match.end())
        other = field is not None and field[1].decode() not in far
        if match.start() not in known and not other and not comments.hold(Span(*match.span())):
            return True
    return False


# -- at the call -------------------------------------------------------------------------------------------------------


def _at_call(made: _Call, far: Names) -> list[Edit] | None:
    expr = made.argument
    if isinstance(expr, ir.Object):
        return _beside_spread(made, expr, far)
    if not _is_simple(expr):
        return None
    text = ", ".join([f"...{made.text(expr)}", *_fields(made, made.text(expr), far)])
    return [Edit(made.span(expr.span), f"{{ {text} }}".encode())]


def _beside_spread(made: _Call, obj: ir.Object, far: Names) -> list[Edit] | None:
    """New fields behind the one spread that brings the old ones."""
    project = made.plan.project
    brought = [
        entry
        for entry in obj.entries
        if isinstance(entry, ir.Spread)
        and (entries := entries_of(project, made.unit, _kept(entry.value))) is not None
        and far.keys() & entries.keys
    ]
    if len(brought) != 1:
        return None
    spread = brought[0]
    end = made.span(spread.span).end
    kept = _kept(spread.value)
    if not _is_simple(kept):
        return None
    left_out = omission(spread.value)
    if left_out is None:
        separator = _separator(made, spread)
        added = "".join(separator + field for field in _fields(made, made.text(kept), far))
        return [Edit(Span(end, end), added.encode())]
    last = left_out[1][-1]
    quote = made.text(last)[:1]
    names = "".join(f", {quote}{old}{quote}" for old in far)
    added = "".join(f"{_separator(made, spread)}{new}: {made.text(kept)}.{old}" for old, new in far.items() if new)
    at = made.span(last.span).end
    return [Edit(Span(at, at), names.encode()), *([Edit(Span(end, end), added.encode())] if added else [])]


def _kept(expr: ir.Expr) -> ir.Expr:
    """What ``omit(options, [...])`` leaves things out of; anything else itself."""
    left_out = omission(expr)
    return expr if left_out is None else left_out[0]


def _fields(made: _Call, carrier: str, far: Names) -> list[str]:
    """The old fields hidden, since the SDK refuses a call that has them at all, and the new ones."""
    hidden = ", ".join(f"{old}: undefined" for old in far)
    given = [f"{new}: {carrier}.{old}" for old, new in far.items() if new is not None]
    # As properties of their own the declared type of the options would refuse them (TS2353).
    return [f"...{{ {hidden} }}" if _is_typed(made) else hidden, *given]


def _is_typed(made: _Call) -> bool:
    language = made.unit.region.language if made.unit.region is not None else None
    module = made.unit.module
    return "typescript" in (language, module.language if module is not None else None) or made.unit.path.endswith(
        (".ts", ".tsx", ".mts", ".cts")
    )


def _separator(made: _Call, spread: ir.Spread) -> str:
    """A comma, and a line of its own where the spread has one."""
    span = made.span(spread.span)
    margin = margin_of(made.source, span.start)
    start = max(made.source.rfind(b"\n", 0, span.start), made.source.rfind(b"\r", 0, span.start)) + 1
    alone = made.source[start : span.start].strip() == b""
    return f",{made.plan.layout(made.unit).newline}{margin}" if alone else ", "


def _is_simple(expr: ir.Expr) -> bool:
    """A name or a chain of attributes: it can be written twice."""
    while isinstance(expr, ir.Attr):
        expr = expr.obj
    return isinstance(expr, (ir.Name, ir.This))
