"""Brings the configuration into a command: its values stand where an option would have its default."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jwtscan.cli.ending import Failure
from jwtscan.config.find import ConfigError, nearest_config
from jwtscan.engine import Options
from jwtscan.finding import Severity
from jwtscan.nearest import nearest

if TYPE_CHECKING:
    from jwtscan.config.read import Config, Setting
    from jwtscan.files.selection import Globs
    from jwtscan.rule import Rule

_META = "jwtscan.config"
_FILE = "jwtscan.config.file"
_ONE = "jwtscan.config.one"
_ISOLATED = "jwtscan.isolated"
_BOTH = "--isolated takes no configuration: it does not go with --config"
FROM_FILE = ParameterSource.DEFAULT_MAP


def without(ctx: click.Context, _: click.Parameter, isolated: bool) -> bool:
    """The callback of ``--isolated``; it may come before that of ``--config`` or after it."""
    ctx.meta[_ISOLATED] = isolated
    if isolated and ctx.get_parameter_source("config") is ParameterSource.COMMANDLINE:
        raise click.UsageError(_BOTH)
    return isolated


def take(ctx: click.Context, _: click.Parameter, file: Path | None) -> Path | None:
    """The callback of ``--config``: reads the file, or the nearest one, unless ``--isolated`` was seen."""
    if ctx.meta.get(_ISOLATED):
        if ctx.get_parameter_source("config") is ParameterSource.COMMANDLINE:
            raise click.UsageError(_BOTH)
        return None
    ctx.meta[_ONE] = file is not None
    try:
        file = file or nearest_config(Path.cwd())
        if file is None:
            return None
        from jwtscan.config.keys import KEYS
        from jwtscan.config.read import read_config

        config = read_config(file)
    except ConfigError as error:
        raise Failure(str(error)) from error
    ctx.meta[_META], ctx.meta[_FILE] = config, file
    ctx.default_map = {
        key.option: _default(key.name, config.settings[key.name])
        for key in KEYS
        if key.option is not None and key.name in config.settings
    }
    return file


def config_of(ctx: click.Context) -> Config | None:
    """The configuration that holds for a command; None where there is no file."""
    config: Config | None = ctx.meta.get(_META)
    return config


def file_of(ctx: click.Context) -> Path | None:
    """The file that has the configuration of a command; None where there is none."""
    file: Path | None = ctx.meta.get(_FILE)
    return file


def is_only_one(ctx: click.Context) -> bool:
    """Whether one configuration, or none, was asked for: then no file has one of its own."""
    return bool(ctx.meta.get(_ISOLATED) or ctx.meta.get(_ONE))


def setting_of(ctx: click.Context, option: str, key: str) -> Setting | None:
    """The setting that an option has its value from; None where something else has said it."""
    config = config_of(ctx)
    if config is None or ctx.get_parameter_source(option) is not FROM_FILE:
        return None
    return config.settings.get(key)


def _default(key: str, setting: Setting) -> Any:
    if key == "baseline":
        return setting.file.parent / setting.value
    if key == "rules":
        return [setting.file.parent / folder for folder in setting.value]
    if key == "format":
        return [setting.value]
    # One value of an option that takes comma-separated lists is one such list.
    return [setting.value] if key in ("select", "ignore") else setting.value


def configured(options: Options, ctx: click.Context) -> Options:
    """``options`` with what no option of the command line says, but for what needs the rules."""
    exclude, include = setting_of(ctx, "exclude", "exclude"), setting_of(ctx, "include", "include")
    config = config_of(ctx)
    names = config.tables.get("env-names", {}) if config is not None else {}
    return replace(
        options,
        homes=(exclude.home if exclude else "", include.home if include else ""),
        env_names={old: setting.value for old, setting in names.items()},
        helper=_helper(config),
    )


def _helper(config: Config | None) -> str:
    """Where the helper module of a fix goes."""
    setting = config.settings.get("helper") if config is not None else None
    if setting is None:
        return ""
    from jwtscan.fixing.templates.home import fault_of

    place = os.path.realpath(setting.file.parent / setting.value)
    if (fault := fault_of(place)) is not None:
        raise Failure(f"{setting.file}: 'helper': {fault}")
    return Path(place).as_posix()


def within(options: Options, tree: Path, ctx: click.Context) -> None:
    """Ends a run in ``tree`` whose helper module would go elsewhere."""
    config = config_of(ctx)
    if config is not None and options.helper and not Path(options.helper).is_relative_to(tree):
        raise Failure(f"{config.settings['helper'].file}: 'helper': {options.helper} is outside of {tree}")


def needs_rules(ctx: click.Context) -> bool:
    """Whether the configuration speaks of rules by name."""
    config = config_of(ctx)
    return config is not None and any(config.tables.get(key) for key in ("per-file-ignores", "severity"))


def about_rules(options: Options, rules: list[Rule], ctx: click.Context) -> Options:
    """``options`` with the severities of rules and what is not reported in which files."""
    config = config_of(ctx)
    if config is None:
        return options
    return replace(options, severities=severities(config, rules), file_ignores=file_ignores(config, rules))


def severities(config: Config, rules: Sequence[Rule]) -> dict[str, Severity]:
    """The severities that a configuration gives to rules, by id."""
    found = {}
    for rule, setting in config.tables.get("severity", {}).items():
        if any(rule in known.tags for known in rules):
            raise Failure(f"{setting.file}: 'severity': {rule} is a tag: a severity is given to rules, by their ids")
        if all(rule != known.id for known in rules):
            raise _unknown(rule, (known.id for known in rules), setting, "severity")
        found[rule] = Severity[setting.value.upper()]
    return found


def file_ignores(config: Config, rules: Sequence[Rule]) -> tuple[tuple[Globs, frozenset[str]], ...]:
    """Which rules (ids) a configuration does not want in which files."""
    from jwtscan.files.selection import Globs

    ignores = []
    for glob, setting in config.tables.get("per-file-ignores", {}).items():
        settings = {"per-file-ignores": setting}
        ids = chosen_from(rules, setting.value, (), settings) if setting.value else ()
        ignores.append((Globs([glob], setting.home), frozenset(rule.id for rule in ids)))
    return tuple(ignores)


def chosen_from(
    rules: Sequence[Rule], select: Sequence[str], ignore: Sequence[str], settings: Mapping[str, Setting]
) -> list[Rule]:
    """The rules that the words select but for those to ignore; ``settings`` are those that may have said the words."""
    from jwtscan.loading import UnknownRuleError, choose

    try:
        return choose(rules, select, ignore)
    except UnknownRuleError as error:
        for key, setting in settings.items():
            if error.word in setting.value:
                raise _unknown(error.word, error.known, setting, key) from error
        raise Failure(f"no such rule or tag: {error.word}{nearest(error.word, error.known)}") from error


def _unknown(word: str, known: Iterable[str], setting: Setting, key: str) -> Failure:
    """The end of a run whose configuration speaks of a rule that is not there."""
    return Failure(f"{setting.file}: '{key}': no such rule or tag: {word}{nearest(word, known)}")
