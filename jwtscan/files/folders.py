"""A folder and those around it, by paths alone."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator


def and_above(folder: str) -> Iterator[str]:
    """``folder`` and each folder that it stands in, the nearest first.

    The last is the working directory, ``""``, or ``/``, or what ``..`` leads to: what is above that is not known.
    """
    while True:
        yield folder
        parent = posixpath.dirname(folder)
        if parent == folder or posixpath.basename(folder) == "..":
            return
        folder = parent
