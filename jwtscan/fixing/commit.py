"""Writes a set of changed files as one: all of them stand afterwards, or none."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class CommitError(Exception):
    """Nothing was written; the text names the file and says why."""


@dataclass(frozen=True, slots=True)
class Write:
    """One file: where it is, its bytes as they were scanned (None: not there), and what they are to be."""

    path: str
    file: Path
    before: bytes | None
    after: bytes


def commit(writes: Sequence[Write]) -> None:
    """Writes all files. Raises CommitError with every file as before."""
    done: list[Write] = []
    try:
        for write in writes:
            now = write.file.read_bytes() if write.file.exists() else None
            if now != write.before:
                raise CommitError(f"{write.path}: changed while jwtscan ran")
        for write in writes:
            _replace(write.file, write.after)
            done.append(write)
    except BaseException as error:
        for write in reversed(done):
            if write.before is None:
                write.file.unlink()
            else:
                _replace(write.file, write.before)
        if isinstance(error, OSError):
            raise CommitError(f"cannot write {error.filename}: {error.strerror}") from error
        raise


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.jwtscan-{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(file.stat().st_mode))
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
