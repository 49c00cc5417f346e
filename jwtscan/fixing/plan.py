"""What every recipe of one pass is given: the project as it stands, the decisions made once, and where helpers go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.fixing.names import Names, decide_names
from jwtscan.fixing.templates.home import Home
from jwtscan.text.layout import Layout, layout_of

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

MAX_FILES = 1000


class Plan:
    """One pass over a project.

    ``target`` is the SDK version asked for with ``--target`` (None is the project's own). ``names`` are the new
    environment variables, decided at the first pass and kept: later passes no longer see the old ones.
    ``given`` are new names by old ones, ``home`` is where helper modules go, both from the configuration.
    """

    def __init__(
        self,
        project: Project,
        *,
        target: str | None = None,
        names: Names | None = None,
        given: Mapping[str, str] | None = None,
        home: Home | None = None,
    ) -> None:
        self.project = project
        self.target = target
        self.home = home
        self._names = names
        self._given = given
        self._layouts: dict[str, Layout] = {}

    @cached_property
    def names(self) -> Names:
        return self._names or decide_names(self.project, self._given)

    @cached_property
    def importers(self) -> dict[str, list[Unit]]:
        """The Python units that import a file, by its path: of the whole project where it is not too large.

        Most files never were candidates: they neither speak of Zoom nor of tokens.
        """
        paths = sorted(path for path in self.project.modules.files if path.endswith(".py"))
        for path in paths if len(paths) <= MAX_FILES else ():
            self.project.load(path)
        found: dict[str, list[Unit]] = {}
        for unit in sorted(self.project.units.values(), key=lambda unit: unit.path):
            if unit.kind == "python" and unit.module is not None:
                refs = (*unit.module.imports, *unit.module.star_exports)
                targets = {target[0] for ref in refs if (target := self.project.modules.target(unit, ref)) is not None}
                for path in targets - {unit.path}:
                    found.setdefault(path, []).append(unit)
        return found

    def layout(self, unit: Unit) -> Layout:
        if unit.path not in self._layouts:
            self._layouts[unit.path] = layout_of(unit.document.source)
        return self._layouts[unit.path]
