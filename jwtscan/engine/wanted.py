"""Which findings are reported, by what the configuration that speaks for their file wants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from jwtscan.finding import Confidence, Severity

if TYPE_CHECKING:
    from jwtscan.engine.rows import Row
    from jwtscan.files.selection import Globs
    from jwtscan.files.walk import Entry
    from jwtscan.rule import Rule


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is reported. ``rules`` are ids, None for all that ran; ``severities`` replace a rule's own by its id.

    ``file_ignores`` are rules (ids) that are not reported in files that match.
    """

    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    severities: Mapping[str, Severity] = field(default_factory=dict)
    file_ignores: tuple[tuple[Globs, frozenset[str]], ...] = ()
    rules: frozenset[str] | None = None

    def severity(self, row: Row, file: str) -> Severity | None:
        """How severe what a rule has found in ``file`` (an absolute path) is; None where it is not reported."""
        rule, unit, match = row
        if self.rules is not None and rule.id not in self.rules:
            return None
        if any(rule.id in ids and globs.cover(unit.path, file) for globs, ids in self.file_ignores):
            return None
        severity = self.severities.get(rule.id, match.severity or rule.severity)
        return severity if severity >= self.min_severity and match.confidence >= self.min_confidence else None


class Nearer(Protocol):
    """The configurations that are nearer to some files than the one of the run. Files are absolute paths."""

    def leaves_out(self, entries: Mapping[str, Entry]) -> Collection[str]:
        """The paths of the entries that their configuration excludes."""

    def rules(self, files: Iterable[str], rules: Sequence[Rule]) -> Sequence[Rule]:
        """The rules to run: the given ones, and more where a file's own configuration wants more."""

    def wanted(self, file: str) -> Wanted | None:
        """What is reported in a file, None where the run's own configuration is the nearest."""


FileOf = Callable[[str], str]
"""The absolute path of a file, by the one that is shown."""


class Judge:
    """Says how severe a finding is, if it is wanted where it stands."""

    def __init__(self, own: Wanted, nearer: Nearer | None, file_of: FileOf) -> None:
        self._own, self._nearer, self._file_of = own, nearer, file_of

    def severity(self, row: Row) -> Severity | None:
        file = self._file_of(row[1].path)
        nearer = self._nearer.wanted(file) if self._nearer is not None else None
        return (nearer or self._own).severity(row, file)
