"""Where a scan has its files from: the disk, or a state of the tree that git keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jwtscan.files.walk import Entry, Met, walk
from jwtscan.finding import Skipped

if TYPE_CHECKING:
    from jwtscan.engine.options import Options
    from jwtscan.files import Document
    from jwtscan.files.git import Snapshot
    from jwtscan.files.sweep import Seen

Found = Callable[["Entry | Skipped"], None]
"""Told of each file and of what was passed over, sorted."""
Advance = Callable[[int], None]


class Source(Protocol):
    """What gives a scan its files."""

    def sweep(self, options: Options, strong: Sequence[bytes], found: Found, advance: Advance) -> Seen:
        """Finds the files that ``options`` speak of and looks at each; ``advance`` is told how many more are done."""

    def read(self, entry: Entry, max_size: int) -> Document:
        """Reads a file that was found. Raises UnreadableError."""

    def is_folder(self, path: Path) -> bool:
        """Whether that is a folder."""


def walked(options: Options, met: Met | None = None) -> Iterator[Entry | Skipped]:
    """The files on disk that ``options`` speak of, as ``files.walk.walk`` gives them."""
    return walk(
        options.paths,
        cwd=options.cwd,
        exclude=options.exclude,
        include=options.include,
        homes=options.homes,
        force_exclude=options.force_exclude,
        gitignore=options.gitignore,
        met=met,
    )


class Disk:
    """The files as they stand on disk."""

    def sweep(self, options: Options, strong: Sequence[bytes], found: Found, advance: Advance) -> Seen:
        """Walks the paths; workers look at the files meanwhile, where there are many."""
        from jwtscan.files.sweep import Sweep

        with Sweep(strong, options.max_file_size, options.jobs) as sweep:
            for one in walked(options, sweep.take):
                found(one)
            return sweep.finish(advance)

    def read(self, entry: Entry, max_size: int) -> Document:
        from jwtscan.files.document import read

        return read(entry.path, entry.file, max_size=max_size, kind=entry.kind)

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()


class Kept:
    """The files of a snapshot. Nothing of them is read from disk.

    ``now`` is the state that it is compared with, which says what the scanned folder is called.
    """

    def __init__(self, snapshot: Snapshot, now: Source | None = None) -> None:
        self.snapshot = snapshot
        self.now = now

    def sweep(self, options: Options, strong: Sequence[bytes], found: Found, advance: Advance) -> Seen:
        """One process reads for this one, which looks at the files meanwhile."""
        entries = []
        for one in self.snapshot.walk(
            options.paths,
            cwd=options.cwd,
            exclude=options.exclude,
            include=options.include,
            homes=options.homes,
            force_exclude=options.force_exclude,
        ):
            found(one)
            if isinstance(one, Entry):
                entries.append(one)
        return self.snapshot.look_at(entries, strong, options.max_file_size, advance)

    def read(self, entry: Entry, max_size: int) -> Document:
        return self.snapshot.read(entry, max_size)

    def is_folder(self, path: Path) -> bool:
        if self.now is not None:
            return self.now.is_folder(path)
        return self.snapshot.is_folder(path.resolve().as_posix())


DISK = Disk()
