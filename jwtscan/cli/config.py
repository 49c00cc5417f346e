"""``jwtscan config``: the settings in force and where each comes from, in the form of a configuration file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jwtscan.cli.configured import config_of, setting_of, within
from jwtscan.cli.ending import CLEAN, Failure
from jwtscan.cli.nearer import LOCAL, NearerConfigs, is_free
from jwtscan.cli.options import chosen, unsafe_option, variable_of, with_options
from jwtscan.cli.outlets import Outlet, print_out
from jwtscan.cli.tree import tree_of
from jwtscan.engine import Options
from jwtscan.mask import printable

if TYPE_CHECKING:
    from jwtscan.config.read import Config, Setting


@click.command("config", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@unsafe_option
@with_options
def command(file: Path | None, **given: Any) -> int:
    """Show the settings in force in the working directory, and where each comes from.

    They are those that scan and fix would have with the same options. With FILE, a file of the tree, they are those
    that hold for it: a configuration that is nearer to it has a say in what is excluded and reported there.
    """
    from jwtscan.config.keys import KEYS

    if file is not None and not file.is_file():
        raise Failure(f"{file}: {'is a folder: name a file of it' if file.is_dir() else 'no such file'}")
    ctx = click.get_current_context()
    # What a run would refuse is refused here.
    options, _ = chosen((), given)
    within(options, tree_of(options.cwd), ctx)
    near = _nearest(options, file)
    rows = [
        (key.name, *(_local(ctx, key.name, near) or (given[key.option], _source(ctx, key.option, key.name))))
        for key in KEYS
        if key.option is not None
    ]
    rows = [(name, _toml(plain), source) for name, value, source in rows if (plain := _plain(name, value)) is not None]
    if options.helper and (config := config_of(ctx)) is not None:
        rows.append(("helper", _toml(_shown(Path(options.helper))), _shown(config.settings["helper"].file)))
    lines = [*_aligned(rows)]
    for key in KEYS:
        if key.option is None and key.name != "extend":
            local = near if near is not None and key.name in LOCAL else config_of(ctx)
            lines += _table(local.tables.get(key.name, {}) if local is not None else {}, key.name, file)
    print_out("".join(f"{line}\n" for line in lines))
    return CLEAN


def _nearest(options: Options, file: Path | None) -> Config | None:
    """The configuration that is nearer to a file than the one of a run here; None where there is none."""
    if file is None or not isinstance(options.nearer, NearerConfigs):
        return None
    nearer = options.nearer.of(Path(os.path.realpath(file)).as_posix())
    return options.nearer.config(nearer) if nearer is not None else None


def _local(ctx: click.Context, key: str, near: Config | None) -> tuple[Any, str] | None:
    """The value that a nearer configuration gives a key, and where it comes from; None where it has no say in it."""
    option = key.replace("-", "_")
    if near is None or key not in LOCAL or not is_free(ctx, option):
        return None
    if key in near.settings:
        return near.settings[key].value, _shown(near.settings[key].file)
    parameter = next(one for one in ctx.command.params if one.name == option)
    return () if parameter.multiple else parameter.type_cast_value(ctx, parameter.default), "default"


def _table(entries: Mapping[str, Setting], name: str, file: Path | None) -> Iterator[str]:
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
