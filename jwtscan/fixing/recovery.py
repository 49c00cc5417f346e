"""Undoes transactions that were cut off, and tells which ones can be taken back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path

from jwtscan.files.disk import content_of, create, digest, dress
from jwtscan.fixing.journal import Journal, Part, Record, is_there, opened


class CommitError(Exception):
    """Nothing was changed; the text names the file and says why."""


def recover(root: Path) -> str | None:
    """Undoes what an earlier run was cut off in. Gives a sentence about it, None where there was nothing.

    Raises CommitError where a file has changed since.
    """
    top = Path(os.path.realpath(root))
    if not is_there(top):
        return None
    with opened(top) as journal:
        return undo_open(journal)


def history(root: Path) -> list[Record]:
    """The transactions that can be taken back, the oldest first."""
    top = Path(os.path.realpath(root))
    if not is_there(top):
        return []
    with opened(top) as journal:
        return [record for record in journal.records() if record.finished and record.undoes is None]


def undo_open(journal: Journal) -> str | None:
    """``recover`` for a journal that is open already."""
    undone = []
    for record in reversed(journal.records()):
        if not record.finished:
            undo(journal, record)
            undone.append(record.id)
        elif record.undoes is not None:
            journal.drop(record.undoes)
            journal.drop(record.id)
    return f"an earlier run was cut off; its changes were undone ({', '.join(undone)})" if undone else None


def digest_of(content: bytes | None) -> str | None:
    return None if content is None else digest(content)


def stage(file: Path, new: Path, content: bytes, mode: int | None) -> None:
    """Writes ``content`` to ``new``, dressed as ``file``; where that is not there, with ``mode`` or the user's own."""
    try:
        like = file.stat()
    except FileNotFoundError:
        create(new, content)
        if mode is not None:
            new.chmod(mode & 0o777)
    else:
        create(new, content, mode=0o600)
        dress(new, like)


def beside(journal: Journal, record: Record, number: int) -> Path:
    """The temporary file of a part. Its name says whose it is, and is short enough where the file's own is not."""
    file = journal.file(record.parts[number])
    return file.with_name(f".{file.name[:40]}.jwtscan-{record.id}-{number}.tmp")


def undo(journal: Journal, record: Record, touched: Collection[int] | None = None) -> None:
    """Every file as before the transaction; only the parts that were ``touched``, where that is known.

    Raises CommitError, with nothing changed, where one is neither as before nor as after.
    """
    back: list[tuple[int, Path]] = []
    for number, part in enumerate(record.parts):
        if touched is not None and number not in touched:
            continue
        now = digest_of(content_of(safe(journal, part)))
        if now not in (part.before, part.after):
            place = journal.folder / record.id
            raise CommitError(
                f"an earlier run was cut off, and {part.path} has changed since: nothing was undone. "
                f"{place / str(number)} holds what it was; remove {place} to keep everything as it is now"
            )
        if now != part.before:
            back.append((number, journal.file(part)))
    for number, file in back:
        content = journal.kept(record, number)
        journal.step(f"bring back {record.parts[number].path}")
        if content is None:
            file.unlink()
            continue
        new = beside(journal, record, number)
        new.unlink(missing_ok=True)
        for folder in reversed([parent for parent in file.parents if not parent.exists()]):
            folder.mkdir()
        stage(file, new, content, record.parts[number].mode)
        new.replace(file)
    for number in range(len(record.parts)):
        journal.step("clear up")
        beside(journal, record, number).unlink(missing_ok=True)
    for path in reversed(record.made):
        with contextlib.suppress(OSError):
            (journal.root / path).rmdir()
    journal.drop(record.id)


def safe(journal: Journal, part: Part) -> Path:
    """The file of a part, which no link may lead out of the tree."""
    file = journal.file(part)
    if any(parent.is_symlink() for parent in file.parents if parent.is_relative_to(journal.root)):
        raise CommitError(f"{part.path} is reached through a symbolic link now; nothing was changed")
    return file
