"""What a file is called wherever one looks from: by its place in the repository, not in the working directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from jwtscan.files.repository import top_of


def is_everything(folder: Path) -> bool:
    """Whether a folder (without links) is a disk or somebody's home: nobody means all of that by naming a part."""
    return folder.parent == folder or str(folder) == os.path.expanduser("~")  # noqa: PTH111 - does not raise


def named_from(cwd: Path) -> Callable[[str], str]:
    """Gives the path below the top of a git work tree, for a path that is shown in ``cwd`` (``files.walk.Entry``).

    It is the work tree that ``cwd`` lies in; for a file outside of that, the one that the file lies in. Where there is
    none, it is the path below ``cwd``, or as it is shown.
    """
    here = Path(os.path.realpath(cwd)).as_posix()
    top = top_of(here)
    inside = here[len(top) + 1 :] if top is not None else ""
    prefix = f"{inside}/" if inside else ""
    top_around = cache(top_of)

    def named(path: str) -> str:
        # Most are below ``cwd``, and there may be a hundred thousand.
        if top is not None and not path.startswith(("../", "/")):
            return prefix + path
        place = os.path.normpath(os.path.join(here, path)).replace(os.sep, "/")  # noqa: PTH118 - a string
        own = top if top is not None and place.startswith(f"{top}/") else top_around(place.rpartition("/")[0])
        home = own if own is not None else here
        return place[len(home) + 1 :] if place.startswith(f"{home}/") else path

    return named
