"""What each unit shows of Zoom and of other products: hosts, names, packages, its own path. Comments do not count."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.evidence import Hint
    from jwtscan.meaning.project import Project

_ZOOM = re.compile(rb"zoom", re.I)
_BEFORE = re.compile(rb"[\w$.\-]*\Z")
_AFTER = re.compile(rb"[\w$.\-]*")
_REACH = 40
"""How far a name is read to either side: minified code has words without end."""
_MAX_NAMES = 400


class Profile:
    """Facts of one unit, each looked for at the first question: most units are only asked for their names."""

    def __init__(self, unit: Unit, root: str) -> None:
        self._unit = unit
        self._place = f"{root}/{unit.path}"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Identifiers and texts of the unit's code that speak of Zoom."""
        code = _without_comments(self._unit)
        names: dict[str, None] = {}
        for match in _ZOOM.finditer(code):
            name = _name_around(code, match.start(), match.end())
            if zoom.says_zoom(name):
                names[name] = None
                if len(names) >= _MAX_NAMES:
                    break
        return tuple(names)

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The packages of Zoom that the unit imports."""
        module = self._unit.module
        return tuple(sorted({ref.module for ref in module.imports if _is_package(ref)})) if module else ()

    @cached_property
    def path(self) -> bool:
        return any(_says_zoom(part) for part in re.split(r"[/@]", self._place))

    @cached_property
    def api_host(self) -> str | None:
        text = self._text
        host = zoom.API_HOST.search(text) or zoom.SAMPLE_AGENT.search(text)
        return host.group().lower() if host else None

    @cached_property
    def oauth_host(self) -> bool:
        return bool(zoom.OAUTH_HOST.search(self._text))

    @cached_property
    def server_to_server(self) -> bool:
        return bool(zoom.SERVER_TO_SERVER.search(self._text))

    @cached_property
    def has_others(self) -> bool:
        """Whether the unit speaks of another product that has tokens too."""
        return bool(zoom.OTHER_PRODUCTS.search(self._text))

    @property
    def speaks(self) -> bool:
        """Any evidence of Zoom in the unit's own code or path."""
        return bool(self.names or self.packages or self.path or self.api_host)

    @property
    def _text(self) -> str:
        return _without_comments(self._unit).decode("utf-8", "replace")


class Profiles:
    """The profile of each unit, made once, and who imports whom among the loaded units."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.surroundings: dict[str, tuple[Hint, ...]] = {}
        self._of: dict[str, Profile] = {}
        self._importers: dict[str, list[Unit]] | None = None
        self._imported: dict[str, list[Unit]] = {}

    def of(self, unit: Unit) -> Profile:
        if unit.path not in self._of:
            self._of[unit.path] = Profile(unit, self.project.root)
        return self._of[unit.path]

    def imported(self, unit: Unit) -> list[Unit]:
        """The units of the project that a unit imports."""
        if unit.path not in self._imported:
            found: dict[str, Unit] = {}
            for ref in [*unit.module.imports, *unit.module.star_exports] if unit.module else ():
                target = self.project.resolve(unit, ref)
                if target is not None and target[0] is not unit:
                    found[target[0].path] = target[0]
            self._imported[unit.path] = list(found.values())
        return self._imported[unit.path]

    def importers(self, unit: Unit) -> list[Unit]:
        """The candidate units that import a unit."""
        if self._importers is None:
            self._importers = {}
            for other in self.project.candidates():
                for target in self.imported(other):
                    self._importers.setdefault(target.path, []).append(other)
        return self._importers.get(unit.path, [])

    def neighbours(self, unit: Unit) -> list[Unit]:
        return [*self.imported(unit), *self.importers(unit)]


def _name_around(code: bytes, start: int, end: int) -> str:
    before = _BEFORE.search(code[max(start - _REACH, 0) : start])
    after = _AFTER.match(code, end, end + _REACH)
    whole = (before.group() if before else b"") + code[start:end] + (after.group() if after else b"")
    return whole.decode("utf-8", "replace")


def _says_zoom(part: str) -> bool:
    """A file's or folder's name: here a bare "zoom" counts, as in ``routes/zoom.js``."""
    return part.partition(".")[0].lower() == "zoom" or zoom.says_zoom(part)


def _is_package(ref: ir.Import) -> bool:
    if ref.level:
        return False
    return ref.module.partition(".")[0] in zoom.PACKAGES or ref.module.startswith(zoom.SDK_PACKAGES)


def _without_comments(unit: Unit) -> bytes:
    code = bytearray(unit.region.text if unit.region is not None else unit.document.source)
    for comment in unit.module.comments if unit.module else unit.comments:
        code[comment.span.start : comment.span.end] = b" " * (comment.span.end - comment.span.start)
    return bytes(code)
