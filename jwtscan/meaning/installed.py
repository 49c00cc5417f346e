"""Which releases of an npm package a manifest really brings in: what the nearest lock file says."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.syntax.unit import Requirement, Unit
from jwtscan.syntax.versions import Release, allowed, release_of

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

_LOCKS = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml")


def installed(project: Project, unit: Unit, requirement: Requirement) -> list[Release]:
    """The releases that the nearest lock file with the package has for a requirement, in order; none without one.

    A lock may have several for other packages' sake: those that the requirement does not allow do not count.
    """
    for folder in and_above(posixpath.dirname(unit.path)):
        for name in _LOCKS:
            path = posixpath.join(folder, name)
            lock = project.load(path) if path in project.modules.files else None
            found = _releases(lock, requirement) if lock is not None else []
            if found:
                return found
    return []


def _releases(lock: Unit, requirement: Requirement) -> list[Release]:
    wanted = allowed(requirement)
    locked = (row.version for row in lock.requirements if row.name == requirement.name and row.version)
    found = {release for version in locked if (release := release_of(version)) is not None}
    return sorted(release for release in found if wanted is None or release in wanted)
