"""Which tree a command changes: where its journal stands, and what no fix may reach out of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jwtscan.cli.ending import Failure
from jwtscan.engine import Options
from jwtscan.files import MissingPathError
from jwtscan.files.repository import top_of


def places_of(options: Options) -> Sequence[str]:
    """The paths that say which tree is meant: of a text on stdin, the folder that its name speaks of."""
    if options.stdin is None:
        return options.paths
    folder = Path(options.stdin_filename or "").parent
    return [str(folder)] if (options.cwd / folder).is_dir() else []


def tree_of(cwd: Path, paths: Sequence[str] = ()) -> Path:
    """The top of the work tree that ``cwd`` lies in, or ``cwd``; of another one if the paths lie there.

    Raises Failure for paths in several trees: what is written there could not be taken back as one.
    """
    here = _top(cwd)
    places = [_place(cwd / path) for path in paths]
    for path, place in zip(paths, places, strict=True):
        if not place.exists():
            raise Failure(str(MissingPathError(path)))
    trees = {
        here if place.is_relative_to(here) else _top(place if place.is_dir() else place.parent) for place in places
    }
    if len(trees) > 1:
        listed = ", ".join(sorted(map(str, trees)))
        raise Failure(f"these paths lie in different trees, fix one after the other: {listed}")
    return trees.pop() if trees else here


def _place(path: Path) -> Path:
    """Where a path stands. A link to a file stands where it is: that what it leads to is elsewhere is said later."""
    if path.is_symlink() and not path.is_dir():
        return Path(os.path.realpath(path.parent)) / path.name
    return Path(os.path.realpath(path))


def _top(folder: Path) -> Path:
    real = Path(os.path.realpath(folder))
    top = top_of(real.as_posix())
    return Path(top) if top else real
