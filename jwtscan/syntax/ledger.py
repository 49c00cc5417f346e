"""The ignore comments of all files: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from jwtscan.files.directives import Malformed
from jwtscan.files.suppressions import Ignore, Suppressions, Unused, parse
from jwtscan.nearest import nearest
from jwtscan.syntax.enclosing import Enclosing
from jwtscan.syntax.spoken import Spoken
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

_WORD = b"jwtscan"


@dataclass(frozen=True, slots=True, eq=False)
class Idle:
    """An ignore of ``unit`` that is of no use. ``span`` is that of its words in the document."""

    unit: Unit
    span: Span
    unused: Unused
    message: str


class Ledger:
    """Suppressions by file, read at the first question.

    ``known`` are the ids of all rules there are, ``ran`` of those that had a say. With ``reasons``, an ignore has to
    give one.
    """

    def __init__(self, known: Collection[str], ran: Collection[str], *, reasons: bool = False) -> None:
        self.known = known
        self.ran = ran
        self.reasons = reasons
        self._of: dict[str, _Page] = {}

    def silences(self, rule: str, unit: Unit, span: Span) -> Ignore | None:
        """The ignore comment that silences a finding at ``span`` of the document. It counts as used from then on.

        Its spans are of the document.
        """
        page = self._page(unit)
        return page.silences(rule, span) if page.suppressions is not None else None

    def unused(self, unit: Unit) -> list[Idle]:
        """What silenced nothing. Where a program could not be read as a whole, nobody knows what is in it."""
        page = self._page(unit)
        if page.suppressions is None:
            return []
        broken = unit.notes or (unit.module is not None and unit.module.errors)
        found = page.suppressions.unused(self.known, () if broken else self.ran)
        return [Idle(unit, page.spoken.there(one.ignore.span), one, self._message(one)) for one in found]

    def malformed(self, unit: Unit) -> list[Malformed]:
        """Comments that nobody understands, by their spans in the document."""
        page = self._page(unit)
        found = page.suppressions.malformed if page.suppressions is not None else ()
        return [replace(one, span=page.spoken.there(one.span)) for one in found]

    def _message(self, unused: Unused) -> str:
        if unused.wanted and unused.barred is not None:
            return unused.barred.message
        said = [f"there is no rule {rule}{nearest(rule, self.known)}" for rule in unused.unknown]
        names = ", ".join(unused.rules)
        if names or not said:
            said.append(f"this ignore comment silences nothing{f' of {names}' if names else ''}")
        return "; ".join(said)

    def _page(self, unit: Unit) -> _Page:
        if unit.path not in self._of:
            self._of[unit.path] = _Page(unit, reasons=self.reasons)
        return self._of[unit.path]


class _Page:
    """What one file says. Nothing is made of a file that does not have the word."""

    suppressions: Suppressions | None = None

    def __init__(self, unit: Unit, *, reasons: bool) -> None:
        self.spoken = Spoken(unit)
        if _WORD in unit.document.source.lower():
            self.enclosing = Enclosing(unit, self.spoken)
            around = self.enclosing.filled_by
            found = parse(
                self.spoken.comments,
                self.spoken.source,
                self.spoken.lines,
                around=around,
                goes_on=self.spoken.goes_on,
                reasons=reasons,
            )
            self.suppressions = found if found.ignores or found.malformed else None

    def silences(self, rule: str, span: Span) -> Ignore | None:
        assert self.suppressions is not None
        here, lines = self.spoken.here(span), self.spoken.lines
        start, end = lines.line_of(here.start), lines.line_of(max(here.end - 1, here.start))
        found = self.suppressions.silences(rule, start, end, self.enclosing.lines(here))
        if found is None:
            return None
        return replace(found, span=self.spoken.there(found.span), comment=self.spoken.there(found.comment))
