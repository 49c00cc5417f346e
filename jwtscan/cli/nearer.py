"""The configurations below the one of a run: each speaks for the files around it, of what is excluded and reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jwtscan.cli.configured import FROM_FILE, chosen_from, file_ignores, file_of, severities
from jwtscan.cli.ending import Failure, note
from jwtscan.config.find import OWN, SHARED, ConfigError, nearest_config
from jwtscan.finding import Confidence, Severity

if TYPE_CHECKING:
    from jwtscan.config.read import Config
    from jwtscan.engine.wanted import Wanted
    from jwtscan.files.selection import Globs
    from jwtscan.files.walk import Entry
    from jwtscan.rule import Rule

LOCAL = ("select", "ignore", "min-severity", "min-confidence", "exclude", "per-file-ignores", "severity")
"""The keys that a nearer configuration has a say in. All others are the run's own."""


class NearerConfigs:
    """The configuration files nearest to scanned files, where they are not the run's own.

    ``roots`` are the paths to scan. As on the command line, what an option or the environment says goes before a file.
    """

    def __init__(self, ctx: click.Context, roots: Iterable[Path], all_rules: Callable[[], Sequence[Rule]]) -> None:
        self._ctx = ctx
        self._roots = {Path(os.path.realpath(root)).as_posix() for root in roots}
        self._all_rules = all_rules
        # The same few folders are asked about for every file.
        self._of, self._read, self._wants = cache(self._nearest), cache(self._config), cache(self._wanted)

    def of(self, file: str) -> Path | None:
        """The configuration that speaks for a file; None where that is the run's own."""
        return self._of(file.rpartition("/")[0])

    def config(self, file: Path) -> Config:
        """What a configuration says. Ends the run where it cannot be used."""
        return self._read(file)

    def leaves_out(self, entries: Mapping[str, Entry]) -> list[str]:
        if not is_free(self._ctx, "exclude"):
            return []
        from jwtscan.files.selection import Globs

        met = {entry.file for entry in entries.values() if entry.file.endswith((f"/{OWN}", f"/{SHARED}"))}
        met |= {f"{root}/" for root in self._roots}
        nearer = {file for file in map(self.of, met) if file is not None}
        excluded = {file: found for file in nearer if (found := self._read(file).settings.get("exclude")) is not None}
        globs = {file: Globs(found.value, found.home) for file, found in excluded.items()}
        homes = tuple(f"{file.parent.as_posix()}/" for file in globs)
        return [path for path, entry in entries.items() if homes and self._is_left_out(entry, homes, globs)]

    def rules(self, files: Iterable[str], rules: Sequence[Rule]) -> Sequence[Rule]:
        nearer = {file for file in map(self.of, files) if file is not None}
        ids = {rule.id for rule in rules}.union(*(self._wants(file).rules or () for file in nearer))
        return [rule for rule in self._all_rules() if rule.id in ids] if nearer else rules

    def wanted(self, file: str) -> Wanted | None:
        nearer = self.of(file)
        return None if nearer is None else self._wants(nearer)

    def _is_left_out(self, entry: Entry, homes: tuple[str, ...], globs: Mapping[Path, Globs]) -> bool:
        if not entry.file.startswith(homes) or (entry.file in self._roots and not self._ctx.params["force_exclude"]):
            return False
        nearer = self.of(entry.file)
        return nearer is not None and nearer in globs and globs[nearer].cover(entry.path, entry.file)

    def _nearest(self, folder: str) -> Path | None:
        try:
            file = nearest_config(Path(folder))
        except ConfigError as error:
            raise Failure(str(error)) from error
        return None if file == file_of(self._ctx) else file

    def _config(self, file: Path) -> Config:
        from jwtscan.config.read import read_config

        try:
            config = read_config(file)
        except ConfigError as error:
            raise Failure(str(error)) from error
        first = {key: next(iter(table.values())) for key, table in config.tables.items() if table}
        idle = [key for key, one in {**config.settings, **first}.items() if key not in LOCAL and one.file == file]
        if idle and not self._ctx.params["quiet"]:
            note(f"{file}: {', '.join(map(repr, idle))}: heeded only by a run in {file.parent}")
        return config

    def _wanted(self, file: Path) -> Wanted:
        from jwtscan.engine.wanted import Wanted

        config, rules = self._read(file), self._all_rules()

        def said(key: str, default: Any) -> Any:
            option = key.replace("-", "_")
            setting = config.settings.get(key)
            if not is_free(self._ctx, option):
                return self._ctx.params[option]
            return setting.value if setting is not None else default

        def level(key: str, kind: type[Severity] | type[Confidence], default: Severity | Confidence) -> Any:
            value = said(key, default)
            return kind[value.upper()] if isinstance(value, str) else value

        return Wanted(
            min_severity=level("min-severity", Severity, Severity.NOTE),
            min_confidence=level("min-confidence", Confidence, Confidence.MEDIUM),
            severities=severities(config, rules),
            file_ignores=file_ignores(config, rules),
            rules=frozenset(rule.id for rule in self._chosen(config, said, rules)),
        )

    def _chosen(self, config: Config, said: Callable[[str, Any], Any], rules: Sequence[Rule]) -> Sequence[Rule]:
        settings = {key: config.settings[key] for key in ("select", "ignore") if key in config.settings}
        return chosen_from(rules, said("select", ()), said("ignore", ()), settings)


def is_free(ctx: click.Context, option: str) -> bool:
    """Whether neither the command line nor the environment says an option."""
    return ctx.get_parameter_source(option) in (ParameterSource.DEFAULT, FROM_FILE)
