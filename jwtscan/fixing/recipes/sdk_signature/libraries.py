"""Which library that signs JWTs a program has at hand, or its project asks for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Requirement, Unit
from jwtscan.syntax.versions import allowed

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

_MANIFESTS = re.compile(
    r"(?:package\.json|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|environment\.ya?ml|requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in))"
)

# ``>=12`` allows every later one; what is pinned does not.
_ENGINE = re.compile(rb'"engines"\s*:\s*\{[^}]*"node"\s*:\s*"[\^~=v]*(?P<major>\d{1,3})(?!\d)')


def imported(unit: Unit, module: str, name: str | None = None) -> str | None:
    """What the program's top level calls a module, or a name of it."""
    scope = unit.module.scope if unit.module is not None else None
    for bound, bindings in (scope.bindings if scope is not None else {}).items():
        for binding in bindings:
            value = binding.value
            if name is not None and isinstance(value, ir.Attr) and value.name == name and _is(value.obj, module, None):
                return bound
            if _is(value, module, name):
                return bound
    return None


def _is(value: ir.Expr | None, module: str, name: str | None) -> bool:
    if not isinstance(value, ir.Import) or value.module != module or value.level:
        return False
    return value.name == name or (name is None and value.name in ("*", "default"))


def required(project: Project, unit: Unit, package: str) -> Requirement | None:
    """What the manifest next above a file asks for of a package; None where it does not."""
    for manifest in _above(project, unit):
        found = [each for each in manifest.requirements if each.name == package and not each.locked]
        if found:
            return found[0]
        if manifest.path.endswith("package.json"):
            return None
    return None


def _above(project: Project, unit: Unit) -> Iterator[Unit]:
    """The manifests in a file's folder and in those around it, the nearest first."""
    wanted = "package.json" if unit.module is not None and unit.module.language != "python" else ""
    by_folder: dict[str, list[str]] = {}
    for path in sorted(project.modules.files):
        base = posixpath.basename(path)
        if _MANIFESTS.fullmatch(base) and (base == "package.json") == bool(wanted):
            by_folder.setdefault(posixpath.dirname(path), []).append(path)
        elif not wanted and _MANIFESTS.fullmatch(f"{posixpath.basename(posixpath.dirname(path))}/{base}"):
            by_folder.setdefault(posixpath.dirname(posixpath.dirname(path)), []).append(path)
    for folder in and_above(posixpath.dirname(unit.path)):
        for path in by_folder.get(folder, ()):
            manifest = project.load(path)
            if manifest is not None:
                yield manifest


def is_at_least(requirement: Requirement, major: int) -> bool:
    """Whether all that a requirement allows is of that major version or a later one, or it allows anything."""
    wanted = allowed(requirement)
    return wanted is None or not wanted.below((major, 0, 0))


def is_old_node(project: Project, unit: Unit) -> bool:
    """Whether the file's package asks for a Node below 16, whose ``Buffer`` may not know ``base64url``."""
    manifest = next(_above(project, unit), None)
    found = _ENGINE.search(manifest.document.source) if manifest is not None else None
    return found is not None and int(found["major"]) < 16
