"""Reads a TOML file with whichever library this Python has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jwtscan.rule import RuleError


def parse_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ``RuleError`` with the file and the reason."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise RuleError(f"{path}: {(error.strerror or str(error)).lower()}") from error
