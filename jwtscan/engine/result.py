"""What a scan gives. Types only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.files import Document
from jwtscan.finding import Finding, Silenced, Skipped

if TYPE_CHECKING:
    from jwtscan.files.baseline import Record


@dataclass(slots=True)
class Result:
    """What a scan gives: sorted findings and skipped files, and how much was looked at.

    ``silenced`` are the findings left out because a comment says so, sorted alike; ``known`` are those left out because
    a source has them already, by that source. ``unwanted`` are then the fingerprints of what was found as well, and is
    not reported for what it is or where it is, and ``stale`` what a source knows and the tree no longer has.
    ``documents`` holds the text of every file that any of them or a step of a trail stands in. ``secrets`` are the
    literal credentials seen: outputs pass through ``mask.Masker(secrets)``.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0
    parsed: int = 0
    silenced: list[Silenced] = field(default_factory=list)
    known: dict[str, list[Finding]] = field(default_factory=dict)
    unwanted: frozenset[str] = frozenset()
    stale: dict[str, list[Record]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    errors: int = 0
    root: str = ""
