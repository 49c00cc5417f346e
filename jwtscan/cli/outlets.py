"""Where reports go: which format to which file or to stdout, and what each can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from jwtscan.cli.ending import Failure, give_up, unprintable
from jwtscan.cli.inert import inert
from jwtscan.nearest import nearest
from jwtscan.report.look import FOR_PEOPLE, FORMATS, PLAIN, Look

_NARROWEST = 20
_PLAINER = str.maketrans({"…": "...", "→": "->", "·": "-"})


@dataclass(frozen=True, slots=True)
class Outlet:
    """One report: a format, and a file (None is stdout)."""

    format: str
    path: Path | None
    look: Look = PLAIN


class OutletOf(click.ParamType):  # type: ignore[type-arg]
    """``FMT`` or ``FMT=PATH``."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Outlet:
        if isinstance(value, Outlet):
            return value
        word, _, path = str(value).partition("=")
        if word not in FORMATS:
            self.fail(f"'{word}' is not one of {', '.join(FORMATS)}{nearest(word, FORMATS)}", param, ctx)
        if "=" in str(value) and not path:
            self.fail(f"'{value}' names no file after '='", param, ctx)
        return Outlet(word, Path(path) if path and path != "-" else None)


def settle(given: tuple[Outlet, ...], *, color: str) -> list[Outlet]:
    """The reports to write, files first. Where none is for stdout, stdout gets the default one."""
    files = [outlet for outlet in given if outlet.path is not None]
    standard = [outlet for outlet in given if outlet.path is None]
    if len(standard) > 1:
        raise click.UsageError("two formats for stdout: give all but one a file (--format json=report.json)")
    for outlet in files:
        _check_folder(outlet)
    look = look_of(sys.stdout, color, os.environ)
    name = standard[0].format if standard else default_format(sys.stdout)
    return [*files, Outlet(name, None, look)]


def default_format(stream: TextIO) -> str:
    return "text" if stream.isatty() else "concise"


def look_of(stream: TextIO, color: str, environ: Mapping[str, str]) -> Look:
    """What ``stream`` can show. Colour and encoding are decided apart: a dumb terminal may well know UTF-8."""
    encoding = stream.encoding or "utf-8"
    return Look(_width(stream, environ), _colour(stream, color, environ), _unicode(encoding), encoding=encoding)


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """The terminal's columns; ``COLUMNS`` goes first, as everywhere. A file gets the default."""
    width = environ.get("COLUMNS", "")
    if width.isdecimal() and int(width) > 0:
        return max(int(width), _NARROWEST)
    try:
        # A terminal that nobody has told its size has none.
        return max(os.get_terminal_size(stream.fileno()).columns or PLAIN.width, _NARROWEST)
    except (OSError, ValueError):
        return PLAIN.width


def _colour(stream: TextIO, color: str, environ: Mapping[str, str]) -> bool:
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def _unicode(encoding: str) -> bool:
    try:
        "→│╭╰─".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write(outlet: Outlet, text: str) -> None:
    """Writes one report. A reader that has gone away is no error; a file that cannot be written is."""
    if outlet.path is None:
        print_out(text, exact=outlet.format not in FOR_PEOPLE)
        return
    try:
        outlet.path.write_bytes(text.encode())
    except OSError as error:
        raise Failure(f"cannot write {outlet.path}: {(error.strerror or str(error)).lower()}") from error


def print_out(text: str, *, exact: bool = False) -> None:
    """Prints to stdout. ``exact`` text is UTF-8 whatever stdout is; in other text, what it cannot show is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    # Colour is settled already, so click must not strip it; on Windows it translates.
    print_raw(text.encode() if exact else _fitting(inert(text), encoding))


def print_raw(content: str | bytes) -> None:
    """Prints to stdout as it is. A reader that has gone away is no error."""
    try:
        click.echo(content, nl=False, color=True)
    except BrokenPipeError:
        give_up(sys.stdout)
    except OSError as error:
        give_up(sys.stdout)
        raise unprintable(error) from error


def _fitting(text: str, encoding: str) -> str:
    """``text`` with what ``encoding`` does not have in plainer words, or escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _check_folder(outlet: Outlet) -> None:
    """Fails before a long scan, not after it."""
    assert outlet.path is not None
    if not outlet.path.parent.is_dir():
        raise Failure(f"cannot write {outlet.path}: there is no folder {outlet.path.parent}")
