"""Sites: calls with a role, found through the models, and the values that stand at their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.meaning.models import Model, Place, last_part
from jwtscan.meaning.values import External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A call that means something to jwtscan."""

    unit: Unit
    call: ir.Call
    name: str
    model: Model

    @property
    def role(self) -> str:
        return self.model.role


class Sites:
    """The sites of each unit, found once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._of: dict[str, list[Site]] = {}
        self._at: dict[str, dict[int, list[Site]]] = {}

    def of(self, unit: Unit, role: str | None = None) -> list[Site]:
        if unit.path not in self._of:
            self._of[unit.path] = list(self._find(unit))
        found = self._of[unit.path]
        return found if role is None else [site for site in found if site.role == role]

    def at(self, unit: Unit, call: ir.Call) -> list[Site]:
        """The sites of a unit that are a call."""
        if unit.path not in self._at:
            table: dict[int, list[Site]] = {}
            for site in self.of(unit):
                table.setdefault(id(site.call), []).append(site)
            self._at[unit.path] = table
        return self._at[unit.path].get(id(call), [])

    def _find(self, unit: Unit) -> list[Site]:
        if unit.module is None:
            return []
        found = []
        for call in unit.module.calls:
            site = self.site(unit, call)
            if site is not None:
                found.append(site)
        return found

    def site(self, unit: Unit, call: ir.Call) -> Site | None:
        models = self.project.models
        func = call.func
        if isinstance(func, ir.Attr):
            if func.name not in models.by_last:
                return None
        elif isinstance(func, ir.Name):
            if func.id not in models.by_last and not func.scope.find(func.id):
                return None
        elif not isinstance(func, (ir.Import, ir.Call)):
            return None
        language = unit.module.language if unit.module else ""
        for value in self.project.reach(unit, func):
            if not value.name or last_part(value.name) not in models.by_last:
                continue
            model = models.match(value.name)
            if model is not None and model.options.get("language") in (
                None,
                "python" if language == "python" else "javascript",
            ):
                return Site(unit, call, value.name, model)
        return None

    def argument(self, site: Site, place: str) -> tuple[Unit, ir.Expr] | None:
        """The expression at a named place of a site and the unit it stands in."""
        at = site.model.places.get(place)
        if at is None:
            return None
        call: ir.Call | None = site.call
        unit = site.unit
        if at.made_by is not None:
            maker = self._maker(site, at)
            if maker is None:
                return None
            unit, call = maker
        expr = call.arg(at.index, at.name) if call is not None else None
        return None if expr is None else (unit, expr)

    def values(self, site: Site, place: str) -> list[Value]:
        """The values that may stand at a named place of a site."""
        found = self.argument(site, place)
        return [] if found is None else self.project.reach(*found)

    def _maker(self, site: Site, place: Place) -> tuple[Unit, ir.Call] | None:
        """The call that made the receiver of a site: in the chain before it, or behind a name."""
        wanted = last_part(place.made_by or "")
        current: ir.Expr = site.call.func
        while isinstance(current, (ir.Attr, ir.Call)):
            if isinstance(current, ir.Call):
                func = current.func
                named = func.name if isinstance(func, ir.Attr) else func.id if isinstance(func, ir.Name) else ""
                if named == wanted:
                    return site.unit, current
                current = func
            else:
                current = current.obj
        receiver = site.call.func.obj if isinstance(site.call.func, ir.Attr) else site.call.func
        for value in self.project.reach(site.unit, receiver):
            end = value.end
            if isinstance(end, External) and end.call is not None and last_part(end.name) == wanted:
                return value.unit, end.call
        return None
