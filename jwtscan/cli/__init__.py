"""The command line: the commands there are, how they start, and how they end. Each command is a module of its own.

Nothing but click is imported before a command is known: ``--version`` and a mistyped option cost next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from errno import EIO, ENOSPC

import click

from jwtscan import __version__
from jwtscan.cli.ending import (
    CLEAN,
    FAILED,
    INTERRUPTED,
    State,
    failure,
    give_up,
    internal_error,
    note,
    say,
    unprintable,
)
from jwtscan.cli.signals import Ended, end_on_signals, leave
from jwtscan.nearest import nearest

COMMANDS = {
    "scan": "find uses of the retired JWT app type",
    "fix": "migrate them, as far as a program can",
    "ci": "scan, and report what the CI system takes that it runs on",
    "rollback": "bring the tree back to before a fix",
    "baseline": "keep the findings of today in a file, and report only others",
    "config": "show the settings in force, and where each comes from",
    "explain": "say what a rule finds and why, or what an error of Zoom's means",
    "rules": "list the rules, or test a folder of rules",
    "completion": "print what completes command lines in bash, zsh or fish",
}


class Commands(click.Group):
    """The commands by name; a command's module is imported when it is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"jwtscan.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"no such command: {args[0]}{nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"jwtscan {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Find every use of Zoom's retired JWT app type.

    Start with: jwtscan scan
    """
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(FAILED)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code. Every error ends as one line on stderr."""
    state = State(tuple(arguments))
    try:
        code = commands.main(list(arguments), prog_name="jwtscan", standalone_mode=False, obj=state)
    except click.ClickException as error:
        return failure(error)
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return INTERRUPTED
    except Ended as end:
        note("ended by a signal")
        return end.exit_code
    except SystemExit:
        # So click ends where the reader of a help page has gone away.
        return CLEAN
    except OSError as error:
        if error.filename is None and error.errno in (ENOSPC, EIO):
            give_up(sys.stdout)
            return failure(unprintable(error))
        return internal_error(error, verbose=state.verbose)
    except Exception as error:
        return internal_error(error, verbose=state.verbose)
    return code if isinstance(code, int) else 0


def main() -> None:
    """The console script."""
    end_on_signals()
    leave(run(sys.argv[1:]))
