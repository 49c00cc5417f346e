"""How a run ends: the exit codes, and each kind of error as one line on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

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


def unprintable(error: OSError) -> Failure:
    """What ends a run whose stdout is full or broken."""
    return Failure(f"cannot print: {(error.strerror or str(error)).lower()}")


class Quit(Exception):  # noqa: N818 - no error
    """The user has had enough, and wants nothing to be written."""


def failure(error: click.ClickException) -> int:
    """Says a usage or run-time error; usage errors point to the command's help."""
    from jwtscan.mask import mask_line

    # A value in the wrong place of a configuration may be a secret.
    message = "\n".join(map(mask_line, error.format_message().split("\n")))
    say(f"jwtscan: error: {message}")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        say(f"Try '{error.ctx.command_path} --help'.")
    return FAILED


def internal_error(error: Exception, *, verbose: bool) -> int:
    """Says that jwtscan itself has failed. The traceback comes only when it is asked for, and masked."""
    import traceback

    from jwtscan.mask import Masker

    masker = Masker(frozenset())
    if verbose:
        for line in "".join(traceback.format_exception(error)).splitlines():
            say(masker.mask_line(line))
    what = masker.mask_line(f"{type(error).__name__}: {error}".splitlines()[0])
    say(f"jwtscan: internal error: {what}")
    more = "with the traceback above" if verbose else "with what 'jwtscan scan -v' prints"
    say(f"This is a bug in jwtscan, please report it {more}.")
    return FAILED


def say_breakdowns(breakdowns: Iterable[Breakdown], secrets: frozenset[str], *, verbose: bool) -> None:
    """Says which fixes have failed by a mistake of jwtscan's, on stderr; ``verbose`` with the tracebacks, masked."""
    from jwtscan.mask import Masker

    masker = Masker(secrets)
    for one in breakdowns:
        for line in one.details.splitlines() if verbose else ():
            say(masker.mask_line(line))
        note(masker.mask_line(f"{one.reason} ({one.path}{'' if verbose else '; -v shows what to send'})"))


def note(message: str) -> None:
    """One line on stderr that is no error."""
    say(f"jwtscan: {message}")


def say(text: str) -> None:
    """Lines on stderr, whatever is in them. Where they cannot be written, the exit code has to do."""
    try:
        click.echo(_printable(text), err=True)
    except OSError:
        give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """Leads a stream that takes nothing any longer into nowhere: Python would complain again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _printable(message: str) -> str:
    """``message`` in what stderr can show, without control characters but for line ends, and no command of a CI log."""
    from jwtscan.cli.inert import inert

    safe = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in message)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return inert(safe).encode(encoding, "backslashreplace").decode(encoding)
