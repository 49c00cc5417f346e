"""Reading the packages that a project asks for or has locked, from every kind of manifest. Resolves nothing."""

from __future__ import annotations

from jwtscan.syntax.manifest import locks, npm, project
from jwtscan.syntax.manifest.requirements import Include, Unread, comments_of, included, read_lines
from jwtscan.syntax.manifest.setup_script import requirements_of_setup
from jwtscan.syntax.settings import read_settings
from jwtscan.syntax.unit import Requirement
from jwtscan.text import Lines

__all__ = ["KINDS", "Include", "comments_of", "included", "read_requirements", "requirements_of_setup"]

_PLAIN = {
    "package.json": npm.package_json,
    "package-lock.json": npm.package_lock,
    "yarn.lock": npm.yarn_lock,
    "pnpm-lock.yaml": npm.pnpm_lock,
    "Pipfile.lock": locks.pipfile_lock,
    "poetry.lock": locks.toml_lock,
    "uv.lock": locks.toml_lock,
}
_SETTINGS = {
    "pyproject.toml": project.pyproject,
    "Pipfile": project.pipfile,
    "setup.cfg": project.setup_cfg,
    "environment.yml": project.environment_yml,
}

_NOTES = 5

KINDS = frozenset({*_PLAIN, *_SETTINGS, "requirements"})


def read_requirements(kind: str, path: str, source: bytes) -> tuple[tuple[Requirement, ...], list[str]]:
    """The requirements of a manifest or lock file in source order, and notes on what could not be read.

    ``kind`` is one of ``KINDS``. Broken files are read as far as they can be; nothing raises.
    """
    if kind in _PLAIN:
        return tuple(_PLAIN[kind](source)), []
    if kind == "requirements":
        found, unread = read_lines(source)
        return tuple(found), _noted(source, unread)
    settings, _, notes = read_settings(kind, path, source)
    found, unread = _SETTINGS[kind](settings, source)
    return tuple(found), notes + _noted(source, unread)


def _noted(source: bytes, unread: list[Unread]) -> list[str]:
    lines = Lines(source)
    notes = [f"line {lines.line_of(start)}: {words}" for start, words in unread[:_NOTES]]
    return notes if len(unread) <= _NOTES else [*notes, f"and {len(unread) - _NOTES} more lines like these"]
