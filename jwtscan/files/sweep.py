"""Looks at the bytes of many files, in this process or several, and keeps only what the gate saw."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.files.document import UnreadableError, decode, read
from jwtscan.files.gate import Look, look
from jwtscan.files.walk import Entry

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

SERIAL = 3000
"""Below this many files a pool costs more than it gives: measured, see the benchmarks."""
CHUNK = 1000
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0")

Advance = Callable[[int], None]


@dataclass(slots=True)
class Seen:
    """What a sweep saw: looks by path, and files that could not be read (``fault``: that the system refused)."""

    count: int = 0
    looks: dict[str, Look] = field(default_factory=dict)
    unread: list[tuple[str, str, bool]] = field(default_factory=list)

    def take(self, other: Seen) -> None:
        self.count += other.count
        self.looks.update(other.looks)
        self.unread += other.unread


class Sweep:
    """Looks at files while they are still being found. ``jobs`` 0 decides by their number.

    Used as a context: ``with Sweep(…) as sweep``, then ``sweep.take(entry)`` for each file and ``sweep.finish()``.
    """

    def __init__(self, strong: Sequence[bytes], max_size: int, jobs: int) -> None:
        self.strong = strong
        self.max_size = max_size
        self.jobs = jobs
        self._waiting: list[Entry] = []
        self._pool: ProcessPoolExecutor | None = None
        self._running: list[Future[Seen]] = []
        self._workers = jobs or (os.cpu_count() or 1)

    def __enter__(self) -> Sweep:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def take(self, entry: Entry) -> None:
        """Hands a file over. It is looked at now or later."""
        self._waiting.append(entry)
        if len(self._waiting) >= (CHUNK if self._pool is not None else SERIAL) and self._workers > 1:
            self._send()

    def finish(self, advance: Advance) -> Seen:
        """What was seen of all files; ``advance`` is told how many more are done."""
        seen = Seen()
        if self._waiting and self.jobs > 1:
            self._send()
        for future in self._running:
            part = future.result()
            seen.take(part)
            advance(part.count)
        for start in range(0, len(self._waiting), CHUNK):
            part = look_at(self._waiting[start : start + CHUNK], self.strong, self.max_size)
            seen.take(part)
            advance(part.count)
        self._waiting = []
        return seen

    def _send(self) -> None:
        if self._pool is None:
            self._pool = _pool(self._workers)
        size = max(min(CHUNK, len(self._waiting) // self._workers), 1)
        for start in range(0, len(self._waiting), size):
            chunk = self._waiting[start : start + size]
            self._running.append(self._pool.submit(look_at, chunk, self.strong, self.max_size))
        self._waiting = []


def look_at(files: Sequence[Entry], strong: Sequence[bytes], max_size: int) -> Seen:
    """Looks at some files, one after the other."""
    seen = Seen(len(files))
    for file in files:
        try:
            lowered = _lowered(file, max_size)
        except UnreadableError as error:
            seen.unread.append((file.path, str(error), error.fault))
            continue
        found = look(lowered, strong, file.path)
        if found is not None:
            seen.looks[file.path] = found
    return seen


def _lowered(file: Entry, max_size: int) -> bytes:
    """A file's bytes in lower case, UTF-16 made readable. Most files are only read for this."""
    try:
        descriptor = os.open(file.file, _FLAGS)
        try:
            state = os.fstat(descriptor)
            raw = os.read(descriptor, state.st_size + 1) if state.st_size <= max_size else b""
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        raw = b""
        state = None
    plain = state is not None and stat.S_ISREG(state.st_mode) and len(raw) == state.st_size
    if plain and _is_narrow(raw):
        return raw.lower()
    # Anything out of the ordinary goes the long way, which says what is wrong.
    return read(file.path, file.file, max_size=max_size, kind=file.kind).source.lower()


def _is_narrow(raw: bytes) -> bool:
    return not raw.startswith(_WIDE) and b"\0" not in raw[:64]


def lowered_text(file: Entry, raw: bytes) -> bytes:
    """The bytes of a file that was read otherwise, in lower case. Raises UnreadableError."""
    return raw.lower() if _is_narrow(raw) else decode(file.path, raw, file.kind).source.lower()


def _pool(workers: int) -> ProcessPoolExecutor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A fork shares what is imported; where there is none, spawn costs one more start a worker.
    fork = "fork" in multiprocessing.get_all_start_methods()
    return ProcessPoolExecutor(workers, multiprocessing.get_context("fork" if fork else "spawn"))
