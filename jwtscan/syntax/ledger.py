"""The ignore comments of all files: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from jwtscan.files.suppressions import Suppressions, Unused, parse
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

    def silences(self, rule: str, unit: Unit, span: Span) -> bool:
        """Whether an ignore comment silences a finding at ``span`` of the document. It counts as used from then on."""
        if _WORD not in unit.document.source.lower():
            return False
        lines = unit.document.lines
        statement = lines.line_of(_statement(unit, span))
        start, end = lines.line_of(span.start), lines.line_of(max(span.end - 1, span.start))
        return self.of(unit).silences(rule, start, end, statement) is not None

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


def _statement(unit: Unit, span: Span) -> int:
    """Where the outermost expression around a span begins that does not hold a function around it."""
    first = span.start
    module = unit.module
    if module is None:
        return first
    functions = [place for func in module.functions if (place := unit.span(func.span)).holds(span)]
    around: list[ir.Call | ir.Object | ir.Store] = [*module.calls, *module.objects, *module.stores]
    for node in around:
        place = unit.span(node.span)
        if place.holds(span) and place.start < first and not any(place.holds(function) for function in functions):
            first = place.start
    return first
