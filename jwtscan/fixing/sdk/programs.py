"""Which release of the Meeting SDK a program runs with once the outdated ones are raised, and what runs with it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.fixing.sdk import releases
from jwtscan.meaning import zoom
from jwtscan.meaning.installed import installed
from jwtscan.syntax.reading import LOCKS
from jwtscan.syntax.versions import Release, allowed, release_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Requirement, Unit

MAX_PAGES = 100
_SCRIPTS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue")
_INSTALLERS = LOCKS | {"package.json"}
"""What the package manager writes, and what it reads."""


def aim(plan: Plan) -> Release:
    """What an outdated SDK is raised to."""
    return releases.wanted(plan.target) or releases.LAST_OLD


def version_at(plan: Plan, unit: Unit) -> Release | None:
    """The release that a program will run with, None where nothing says: by its page's tags, then by its manifest."""
    for page in pages_of(plan, unit):
        for link in page.links:
            found = bundle_at(link.url)
            if found is not None:
                return aim(plan) if found < zoom.NO_API_KEY and is_zooms(link.url) else found
    manifest = manifest_of(plan, unit.path)
    requirement = next(iter(_required(manifest)), None) if manifest is not None else None
    if manifest is None or requirement is None:
        return releases.wanted(plan.target)
    now = release_at(plan, manifest, requirement)
    return aim(plan) if is_outdated(now, requirement) else now


def is_outdated(now: Release | None, requirement: Requirement) -> bool:
    """Whether ``outdated-sdk`` finds a requirement."""
    return requirement.name == releases.FIRST or (now is not None and now < zoom.NO_API_KEY)


def release_at(plan: Plan, manifest: Unit, requirement: Requirement) -> Release | None:
    """What is installed for a requirement, else the least that it allows."""
    there = installed(plan.project, manifest, requirement)
    wanted = allowed(requirement)
    return there[-1] if there else wanted.lowest if wanted is not None else None


def bundle_at(url: str) -> Release | None:
    """The release of the SDK that a URL loads."""
    found = zoom.SDK_BUNDLE.search(url)
    return release_of(found.group("version")) if found is not None else None


def is_zooms(url: str) -> bool:
    """Whether a URL is on a host of Zoom's, not of a copy."""
    return url.partition("//")[2].partition("/")[0] in HOSTS


HOSTS = frozenset(
    {"source.zoom.us", "jssdk.zoomus.cn", "dmogdx0jrul3u.cloudfront.net", "d24cgw3uvb9a9h.cloudfront.net"}
)
"""Where Zoom has had the SDK's files; the last two are of 2020 and before."""


def pages_of(plan: Plan, unit: Unit) -> list[Unit]:
    """The pages that a program runs in: itself, or those that load it by a tag."""
    if unit.links:
        return [unit]
    return [page for page in plan.project.candidates() if page.links and unit in plan.project.page_scripts(page)]


def manifest_of(plan: Plan, path: str) -> Unit | None:
    """The nearest ``package.json`` above a file that asks for the SDK."""
    for folder in and_above(posixpath.dirname(path)):
        place = posixpath.join(folder, "package.json")
        unit = plan.project.load(place) if place in plan.project.modules.files else None
        if unit is not None and any(True for _ in _required(unit)):
            return unit
    return None


def _required(unit: Unit) -> Iterator[Requirement]:
    return (row for row in unit.requirements if row.name in zoom.SDK_PACKAGES and not row.locked)


def governed(plan: Plan, manifest: Unit, word: re.Pattern[bytes] | None = None) -> list[Unit]:
    """The programs and pages whose SDK a manifest brings; with a ``word``, those too that say nothing but that."""
    folder = posixpath.dirname(manifest.path)
    below = [path for path in sorted(plan.project.modules.files) if _is_below(path, folder)]
    for path in [path for path in below if path.endswith((".html", "angular.json"))][:MAX_PAGES]:
        plan.project.load(path)
    if word is not None:
        for path in [path for path in below if path.endswith(_SCRIPTS)]:
            if word.search(plan.project.text(path) or b""):
                plan.project.load(path)
    return [
        unit
        for path, unit in sorted(plan.project.units.items())
        if _is_below(path, folder) and unit.kind not in _INSTALLERS and manifest_of(plan, path) is manifest
    ]


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
