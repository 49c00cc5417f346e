"""Requirements as pip writes them: PEP 508, requirements files, URLs. Other file formats hold the same lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jwtscan.syntax.ir import Comment
from jwtscan.syntax.unit import Requirement
from jwtscan.text import Span

_NAME = re.compile(rb"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\s*\[[^\]]*\])?")
_AFTER = re.compile(rb"\s(?:#|--[a-z])|;")
_SPECIFIER = re.compile(rb"\(?\s*(?:[<>!~]=|===?|[<>=])\s*[0-9A-Za-z]")
_PINNED = re.compile(r"\(?\s*={2,3}\s*([^\s,*=<>!~()]+)\s*\)?")
_URL = re.compile(rb"(?:[a-z]+\+)?[a-z]+:/")
_EGG = re.compile(rb"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_ARCHIVE = re.compile(rb"([A-Za-z0-9][\w.]*(?:-[A-Za-z_][\w.]*)*)-(\d[\w.+!]*)(?:-[\w.-]*\.whl|\.tar\.gz|\.zip)")
_COMMENT = re.compile(rb"(?<!\S)#[^\r\n]*")
_SEPARATORS = re.compile(r"[-_.]+")
_OPTION = re.compile(rb"(-[a-zA-Z]|--[a-z-]+)\s*=?\s*(\S*)")
_EDITABLE = (b"-e", b"--editable")
_INCLUDES = (b"-r", b"--requirement", b"-c", b"--constraint")


@dataclass(frozen=True, slots=True)
class Include:
    """Another file that a requirements file takes in, as written: relative to this one. ``span`` is the path's."""

    path: str
    span: Span


class Unread(NamedTuple):
    """A line that is no requirement: its first byte, and what is wrong with it."""

    start: int
    words: str


def normalised(name: str) -> str:
    """A PyPI project's name as PEP 503 compares it."""
    return _SEPARATORS.sub("-", name).lower()


def pinned(specifier: str) -> str | None:
    """The one version that a PEP 440 specifier asks for with ``==`` or ``===``."""
    match = _PINNED.fullmatch(specifier)
    return match[1] if match else None


def read_lines(source: bytes, span: Span | None = None) -> tuple[list[Requirement], list[Unread]]:
    """The requirements of a requirements file, or of ``span`` of another, and the lines that cannot be read."""
    found = []
    unread = []
    for start, text in _lines(source, span or Span(0, len(source))):
        option = _OPTION.match(text)
        if option and option[1] not in _EDITABLE:
            continue
        if option:
            start, text = start + option.start(2), option[2]
        read = read_one(text, start)
        if read is not None:
            found.append(read)
        elif _URL.match(text):
            unread.append(Unread(start, "a URL that names no package"))
        elif not text.startswith(b".") and b"/" not in text:
            unread.append(Unread(start, "not a requirement"))
    return found, unread


def comments_of(source: bytes) -> tuple[Comment, ...]:
    """The comments of a requirements file: from a hash that opens a line or has a blank before it."""
    found = (Span(*match.span()) for match in _COMMENT.finditer(source))
    return tuple(Comment(span, source[span.start : span.end].decode("utf-8", "replace")) for span in found)


def included(source: bytes) -> tuple[Include, ...]:
    """The files that a requirements file takes in with ``-r`` and ``-c``."""
    found = []
    for start, text in _lines(source, Span(0, len(source))):
        option = _OPTION.match(text)
        if option and option[1] in _INCLUDES and option[2]:
            span = Span(start + option.start(2), start + option.end(2))
            found.append(Include(option[2].decode("utf-8", "replace"), span))
    return tuple(found)


def read_one(text: bytes, start: int) -> Requirement | None:
    """One requirement that stands at byte ``start``; None where it names no package.

    A single ``=`` is taken for what it means, though pip refuses it; conda writes it so.
    """
    if _URL.match(text):
        return _at_url(None, text, Span(start, start))
    match = _NAME.match(text)
    if match is None:
        return None
    name = normalised(match[1].decode())
    after = _AFTER.search(text, match.end())
    rest = text[match.end() : after.start() if after else len(text)].rstrip()
    written = rest.lstrip()
    place = start + match.end() + len(rest) - len(written)
    if written.startswith(b"@"):
        url = text[place - start + 1 :].lstrip()
        return _at_url(name, url, Span(start, start + len(text) - len(url)))
    if written and not _SPECIFIER.match(written):
        return None
    specifier = written.decode("utf-8", "replace")
    where = Span(place, place + len(written))
    return Requirement("pypi", name, specifier, pinned(specifier), Span(start, where.end), where)


def _at_url(name: str | None, text: bytes, before: Span) -> Requirement | None:
    """A requirement by URL. ``before`` is what stands before the URL: the name, or nothing."""
    url = text.split(None, 1)[0] if text.strip() else b""
    egg = _EGG.search(url)
    archive = _ARCHIVE.fullmatch(re.split(rb"[?#]", url, maxsplit=1)[0].rpartition(b"/")[2])
    version = archive[2].decode() if archive else None
    named = egg or archive
    if name is None and named:
        name = normalised(named[1].decode())
    if name is None or not url:
        return None
    where = Span(before.end, before.end + len(url))
    return Requirement("pypi", name, url.decode("utf-8", "replace"), version, before.join(where), where)


def _lines(source: bytes, span: Span) -> Iterator[tuple[int, bytes]]:
    """First byte and text of each line that says something, with continued lines joined.

    A continuation's backslash and line end become blanks, so that offsets hold.
    """
    parts: list[bytes] = []
    start = offset = span.start
    for line in source[span.start : span.end].splitlines(keepends=True):
        if not parts:
            start = offset
        offset += len(line)
        body = line.rstrip(b"\r\n")
        if body.endswith(b"\\") and not body.lstrip().startswith(b"#"):
            parts.append(body[:-1].ljust(len(line)))
            continue
        yield from _line(start, b"".join([*parts, body]))
        parts = []
    yield from _line(start, b"".join(parts))


def _line(start: int, text: bytes) -> Iterator[tuple[int, bytes]]:
    body = text.lstrip()
    if body and not body.startswith(b"#"):
        yield start + len(text) - len(body), body.rstrip()
