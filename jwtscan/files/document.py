"""One file's content: its bytes, how they are encoded, and the UTF-8 text that everything else works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jwtscan.text import Lines


class UnreadableError(Exception):
    """A file that cannot be read; the text says why in a few words."""


@dataclass(frozen=True)
class Document:
    """A file as read. ``source`` is UTF-8 without BOM, line ends untouched; every span in jwtscan is in its bytes.

    ``path`` is relative to the working directory and POSIX; ``raw`` are the bytes on disk.
    """

    path: str
    raw: bytes
    source: bytes
    encoding: str = "utf-8"
    bom: bytes = b""
    file: Path | None = None

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.source)

    def encode(self, source: bytes) -> bytes:
        """Changed ``source`` as it has to stand on disk."""
        if self.encoding == "utf-8":
            return self.bom + source
        return self.bom + source.decode("utf-8", "surrogatepass").encode(self.encoding)
