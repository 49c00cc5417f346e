"""The ignore comments of all files: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator

from jwtscan.files.suppressions import Ignore, Suppressions, Unused, parse
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

_WORD = b"jwtscan"


class Ledger:
    """Suppressions by file, read at the first question.

    ``known`` are the ids of all rules there are, ``ran`` of those that had a say.
    """

    def __init__(self, known: Collection[str], ran: Collection[str]) -> None:
        self.known = known
        self.ran = ran
        self._of: dict[str, Suppressions] = {}
        self._statements: dict[str, _Statements | None] = {}

    def silences(self, rule: str, unit: Unit, span: Span) -> Ignore | None:
        """The ignore comment that silences a finding at ``span`` of the document. It counts as used from then on."""
        if unit.path not in self._statements:
            spoken = _WORD in unit.document.source.lower()
            self._statements[unit.path] = _Statements(unit) if spoken else None
        statements = self._statements[unit.path]
        if statements is None:
            return None
        lines = unit.document.lines
        statement = lines.line_of(statements.start(span))
        start, end = lines.line_of(span.start), lines.line_of(max(span.end - 1, span.start))
        return self.of(unit).silences(rule, start, end, statement)

    def unused(self, unit: Unit) -> list[Unused]:
        return self.of(unit).unused(self.known, self.ran)

    def of(self, unit: Unit) -> Suppressions:
        if unit.path not in self._of:
            comments = list(_comments(unit))
            self._of[unit.path] = parse(comments, unit.document.source, unit.document.lines)
        return self._of[unit.path]


def _comments(unit: Unit) -> Iterator[tuple[Span, str]]:
    for comment in unit.comments:
        yield comment.span, comment.text
    for comment in unit.module.comments if unit.module else ():
        yield unit.span(comment.span), comment.text


class _Statements:
    """Where the statements of a unit begin."""

    def __init__(self, unit: Unit) -> None:
        module = unit.module
        around: list[ir.Call | ir.Object | ir.Store] = []
        if module is not None:
            around = [*module.calls, *module.objects, *module.stores]
        self._expressions = _Nest(unit.span(node.span) for node in around)
        self._functions = _Nest(unit.span(func.span) for func in (module.functions if module is not None else ()))

    def start(self, span: Span) -> int:
        """Where the outermost expression around a span begins that does not hold a function around it."""
        function = next(self._functions.around(span), None)
        first = span.start
        for place in self._expressions.around(span):
            if function is not None and place.holds(function):
                break
            first = min(first, place.start)
        return first


class _Nest:
    """Spans, each with the one around it."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans, key=lambda span: (span.start, -span.end))
        self._starts = [span.start for span in self._spans]
        self._above: list[int] = []
        path: list[int] = []
        for at, span in enumerate(self._spans):
            while path and not self._spans[path[-1]].holds(span):
                path.pop()
            self._above.append(path[-1] if path else -1)
            path.append(at)

    def around(self, span: Span) -> Iterator[Span]:
        """The spans that hold ``span``, the smallest first."""
        at = bisect_right(self._starts, span.start) - 1
        while at >= 0:
            if self._spans[at].holds(span):
                yield self._spans[at]
            at = self._above[at]
