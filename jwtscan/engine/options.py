"""What a scan is asked for. Types only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jwtscan.engine.known import Known
from jwtscan.engine.source import DISK, Source
from jwtscan.engine.wanted import Nearer
from jwtscan.finding import Confidence, Severity

if TYPE_CHECKING:
    from jwtscan.files.selection import Globs
    from jwtscan.rule import Rule

Progress = Callable[[str, int, int], None]
"""Called with a phase ("reading", "parsing"), the number done and the number known of."""

Rules = Callable[[], "Sequence[Rule]"]


@dataclass(frozen=True, slots=True)
class Options:
    """What to scan and what to report. Paths are as given; they are resolved against ``cwd``.

    ``known_rules`` are the ids of all rules there are, where not all of them are run. ``homes`` are the folders that
    ``exclude`` and ``include`` are relative to, where they are not meant from ``cwd``. ``file_ignores`` are rules (ids)
    that are not reported in files that match, ``severities`` what replaces a rule's own, ``env_names`` the new names
    of environment variables by the old ones. With ``require_ignore_reason``, an ignore comment has to give a reason.
    ``helper`` is where helper modules go: an absolute path without links, or empty for a place beside what uses them.
    ``known`` are findings that are not reported. ``nearer`` are configurations that speak for some files instead: of
    what is excluded and reported there. ``source`` is what gives the files.
    """

    paths: tuple[str, ...] = (".",)
    cwd: Path = field(default_factory=Path.cwd)
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    homes: tuple[str, str] = ("", "")
    force_exclude: bool = False
    gitignore: bool = True
    max_file_size: int = 8 << 20
    jobs: int = 0
    known_rules: frozenset[str] = frozenset()
    stdin: bytes | None = None
    stdin_filename: str | None = None
    file_ignores: tuple[tuple[Globs, frozenset[str]], ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    env_names: Mapping[str, str] = field(default_factory=dict)
    require_ignore_reason: bool = False
    helper: str = ""
    known: tuple[Known, ...] = ()
    nearer: Nearer | None = None
    source: Source = DISK


def silent(phase: str, done: int, total: int) -> None:
    """No progress is shown."""
