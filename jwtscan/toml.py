"""Reads a TOML file with whichever library this Python has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


class TomlError(Exception):
    """A file that is missing, unreadable or no TOML; the text names the file and the reason."""


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ``TomlError``."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TomlError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise TomlError(f"{path}: not valid TOML: nested too deeply") from error
    except OSError as error:
        raise TomlError(f"{path}: {(error.strerror or str(error)).lower()}") from error
