"""What rules yield, before it becomes findings: which rows speak of the same place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

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
