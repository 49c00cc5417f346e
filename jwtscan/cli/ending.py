"""How a run ends: the exit codes, and each kind of error as one line on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jwtscan.engine.offers import Breakdown

CLEAN = 0
FOUND = 1
FAILED = 2
INTERRUPTED = 130


@dataclass(slots=True)
class State:
    """What a command line said that also matters once its command has failed, and its words."""

    arguments: tuple[str, ...] = ()
    verbose: bool = False


class Failure(click.ClickException):
    """Ends the run with exit code 2 and one line."""

    exit_code = FAILED


class Quit(Exception):  # noqa: N818 - no error
    """The user has had enough, and wants nothing to be written."""


def failure(error: click.ClickException) -> int:
    """Says a usage or run-time error; usage errors point to the command's help."""
    message = error.format_message()
    click.echo(f"jwtscan: error: {_printable(message)}", err=True)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(f"Try '{error.ctx.command_path} --help'.", err=True)
    return FAILED


def internal_error(error: Exception, *, verbose: bool) -> int:
    """Says that jwtscan itself has failed. The traceback comes only when it is asked for, and masked."""
    import traceback

    from jwtscan.mask import Masker

    masker = Masker(frozenset())
    if verbose:
        for line in "".join(traceback.format_exception(error)).splitlines():
            click.echo(masker.mask_line(line), err=True)
    what = masker.mask_line(f"{type(error).__name__}: {error}".splitlines()[0])
    click.echo(f"jwtscan: internal error: {what}", err=True)
    more = "with the traceback above" if verbose else "with what 'jwtscan scan -v' prints"
    click.echo(f"This is a bug in jwtscan, please report it {more}.", err=True)
    return FAILED


def say_breakdowns(breakdowns: Iterable[Breakdown], secrets: frozenset[str], *, verbose: bool) -> None:
    """Says which fixes have failed by a mistake of jwtscan's, on stderr; ``verbose`` with the tracebacks, masked."""
    from jwtscan.mask import Masker

    masker = Masker(secrets)
    for one in breakdowns:
        for line in one.details.splitlines() if verbose else ():
            click.echo(masker.mask_line(line), err=True)
        note(masker.mask_line(f"{one.reason} ({one.path}{'' if verbose else '; -v shows what to send'})"))


def note(message: str) -> None:
    """One line on stderr that is no error."""
    click.echo(f"jwtscan: {_printable(message)}", err=True)


def _printable(message: str) -> str:
    """``message`` in what stderr can show, without control characters but for line ends, and no command of a CI log."""
    from jwtscan.cli.inert import inert

    safe = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in message)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return inert(safe).encode(encoding, "backslashreplace").decode(encoding)
