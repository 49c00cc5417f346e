"""What a file is called wherever one looks from: by its place in the repository, not in the working directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jwtscan.files.repository import top_of


def named_from(cwd: Path) -> Callable[[str], str]:
    """Gives the path below the top of the git work tree that ``cwd`` lies in, for a path that is shown in ``cwd``.

    Outside of a work tree, and for a file outside of it, the path stays as it is shown.
    """
    here = Path(os.path.realpath(cwd)).as_posix()
    top = top_of(here)
    if top is None or here == top:
        return str

    def named(path: str) -> str:
        place = os.path.normpath(f"{here}/{path}").replace(os.sep, "/")
        return place[len(top) + 1 :] if place.startswith(f"{top}/") else path

    return named
