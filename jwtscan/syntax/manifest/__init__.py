"""Reading the packages that a project asks for or has locked, from every kind of manifest. Resolves nothing."""

from __future__ import annotations

from jwtscan.syntax.manifest import locks, npm, project
from jwtscan.syntax.manifest.requirements import Include, included, read_lines
from jwtscan.syntax.manifest.setup_script import requirements_of_setup
from jwtscan.syntax.settings import read_settings
from jwtscan.syntax.unit import Requirement

__all__ = ["KINDS", "Include", "included", "read_requirements", "requirements_of_setup"]

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

KINDS = frozenset({*_PLAIN, *_SETTINGS, "requirements"})


def read_requirements(kind: str, path: str, source: bytes) -> tuple[tuple[Requirement, ...], list[str]]:
    """The requirements of a manifest or lock file in source order, and notes on what could not be read.

    ``kind`` is one of ``KINDS``. Broken files are read as far as they can be; nothing raises.
    """
    if kind in _SETTINGS:
        settings, _, notes = read_settings(kind, path, source)
        found, unread = _SETTINGS[kind](settings, source)
        return tuple(found), notes + unread
    if kind in _PLAIN:
        return tuple(_PLAIN[kind](source)), []
    found, unread = read_lines(source)
    return tuple(found), unread
