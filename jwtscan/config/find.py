"""Looks for the configuration file that is nearest. Nothing is parsed here unless a file is there that may be one."""

from __future__ import annotations

import os
from pathlib import Path

from jwtscan.files.repository import is_top

OWN = "jwtscan.toml"
SHARED = "pyproject.toml"


class ConfigError(Exception):
    """A configuration that cannot be used; the text names the file, the key and the reason."""


def nearest_config(cwd: Path) -> Path | None:
    """The file that holds in ``cwd``: there or in a folder around it, up to the top of the work tree.

    jwtscan.toml comes before pyproject.toml; a pyproject.toml without ``[tool.jwtscan]`` is none. Raises ConfigError.
    """
    folder = Path(os.path.realpath(cwd))
    for place in (folder, *folder.parents):
        if (place / OWN).is_file():
            return place / OWN
        if (place / SHARED).is_file() and _is_ours(place / SHARED):
            return place / SHARED
        if is_top(place.as_posix()):
            return None
    return None


def _is_ours(file: Path) -> bool:
    """Whether a pyproject.toml configures jwtscan. Most do not have the word, and need not be parsed to know."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    if b"jwtscan" not in text:
        return False
    from jwtscan.config.read import own_table

    return own_table(file) is not None
