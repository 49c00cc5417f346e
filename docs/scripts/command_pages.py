"""The commands' reference, from click's own parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
from running import WIDTH

from jwtscan.cli import COMMANDS, commands

_HEAD = """\
`jwtscan COMMAND --help` prints the same. `jwtscan --version` prints the version. A mistyped command, option or
rule is answered with what was probably meant.

An option that has a variable takes its value from the environment where the command line does not say it, and
from the [configuration](configuration.md) where neither does."""


def commands_page() -> str:
    """Every command with its arguments and options."""
    root = click.Context(commands, info_name="jwtscan", **commands.context_settings)
    parts = [
        "# Commands",
        _HEAD,
        _exit_codes(),
    ]
    for name in COMMANDS:
        command = commands.get_command(root, name)
        assert command is not None
        parts += _command(command, click.Context(command, info_name=name, parent=root), 2)
    return "\n\n".join(parts) + "\n"


def _exit_codes() -> str:
    return """\
## Exit codes

| Code | Means |
|---|---|
| 0 | nothing at or above `--fail-on` (`fix`: nothing is left there) |
| 1 | findings (`fix`: findings remain, or `--exit-non-zero-on-fix`; `--diff`: something would change) |
| 2 | an error: in the command line or the configuration, a missing path, an unreadable file, or in jwtscan |
| 130 | interrupted; the tree is as before |

`--exit-zero` turns 1 into 0, and nothing else."""


def _command(command: click.Command, ctx: click.Context, level: int) -> Iterator[str]:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    yield f"{'#' * level} `{ctx.command_path}`"
    yield f"```text\n{ctx.command_path} {pieces}\n```"
    if command.help:
        yield inspect.cleandoc(command.help).replace("\b\n", "")
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        rows = ["| Option | Variable | What it does |", "|---|---|---|", *(_row(one, ctx) for one in options)]
        yield "\n".join(rows)
    yield _printed(ctx)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, info_name=name, parent=ctx), level + 1)


def _row(option: click.Option, ctx: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len))
    values = "" if option.is_flag else f" {_values(option)}"
    about = _cell(option.help or "")
    default = option.get_default(ctx)
    if option.show_default and isinstance(default, (str, int)) and not option.is_flag:
        about += f" Default: `{default}`."
    variable = f"`{option.envvar}`" if option.envvar else ""
    return f"| {names}{values} | {variable} | {about} |"


def _values(option: click.Option) -> str:
    if option.metavar:
        return _cell(option.metavar)
    if isinstance(option.type, click.Choice):
        return " ".join(f"`{choice}`" for choice in option.type.choices)
    return option.type.name.upper()


def _printed(ctx: click.Context) -> str:
    """The help as a terminal shows it, folded away."""
    ctx.terminal_width = ctx.max_content_width = WIDTH
    text = "\n".join(f"    {line}".rstrip() for line in ctx.get_help().splitlines())
    return f'??? note "As `{ctx.command_path} --help` prints it"\n\n    ```text\n{text}\n    ```'


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
