"""Writes a set of changed files as one: all of them stand afterwards, or none, wherever the process ends."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jwtscan.files.disk import content_of, settle
from jwtscan.fixing.journal import Journal, Part, Record, Step, opened
from jwtscan.fixing.recovery import CommitError, beside, digest_of, safe, stage, undo, undo_open


@dataclass(frozen=True, slots=True)
class Write:
    """One file of a transaction: its bytes as they were scanned, and what they are to be. None: it is not there."""

    file: Path
    before: bytes | None
    after: bytes | None


def obstacle(root: Path, file: Path) -> str | None:
    """Why ``file`` of the tree at ``root`` cannot be written or made, None where it can."""
    folder = file.parent
    try:
        state = file.lstat()
    except OSError:
        while not os.path.lexists(folder):
            folder = folder.parent
    else:
        if reason := _unfit(file, state):
            return reason
    if not folder.is_dir():
        return f"cannot be made: {folder} is not a folder"
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
        return f"lies outside of {root}"
    if not _may_write(folder, os.X_OK):
        return f"cannot be replaced: {folder} is read-only"
    return None


def _unfit(file: Path, state: os.stat_result) -> str | None:
    if stat.S_ISLNK(state.st_mode):
        return "is a symbolic link; name what it leads to"
    if not stat.S_ISREG(state.st_mode):
        return "is not a regular file"
    if state.st_nlink > 1:
        return f"has {state.st_nlink} names (hard links), which replacing it would part"
    if not state.st_mode & 0o222 or not _may_write(file):
        return "is read-only"
    return None


def _may_write(path: Path, more: int = 0) -> bool:
    return os.access(path, os.W_OK | more, effective_ids=os.access in os.supports_effective_ids)


def commit(root: Path, writes: Sequence[Write], step: Step = lambda _: None, *, undoes: Record | None = None) -> Record:
    """Writes all files, which lie in the tree at ``root``, and keeps what is needed to take that back.

    Raises CommitError, JournalError or OSError with every file as before. ``step`` is told of each operation.
    ``undoes`` is the transaction that this one takes back; both are forgotten then.
    """
    top = Path(os.path.realpath(root))
    files = [Path(os.path.realpath(write.file.parent)) / write.file.name for write in writes]
    with opened(top, step) as journal:
        undo_open(journal)
        for file, write in zip(files, writes, strict=True):
            _check(top, file, write)
        parts = [_part(top, file, write) for file, write in zip(files, writes, strict=True)]
        made = _missing_folders(
            top, [file for file, write in zip(files, writes, strict=True) if write.after is not None]
        )
        record = journal.begin(parts, [write.before for write in writes], made, undoes.id if undoes else None)
        touched: set[int] = set()
        try:
            _stage(journal, record, writes)
            _replace(journal, record, writes, touched)
            for path in reversed(undoes.made if undoes else ()):
                step(f"remove {path}")
                with contextlib.suppress(OSError):
                    (top / path).rmdir()
            journal.finish(record)
        except BaseException:
            journal.reopen(record)
            undo(journal, record, touched)
            raise
        step("clean up")
        if undoes is not None:
            journal.drop(undoes.id)
            journal.drop(record.id)
        journal.prune()
    return record


def rollback(root: Path, record: Record, step: Step = lambda _: None) -> None:
    """Brings every file of a transaction back, byte for byte. Raises CommitError where one has changed since."""
    top = Path(os.path.realpath(root))
    with opened(top) as journal:
        before = [journal.kept(record, number) for number in range(len(record.parts))]
        files = [safe(journal, part) for part in record.parts]
    contents = [content_of(file) for file in files]
    changed = [
        part.path for part, content in zip(record.parts, contents, strict=True) if digest_of(content) != part.after
    ]
    if changed:
        raise CommitError(f"changed since then: {', '.join(changed)}")
    writes = [Write(file, now, then) for file, now, then in zip(files, contents, before, strict=True)]
    commit(top, writes, step, undoes=record)


def _check(top: Path, file: Path, write: Write) -> None:
    path = file.relative_to(top) if file.is_relative_to(top) else file
    if write.before is None and os.path.lexists(file):
        raise CommitError(f"{path}: somebody else has made it meanwhile")
    if reason := obstacle(top, file):
        raise CommitError(f"{path} {reason}")
    if content_of(file) != write.before:
        raise CommitError(f"{path}: changed while jwtscan ran; run it again")


def _part(top: Path, file: Path, write: Write) -> Part:
    mode = stat.S_IMODE(file.stat().st_mode) if write.before is not None else None
    return Part(file.relative_to(top).as_posix(), digest_of(write.before), digest_of(write.after), mode)


def _missing_folders(top: Path, files: Sequence[Path]) -> list[str]:
    missing = {
        folder for file in files for folder in file.parents if folder.is_relative_to(top) and not folder.exists()
    }
    return sorted((folder.relative_to(top).as_posix() for folder in missing), key=lambda path: (path.count("/"), path))


def _stage(journal: Journal, record: Record, writes: Sequence[Write]) -> None:
    """Writes the new texts beside the files: a disk that is full is noticed before anything is touched."""
    for folder in record.made:
        journal.step(f"make {folder}")
        (journal.root / folder).mkdir()
    for number, (part, write) in enumerate(zip(record.parts, writes, strict=True)):
        if write.after is not None:
            journal.step(f"write {part.path}")
            stage(journal.file(part), beside(journal, record, number), write.after, part.mode)


def _replace(journal: Journal, record: Record, writes: Sequence[Write], touched: set[int]) -> None:
    for number, (part, write) in enumerate(zip(record.parts, writes, strict=True)):
        file = journal.file(part)
        _check(journal.root, file, write)
        journal.step(f"replace {part.path}")
        touched.add(number)
        if write.after is None:
            file.unlink()
        else:
            beside(journal, record, number).replace(file)
    for folder in sorted({journal.file(part).parent for part in record.parts}):
        journal.step(f"settle {folder}")
        settle(folder)
