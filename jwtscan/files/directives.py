"""The words of ``jwtscan: ignore`` comments: where they stand in a comment's text, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jwtscan.text import Span

_DIRECTIVE = re.compile(rb"jwtscan[ \t]*:[ \t]*", re.IGNORECASE)
_LINE_END = re.compile(rb"[\r\n]")
_IGNORE = re.compile(
    r"ignore(?P<file>-file)?[ \t]*(?:\[(?P<rules>[\w, \t-]+)\](?P<listed>.*)|(?![\w-]|[ \t]*\[)(?P<rest>.*))",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\buntil(?:[ \t]*=[ \t]*(?P<set>[^\s,]*)|[ \t]*:?[ \t]*(?P<said>\d{4}-\d{1,2}-\d{1,2}))[ \t]*,?", re.IGNORECASE
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OPENING = b" \t*#/;!<>{%-"
_CLOSING = b" \t*#/!>}%,-"
_MARKS = (b"#", b"//", b"--", b";", b"/*")
# Another comment behind the words, perhaps of another tool. ``issue #12`` is none.
_NEXT = re.compile(rb"(?<=[ \t])(?:#|//)[ \t]*(?=[A-Za-z@])|\{%-?[ \t]*endcomment\b")
# Django opens a comment with a word.
_WORDY = re.compile(rb"[ \t]*\{%-?[ \t]*comment\b[^%]*(?:%\})?\Z")
_LOOK_BACK = 200


@dataclass(frozen=True, slots=True)
class Malformed:
    """Words to jwtscan that it does not know, and what is wrong with them."""

    span: Span
    complaint: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a directive says. ``rules`` are the ids it names, in lower case; empty for all."""

    rules: tuple[str, ...]
    reason: str
    until: date | None
    whole_file: bool


def directives(comment: bytes) -> Iterator[tuple[Span, str]]:
    """Each ``jwtscan:`` that opens a line of the comment, or comes after the mark of another one.

    So ``# noqa: S105  # jwtscan: ignore`` is one, and a sentence that speaks about it is none. Gives the span of its
    words, reason included, in bytes of the comment, and what follows the colon.
    """
    at = line_end = 0
    while (match := _DIRECTIVE.search(comment, at)) is not None:
        if match.end() >= line_end:
            broken = _LINE_END.search(comment, match.end())
            line_end = broken.start() if broken is not None else len(comment)
        other = _NEXT.search(comment, match.end(), line_end)
        at = other.start() if other is not None else line_end
        before = comment[max(match.start() - _LOOK_BACK, 0) : match.start()].replace(b"\r", b"\n").rpartition(b"\n")[2]
        text = before.rstrip(_OPENING)
        if not text or _WORDY.match(text) or any(mark in before[len(text) :] for mark in _MARKS):
            words = comment[match.end() : at].rstrip(_CLOSING)
            end = match.start() + len(comment[match.start() : match.end() + len(words)].rstrip(b" \t"))
            yield Span(match.start(), end), words.decode("utf-8", "replace")


def understand(span: Span, words: str) -> Said | Malformed:
    """What the words behind ``jwtscan:`` say."""
    match = _IGNORE.match(words)
    rules = (match["rules"] or "").split(",") if match is not None else []
    named = tuple(dict.fromkeys(rule.strip().lower() for rule in rules if rule.strip()))
    if match is None or (match["rules"] is not None and not named):
        return Malformed(span, "jwtscan does not understand this comment; write: jwtscan: ignore[rule-id] reason")
    reason = match["listed"] or match["rest"] or ""
    until = None
    if (dated := _UNTIL.search(reason)) is not None:
        day = dated["set"] or dated["said"] or ""
        until = _date(day)
        if until is None:
            return Malformed(span, f"'{day}' is no date; write: until=YYYY-MM-DD")
        reason = reason[: dated.start()] + reason[dated.end() :]
    return Said(named, reason.strip(" \t:-"), until, match["file"] is not None)


def _date(text: str) -> date | None:
    """A day as ISO 8601 writes it in full; what Python takes for one changed with 3.11."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
