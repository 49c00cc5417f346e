"""``jwtscan: ignore`` comments: what they silence, and which of them silence nothing. Knows no language's syntax."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from jwtscan.text import Lines, Span

_DIRECTIVE = re.compile(r"jwtscan[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_IGNORE = re.compile(
    r"ignore(?P<file>-file)?[ \t]*(?:\[(?P<rules>[\w, \t-]+)\](?P<listed>.*)|(?![\w-]|[ \t]*\[)(?P<rest>.*))",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\buntil[ \t]*=[ \t]*([\w-]+)[ \t]*,?", re.IGNORECASE)
_OPENING = " \t*#/;!<>{%-"
_CLOSING = " \t*#/!>}%,-"
_MARKS = ("#", "//", "--", ";", "/*")
_LOOK_BACK = 200
# What may stand beside a comment that has its line for itself: JSX braces, the quotes of a notebook's JSON.
_NOTHING_BEFORE = re.compile(rb"[\s{(\[\"']*")
_NOTHING_AFTER = re.compile(rb"(?:\\[nrt]|[\s})\]\"',])*")
_BLANK = re.compile(rb"[ \t\"']*(?:\\[nrt]|[\s\"',])*")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One directive. ``rules`` are the ids it names, empty for all; ``whole_file`` makes the place irrelevant.

    ``line`` is the 1-based line that it speaks of: its own, or the next line of code where it stands alone. After
    ``until`` it silences nothing. ``span`` is the comment's.
    """

    span: Span
    line: int
    rules: tuple[str, ...]
    reason: str
    until: date | None = None
    whole_file: bool = False

    def covers(self, rule: str) -> bool:
        return not self.rules or rule in self.rules


@dataclass(frozen=True, slots=True)
class Unused:
    """An ignore, or some of its ``rules``, that silenced nothing. ``unknown`` are ids that no rule has."""

    ignore: Ignore
    rules: tuple[str, ...]
    unknown: tuple[str, ...]
    expired: bool


