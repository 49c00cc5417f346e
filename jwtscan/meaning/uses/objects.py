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


def entries_of(project: Project, unit: Unit, expr: ir.Expr) -> Entries | None:
    """All entries that an expression's objects may have; None where no object is reached."""
    found = Entries(project)
    objects = [value for value in project.reach(unit, expr) if isinstance(value.end, ir.Object)]
    for value in objects:
        if isinstance(value.end, ir.Object):
            _collect(value.unit, value.end, found, 0)
    for store in _stores(project, unit, expr):
        found.rows[store.target.name].append((unit, store))
    return found if objects or found.rows else None


def _collect(unit: Unit, obj: ir.Object, found: Entries, depth: int) -> None:
    for entry in obj.entries:
        if isinstance(entry, ir.Entry):
            if entry.key is not None:
                found.rows[entry.key].append((unit, entry))
        elif depth < MAX_SPREADS:
            for value in found.project.reach(unit, entry.value):
                if isinstance(value.end, ir.Object):
                    _collect(value.unit, value.end, found, depth + 1)


def _stores(project: Project, unit: Unit, expr: ir.Expr) -> Iterator[ir.Store]:
    """``payload.iss = key`` and ``payload["iss"] = key`` in the unit, for the name that the expression is."""
    if isinstance(expr, ir.Call) and expr.args:
        expr = expr.args[0]
    if isinstance(expr, (ir.Name, ir.Attr)) and unit.module is not None:
        for store in unit.module.stores:
            if project.same_place(store.target.obj, expr):
                yield store
