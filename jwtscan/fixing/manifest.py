"""The manifests of a project by the package they are for, and the requirements that go because nothing imports them.

Edits are made in place, lock files never. What has to be newer stands in ``raising``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from jwtscan.files.kinds import kind_of
from jwtscan.fixing import Unrequired
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.removal import removal
from jwtscan.syntax.manifest.requirements import normalised
from jwtscan.syntax.reading import PAGES, PROGRAMS, read_unit
from jwtscan.text import apply

_FOLDERS = frozenset({"requirements", "requires", "reqs", "deps"})
_PYPI = frozenset({"requirements", "pyproject.toml", "Pipfile", "setup.cfg", "environment.yml"})

Imported = Callable[[bytes], bool]


def ecosystem_of(path: str) -> str | None:
    """``pypi`` or ``npm`` for a manifest that people write, None for all other files and for lock files."""
    name = posixpath.basename(path)
    kind = kind_of(name, path)
    if kind == "package.json":
        return "npm"
    return "pypi" if kind in _PYPI or name == "setup.py" else None


# -- what goes ---------------------------------------------------------------------------------------------------------


def unrequire(plan: Plan, sources: dict[str, bytes], packages: Sequence[Unrequired]) -> None:
    """Takes out of ``sources`` the requirements that no program of their package imports any longer.

    ``sources`` are the new texts of this pass. A package's folder is the one its manifest stands in: only where a
    program of it did import the modules before, and none does now.
    """
    for package in sorted(packages, key=repr):
        imports = _importing(package)
        places = manifests(plan, package.ecosystem)
        homes = frozenset(places.values())
        left = {
            _home_of(path, homes)
            for path, source in sources.items()
            if (unit := plan.project.units.get(path)) is not None
            and imports(unit.document.source)
            and not imports(source)
        }
        for home in sorted(home for home in left if home is not None):
            if not any(map(imports, _programs(plan, sources, home))):
                for path in sorted(path for path, folder in places.items() if folder == home):
                    _remove(plan, sources, path, _names(package))


def is_imported(plan: Plan, path: str, package: Unrequired) -> bool:
    """Whether a program of the package that the manifest at ``path`` is for imports the required one.

    Where there is no program at all, what the manifest is for is not known: then too.
    """
    programs = list(_programs(plan, {}, _folder(path)))
    return not programs or any(map(_importing(package), programs))


def _importing(package: Unrequired) -> Imported:
    """Whether a text may import one of the package's modules; what only looks like an import counts too."""
    modules = b"|".join(re.escape(module.encode()) for module in package.modules)
    if package.ecosystem == "npm":
        wanted = re.compile(rb"[\"'](?:" + modules + rb")(?:/[^\"'\n]*)?[\"']")
    else:
        wanted = re.compile(
            rb"\b(?:from|import)[ \t(\\][^\n;]*?(?<![\w.])(?:" + modules + rb")\b"
            rb"|\b(?:import_module|__import__)\(\s*[\"'](?:" + modules + rb")\b"
        )
    return lambda source: wanted.search(source) is not None


def _names(package: Unrequired) -> frozenset[str]:
    """The package, and for npm its separate types."""
    if package.ecosystem == "pypi":
        return frozenset({normalised(package.package)})
    return frozenset({package.package, "@types/" + package.package.removeprefix("@").replace("/", "__")})


def _programs(plan: Plan, sources: Mapping[str, bytes], home: str) -> Iterator[bytes]:
    """The texts of all programs in a folder."""
    for path in sorted(plan.project.modules.files):
        kind = kind_of(posixpath.basename(path), path)
        if is_inside(path, home) and (kind in PROGRAMS or kind in PAGES or kind == "notebook"):
            source = sources[path] if path in sources else plan.project.text(path)
            if source is not None:
                yield source


def _remove(plan: Plan, sources: dict[str, bytes], path: str, names: Collection[str]) -> None:
    unit = plan.project.load(path)
    if unit is None:
        return
    while True:
        now = read_unit(unit.document.changed(sources.get(path, unit.document.source)), unit.kind)
        found = (removal(now, requirement) for requirement in now.requirements if requirement.name in names)
        edits = next((edits for edits in found if edits), None)
        if edits is None:
            return
        # One at a time: two that stand side by side share a comma.
        sources[path] = apply(now.document.source, edits)


# -- places ------------------------------------------------------------------------------------------------------------


def manifests(plan: Plan, ecosystem: str) -> dict[str, str]:
    """The manifests of a project with the folder of the package that each one is for."""
    return {path: _folder(path) for path in _manifests(plan.project.modules.files, ecosystem)}


@lru_cache(maxsize=4)
def _manifests(files: frozenset[str], ecosystem: str) -> tuple[str, ...]:
    # Asked for each finding, and the same for all of a scan.
    return tuple(path for path in files if ecosystem_of(path) == ecosystem)


def _folder(path: str) -> str:
    folder = posixpath.dirname(path)
    return posixpath.dirname(folder) if posixpath.basename(folder) in _FOLDERS else folder


def _home_of(path: str, homes: Collection[str]) -> str | None:
    return max((home for home in homes if is_inside(path, home)), key=len, default=None)


def is_inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")
