"""Where the configuration wants the helper module: a folder, or a file for one language. Knows no project."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import NamedTuple

PYTHON = (".py",)
JAVASCRIPT = (".js", ".mjs", ".cjs", ".ts")
_MARKS = (b"Access tokens of a Zoom Server-to-Server OAuth app", b"Access tokens for Zoom's REST API")
"""What stands in the first lines of every helper module."""
_HEAD = 200


class HelperError(Exception):
    """A file cannot have the helper module from where the configuration wants it; the text says why."""


class Home(NamedTuple):
    """A folder of the tree; ``stem`` and ``suffix`` are empty where the configuration names no file."""

    folder: str
    stem: str = ""
    suffix: str = ""

    @property
    def path(self) -> str:
        return posixpath.join(self.folder, self.stem + self.suffix) or "."

    def serves(self, suffixes: tuple[str, ...]) -> bool:
        """Whether it is meant for a language, by the endings of its files."""
        return not self.suffix or self.suffix in suffixes


def home_of(place: str, cwd: Path) -> Home | None:
    """The home for ``place`` (absolute, without links); None where it is outside of ``cwd``, or nothing is wanted."""
    if not place:
        return None
    inside = Path(os.path.relpath(place, os.path.realpath(cwd))).as_posix()
    if inside == ".." or inside.startswith("../"):
        return None
    if not _is_file_name(place):
        return Home("" if inside == "." else inside)
    folder, name = posixpath.split(inside)
    return Home(folder, *posixpath.splitext(name))


def fault_of(place: str) -> str | None:
    """Why no helper can be at ``place``; None where it can."""
    path = Path(place)
    if path.is_dir():
        return None
    if not _is_file_name(place):
        blocking = next((one for one in (path, *path.parents) if one.is_file()), None)
        return (
            f"{blocking} is a file; a folder is wanted, or a {', '.join(PYTHON + JAVASCRIPT)} file"
            if blocking
            else None
        )
    if path.suffix == ".py" and not path.stem.isidentifier():
        return f"'{path.stem}' cannot be imported: no name of a Python module"
    if path.exists() and not any(mark in path.read_bytes()[:_HEAD] for mark in _MARKS):
        return f"{place} is there already, and is no helper module of jwtscan's"
    return None


def _is_file_name(place: str) -> bool:
    return posixpath.splitext(place)[1] in PYTHON + JAVASCRIPT and not Path(place).is_dir()
