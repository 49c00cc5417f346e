"""The few operations on disk that whoever writes files is made of. Each has happened for good when it returns."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class BusyError(Exception):
    """Another process is changing the same tree."""


def digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def create(file: Path, content: bytes, *, mode: int = 0o666) -> None:
    """A new file, of ``mode`` less what the user's umask takes. Raises FileExistsError where there is one."""
    descriptor = os.open(file, _CREATE, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def dress(file: Path, like: os.stat_result) -> None:
    """Gives ``file`` the mode of another one and, as far as that is allowed, its owner and group."""
    if hasattr(os, "chown") and (like.st_uid, like.st_gid) != (file.stat().st_uid, file.stat().st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(file, like.st_uid, like.st_gid)
    # After the owner: a change of owner takes bits away.
    file.chmod(stat.S_IMODE(like.st_mode))


def settle(folder: Path) -> None:
    """Makes sure that what was created, renamed or removed in ``folder`` stays so."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def content_of(file: Path) -> bytes | None:
    """The bytes of a regular file; None where there is nothing. Raises OSError for anything else, links included."""
    try:
        state = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(state.st_mode):
        raise OSError(f"{file} is not a regular file")
    return file.read_bytes()


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Holds ``file`` against other processes; the system lets go of it when a process dies. Raises BusyError."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(file, flags, 0o600)
    try:
        try:
            _hold(descriptor)
        except OSError as error:
            raise BusyError from error
        yield
    finally:
        os.close(descriptor)


def _hold(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def put(file: Path, content: bytes) -> None:
    """Gives a file its content at one go: whoever reads it sees the old one or the new. Takes the place of a link."""
    new = file.with_name(f".{file.name[:40]}.jwtscan-{os.urandom(4).hex()}.tmp")
    try:
        if file.exists():
            create(new, content, mode=0o600)
            dress(new, file.stat())
        else:
            create(new, content)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
    settle(file.parent)
