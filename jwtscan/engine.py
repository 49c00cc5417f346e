"""Where everything meets: walks, gates, lowers, runs the rules and settles what is reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jwtscan.files import Document
from jwtscan.finding import Confidence, Finding, Severity, Skipped
from jwtscan.rule import Rule

Progress = Callable[[str, int, int], None]
"""Called with a phase ("reading", "parsing"), the number done and the number known of."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to scan and what to report. Paths are as given; they are resolved against ``cwd``."""

    paths: tuple[str, ...] = (".",)
    cwd: Path = field(default_factory=Path.cwd)
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    force_exclude: bool = False
    gitignore: bool = True
    max_file_size: int = 8 << 20
    jobs: int = 0
    stdin: bytes | None = None
    stdin_filename: str | None = None


@dataclass(slots=True)
class Result:
    """What a scan gives: sorted findings and skipped files, and how much was looked at.

    ``documents`` holds the text of every file that a finding or a step of a trail stands in. ``secrets`` are the
    literal credentials seen: outputs pass through ``mask.Masker(result.secrets)``.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0
    parsed: int = 0
    suppressed: int = 0
    documents: dict[str, Document] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    errors: int = 0


def scan(options: Options, rules: Sequence[Rule], progress: Progress | None = None) -> Result:
    """Scans ``options.paths`` with ``rules``.

    Raises ``files.MissingPathError`` for a path that is not there, before anything is read.
    """
    raise NotImplementedError
