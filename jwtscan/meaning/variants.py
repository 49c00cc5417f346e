"""Files that stand for one another: the same config module for another environment, and what is in one package."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.meaning import zoom
from jwtscan.meaning.sources import Source
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

CONFIG_WORDS = {
    "config", "configs", "configuration", "conf", "settings", "secret", "secrets", "credentials", "creds", "env",
    "appenv", "environment", "environments", "constants", "keys",
}  # fmt: skip
_MANIFESTS = ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt")
MAX_VARIANTS = 12
_SUFFIXES = (".py", ".js", ".ts", ".mjs", ".cjs", ".example", ".sample", ".dist")


class Homes:
    """The package that each file of a project belongs to: the nearest folder above it that has a manifest."""

    def __init__(self, files: Collection[str]) -> None:
        self._homes = {posixpath.dirname(path) for path in files if posixpath.basename(path) in _MANIFESTS}

    def of(self, path: str) -> str:
        folder = posixpath.dirname(path)
        while folder and folder not in self._homes and folder != posixpath.dirname(folder):
            folder = posixpath.dirname(folder)
        return folder

    def are_near(self, left: str, right: str) -> bool:
        """Whether the package of one file holds, or is, that of the other."""
        first, second = self.of(left), self.of(right)
        return _holds(first, second) or _holds(second, first)


def _holds(outer: str, inner: str) -> bool:
    return not outer or outer == inner or inner.startswith(f"{outer}/")


def stem_of(path: str) -> str:
    """A file's name up to its first dot: ``environment`` of ``environment.prod.ts``."""
    return posixpath.basename(path).partition(".")[0]


def is_config_module(unit: Unit) -> bool:
    """Whether a module holds settings, by its name or its folder's."""
    return _says_config(stem_of(unit.path)) or _says_config(posixpath.basename(posixpath.dirname(unit.path)))


def of(project: Project, sources: Iterable[Source]) -> Iterator[Source]:
    """The places in the variants of config modules that hold what ``sources`` hold in theirs."""
    done: set[tuple[str, str]] = set()
    places: dict[str, list[tuple[str, Span]]] = {}
    for source in sources:
        unit = source.unit
        if unit.module is None or not _may_vary(unit.path):
            continue
        if unit.path not in places:
            places[unit.path] = list(_places(unit).items())
        place = next((key for key, span in places[unit.path] if span.holds(source.span)), None)
        if place is None or (unit.path, place) in done:
            continue
        done.add((unit.path, place))
        for path in _variants(project, unit.path):
            other = project.load(path)
            span = _places(other).get(place) if other is not None else None
            if other is not None and span is not None:
                yield replace(source, kind="config", unit=other, span=span, text=None, trail=())


def _may_vary(path: str) -> bool:
    return _says_config(stem_of(path)) or _says_config(posixpath.basename(posixpath.dirname(path)))


def _says_config(name: str) -> bool:
    return bool(CONFIG_WORDS & set(zoom.words(name)))


def _variants(project: Project, path: str) -> list[str]:
    """Files beside a config module that are the same for another environment, or a template of it."""
    folder, name = posixpath.split(path)
    shared = _says_config(posixpath.basename(folder))
    found = [
        other
        for other in project.modules.files
        if other != path
        and posixpath.dirname(other) == folder
        and other.endswith(_SUFFIXES)
        and (shared or stem_of(other) == stem_of(name))
    ]
    return sorted(found)[:MAX_VARIANTS]


def _places(unit: Unit) -> dict[str, Span]:
    """The constants of a module by the path of names to them, and where each stands with its name."""
    found: dict[str, Span] = {}
    if unit.module is None:
        return found
    queue: list[tuple[str, ir.Expr]] = []
    for name, bindings in unit.module.scope.bindings.items():
        for binding in bindings:
            if isinstance(binding.value, ir.Object):
                queue.append((name, binding.value))
            elif isinstance(binding.value, (ir.Literal, ir.Call)):
                found[name] = unit.span(binding.span.join(binding.value.span))
    queue += [("", value) for value in unit.module.exports.values() if isinstance(value, ir.Object)]
    while queue:
        prefix, obj = queue.pop()
        for entry in obj.entries if isinstance(obj, ir.Object) else ():
            if isinstance(entry, ir.Entry) and entry.key:
                key = f"{prefix}.{entry.key}"
                if isinstance(entry.value, ir.Object):
                    queue.append((key, entry.value))
                elif key not in found:
                    found[key] = unit.span(entry.span)
    return found


def names_of_objects(module: ir.Module) -> dict[int, str]:
    """The names that objects are given, by their identity."""
    named: dict[int, str] = {}
    for obj in module.objects:
        for entry in obj.entries:
            if isinstance(entry, ir.Entry) and entry.key and isinstance(entry.value, ir.Object):
                named[id(entry.value)] = entry.key
    for name, bindings in module.scope.bindings.items():
        named.update((id(one.value), name) for one in bindings if isinstance(one.value, ir.Object))
    return named
