"""``jwtscan scan --watch``: scans again when a file changes that the scan would read, or one that it is configured by.

It asks the disk for the times of the files it knows, which works on every system and file system alike, and looks for
others in folders that have changed, and now and then everywhere. The pauses grow with what that costs.
"""

# Paths are strings here, as in the walk: there may be a hundred thousand.
# ruff: noqa: PTH116, PTH120

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import click

from jwtscan.cli.configured import config_of
from jwtscan.cli.ending import State, failure, internal_error, note
from jwtscan.cli.options import looked_at
from jwtscan.cli.outlets import Outlet, print_out, settle
from jwtscan.config.find import OWN, SHARED
from jwtscan.engine import Options
from jwtscan.engine.source import walked
from jwtscan.files import MissingPathError
from jwtscan.files.walk import Entry
from jwtscan.report.look import FOR_PEOPLE
from jwtscan.report.summary import plural

PAUSE = 0.5
SETTLED = 0.2
LONGEST = 2.0
AFRESH = 1.0
# At most a fiftieth of the time goes into asking, and a hundredth into walking afresh.
SHARE, AFRESH_SHARE = 50, 100
_GIT = ".git"
_STILL = "still watching; Ctrl-C ends"

Stamp = tuple[int, int, int]


class Scope(NamedTuple):
    """What is watched: where the scan looks, the ``extra`` files that say how, and those that it ``writes`` itself."""

    options: Options
    extra: frozenset[str]
    writes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The times of all files that matter, and of the folders they are in (``folders``: only a hint).

    ``count`` is the number of files to scan.
    """

    files: Mapping[str, Stamp | None]
    folders: Mapping[str, Stamp | None]
    count: int

    @property
    def is_current(self) -> bool:
        """Whether nothing that is known has changed."""
        return all(_stamp(path) == stamp for known in (self.files, self.folders) for path, stamp in known.items())


def watch(arguments: Sequence[str], scan: Callable[..., object]) -> NoReturn:
    """Scans with the command line ``arguments`` until it is interrupted. What is wrong at the start ends the run.

    ``scan`` is told the paths, the outlets and the options of each round.
    """
    scope: Scope | None = None
    state = State(tuple(arguments))
    while True:
        try:
            scope, taken = _round(state, scan, scope)
        except click.ClickException as error:
            if scope is None:
                raise
            # Wrong only now: a file that is just being written may well be right in a moment.
            taken = take(scope)
            failure(error)
            note(_STILL)
        except Exception as error:
            if scope is None:
                raise
            taken = take(scope)
            internal_error(error, verbose=state.verbose)
            note(_STILL)
        gc.collect()
        wait(scope, taken)
        if sys.stdout.isatty():
            if os.environ.get("TERM") != "dumb":
                click.clear()
        else:
            print_out("---\n")


def _round(state: State, scan: Callable[..., object], before: Scope | None) -> tuple[Scope, Snapshot]:
    """One scan. Gives what it looked at, as that was before it did: nothing that changes meanwhile is missed."""
    outer = click.get_current_context()
    with outer.command.make_context("scan", list(state.arguments), parent=outer.parent, obj=state) as ctx:
        given: dict[str, Any] = dict(ctx.params)
        paths = given.pop("paths")
        if given["staged"]:
            raise click.UsageError("--watch does not go with --staged: git says nothing when something is staged")
        if "-" in paths:
            raise click.UsageError("--watch does not go with '-': a text on stdin does not change")
        outlets = settle(given["outlets"], color=given["color"])
        _check(outlets)
        scope = Scope(looked_at(paths, given), frozenset(_extra(ctx, given, before)), _written(outlets))
        taken = take(scope)
        scan(paths, outlets, given)
        if not given["quiet"]:
            note(f"{time.strftime('%H:%M:%S')}, watching {plural(taken.count, 'file')}; Ctrl-C ends")
    return scope, taken


def _check(outlets: Iterable[Outlet]) -> None:
    for outlet in outlets:
        if outlet.path is None and outlet.format not in FOR_PEOPLE:
            name = outlet.format
            raise click.UsageError(
                f"--watch prints one report after the other: give {name} a file (--format {name}=PATH)"
            )


def _extra(ctx: click.Context, given: Mapping[str, Any], before: Scope | None) -> Iterator[str]:
    """The files that say how to scan: configurations that hold or could, the baseline, the rules."""
    cwd = Path(os.path.realpath(Path.cwd()))
    for folder in (cwd, *cwd.parents):
        yield from (str(folder / OWN), str(folder / SHARED))
        if (folder / _GIT).exists():
            break
    config = config_of(ctx)
    tables = config.tables.values() if config is not None else ()
    for settings in (config.settings if config is not None else {}, *tables):
        yield from (str(setting.file) for setting in settings.values())
    if given["baseline"] is not None:
        yield os.path.realpath(given["baseline"])
    for folder in given["folders"]:
        yield from (str(file.resolve()) for file in (folder, *folder.glob("*")))
    # A file that was extended may be gone from a configuration that is broken now.
    yield from before.extra if before is not None else ()


def _written(outlets: Iterable[Outlet]) -> frozenset[str]:
    return frozenset(os.path.realpath(outlet.path) for outlet in outlets if outlet.path is not None)


def take(scope: Scope) -> Snapshot:
    """Walks, and looks at the time of every file. A path that is not there now has none."""
    options = scope.options
    files: dict[str, Stamp | None] = {path: _stamp(path) for path in sorted(scope.extra)}
    folders = {os.path.realpath(options.cwd / path) for path in options.paths}
    count = 0
    try:
        for found in walked(options):
            if isinstance(found, Entry) and found.file not in scope.writes:
                files[found.file] = _stamp(found.file)
                folders.add(os.path.dirname(found.file))
                count += 1
    except MissingPathError as error:
        files[error.path] = None
    return Snapshot(files, {folder: _stamp(folder) for folder in sorted(folders)}, count)


def _stamp(path: str) -> Stamp | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def wait(scope: Scope, taken: Snapshot) -> None:
    """Returns when something that matters is not as it was ``taken``, and has come to rest."""
    files, known = taken.files, taken
    pause, due = PAUSE, time.monotonic() + AFRESH
    while True:
        time.sleep(pause)
        start = time.monotonic()
        is_current = known.is_current
        pause = max(PAUSE, SHARE * (time.monotonic() - start))
        if is_current and start < due:
            continue
        start = time.monotonic()
        known = take(scope)
        due = time.monotonic() + max(AFRESH, AFRESH_SHARE * (time.monotonic() - start))
        if known.files != files:
            _settle(scope, known)
            return


def _settle(scope: Scope, known: Snapshot) -> None:
    """A branch switch or a save in several steps is one change; what never rests is scanned all the same."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        time.sleep(SETTLED)
        if known.is_current:
            return
        known = take(scope)