@dataclass(slots=True)
class Suppressions:
    """The directives of one file. ``malformed`` are comments that speak to jwtscan in words it does not know."""

    ignores: tuple[Ignore, ...]
    malformed: tuple[Span, ...]
    today: date
    _by_line: list[Ignore] = field(init=False)
    _lines: list[int] = field(init=False)
    _whole_file: list[Ignore] = field(init=False)
    _silenced: dict[Ignore, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        live = [ignore for ignore in self.ignores if not self._expired(ignore)]
        self._whole_file = [ignore for ignore in live if ignore.whole_file]
        self._by_line = sorted((ignore for ignore in live if not ignore.whole_file), key=lambda ignore: ignore.line)
        self._lines = [ignore.line for ignore in self._by_line]
        self._silenced = {}

    def silences(
        self, rule: str, start_line: int, end_line: int, statement_start_line: int | None = None
    ) -> Ignore | None:
        """The directive that silences a finding of ``rule`` on these 1-based lines, which counts as used from then on.

        One counts on any line of the finding, alone above it, and the same for the first line of the statement or
        element around it. Where several do, all are used and the nearest is given.
        """
        found = [ignore for ignore in self._reaching(start_line, end_line, statement_start_line) if ignore.covers(rule)]
        for ignore in found:
            self._silenced.setdefault(ignore, set()).add(rule)
        return found[0] if found else None

    def unused(self, known: Collection[str], ran: Collection[str] | None = None) -> list[Unused]:
        """What silenced nothing so far, in source order.

        ``known`` are the ids of all rules there are, ``ran`` of those that were run, where that is not all: an ignore
        is not judged by rules that had no say.
        """
        result = []
        judges = set(known if ran is None else ran)
        for ignore in self.ignores:
            silenced = self._silenced.get(ignore, set())
            unknown = tuple(rule for rule in ignore.rules if rule not in known)
            idle = tuple(rule for rule in ignore.rules if rule in judges and rule not in silenced)
            if idle or unknown or (not ignore.rules and not silenced and judges.issuperset(known)):
                result.append(Unused(ignore, idle, unknown, self._expired(ignore)))
        return result

    def _reaching(self, start: int, end: int, statement: int | None) -> Iterator[Ignore]:
        yield from self._by_line[bisect_left(self._lines, start) : bisect_right(self._lines, end)]
        if statement is not None and not start <= statement <= end:
            yield from self._by_line[bisect_left(self._lines, statement) : bisect_right(self._lines, statement)]
        yield from self._whole_file

    def _expired(self, ignore: Ignore) -> bool:
        return ignore.until is not None and ignore.until < self.today


def parse(
    comments: Iterable[tuple[Span, str]], source: bytes, lines: Lines, *, today: date | None = None
) -> Suppressions:
    """The directives in ``comments``, which are all real comments of ``source``, marks included, as spans and text."""
    placed = sorted(comments)
    directed = [(span, text) for span, text in placed if "jwtscan" in text.lower()]
    ignores: list[Ignore] = []
    malformed: list[Span] = []
    if directed:
        code = _NextCode([span for span, _ in placed], source, lines)
        for span, text in directed:
            for words in _directives(text):
                ignore = _ignore(span, code.line_for(span), words)
                if ignore is None:
                    malformed.append(span)
                else:
                    ignores.append(ignore)
    return Suppressions(tuple(ignores), tuple(malformed), today or date.today())


def _directives(comment: str) -> Iterator[str]:
    """What follows each ``jwtscan:`` that opens a line of the comment, or comes after the mark of another one.

    So ``# noqa: S105  # jwtscan: ignore`` is one, and a sentence that speaks about it is none.
    """
    for match in _DIRECTIVE.finditer(comment):
        before = comment[max(match.start() - _LOOK_BACK, 0) : match.start()].replace("\r", "\n").rpartition("\n")[2]
        text = before.rstrip(_OPENING)
        if not text or any(mark in before[len(text) :] for mark in _MARKS):
            yield match[1]


def _ignore(span: Span, line: int, words: str) -> Ignore | None:
    match = _IGNORE.match(words)
    if match is None:
        return None
    rules = tuple(dict.fromkeys(rule.strip().lower() for rule in (match["rules"] or "").split(",") if rule.strip()))
    if match["rules"] is not None and not rules:
        return None
    reason = (match["listed"] or match["rest"] or "").rstrip(_CLOSING)
    until = None
    if dated := _UNTIL.search(reason):
        try:
            until = date.fromisoformat(dated[1])
        except ValueError:
            return None
        reason = reason[: dated.start()] + reason[dated.end() :]
    return Ignore(span, line, rules, reason.strip(" \t:-"), until, whole_file=match["file"] is not None)


class _NextCode:
    """Finds the line that a comment speaks of. Each line is looked at once, so stacks of comments stay cheap."""

    def __init__(self, comments: list[Span], source: bytes, lines: Lines) -> None:
        self._source = source
        self._lines = lines
        touched = Counter(line for span in comments for line in {self._first(span), self._last(span)})
        # First line -> last line of each comment that shares its lines with nothing.
        self._alone = {
            self._first(span): self._last(span)
            for span in comments
            if touched[self._first(span)] == touched[self._last(span)] == 1 and self._nothing_beside(span)
        }
        self._known: dict[int, int] = {}

    def line_for(self, span: Span) -> int:
        line = self._first(span)
        if line not in self._alone:
            return line if line == self._last(span) or not self._opens_line(span) else self._last(span)
        passed: list[int] = []
        while line not in self._known:
            passed.append(line)
            if line in self._alone:
                line = self._alone[line] + 1
            elif line <= self._lines.count and _BLANK.fullmatch(self._lines.bytes(line)):
                line += 1
            else:
                break
        target = self._known.get(line, line)
        self._known.update(dict.fromkeys(passed, target))
        return target

    def _first(self, span: Span) -> int:
        return self._lines.line_of(span.start)

    def _last(self, span: Span) -> int:
        return self._lines.line_of(max(span.end - 1, span.start))

    def _nothing_beside(self, span: Span) -> bool:
        end = self._lines.span(self._last(span)).end
        return self._opens_line(span) and bool(_NOTHING_AFTER.fullmatch(self._source, span.end, max(end, span.end)))

    def _opens_line(self, span: Span) -> bool:
        return bool(_NOTHING_BEFORE.fullmatch(self._source, self._lines.starts[self._first(span) - 1], span.start))
