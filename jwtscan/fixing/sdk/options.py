"""Other names for fields of the object that a call is given: where they are written, or else at the call.

An object that anything else reads keeps its fields: the call gets a copy with the new names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.sdk.fields import Given, Names, written_as
from jwtscan.fixing.sdk.holders import at_source
from jwtscan.meaning.uses.objects import entries_of, omission
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan


def is_broken(unit: Unit, call: ir.Call) -> bool:
    """Whether the parser could not read what is in a call: nothing there is rewritten."""
    return unit.module is not None and any(call.span.overlaps(error) for error in unit.module.errors)


def renaming(plan: Plan, unit: Unit, call: ir.Call, names: Names) -> list[tuple[str, Edit]] | None:
    """The edits after which ``call`` is given its fields under new names. None where that cannot be written."""
    made = Given(plan, unit, call)
    entries = entries_of(plan.project, unit, made.argument)
    if entries is None:
        there = _at_call(made, names)
        return None if there is None else [(unit.path, edit) for edit in there]
    edits: list[Edit] = []
    far: dict[str, str | None] = {}
    for old, new in names.items():
        rows = entries.rows.get(old, [])
        if rows and all(made.is_own(row) for row in rows):
            edits += (edit for _, entry in rows if isinstance(entry, ir.Entry) for edit in written_as(made, entry, new))
        elif rows:
            argument = made.argument
            far[old] = None if new and isinstance(argument, ir.Object) and argument.get(new) is not None else new
    if far and unit.module is not None and unit.module.errors:
        return None
    if far:
        there = at_source(made, entries, far) or _at_call(made, far)
        if there is None:
            return None
        edits += there
    return [(unit.path, edit) for edit in edits]


def _at_call(made: Given, far: Names) -> list[Edit] | None:
    expr = made.argument
    if isinstance(expr, ir.Object):
        return _beside_spread(made, expr, far)
    if not _is_simple(expr):
        return None
    text = ", ".join([f"...{made.text(expr)}", *_fields(made, made.text(expr), far)])
    return [Edit(made.span(expr.span), f"{{ {text} }}".encode())]


def _beside_spread(made: Given, obj: ir.Object, far: Names) -> list[Edit] | None:
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


def _fields(made: Given, carrier: str, far: Names) -> list[str]:
    """The old fields hidden, since the SDK refuses a call that has them at all, and the new ones."""
    hidden = ", ".join(f"{old}: undefined" for old in far)
    given = [f"{new}: {carrier}.{old}" for old, new in far.items() if new is not None]
    # As properties of their own the declared type of the options would refuse them (TS2353).
    return [f"...{{ {hidden} }}" if _is_typed(made) else hidden, *given]


def _is_typed(made: Given) -> bool:
    language = made.unit.region.language if made.unit.region is not None else None
    module = made.unit.module
    return "typescript" in (language, module.language if module is not None else None) or made.unit.path.endswith(
        (".ts", ".tsx", ".mts", ".cts")
    )


def _separator(made: Given, spread: ir.Spread) -> str:
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
