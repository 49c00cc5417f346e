"""A line on a terminal that says how far a scan is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from jwtscan.engine import Progress

_DELAY = 0.5
_INTERVAL = 0.1
_WIDTH = 80


class _Line:
    """Rewrites one line, first after half a second and at most ten times a second."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.due = time.monotonic() + _DELAY
        self.shown = 0

    def __call__(self, phase: str, done: int, known: int) -> None:
        now = time.monotonic()
        if now < self.due:
            return
        self.due = now + _INTERVAL
        text = f"{phase} {done:,} of {known:,} files" if known else f"{phase} {done:,} files"
        self._write(text)

    def clear(self) -> None:
        if self.shown:
            self._write("")
            self._write("")  # nothing to put over: back to the start of the line

    def _write(self, text: str) -> None:
        """Puts ``text`` over what stood there. The window may have become narrower since: a line that wraps stays."""
        try:
            width = (os.get_terminal_size(self.stream.fileno()).columns or _WIDTH) - 1
            text = text[:width]
            self.stream.write("\r" + text.ljust(min(self.shown, width)))
            self.stream.flush()
            self.shown = len(text)
        except OSError:
            # A terminal that is gone: the scan is not the worse for it.
            self.due = float("inf")


@contextmanager
def progress_line(stream: IO[str], *, wanted: bool) -> Iterator[Progress | None]:
    """Gives what ``scan()`` reports to; None where nobody watches: no terminal, a dumb one, or a CI job."""
    if not wanted or not stream.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        yield None
        return
    line = _Line(stream)
    try:
        yield line
    finally:
        line.clear()
