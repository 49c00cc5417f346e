"""``jwtscan: ignore`` comments: what they silence, and which of them silence nothing. Knows no language's syntax."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from jwtscan.files.directives import Malformed, directives, understand
from jwtscan.text import Lines, Span

# What may stand beside a comment that has its line for itself: the brackets that it opens or closes.
_NOTHING_BEFORE = re.compile(rb"[\s{(\[]*")
_NOTHING_AFTER = re.compile(rb"[\s})\],]*")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One directive. ``rules`` are the ids it names, empty for all; ``whole_file`` makes the place irrelevant.

    ``line`` is the 1-based line that it speaks of: its own, or the next line of code where it stands alone. After
    ``until`` it silences nothing. ``span`` is that of its words, ``comment`` that of the comment around them.
    """

    span: Span
    comment: Span
    line: int
    rules: tuple[str, ...]
    reason: str
    until: date | None = None
    whole_file: bool = False

    def covers(self, rule: str) -> bool:
        return not self.rules or rule in self.rules


class Bar(NamedTuple):
    """Why an ignore may silence nothing although there is something to silence, and what people can do."""

    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Unused:
    """An ignore, or some of its ``rules``, that silenced nothing. ``unknown`` are ids that no rule has.

    ``barred`` is set where its day is over or it gives no reason; ``wanted`` where there is something that it would
    silence otherwise.
    """

    ignore: Ignore
    rules: tuple[str, ...]
    unknown: tuple[str, ...]
    barred: Bar | None
    wanted: bool


@dataclass(slots=True)
class Suppressions:
    """The directives of one file. ``malformed`` are comments that speak to jwtscan in words it does not know.

    With ``reasons``, one that gives no reason silences nothing.
    """

    ignores: tuple[Ignore, ...]
    malformed: tuple[Malformed, ...]
    today: date
    reasons: bool = False
    _by_line: list[Ignore] = field(init=False)
    _lines: list[int] = field(init=False)
    _whole_file: list[Ignore] = field(init=False)
    _met: dict[Ignore, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._whole_file = [ignore for ignore in self.ignores if ignore.whole_file]
        placed = (ignore for ignore in self.ignores if not ignore.whole_file)
        self._by_line = sorted(placed, key=lambda ignore: ignore.line)
        self._lines = [ignore.line for ignore in self._by_line]
        self._met = {}

    def silences(self, rule: str, start_line: int, end_line: int, around: Collection[int] = ()) -> Ignore | None:
        """The directive that silences a finding of ``rule`` on these 1-based lines, which counts as used from then on.

        One counts on any line of the finding, alone above it, and the same for the lines ``around`` it: those where the
        statement or element that holds it begins or ends. Where several do, all are used and the nearest is given.
        """
        found = [ignore for ignore in self._reaching(start_line, end_line, around) if ignore.covers(rule)]
        for ignore in found:
            self._met.setdefault(ignore, set()).add(rule)
        return next((ignore for ignore in found if self._barred(ignore) is None), None)

    def unused(self, known: Collection[str], ran: Collection[str] | None = None) -> list[Unused]:
        """What silenced nothing so far, in source order.

        ``known`` are the ids of all rules there are, ``ran`` of those that were run, where that is not all: an ignore
        is not judged by rules that had no say.
        """
        result = []
        judges = set(known if ran is None else ran)
        for ignore in self.ignores:
            met = self._met.get(ignore, set())
            barred = self._barred(ignore)
            unknown = tuple(rule for rule in ignore.rules if rule not in known)
            idle = tuple(rule for rule in ignore.rules if rule in judges and rule in known and rule not in met)
            is_idle = not ignore.rules and not met and judges.issuperset(known)
            if idle or unknown or is_idle or (barred and met):
                result.append(Unused(ignore, idle, unknown, barred, bool(met)))
        return result

    def _reaching(self, start: int, end: int, around: Collection[int]) -> Iterator[Ignore]:
        yield from self._by_line[bisect_left(self._lines, start) : bisect_right(self._lines, end)]
        for line in dict.fromkeys(around):
            if not start <= line <= end:
                yield from self._by_line[bisect_left(self._lines, line) : bisect_right(self._lines, line)]
        yield from self._whole_file

    def _barred(self, ignore: Ignore) -> Bar | None:
        if ignore.until is not None and ignore.until < self.today:
            return Bar(f"this ignore ended on {ignore.until} and silences nothing any longer", "give it a later day")
        return _NO_REASON if self.reasons and not ignore.reason else None


_NO_REASON = Bar("this ignore gives no reason, which is required, so it silences nothing", "write the reason behind it")


def parse(
    comments: Iterable[Span],
    source: bytes,
    lines: Lines,
    *,
    around: Callable[[Span], Span] | None = None,
    goes_on: Callable[[int], bool] | None = None,
    reasons: bool = False,
    today: date | None = None,
) -> Suppressions:
    """The directives in ``comments``, which are all real comments of ``source``, marks included.

    ``around`` gives what a comment fills by itself (JSX braces), else the comment. ``goes_on`` says whether the line
    after a 1-based one still belongs to it; without it, all do.
    """
    placed = sorted(comments)
    texts = {span: source[span.start : span.end] for span in placed}
    directed = [span for span, text in texts.items() if b"jwtscan" in text.lower()]
    ignores: list[Ignore] = []
    malformed: list[Malformed] = []
    if directed:
        filled = {span: around(span) if around is not None else span for span in directed}
        code = _NextCode([filled.get(span, span) for span in placed], source, lines, goes_on or _always)
        for comment in directed:
            for span, words in directives(texts[comment]):
                span = Span(comment.start + span.start, comment.start + span.end)
                found = understand(span, words)
                if isinstance(found, Malformed):
                    malformed.append(found)
                    continue
                line = code.line_for(filled[comment])
                ignores.append(
                    Ignore(span, comment, line, found.rules, found.reason, found.until, whole_file=found.whole_file)
                )
    return Suppressions(tuple(ignores), tuple(malformed), today or date.today(), reasons)


def _always(_: int) -> bool:
    return True


class _NextCode:
    """Finds the line that a comment speaks of. Each line is looked at once, so stacks of comments stay cheap."""

    def __init__(self, comments: list[Span], source: bytes, lines: Lines, goes_on: Callable[[int], bool]) -> None:
        self._goes_on = goes_on
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
            last = self._alone.get(line, line)
            if not self._goes_on(last):
                break
            if line in self._alone:
                line = last + 1
            elif line <= self._lines.count and not self._lines.bytes(line).strip():
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
