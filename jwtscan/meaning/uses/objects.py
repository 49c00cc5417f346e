"""The entries that an object may have where it is used: its literals, spreads, and what is assigned to it later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

MAX_SPREADS = 6


class Entries:
    """Keys of an object, each with the entries, stores or expressions that may give it, and their units."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.taken: set[int] = set()
        self.rows: defaultdict[str, list[tuple[Unit, ir.Entry | ir.Store | ir.Expr]]] = defaultdict(list)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def values(self, key: str) -> list[Value]:
        """The values that the key may have."""
        found: list[Value] = []
        for unit, entry in self.rows.get(key, ()):
            expr = entry.value if isinstance(entry, (ir.Entry, ir.Store)) else entry
            found += self.project.reach(unit, expr)
        return found


def each_entries(project: Project, unit: Unit, expr: ir.Expr) -> list[Entries]:
    """The entries of each object that an expression may be. What is assigned to its name later counts for each."""
    later = list(_stores(project, unit, expr))
    result = []
    for value in project.reach(unit, expr):
        if isinstance(value.end, ir.Object):
            found = Entries(project)
            _collect(value.unit, value.end, found, 0)
            result.append(found)
    updates = list(_updates(project, unit, expr))
    if (later or updates) and not result:
        result.append(Entries(project))
    for found in result:
        for store in later:
            found.rows[store.target.name].append((unit, store))
        for update in updates:
            _collect(unit, update, found, 0)
    return result


def entries_of(project: Project, unit: Unit, expr: ir.Expr) -> Entries | None:
    """All entries that an expression's objects may have; None where no object is reached."""
    each = each_entries(project, unit, expr)
    if not each:
        return None
    merged = Entries(project)
    for found in each:
        for key, rows in found.rows.items():
            merged.rows[key] += [row for row in rows if row not in merged.rows[key]]
    return merged


def _collect(unit: Unit, obj: ir.Object, found: Entries, depth: int) -> None:
    if id(obj) in found.taken:
        return  # objects that are spread into one another
    found.taken.add(id(obj))
    for entry in obj.entries:
        if isinstance(entry, ir.Entry):
            if entry.key is not None and not _hides(entry, found):
                found.rows[entry.key].append((unit, entry))
        elif depth < MAX_SPREADS:
            _collect_spread(unit, entry, found, depth)


def _collect_spread(unit: Unit, spread: ir.Spread, found: Entries, depth: int) -> None:
    left_out = omission(spread.value)
    names = {str(name.value) for name in left_out[1]} if left_out is not None else set()
    before = {name: found.rows.pop(name, []) for name in names}
    for value in found.project.reach(unit, spread.value):
        if isinstance(value.end, ir.Object):
            _collect(value.unit, value.end, found, depth + 1)
    for name, rows in before.items():
        found.rows.pop(name, None)
        if rows:
            found.rows[name] = rows


def _hides(entry: ir.Entry, found: Entries) -> bool:
    """``{ ...options, apiKey: undefined }``: takes away what the spreads before it brought."""
    if not (isinstance(entry.value, ir.Literal) and entry.value.value is None):
        return False
    return entry.key is not None and found.rows.pop(entry.key, None) is not None


def omission(expr: ir.Expr) -> tuple[ir.Expr, list[ir.Literal]] | None:
    """What ``omit(options, ["apiKey"])`` leaves names out of, and the names."""
    if not isinstance(expr, ir.Call) or len(expr.args) < 2:
        return None
    func = expr.func.name if isinstance(expr.func, ir.Attr) else expr.func.id if isinstance(expr.func, ir.Name) else ""
    if func != "omit":
        return None
    listed = [part for arg in expr.args[1:] for part in (arg.items if isinstance(arg, ir.Seq) else (arg,))]
    names = [part for part in listed if isinstance(part, ir.Literal) and isinstance(part.value, str)]
    return (expr.args[0], names) if names else None


def _stores(project: Project, unit: Unit, expr: ir.Expr) -> Iterator[ir.Store]:
    """``payload.iss = key`` and ``payload["iss"] = key`` in the unit, for the name that the expression is."""
    expr = _inside(expr)
    if isinstance(expr, (ir.Name, ir.Attr)) and unit.module is not None:
        project.effort.spend(len(unit.module.stores) / 10)
        for store in unit.module.stores:
            if project.same_place(store.target.obj, expr):
                yield store


def _updates(project: Project, unit: Unit, expr: ir.Expr) -> Iterator[ir.Object]:
    """What ``payload.update({...})``, ``payload.update(iss=key)`` and ``Object.assign(payload, {...})`` add to it."""
    expr = _inside(expr)
    if not isinstance(expr, (ir.Name, ir.Attr)) or unit.module is None:
        return
    project.effort.spend(len(unit.module.calls) / 30)
    for call in unit.module.calls:
        func = call.func
        if not isinstance(func, ir.Attr) or func.name not in {"update", "assign"}:
            continue
        given = call.args if func.name == "update" else call.args[1:]
        place = func.obj if func.name == "update" else call.arg(0)
        if place is not None and project.same_place(place, expr):
            yield from (part for part in given if isinstance(part, ir.Object))
            if call.keywords:
                yield ir.Object(call.span, call.keywords)


def _inside(expr: ir.Expr) -> ir.Expr:
    """What ``JSON.stringify(payload)`` and the like are given."""
    return expr.args[0] if isinstance(expr, ir.Call) and expr.args else expr
