"""What can stand where in a command line, read off the commands themselves. How a shell is told is in its module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from jwtscan.loading import builtin_folder
from jwtscan.report.look import FORMATS
from jwtscan.rule import TAGS


@dataclass(frozen=True, slots=True)
class Slot:
    """A value: one of ``words``, or by its ``kind``.

    The kinds are ``words``, ``list`` (``words`` with commas between), ``outlet`` (a format, or ``FORMAT=FILE``),
    ``file``, ``folder``, ``ref`` (a name of git's), and ``any`` for what nobody can know.
    """

    kind: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """An option by its names (``-q``, ``--quiet``); ``slot`` is None where it takes no value."""

    names: tuple[str, ...]
    help: str
    slot: Slot | None
    is_repeatable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A command by its words after ``jwtscan`` (``rules list``): none is jwtscan itself.

    ``commands`` are those inside of it with what they do; ``arguments`` the values it takes, the last one for ever
    if ``is_open``.
    """

    path: tuple[str, ...]
    flags: tuple[Flag, ...]
    commands: tuple[tuple[str, str], ...]
    arguments: tuple[Slot, ...]
    is_open: bool

    @property
    def name(self) -> str:
        return " ".join(self.path)


_BY_METAVAR = {
    "LIST": "list",
    "FMT[=PATH]": "outlet",
    "DIR": "folder",
    "FILE": "file",
    "PATH": "file",
    "GLOB": "file",
    "REF": "ref",
    "RULE": "rule",
}


def places(group: click.Group) -> list[Place]:
    """jwtscan itself and all of its commands, each before those inside of it."""
    rules = tuple(sorted(file.stem for file in builtin_folder().glob("[!_.]*") if file.suffix in (".toml", ".py")))
    return list(_places(group, None, (), rules))


def _places(
    command: click.Command, parent: click.Context | None, path: tuple[str, ...], rules: tuple[str, ...]
) -> Iterator[Place]:
    # A command has the names of its help option from those around it, and keeps them.
    ctx = click.Context(command, parent, path[-1] if path else "jwtscan", **command.context_settings)
    inner: list[tuple[str, click.Command]] = []
    about: dict[str, str] = {}
    if isinstance(command, click.Group):
        named = [(name, command.get_command(ctx, name)) for name in command.list_commands(ctx)]
        inner = [(name, one) for name, one in named if one is not None]
        about = {name: _plain(one.get_short_help_str(80)) for name, one in inner}
    params = command.get_params(ctx)
    arguments = [param for param in params if isinstance(param, click.Argument)]
    yield Place(
        path,
        tuple(_flag(param, rules) for param in params if isinstance(param, click.Option) and not param.hidden),
        tuple(about.items()),
        tuple(_slot(param, rules) for param in arguments),
        any(param.nargs == -1 for param in arguments),
    )
    for name, one in inner:
        yield from _places(one, ctx, (*path, name), rules)


def _flag(option: click.Option, rules: tuple[str, ...]) -> Flag:
    takes_none = option.is_flag or option.count
    names = (*option.opts, *option.secondary_opts)
    return Flag(names, _plain(option.help or ""), None if takes_none else _slot(option, rules), option.multiple)


def _slot(param: click.Parameter, rules: tuple[str, ...]) -> Slot:
    if isinstance(param.type, click.Choice):
        return Slot("words", tuple(map(str, param.type.choices)))
    metavar = (param.metavar or "").strip("[]").replace("PATHS|-", "FILE").replace("PATHS", "FILE")
    kind = _BY_METAVAR.get(param.metavar or "") or _BY_METAVAR.get(metavar)
    if kind == "list":
        return Slot("list", (*TAGS, *rules))
    if kind == "outlet":
        return Slot("outlet", FORMATS)
    if kind == "rule" or param.name == "rule":
        return Slot("words", rules)
    if kind is None and isinstance(param.type, click.Path):
        kind = "folder" if param.name == "folder" else "file"
    return Slot(kind or "any")


def _plain(text: str) -> str:
    """One line, without a full stop."""
    return " ".join(text.split()).removesuffix(".")
