"""Reads configuration files and what they extend, into settings that know where they stand."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jwtscan.config.find import OWN, SHARED, ConfigError
from jwtscan.config.keys import KEYS
from jwtscan.rule import RuleError
from jwtscan.table import Table
from jwtscan.toml import TomlError, read_toml


class Setting(NamedTuple):
    """The value of one key, and the file it stands in."""

    value: Any
    file: Path

    @property
    def home(self) -> str:
        """The folder that globs and paths in the value are relative to."""
        return self.file.parent.as_posix()


class Config(NamedTuple):
    """The settings of a file and those it extends, by key; ``tables`` has those of keys with entries, by entry."""

    settings: Mapping[str, Setting]
    tables: Mapping[str, Mapping[str, Setting]]


def read_config(file: Path) -> Config:
    """What a file and the files that it extends say: the nearest file that has a key, or an entry of a table, wins.

    Raises ConfigError.
    """
    settings: dict[str, Setting] = {}
    tables: dict[str, dict[str, Setting]] = {}
    seen: list[Path] = []
    following: Path | None = file
    while following is not None:
        here = Path(os.path.realpath(following))
        if here in seen:
            raise ConfigError(f"{seen[-1]}: 'extend' leads back to {here}")
        seen.append(here)
        values = _values(here, required_by=seen[-2] if len(seen) > 1 else None)
        extended = values.pop("extend", None)
        for key, value in values.items():
            if isinstance(value, dict):
                entries = tables.setdefault(key, {})
                for entry, inner in value.items():
                    entries.setdefault(entry, Setting(inner, here))
            else:
                settings.setdefault(key, Setting(value, here))
        following = here.parent / extended if extended is not None else None
    return Config(settings, tables)


def own_table(file: Path) -> Mapping[str, Any] | None:
    """The ``[tool.jwtscan]`` of a pyproject.toml; None where there is none. Raises ConfigError."""
    try:
        tool = read_toml(file).get("tool")
    except TomlError as error:
        raise ConfigError(str(error)) from error
    if not isinstance(tool, dict) or "jwtscan" not in tool:
        return None
    if not isinstance(tool["jwtscan"], dict):
        raise ConfigError(f"{file}: 'tool.jwtscan' has to be a table")
    return tool["jwtscan"]


def _values(file: Path, *, required_by: Path | None) -> dict[str, Any]:
    """The values of one file by key, checked."""
    where = f"{file}: [tool.jwtscan]" if file.name == SHARED else str(file)
    try:
        _check_readable(file)
        if file.name != SHARED and not file.name.endswith(OWN):
            # A scan knows by the name that what stands there are no program's settings.
            raise ConfigError(f"{file}: a configuration is called {SHARED}, {OWN} or NAME.{OWN}")
        data = own_table(file) if file.name == SHARED else read_toml(file)
        if data is None:
            raise ConfigError(f"{file}: there is no [tool.jwtscan] in it")
        table = Table(data, where)
        values = {key.name: key.read(table, key.name) for key in KEYS if table.has(key.name)}
        if file.name != SHARED and "tool" in table.left:
            raise ConfigError(f"{file}: [tool.jwtscan] is for {SHARED}: here its keys stand at the top, without it")
        table.close()
    except (ConfigError, TomlError, RuleError) as error:
        raise ConfigError(f"{error}" + (f" (extended by {required_by})" if required_by else "")) from error
    return values


def _check_readable(file: Path) -> None:
    """Refuses what is not there, and what is no file: who reads a pipe waits."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    if not stat.S_ISREG(mode):
        raise ConfigError(f"{file}: is a folder, not a file" if stat.S_ISDIR(mode) else f"{file}: is no regular file")
