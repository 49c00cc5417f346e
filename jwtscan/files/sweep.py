"""Looks at the bytes of many files, in this process or several, and keeps only what the gate saw."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from jwtscan.files.document import UnreadableError, read
from jwtscan.files.gate import Look, look
from jwtscan.files.walk import Entry

SERIAL = 3000
"""Below this many files a pool costs more than it gives: measured, see the benchmarks."""
CHUNKS_A_WORKER = 12
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0")

Advance = Callable[[int], None]


@dataclass(slots=True)
class Seen:
    """What a sweep saw: looks by path, and files that could not be read (``fault``: that the system refused)."""

    looks: dict[str, Look] = field(default_factory=dict)
    unread: list[tuple[str, str, bool]] = field(default_factory=list)

    def take(self, other: Seen) -> None:
        self.looks.update(other.looks)
        self.unread += other.unread


def sweep(files: Sequence[Entry], strong: Sequence[bytes], max_size: int, jobs: int, advance: Advance) -> Seen:
    """Looks at every file. ``jobs`` 0 decides by their number; ``advance`` is told how many more are done."""
    workers = jobs or (os.cpu_count() or 1)
    if workers == 1 or (not jobs and len(files) < SERIAL) or len(files) < 2:
        seen = Seen()
        for chunk in _chunks(files, 500):
            seen.take(look_at(chunk, strong, max_size))
            advance(len(chunk))
        return seen
    return _in_processes(files, strong, max_size, workers, advance)


def look_at(files: Sequence[Entry], strong: Sequence[bytes], max_size: int) -> Seen:
    """Looks at some files, one after the other."""
    seen = Seen()
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
    if plain and not raw.startswith(_WIDE) and b"\0" not in raw[:64]:
        return raw.lower()
    # Anything out of the ordinary goes the long way, which says what is wrong.
    return read(file.path, file.file, max_size=max_size, kind=file.kind).source.lower()


def _in_processes(
    files: Sequence[Entry], strong: Sequence[bytes], max_size: int, workers: int, advance: Advance
) -> Seen:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A fork shares what is imported and the list of files; where there is none, both are sent.
    fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if fork else "spawn")
    size = max(len(files) // (workers * CHUNKS_A_WORKER), 1)
    starts = range(0, len(files), size)
    seen = Seen()
    arguments = (files, strong, max_size, size)
    with ProcessPoolExecutor(workers, context, initializer=_share, initargs=arguments) as pool:
        for start, part in zip(starts, pool.map(_look_from, starts), strict=True):
            seen.take(part)
            advance(min(size, len(files) - start))
    return seen


_shared: tuple[Sequence[Entry], Sequence[bytes], int, int] = ((), (), 0, 0)


def _share(files: Sequence[Entry], strong: Sequence[bytes], max_size: int, size: int) -> None:
    """Sets a worker up: what all chunks share goes to it once."""
    global _shared
    _shared = (files, strong, max_size, size)


def _look_from(start: int) -> Seen:
    files, strong, max_size, size = _shared
    return look_at(files[start : start + size], strong, max_size)


def _chunks(files: Sequence[Entry], size: int) -> Iterator[list[Entry]]:
    rest = iter(files)
    while chunk := list(islice(rest, size)):
        yield chunk
