"""Where a Python helper module goes and how a file imports it, by how the project's imports work already."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
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
    """The place of a helper module ``stem``: beside the file, or beside what the file imports from elsewhere."""
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
