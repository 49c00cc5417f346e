"""What is kept of each transaction, so that it can be undone: the bytes from before, and which files they belong to.

It stands in ``.jwtscan`` at the top of the tree. The old bytes hold old secrets: nobody but the user may read them,
git passes them over, and only the last ten transactions are kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath

from jwtscan.files.disk import BusyError, create, digest, locked, settle

FOLDER = ".jwtscan"
KEPT = 10
_NAME = re.compile(r"\d{8}-\d{6}-\d{3,}")
_TIME = "%Y%m%d-%H%M%S"
_OPEN, _DONE = "open.json", "done.json"
_BARRED = frozenset({".git", FOLDER})

Step = Callable[[str], None]
"""Told of each operation on disk before it happens. What it raises ends the transaction."""


class JournalError(Exception):
    """A journal that cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a transaction: its POSIX path from the top, and what its bytes hash to (None: it is not there).

    ``mode`` is the file's from before.
    """

    path: str
    before: str | None
    after: str | None
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One transaction. ``made`` are the folders it made, outermost first; ``undoes`` is the one it takes back.

    One that is not ``finished`` was cut off: its files may be as before or as after.
    """

    id: str
    parts: tuple[Part, ...]
    made: tuple[str, ...] = ()
    undoes: str | None = None
    finished: bool = False


class Journal:
    """The journal of the tree at ``root``. Only ``opened()`` gives one: nobody else writes meanwhile."""

    def __init__(self, root: Path, step: Step) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.step = step

    def records(self) -> list[Record]:
        """All transactions, the oldest first. What was cut off before its journal stood is thrown away."""
        found = []
        for folder in self._folders():
            record = self._read(folder)
            if record is None:
                _remove(folder)
            else:
                found.append(record)
        return found

    def begin(
        self, parts: Sequence[Part], contents: Sequence[bytes | None], made: Sequence[str], undoes: str | None
    ) -> Record:
        """Keeps the bytes from before. From now on the transaction can be undone."""
        record = Record(self._new(), tuple(parts), tuple(made), undoes)
        place = self.folder / record.id
        for number, content in enumerate(contents):
            if content is not None:
                self.step(f"keep {parts[number].path}")
                create(place / str(number), content, mode=0o600)
        import json

        self.step("write the journal")
        about = {"version": 1, "parts": [asdict(part) for part in parts], "made": list(made), "undoes": undoes}
        create(place / f"{_OPEN}.tmp", json.dumps(about).encode(), mode=0o600)
        self.step("open the journal")
        (place / f"{_OPEN}.tmp").replace(place / _OPEN)
        settle(place)
        settle(self.folder)
        return record

    def finish(self, record: Record) -> None:
        """The transaction stands."""
        self.step("close the journal")
        place = self.folder / record.id
        (place / _OPEN).replace(place / _DONE)
        settle(place)

    def reopen(self, record: Record) -> None:
        """The transaction does not stand, even if it was finished."""
        place = self.folder / record.id
        with contextlib.suppress(FileNotFoundError):
            (place / _DONE).replace(place / _OPEN)

    def drop(self, identity: str) -> None:
        """Forgets a transaction."""
        place = self.folder / identity
        for name in (_OPEN, _DONE):
            (place / name).unlink(missing_ok=True)
        _remove(place)

    def prune(self) -> None:
        """Forgets all but the last ten transactions."""
        for record in [record for record in self.records() if record.finished][:-KEPT]:
            self.drop(record.id)

    def kept(self, record: Record, number: int) -> bytes | None:
        """The bytes from before of one part, None where there was no file."""
        part = record.parts[number]
        if part.before is None:
            return None
        file = self.folder / record.id / str(number)
        content = file.read_bytes() if file.is_file() and not file.is_symlink() else b""
        if digest(content) != part.before:
            raise JournalError(f"{file} is damaged: it no longer holds what {part.path} was")
        return content

    def file(self, part: Part) -> Path:
        return self.root / part.path

    def _folders(self) -> list[Path]:
        found = (path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))
        return sorted(path for path in found if path.is_dir() and not path.is_symlink())

    def _new(self) -> str:
        """A folder whose name sorts after those of all others, wherever the clock stands."""
        now = datetime.now(timezone.utc).strftime(_TIME)
        last = max((path.name for path in self._folders()), default="")
        number = 1
        if last[:15] >= now:
            now, number = last[:15], int(last[16:]) + 1
        self.step("make the transaction's folder")
        identity = f"{now}-{number:03}"
        (self.folder / identity).mkdir(mode=0o700)
        return identity

    def _read(self, folder: Path) -> Record | None:
        import json

        for name in (_OPEN, _DONE):
            file = folder / name
            if file.is_file() and not file.is_symlink():
                try:
                    return _record(folder.name, json.loads(file.read_bytes()), finished=name == _DONE)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                    raise JournalError(f"{file} is damaged; remove {folder} to go on") from error
        return None


def _record(identity: str, about: dict[str, object], *, finished: bool) -> Record:
    """Reads a journal. It may come with the tree, from anybody: it can only speak of files inside of the tree."""
    parts, made = about["parts"], about["made"]
    if about["version"] != 1 or not isinstance(parts, list) or not isinstance(made, list):
        raise ValueError
    record = Record(identity, tuple(Part(**part) for part in parts), tuple(made), undoes=None, finished=finished)
    undoes = about["undoes"]
    if undoes is not None and (not isinstance(undoes, str) or not _NAME.fullmatch(undoes)):
        raise ValueError
    for path in (*(part.path for part in record.parts), *record.made):
        names = path.split("/")
        if PurePosixPath(path).is_absolute() or {"", ".", ".."} & set(names):
            raise ValueError
        if _BARRED & {name.lower() for name in names} or "\\" in path * (os.name == "nt"):
            raise ValueError
    return Record(identity, record.parts, record.made, undoes, finished)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def is_there(root: Path) -> bool:
    """Whether anything was ever written in the tree at ``root``."""
    return os.path.lexists(root / FOLDER)


@contextlib.contextmanager
def opened(root: Path, step: Step = lambda _: None) -> Iterator[Journal]:
    """The journal of a tree, made where there is none. Raises JournalError where it cannot be used, and OSError."""
    folder = root / FOLDER
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode):
        raise JournalError(f"{folder} is not a folder; jwtscan keeps there what it needs to undo a fix")
    if hasattr(os, "geteuid") and state.st_uid != os.geteuid():
        raise JournalError(f"{folder} belongs to another user; remove it to go on")
    folder.chmod(0o700)
    try:
        with locked(folder / "lock"):
            with contextlib.suppress(FileExistsError):
                create(folder / ".gitignore", b"*\n")
            yield Journal(root, step)
    except BusyError:
        raise JournalError(f"another jwtscan is changing {root}") from None
