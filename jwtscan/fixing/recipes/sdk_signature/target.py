"""Which claims the project's Meeting SDK reads: ``appKey`` alone from 4.0.0 on, ``sdkKey`` too before it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.fixing.sdk import releases
from jwtscan.fixing.sdk.programs import bundle_at, release_at
from jwtscan.meaning import zoom
from jwtscan.syntax.versions import Release

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

_ALONE: Release = (4, 0, 0)


def takes_app_key_alone(plan: Plan) -> bool:
    """Whether ``sdkKey`` can be left out: the version asked for, or each that the project names, is 4.0.0 or later.

    Both claims together work with every version, so they stand where the project does not say.
    """
    wanted = releases.wanted(plan.target)
    if wanted is not None:
        return wanted >= _ALONE
    found = [*_required(plan), *_loaded(plan)]
    return bool(found) and all(release is not None and release >= _ALONE for release in found)


def _required(plan: Plan) -> Iterator[Release | None]:
    for path in sorted(plan.project.modules.files):
        manifest = plan.project.load(path) if posixpath.basename(path) == "package.json" else None
        for row in manifest.requirements if manifest is not None else ():
            if row.name in zoom.SDK_PACKAGES and manifest is not None:
                yield release_at(plan, manifest, row)


def _loaded(plan: Plan) -> Iterator[Release | None]:
    """The releases that pages load by a tag."""
    links = (link for unit in plan.project.candidates() for link in unit.links)
    return (found for link in links if (found := bundle_at(link.url)) is not None)
