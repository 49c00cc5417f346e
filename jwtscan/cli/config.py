"""``jwtscan config``: the settings in force and where each comes from, in the form of a configuration file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jwtscan.cli.configured import config_of, setting_of, within
from jwtscan.cli.ending import CLEAN, Failure
from jwtscan.cli.options import chosen, unsafe_option, variable_of, with_options
from jwtscan.cli.outlets import Outlet, print_out
from jwtscan.cli.tree import tree_of
from jwtscan.mask import printable


@click.command("config", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@unsafe_option
@with_options
def command(file: Path | None, **given: Any) -> int:
    """Show the settings in force in the working directory, and where each comes from.

    They are those that scan and fix would have with the same options. With FILE, a file of the tree, only those
    per-file-ignores are shown that hold for it.
    """
    from jwtscan.config.keys import KEYS

    if file is not None and not file.is_file():
        raise Failure(f"{file}: no such file")
    ctx = click.get_current_context()
    # What a run would refuse is refused here.
    options, _ = chosen((), given)
    within(options, tree_of(options.cwd), ctx)
    rows = [
        (key.name, _toml(_plain(key.name, given[key.option])), _source(ctx, key.option, key.name))
        for key in KEYS
        if key.option is not None
    ]
    if options.helper and (config := config_of(ctx)) is not None:
        rows.append(("helper", _toml(_shown(Path(options.helper))), _shown(config.settings["helper"].file)))
    lines = [*_aligned(rows)]
    for key in KEYS:
        if key.option is None and key.name != "extend":
            lines += _table(ctx, key.name, file)
    print_out("".join(f"{line}\n" for line in lines))
    return CLEAN


def _table(ctx: click.Context, name: str, file: Path | None) -> Iterator[str]:
    config = config_of(ctx)
    entries = config.tables.get(name, {}) if config is not None else {}
    if name == "per-file-ignores" and file is not None:
        from jwtscan.files.selection import Globs

        real = Path(os.path.realpath(file)).as_posix()
        entries = {glob: setting for glob, setting in entries.items() if Globs([glob], setting.home).cover(real, real)}
    if entries:
        yield from ("", f"[{name}]")
        yield from _aligned(
            [(_toml(key), _toml(_plain(key, one.value)), _shown(one.file)) for key, one in entries.items()]
        )


def _aligned(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    texts = [f"{name} = {value}" for name, value, _ in rows]
    width = min(max(map(len, texts)), 48)
    for text, (_, _, source) in zip(texts, rows, strict=True):
        yield f"{text:<{width}}  # {printable(source)}"


def _source(ctx: click.Context, option: str, key: str) -> str:
    source = ctx.get_parameter_source(option)
    if source is ParameterSource.COMMANDLINE:
        return "command line"
    if source is ParameterSource.ENVIRONMENT:
        return variable_of(key)
    setting = setting_of(ctx, option, key)
    return _shown(setting.file) if setting is not None else "default"


def _shown(file: Path) -> str:
    """A file as it is seen from the working directory."""
    return Path(os.path.relpath(file, os.path.realpath(Path.cwd()))).as_posix()


def _plain(key: str, value: Any) -> Any:
    """A value as a configuration spells it."""
    if key == "target" and value is None:
        return "auto"
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, (tuple, list)):
        return [_plain(key, item) for item in value]
    if isinstance(value, Outlet):
        return f"{value.format}={value.path}" if value.path is not None else value.format
    return _shown(value) if isinstance(value, Path) else value


def _toml(value: Any) -> str:
    """A text, number, flag or list as TOML; JSON spells these in the same way."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
