"""A folder and those around it, by paths alone."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator


def and_above(folder: str) -> Iterator[str]:
    """``folder`` and each folder that it stands in, the nearest first: last the project's own, ``""``, or ``/``."""
    while True:
        yield folder
        parent = posixpath.dirname(folder)
        if parent == folder:
            return
        folder = parent
