"""Findings that are known already and so not reported: from a baseline, or from an earlier state of the tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.finding import Finding

if TYPE_CHECKING:
    from jwtscan.files.baseline import Record


@dataclass(frozen=True, slots=True)
class Known:
    """The findings of one ``source`` (a baseline's path, a revision's name), by their fingerprints.

    ``fingerprints`` is asked for only once something is found: it may take a scan. ``records`` are those of a baseline:
    a scan says which of them speak of nothing any more.
    """

    source: str
    fingerprints: Callable[[], Collection[str]]
    records: tuple[Record, ...] = ()


def without_known(
    findings: Sequence[Finding], known: Iterable[Known]
) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """The findings that nobody knows, and the others by the first source that knows them."""
    new, left_out = list(findings), {}
    for one in known:
        if not new:
            break
        fingerprints = one.fingerprints()
        left_out[one.source] = [finding for finding in new if finding.fingerprint in fingerprints]
        new = [finding for finding in new if finding.fingerprint not in fingerprints]
    return new, left_out
