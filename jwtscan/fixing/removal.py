"""How one requirement leaves a manifest: the bytes that go, by the file's format. Which ones go is not decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jwtscan.syntax.manifest.json_text import pairs
from jwtscan.syntax.manifest.requirements import normalised
from jwtscan.syntax.unit import Requirement, Unit
from jwtscan.text import Edit, Span

_SECTIONS = frozenset({"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"})
_LINE = re.compile(rb"\s*(?:-\s+)?[\"']?")
_KEY = re.compile(rb"\s*[\"']?(?P<name>[\w.-]+)[\"']?\s*=\s*(?:\"[^\"]*\"|'[^']*'|\{[^{}]*\})\s*")
_REMARK = re.compile(rb"[ \t]+#")  # what pip-compile says below a requirement
_ITEM = re.compile(rb"([ \t]*)-\s")
_QUOTES = (b'"', b"'")


def removal(unit: Unit, requirement: Requirement) -> list[Edit]:
    """The edits that take a requirement out of its manifest; none where it cannot go without harm.

    One that has a comment on its line stays, and so does one that a tool wrote down (``pip-compile``, a lock file).
    """
    return [] if requirement.locked else [Edit(span, b"") for span in _spans(unit, requirement)]


def _spans(unit: Unit, requirement: Requirement) -> Iterator[Span]:
    source, span = unit.document.source, requirement.span
    if unit.kind == "package.json":
        if _is_dependency(source, span):
            yield from _element(source, Span(span.start - 1, span.end + 1))
    elif source[span.start - 1 : span.start] in _QUOTES and unit.kind in {"pyproject.toml", "python"}:
        end = source.find(source[span.start - 1 : span.start], span.end, _line_end(source, span.end)) + 1
        if end:
            yield from _element(source, Span(span.start - 1, end))
    elif unit.kind != "python":
        yield from _line(unit.kind, source, requirement)


def _is_dependency(source: bytes, span: Span) -> bool:
    """Whether the requirement is one of a section of dependencies: what forces a version on others stays."""
    return any(
        pair.keys[1].span.start == span.start
        for pair in pairs(source, 2)
        if len(pair.keys) == 2 and pair.keys[0].name in _SECTIONS
    )


# -- one a line ------------------------------------------------------------------------------------------------------


def _line(kind: str, source: bytes, requirement: Requirement) -> Iterator[Span]:
    span = requirement.span
    start, end = _line_start(source, span.start), _line_end(source, span.end)
    text = source[start:end]
    if b"#" in text or b"\\" in text or _REMARK.match(source, end + 1):
        return
    if kind in {"pyproject.toml", "Pipfile"}:
        key = _KEY.fullmatch(text)
        fits = key is not None and normalised(key["name"].decode()) == requirement.name
    elif kind == "setup.cfg":
        fits = text[:1] in (b" ", b"\t")
    elif kind == "environment.yml":
        fits = _LINE.fullmatch(source, start, span.start) is not None and _has_company(source, start, end)
    else:
        fits = _LINE.fullmatch(source, start, span.start) is not None
    if fits:
        yield Span(start, min(end + 1, len(source)))


def _has_company(source: bytes, start: int, end: int) -> bool:
    """Whether a neighbouring line is an item of the same list: a list without any would be read as nothing."""
    own = _ITEM.match(source, start)
    before = _ITEM.match(source, _line_start(source, max(start - 1, 0)))
    after = _ITEM.match(source, end + 1)
    return own is not None and any(item is not None and item[1] == own[1] for item in (before, after))


# -- one of a list -----------------------------------------------------------------------------------------------------


def _element(source: bytes, span: Span) -> Iterator[Span]:
    """What goes with an element between commas, so that those left stand as if it had never been there."""
    before = len(source[: span.start].rstrip())
    follow = span.end + len(source[span.end :]) - len(source[span.end :].lstrip(b" \t"))
    if source[follow : follow + 1] == b",":
        yield from _followed(source, Span(span.start, follow + 1))
        return
    closing = len(source) - len(source[span.end :].lstrip())
    if source[closing : closing + 1] not in (b"]", b"}", b")"):
        return
    if source[before - 1 : before] in (b"[", b"{", b"("):
        yield Span(before, closing)
    elif source[before - 1 : before] == b",":
        yield Span(before - 1, span.end)


def _followed(source: bytes, span: Span) -> Iterator[Span]:
    start, end = _line_start(source, span.start), _line_end(source, span.end)
    alone = not source[start : span.start].strip()
    rest = source[span.end : end].strip()
    if alone and not rest:
        yield Span(start, min(end + 1, len(source)))
    elif rest[:1] in _QUOTES:
        yield Span(span.start, span.end + len(source[span.end : end]) - len(source[span.end : end].lstrip()))
    elif rest[:1] in (b"]", b"}", b")"):
        yield Span(len(source[: span.start].rstrip(b" \t")), span.end)


def _line_start(source: bytes, offset: int) -> int:
    return source.rfind(b"\n", 0, offset) + 1


def _line_end(source: bytes, offset: int) -> int:
    """Where the line's ``\\n`` stands, or the end of the text."""
    found = source.find(b"\n", offset)
    return len(source) if found < 0 else found
