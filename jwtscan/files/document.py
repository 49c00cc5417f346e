"""One file's content: its bytes, how they are encoded, and the UTF-8 text that everything else works on."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jwtscan.files.kinds import kind_of
from jwtscan.text import Lines


class UnreadableError(Exception):
    """A file that cannot be read; the text says why in a few words.

    ``fault`` tells what the system refused from what is merely not for jwtscan (binary, too large, no regular file).
    """

    def __init__(self, reason: str, *, fault: bool = False) -> None:
        super().__init__(reason)
        self.fault = fault


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

    def changed(self, source: bytes) -> Document:
        """The document with another text. Raises UnicodeEncodeError for text that its encoding has no bytes for."""
        return Document(self.path, self.encode(source), source, self.encoding, self.bom, self.file)


_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read(path: str, file: Path | str, *, max_size: int, kind: str | None = None) -> Document:
    """Reads ``file``, to be shown as ``path``.

    Raises UnreadableError where it has vanished, may not be read, is no regular file, is larger than ``max_size``
    bytes or is binary. ``kind`` is looked up where it is not given.
    """
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        descriptor = os.open(file, _FLAGS)
    except FileNotFoundError:
        raise UnreadableError("no longer there") from None
    except (OSError, ValueError) as error:
        raise UnreadableError(_reason(error), fault=True) from None
    try:
        raw = _content(descriptor, max_size)
    except OSError as error:
        raise UnreadableError(_reason(error), fault=True) from None
    finally:
        os.close(descriptor)
    return decode(path, raw, kind or kind_of(path.rpartition("/")[2], path), file=Path(file))


def _content(descriptor: int, max_size: int) -> bytes:
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        raise UnreadableError("not a regular file")
    if state.st_size > max_size:
        raise UnreadableError(f"too large: {state.st_size:,} bytes, the limit is {max_size:,}")
    chunks = []
    total = 0
    # The size may be a lie (a growing file, /proc), so the end is where read() says it is.
    while chunk := os.read(descriptor, max(state.st_size - total, 0) + 1):
        total += len(chunk)
        if total > max_size:
            raise UnreadableError(f"too large: more than the limit of {max_size:,} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _reason(error: OSError | ValueError) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return (text or str(error)).lower()


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(path: str, raw: bytes, kind: str | None, *, file: Path | None = None) -> Document:
    """The document that ``raw`` holds, so that ``encode(source)`` gives ``raw`` again byte for byte.

    Tried in turn: a BOM, UTF-16 by its NUL bytes, Python's coding cookie, UTF-8, and windows-1252 or Latin-1 for
    bytes that fit nothing else. Raises UnreadableError where the bytes are no text.
    """
    if raw.isascii() and b"\0" not in raw:
        return Document(path, raw, raw, file=file)
    bom, encoding = next(((bom, name) for bom, name in _BOMS if raw.startswith(bom)), (b"", "utf-8"))
    body = raw[len(bom) :]
    if not bom and b"\0" in raw:
        encoding = _wide(raw)
    if encoding != "utf-8":
        source = _recode(body, encoding)
        if source is None:
            raise UnreadableError(f"not valid {encoding.upper()}")
        return Document(path, raw, source, encoding, bom, file)
    if b"\0" in body:
        raise UnreadableError("binary")
    named = _cookie(body) if kind == "python" and not bom else "utf-8"
    attempts = ((name, _recode(body, name)) for name in (named, "utf-8", "cp1252", "latin-1"))
    encoding, source = next((name, source) for name, source in attempts if source is not None)
    if encoding in ("cp1252", "latin-1") and _mostly_control(body):
        raise UnreadableError("binary")
    return Document(path, raw, source, encoding, bom, file)


def _recode(body: bytes, encoding: str) -> bytes | None:
    """``body`` in UTF-8, or None where the way there and back would not give the same bytes."""
    try:
        text = body.decode(encoding)
        if encoding == "utf-8":
            return body
        source = text.encode()
        return source if text.encode(encoding) == body else None
    except UnicodeError:
        return None


def _wide(raw: bytes) -> str:
    """The UTF-16 that ``raw`` is in, by where its NUL bytes stand; plain text of any script has them on one side."""
    sample = raw[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(raw) % 2 == 0:
        if odd * 4 >= len(sample) and even * 16 <= odd:
            return "utf-16-le"
        if even * 4 >= len(sample) and odd * 16 <= even:
            return "utf-16-be"
    raise UnreadableError("binary")


_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?")
_PRINTABLE = bytes(range(32, 127))
# Codecs that give meaning to plain ASCII, so that equal bytes are no longer equal text.
_UNFIT = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7", "mbcs", "oem"})


def _cookie(body: bytes) -> str:
    """The codec that a Python source names in its first two lines (PEP 263); UTF-8 where it names none that fits."""
    first, second = [*re.split(rb"\r\n|\r|\n", body[:1024], maxsplit=2), b""][:2]
    match = _COOKIE.match(first) or (_BLANK.fullmatch(first) and _COOKIE.match(second))
    if not match:
        return "utf-8"
    try:
        codec = codecs.lookup(match[1].decode("ascii", "replace"))
        if codec.name.replace("_", "-") in _UNFIT or _PRINTABLE.decode(codec.name) != _PRINTABLE.decode("ascii"):
            return "utf-8"
    except (LookupError, ValueError):
        return "utf-8"
    return codec.name


_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def _mostly_control(body: bytes) -> bool:
    sample = body[:8192]
    return (len(sample) - len(sample.translate(None, _CONTROL))) * 20 > len(sample)
