"""Which folders and files a scan takes by their names: the default excludes, the user's own, and ``.ignore`` files."""

# Paths are POSIX strings here, as git gives them: there may be a hundred thousand.
# ruff: noqa: PTH110

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from jwtscan.files.ignore import Level, Rules
from jwtscan.files.repository import load

# What package managers, build tools and version control write; nobody edits it, and a fix there would be lost.
FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "jspm_packages", "vendor", ".yarn", ".pnpm-store",
        ".venv", "venv", "site-packages", "__pypackages__", ".tox", ".nox", ".eggs", ".direnv", ".pixi",
        "dist", "build", ".next", ".nuxt", ".output", ".svelte-kit", ".angular", ".parcel-cache", ".turbo", ".cache",
        ".docusaurus", ".expo", ".vercel", ".netlify", ".serverless", ".terraform", ".aws-sam", "cdk.out", "Pods",
        "coverage", "htmlcov", "lcov-report", ".nyc_output",
        "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints",
        ".git", ".hg", ".svn", ".bzr", "CVS", ".jwtscan",
    }
)  # fmt: skip
FOLDER_ENDINGS = (".egg-info", ".dist-info")
FILE_ENDINGS = (
    ".min.js", ".min.mjs", ".min.cjs", "-min.js", ".bundle.js", ".chunk.js", ".min.html", ".pnp.cjs", ".pnp.loader.mjs",
)  # fmt: skip
ENVIRONMENT = "pyvenv.cfg"


class Folder(NamedTuple):
    """What holds inside a folder: its ``.ignore`` rules, and whether a default leaves it out unless it is included."""

    level: Level | None = None
    shut: bool = False


class Selection:
    """Decides by names. Patterns are git's, relative to ``cwd`` or to a home of their own.

    ``path`` is always as it is shown, ``file`` the absolute one. Folders are absolute POSIX paths without links.
    """

    def __init__(
        self, exclude: Sequence[str], include: Sequence[str], cwd: str, homes: tuple[str, str] = ("", "")
    ) -> None:
        self._inside = _slashed(cwd)
        self._exclude_home, self._include_home = (_slashed(home or cwd) for home in homes)
        self._exclude = _rules(exclude, self._exclude_home)
        self._include = _rules(include, self._include_home)

    @property
    def unlisted(self) -> frozenset[str]:
        """Names of folders that cannot hold anything to be taken."""
        return frozenset() if self._include else FOLDERS

    def enter(self, outer: Folder, path: str, file: str) -> Folder | None:
        """What holds in the folder ``file`` inside of ``outer``; None where nothing in it is taken."""
        if outer.level is not None and outer.level.ignores(os.fsencode(file), True):
            return None
        name = path.rpartition("/")[2]
        if self._exclude and self._exclude.verdict(_relative(path, file, self._exclude_home), os.fsencode(name), True):
            return None
        shut = outer.shut or name in FOLDERS or name.endswith(FOLDER_ENDINGS) or self.is_environment(file)
        if shut and self._include is None:
            return None
        if (
            shut
            and self._include
            and self._include.verdict(_relative(path, file, self._include_home), os.fsencode(name), True)
        ):
            shut = False
        return Folder(self.level(file, outer.level), shut)

    def level(self, file: str, outer: Level | None) -> Level | None:
        """The rules of the ``.ignore`` file of the folder ``file``, on top of those from outside."""
        return load(f"{file}/.ignore", file, outer)

    def is_environment(self, file: str) -> bool:
        """Whether the folder ``file`` is a virtual environment, whatever it is called."""
        return os.path.exists(f"{file}/{ENVIRONMENT}")

    def takes(self, folder: Folder, path: str, file: str) -> bool:
        """Whether the file ``file`` in ``folder`` is taken."""
        if folder.level is not None and folder.level.ignores(os.fsencode(file), False):
            return False
        name = path.rpartition("/")[2]
        if self._exclude and self._exclude.verdict(_relative(path, file, self._exclude_home), os.fsencode(name), False):
            return False
        if not folder.shut and not name.endswith(FILE_ENDINGS):
            return True
        return self._include is not None and bool(
            self._include.verdict(_relative(path, file, self._include_home), os.fsencode(name), False)
        )

    def forbids(self, path: str, file: str) -> bool:
        """Whether ``path``, a file or folder that was named itself, is excluded all the same."""
        if self._exclude and self._exclude.covers(_relative(path, file, self._exclude_home)):
            return True
        *folders, name = path.split("/")
        shut = any(part in FOLDERS or part.endswith(FOLDER_ENDINGS) for part in folders)
        if not shut and not name.endswith(FILE_ENDINGS) and name not in FOLDERS:
            return False
        return self._include is None or not self._include.covers(_relative(path, file, self._include_home))

    def shown(self, path: str, file: str) -> str:
        """``path``, or the shorter one where a root above the working directory led back into it."""
        above = path.startswith(("../", "/")) and file.startswith(self._inside)
        return file[len(self._inside) :] if above else path


class Globs:
    """Patterns that stand in ``home``, asked about single files."""

    def __init__(self, patterns: Sequence[str], home: str) -> None:
        self._home = _slashed(home)
        self._rules = _rules(patterns, self._home)

    def cover(self, path: str, file: str) -> bool:
        """Whether the file, or a folder it lies in, matches."""
        return self._rules is not None and self._rules.covers(_relative(path, file, self._home))


def _slashed(folder: str) -> str:
    return f"{folder.rstrip('/')}/"


def _relative(path: str, file: str, inside: str) -> bytes:
    """What the patterns of the folder ``inside`` are compared with."""
    if file.startswith(inside):
        return os.fsencode(file[len(inside) :])
    if not path.startswith(("../", "/")):
        # Below the working directory, but not below the patterns' own folder.
        return os.fsencode(os.path.relpath(file, inside))
    while path.startswith("../"):
        path = path[3:]
    return os.fsencode(path.lstrip("/"))


def _rules(patterns: Sequence[str], inside: str) -> Rules | None:
    lines = [f"/{pattern.removeprefix(inside)}" if pattern.startswith(inside) else pattern for pattern in patterns]
    lines = [f"/{line[2:]}" if line.startswith("./") else line for line in lines]
    return Rules.parse(b"\n".join(map(os.fsencode, lines))) if lines else None
