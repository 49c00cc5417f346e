"""What rules yield, and the findings it becomes: which of them speak of the same place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jwtscan.finding import Finding, Severity
from jwtscan.text import Span, Spans

if TYPE_CHECKING:
    from jwtscan.rule import Match, Rule
    from jwtscan.syntax.unit import Unit

Row = tuple["Rule", "Unit", "Match"]


def without_doubles(rows: Iterable[Row]) -> Iterator[Row]:
    """Leaves out a general credential finding where an integration's own rule speaks of the same place."""
    rows = list(rows)
    spans: dict[str, list[Span]] = {}
    for rule, unit, match in rows:
        if "integrations" in rule.tags:
            spans.setdefault(unit.path, []).append(match.span)
    taken = {path: Spans(found) for path, found in spans.items()}
    for rule, unit, match in rows:
        general = "credentials" in rule.tags and "integrations" not in rule.tags
        if not general or unit.path not in taken or not taken[unit.path].overlap(match.span):
            yield rule, unit, match


def finding_of(row: Row, severity: Severity) -> Finding:
    """A row as a finding, without an identity."""
    rule, unit, match = row
    lines = unit.document.lines
    return Finding(
        rule=rule.id,
        severity=severity,
        confidence=match.confidence,
        message=match.message,
        path=unit.path,
        span=match.span,
        start=lines.position(match.span.start),
        end=lines.position(match.span.end),
        trail=match.trail,
        evidence=match.evidence,
        subject=match.subject,
    )


def distinct(found: Sequence[tuple[Finding, bytes]]) -> list[tuple[Finding, bytes]]:
    """One finding a rule and place, with the source it stands on: the surest."""
    best: dict[tuple[str, str, Span], tuple[Finding, bytes]] = {}
    for finding, snippet in found:
        key = (finding.rule, finding.path, finding.span)
        if key not in best or finding.confidence > best[key][0].confidence:
            best[key] = (finding, snippet)
    return list(best.values())
