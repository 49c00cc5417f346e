"""Where a Python helper module goes and how a file imports it, by how the project's imports work already."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.fixing.templates.home import PYTHON, HelperError
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit


@dataclass(frozen=True, slots=True)
class Place:
    """The helper's path, and the module's name as the import says it (``.zoom_oauth``, ``app.zoom_oauth``)."""

    path: str
    module: str


def place_of(plan: Plan, unit: Unit, stem: str) -> Place:
    """The place of a helper module ``stem``: beside the file, or beside what the file imports from elsewhere.

    Where the configuration names one, it is there; raises HelperError where the file cannot import it from there.
    """
    if plan.home is not None and plan.home.serves(PYTHON):
        folder = plan.home.folder
        prefix = _prefix_to(plan, unit, folder)
    else:
        folder, prefix = _style(plan, unit)
    return Place(posixpath.join(folder, f"{stem}.py"), f"{prefix}{stem}")


def _style(plan: Plan, unit: Unit) -> tuple[str, str]:
    """The helper's folder, and what stands before its name in the import."""
    folder, name = posixpath.split(unit.path)
    refs = (*unit.module.imports, *unit.module.star_exports) if unit.module is not None else ()
    if name == "__init__.py" or any(ref.level for ref in refs):
        return folder, "."
    found = [style for ref in refs if (style := _by_import(plan, unit, folder, ref)) is not None]
    found += _by_importers(plan, unit, folder)
    if found:
        # Where several work, the plainest import, and the folder that most files share.
        return min(found, key=lambda style: (style[1].count("."), len(style[0])))
    files = plan.project.modules.files
    is_package = posixpath.join(folder, "__init__.py") in files
    roots = ("manage.py", "setup.py") if is_package else ("manage.py",)
    root = next((one for one in and_above(folder) if any(posixpath.join(one, name) in files for name in roots)), folder)
    if folder != root and (dotted := _dotted(root, folder)):
        return folder, f"{dotted}."
    if is_package and not _is_script(unit):
        return folder, "."
    return folder, ""


def _dotted(root: str, folder: str) -> str:
    """A folder as a package below a root; empty where its name cannot be one."""
    parts = posixpath.relpath(folder or ".", root or ".").removeprefix("src/").split("/")
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def _by_import(plan: Plan, unit: Unit, folder: str, ref: ir.Import) -> tuple[str, str] | None:
    """What an import of the file that means a file of the project tells."""
    target = plan.project.modules.target(unit, ref)
    if target is None:
        return None
    base = target[0].removesuffix(".py").removesuffix("/__init__")
    for dotted in (f"{ref.module}.{ref.name}", ref.module):
        inner = dotted.replace(".", "/")
        if base != inner and not base.endswith(f"/{inner}"):
            continue
        root = base[: len(base) - len(inner)].rstrip("/")
        first = dotted.partition(".")[0]
        below = posixpath.relpath(folder or ".", root or ".")
        if below == ".":
            return folder, ""
        parts = below.split("/")
        if parts[0] == first and all(part.isidentifier() for part in parts):
            return folder, f"{'.'.join(parts)}."
        return (root, "") if ".." not in parts else None
    return None


def _by_importers(plan: Plan, unit: Unit, folder: str) -> Iterator[tuple[str, str]]:
    """What the imports of other files that mean this one tell."""
    stem = posixpath.basename(unit.path).removesuffix(".py")
    for other in plan.importers.get(unit.path, ()):
        for ref in (*other.module.imports, *other.module.star_exports) if other.module is not None else ():
            target = plan.project.modules.target(other, ref)
            if target is None or target[0] != unit.path:
                continue
            if ref.level:
                yield folder, "."
                continue
            dotted = f"{ref.module}.{ref.name}" if ref.name == stem and target[1] is None else ref.module
            around = dotted.rpartition(".")[0]
            yield folder, f"{around}." if around else ""


def _is_script(unit: Unit) -> bool:
    return b"__main__" in unit.document.source


# -- where the configuration names the folder ------------------------------------------------------------------------


def _prefix_to(plan: Plan, unit: Unit, folder: str) -> str:
    """What stands before the helper's name in an import of ``unit``, where the helper is in ``folder``."""
    here, name = posixpath.split(unit.path)
    refs = (*unit.module.imports, *unit.module.star_exports) if unit.module is not None else ()
    package = _package(plan, here, max((ref.level - 1 for ref in refs), default=0))
    is_relative = name == "__init__.py" or any(ref.level for ref in refs)
    if is_relative and (folder == package or _is_below(folder, package)):
        ups, downs = _way(here, folder)
        if all(part.isidentifier() for part in downs):
            return "." * (ups + 1) + "".join(f"{part}." for part in downs)
    for root in _roots(plan, unit, package):
        if folder == root:
            return ""
        if _is_below(folder, root) and (dotted := _dotted(root, folder)):
            return f"{dotted}."
    raise HelperError(
        f"the configuration wants the helper module in {folder or '.'}, from where {unit.path} cannot import it"
    )


def _package(plan: Plan, folder: str, known: int) -> str:
    """The top folder of the package around a folder, at least ``known`` above it; itself where there is none."""
    files = plan.project.modules.files
    around = list(and_above(folder))
    packages = list(takewhile(lambda one: posixpath.join(one, "__init__.py") in files, around))
    return around[min(max(known, len(packages) - 1, 0), len(around) - 1)]


def _roots(plan: Plan, unit: Unit, package: str) -> Iterator[str]:
    """The folders that imports of ``unit`` start from, by what shows it best."""
    here = posixpath.dirname(unit.path)
    refs = (*unit.module.imports, *unit.module.star_exports) if unit.module is not None else ()
    for ref in refs:
        if (target := plan.project.modules.target(unit, ref)) is not None and not ref.level:
            yield from _root_of(target[0], ref)
    for other in plan.importers.get(unit.path, ()):
        for ref in (*other.module.imports, *other.module.star_exports) if other.module is not None else ():
            target = plan.project.modules.target(other, ref)
            if target is not None and target[0] == unit.path and not ref.level:
                yield from _root_of(target[0], ref)
    files = plan.project.modules.files
    yield from (one for one in and_above(here) if posixpath.join(one, "manage.py") in files)
    is_package = posixpath.join(package, "__init__.py") in files
    yield posixpath.dirname(package) if is_package and not _is_script(unit) else here


def _root_of(path: str, ref: ir.Import) -> Iterator[str]:
    """The folder that an import starts from, where it means the file ``path``."""
    base = path.removesuffix(".py").removesuffix("/__init__")
    for dotted in (f"{ref.module}.{ref.name}", ref.module):
        inner = dotted.replace(".", "/")
        if base == inner or base.endswith(f"/{inner}"):
            yield base[: len(base) - len(inner)].rstrip("/")


def _is_below(folder: str, root: str) -> bool:
    return folder != root and (not root or folder.startswith(f"{root}/"))


def _way(here: str, folder: str) -> tuple[int, list[str]]:
    """How many folders to go up from one to another, and the names of those to go down."""
    parts = posixpath.relpath(folder or ".", here or ".").split("/")
    ups = parts.count("..")
    return ups, [part for part in parts[ups:] if part != "."]
