"""Knows findings again from pass to pass. A fingerprint counts equal ones, so it moves on when one of them is fixed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from jwtscan.engine.result import Result
from jwtscan.finding import Finding


class Identities:
    """The identity of a finding is its fingerprint in the scan that first saw it."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, finding: Finding) -> str:
        return self._known.get(finding.fingerprint, finding.fingerprint)

    def follow(self, before: Result, after: Result, landed: Collection[str]) -> None:
        """Takes the step from one scan to the next, between which the findings ``landed`` were fixed."""
        old, new = _equal_ones(before), _equal_ones(after)
        known: dict[str, str] = {}
        for key, found in new.items():
            left = [self.of(finding) for finding in old[key] if self.of(finding) not in landed]
            if len(left) == len(found):
                known.update(zip((finding.fingerprint for finding in found), left, strict=True))
        self._known = known


def _equal_ones(result: Result) -> dict[tuple[str, str, bytes], list[Finding]]:
    """The findings whose fingerprints differ by their ordinal only, in order."""
    groups: dict[tuple[str, str, bytes], list[Finding]] = defaultdict(list)
    for finding in result.findings:
        document = result.documents.get(finding.path)
        text = document.source[finding.span.start : finding.span.end] if document is not None else b""
        groups[finding.rule, finding.path, b" ".join(text.split())].append(finding)
    return groups
