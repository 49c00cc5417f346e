"""Fields renamed in the one object that a call is given, where nothing but that call reads them."""

from __future__ import annotations

import re

from jwtscan.fixing.sdk.fields import Given, Names, line_of, written_as
from jwtscan.fixing.sdk.typed import declared
from jwtscan.meaning.uses.objects import Entries
from jwtscan.syntax import ir
from jwtscan.syntax.reading import PROGRAMS
from jwtscan.text import Edit, Span, Spans


def at_source(made: Given, entries: Entries, far: Names) -> list[Edit] | None:
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
            if new is None and not line_of(made, entry).end:
                return None
        elif entry not in binding.value.entries:
            return None
        edits += written_as(made, entry, new)
    types = declared(made.unit, binding, far)
    holder = name.scope.holder(name.id)
    reach = holder.owner.span if holder is not None and holder.owner is not None else None
    return None if types is None or _is_read(made, name.id, reach, places, far) else [*edits, *types]


def _carrier(made: Given) -> ir.Name | None:
    """The name that the object has: the argument, or the one spread in it."""
    expr = made.argument
    if isinstance(expr, ir.Object):
        spreads = [entry.value for entry in expr.entries if isinstance(entry, ir.Spread)]
        expr = spreads[0] if len(spreads) == 1 else expr
    return expr if isinstance(expr, ir.Name) else None


def _only_binding(made: Given, name: ir.Name) -> ir.Binding | None:
    """What binds a name, if that is one constant that no other file sees."""
    holder = name.scope.holder(name.id)
    module = made.unit.module
    if holder is None or module is None or len(holder.bindings[name.id]) != 1:
        return None
    if holder.kind == "module" and (made.unit.kind not in PROGRAMS or _is_shared(made, name.id)):
        return None
    binding = holder.bindings[name.id][0]
    return binding if binding.kind == "assign" else None


def _is_shared(made: Given, name: str) -> bool:
    """Whether a name of the top is exported, or the file is a script of a page, where others see it."""
    module = made.unit.module
    if module is None or not (module.imports or module.exports):
        return True
    return name in module.exports or any(isinstance(v, ir.Name) and v.id == name for v in module.exports.values())


def _is_read(made: Given, name: str, reach: Span | None, places: list[Span], far: Names) -> bool:
    """Whether a name stands anywhere else in ``reach`` than at ``places``, but for reads of other fields."""
    source = made.source
    start, end = made.span(reach) if reach is not None else Span(0, len(source))
    comments = Spans(comment.span for comment in made.unit.comments_in_code())
    known = {made.span(place).start for place in places}
    for match in re.compile(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])").finditer(source, start, end):
        field = re.compile(rb"\s*(?:\?\.|\.)\s*([\w$]+)").match(source, match.end())
        other = field is not None and field[1].decode() not in far
        if match.start() not in known and not other and not comments.hold(Span(*match.span())):
            return True
    return False
