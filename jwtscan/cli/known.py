"""Baselines as the command line gives them: read for a run, and what the run says of what is stale in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jwtscan.cli.ending import Failure, note
from jwtscan.engine.known import Known

if TYPE_CHECKING:
    from jwtscan.engine import Result
    from jwtscan.files.baseline import Record


def known_in(file: Path) -> Known:
    """The findings of a baseline. Raises Failure for one that is not there or cannot be read."""
    records = records_of(file)
    fingerprints = frozenset(record.fingerprint for record in records)
    return Known(shown(file), lambda: fingerprints, tuple(records))


def records_of(file: Path) -> list[Record]:
    """What is in a baseline. Raises Failure."""
    from jwtscan.files.baseline import BaselineError, read

    try:
        return read(file)
    except BaselineError as error:
        raise Failure(str(error)) from error
    except FileNotFoundError as error:
        raise Failure(f"{file}: no such file; 'jwtscan baseline create' writes it") from error
    except OSError as error:
        raise Failure(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error


def shown(file: Path) -> str:
    """A baseline as it is called in the working directory, or by its full name where that is shorter."""
    return Path(min(str(file), os.path.relpath(file), key=len)).as_posix()


def line_of(record: Record, secrets: frozenset[str] = frozenset()) -> str:
    """A finding of a baseline for people. The file may be anybody's."""
    from jwtscan.mask import Masker, printable

    return printable(Masker(secrets).mask(f"{record.path}: {record.rule}"))


def say_stale(result: Result, *, verbose: bool) -> None:
    """Says what is stale in a baseline, on stderr; ``verbose`` each of it."""
    for source, records in result.stale.items():
        for record in records if verbose else ():
            note(f"stale in {source}: {line_of(record, result.secrets)}")
        if len(records) == 1:
            note(f"1 entry of {source} is stale: 'jwtscan baseline prune' removes it")
        elif records:
            note(f"{len(records):,} entries of {source} are stale: 'jwtscan baseline prune' removes them")
