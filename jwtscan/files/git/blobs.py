"""Reads the content of git's objects through one process, in memory."""

from __future__ import annotations

import contextlib
import subprocess
import weakref
from collections.abc import Iterator, Sequence
from threading import Thread
from typing import IO

from jwtscan.files.document import UnreadableError
from jwtscan.files.git.command import Git

ABSENT = "its content is not in this clone"
_CHUNK = 1 << 20


class Blobs:
    """The contents that one repository has, by their names. ``missing`` are known not to be there."""

    def __init__(self, git: Git, missing: frozenset[str] = frozenset()) -> None:
        self.git = git
        self.missing = missing
        self._process: subprocess.Popen[bytes] | None = None

    def each(self, names: Sequence[str], max_size: int) -> Iterator[bytes | UnreadableError]:
        """The contents in their order; an error in place of one that cannot be had."""
        wanted = [name for name in names if name not in self.missing]
        process = self._start("--buffer")
        assert process.stdin is not None
        assert process.stdout is not None
        # git answers while it is still being asked: whoever only writes first waits for ever.
        writer = Thread(target=_write, args=(process.stdin, wanted), daemon=True)
        writer.start()
        try:
            for name in names:
                yield _absent() if name in self.missing else _next(process.stdout, max_size)
        finally:
            _end(process)
            writer.join()

    def read(self, name: str, max_size: int) -> bytes:
        """One content. Raises UnreadableError."""
        if name in self.missing:
            raise _absent()
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
            weakref.finalize(self, _end, self._process)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(f"{name}\n".encode())
            stdin.flush()
        except OSError:
            raise _lost() from None
        answer = _next(stdout, max_size)
        if isinstance(answer, UnreadableError):
            raise answer
        return answer

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            self.git.command("cat-file", "--batch", *options),
            cwd=self.git.top,
            env=dict(self.git.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def _write(stream: IO[bytes], names: Sequence[str]) -> None:
    # Whoever reads finds out that no more comes.
    with contextlib.suppress(OSError, ValueError):
        for start in range(0, len(names), 1000):
            stream.write("".join(f"{name}\n" for name in names[start : start + 1000]).encode())
    _close(stream)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            _close(stream)
    process.wait()


def _close(stream: IO[bytes]) -> None:
    # What was still to be written has nobody left to read it.
    with contextlib.suppress(OSError, ValueError):
        stream.close()


def _next(stream: IO[bytes], max_size: int) -> bytes | UnreadableError:
    """One answer: ``NAME TYPE SIZE`` and the content. Anything else is an object that is missing or broken."""
    about = stream.readline().split()
    if len(about) != 3:
        return _lost()
    size = int(about[2])
    if size <= max_size:
        content = stream.read(size + 1)
        return content[:-1] if len(content) == size + 1 else _lost()
    left = size + 1
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)
    return UnreadableError(f"too large: {size:,} bytes, the limit is {max_size:,}")


def _absent() -> UnreadableError:
    return UnreadableError(ABSENT)


def _lost() -> UnreadableError:
    return UnreadableError("git cannot read its content", fault=True)
