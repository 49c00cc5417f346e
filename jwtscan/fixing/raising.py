"""What has to be newer: requirements that are raised in place, and what then brings the lock files up to date."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable

from jwtscan.files.folders import and_above
from jwtscan.fixing.manifest import ecosystem_of, manifests
from jwtscan.fixing.plan import Plan
from jwtscan.syntax.manifest.requirements import normalised
from jwtscan.syntax.unit import Requirement, Unit
from jwtscan.syntax.versions import allowed, release_of
from jwtscan.text import Edit, Span

_PIN = re.compile(r"(?P<before>\(?\s*(?:\^|~=?|={1,3})?\s*v?)\d+(?:\.\d+)*(?P<after>\s*\)?)")
_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMPILED = re.compile(r"(?P<stem>.+)\.in")
_REFRESH = {
    "npm": {
        "package-lock.json": "npm install",
        "npm-shrinkwrap.json": "npm install",
        "yarn.lock": "yarn install",
        "pnpm-lock.yaml": "pnpm install",
    },
    "pypi": {
        "poetry.lock": "poetry lock",
        "uv.lock": "uv lock",
        "pdm.lock": "pdm lock",
        "Pipfile.lock": "pipenv lock",
    },
}


def raises(
    plan: Plan, path: str, ecosystem: str, packages: Collection[str], least: str, name: str
) -> tuple[bool, tuple[tuple[str, Edit], ...]]:
    """How the nearest manifests of the program at ``path`` come to ask for ``name`` from version ``least`` on.

    ``packages`` are the names it goes by: its own, and forks that it takes the place of. Gives whether a manifest
    names one of them at all, and the edits by path. Where none above the program does, those elsewhere count.
    """
    places = manifests(plan, ecosystem)
    folders = and_above(posixpath.dirname(path))
    nearest = [sorted(place for place, home in places.items() if home == folder) for folder in folders]
    for group in (*nearest, sorted(places)):
        found = [
            (manifest, requirement)
            for place in group
            if (manifest := plan.project.load(place)) is not None
            for requirement in manifest.requirements
            if requirement.name in packages and not requirement.locked
        ]
        if found:
            edits = ((unit.path, edit) for unit, one in found for edit in raising(unit, one, least, name))
            return True, tuple(edits)
    return False, ()


def raising(unit: Unit, requirement: Requirement, least: str, name: str) -> list[Edit]:
    """The edits that make one requirement ask for ``name`` from ``least`` on, in the style that it is written in.

    Nothing where it does already, and where that cannot be written: a URL, a pin with hashes.
    """
    source, span = unit.document.source, requirement.span
    renamed = requirement.name != name
    if "/" in requirement.specifier or _has_hash(source, span) or (not renamed and _asks(requirement, least)):
        return []
    named = _NAME.match(source, span.start, span.end)
    if unit.kind == "package.json":
        return [Edit(requirement.specifier_span, _specifier(requirement, least).encode())]
    if named is None or normalised(named[0].decode()) != requirement.name:
        return []
    if not requirement.specifier:
        extras = source[named.end() : span.end]
        return [Edit(span, (name.encode() if renamed else named[0]) + extras + f">={least}".encode())]
    text, at = _specifier(requirement, least).encode(), requirement.specifier_span
    if not renamed:
        return [Edit(at, text)]
    return [Edit(Span(named.start(), at.end), name.encode() + source[named.end() : at.start] + text)]


def _asks(requirement: Requirement, least: str) -> bool:
    """Whether a requirement allows nothing below a version."""
    wanted, now = release_of(least), allowed(requirement)
    return wanted is not None and now is not None and now.lowest >= wanted


def _specifier(requirement: Requirement, least: str) -> str:
    """``least`` in the style of what stands there: a pin stays a pin, a caret a caret."""
    pin = _PIN.fullmatch(requirement.specifier)
    if pin is not None:
        return f"{pin['before']}{least}{pin['after']}"
    return f"^{least}" if requirement.ecosystem == "npm" else f">={least}"


def _has_hash(source: bytes, span: Span) -> bool:
    end = source.find(b"\n", span.end)
    rest = source[span.end : len(source) if end < 0 else end]
    return b"--hash" in rest or rest.rstrip().endswith(b"\\")


def refreshes(changed: Iterable[str], files: Collection[str]) -> list[str]:
    """What to run so that the lock files of changed manifests say the same again."""
    found: dict[str, str] = {}
    for path in sorted(changed):
        folder = posixpath.dirname(path)
        commands = _REFRESH.get(ecosystem_of(path) or "", {})
        locks = [(posixpath.join(above, lock), above) for above in and_above(folder) for lock in commands]
        for lock, above in locks:
            if lock in files:
                command = commands[posixpath.basename(lock)]
                where = f" in {above}" if above else ""
                found.setdefault(lock, f"Run `{command}`{where}: {posixpath.basename(lock)} is out of date now.")
        compiled = _COMPILED.fullmatch(path)
        if compiled is not None and f"{compiled['stem']}.txt" in files:
            found[path] = f"Run `pip-compile {path}` or `uv pip compile`: {compiled['stem']}.txt is out of date now."
    return [found[path] for path in sorted(found)]
