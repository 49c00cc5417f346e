"""What a scan produces: findings with severity, confidence, a trail and an identity. No analysis, no output."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jwtscan.text import Position, Span

if TYPE_CHECKING:
    from datetime import date

START = Position(1, 1)


class _Ordered(enum.IntEnum):
    """An enumeration whose members compare by rank and print as their lower-case name."""

    def __str__(self) -> str:
        return self.name.lower()

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Severity(_Ordered):
    """How bad a finding is."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


class Confidence(_Ordered):
    """How sure the evidence makes us: none, one, or two and more independent hints."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Applicability(_Ordered):
    """How far a fix may be applied without a person."""

    DISPLAY = 1
    UNSAFE = 2
    SAFE = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way from a credential to the call that uses it."""

    path: str
    span: Span
    text: str
    position: Position = START


@dataclass(frozen=True, slots=True)
class Fix:
    """What a fixer would do about a finding. ``sketch`` is code to write by hand."""

    applicability: Applicability
    title: str
    because: str | None = None
    left_to_do: tuple[str, ...] = ()
    sketch: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One use of the retired app type.

    ``path`` is relative to the working directory, POSIX. ``span`` is in bytes of the document's UTF-8 source, and
    ``start``/``end`` the same place in 1-based lines and code-point columns, end exclusive. ``subject`` is whatever
    the rule held when it fired, for its own fix; it is no part of a finding's equality.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    span: Span
    start: Position = START
    end: Position = START
    trail: tuple[Step, ...] = ()
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    fingerprint: str = ""
    subject: Any = field(default=None, compare=False, repr=False)

    @property
    def order(self) -> tuple[str, int, int, str]:
        return (self.path, self.span.start, self.span.end, self.rule)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that a comment of its file silences, through the day ``until`` if it names one.

    ``at`` is where the comment starts, ``reason`` what it says, empty where it gives none.
    """

    finding: Finding
    reason: str
    at: Position
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    path: str
    reason: str


_SPACE = re.compile(rb"\s+")


def with_fingerprints(findings: Iterable[tuple[Finding, bytes]], named: Callable[[str], str] = str) -> list[Finding]:
    """Sorts findings and gives each its identity: rule, path, normalised snippet and ordinal, never a line number.

    Each finding comes with the source bytes it stands on. ``named`` gives the path that counts, by the one shown: see
    ``files.places.named_from``.
    """
    import hashlib  # loads OpenSSL: only for findings

    seen: dict[bytes, int] = {}
    result = []
    for finding, snippet in sorted(findings, key=lambda pair: pair[0].order):
        parts = (
            finding.rule.encode(),
            named(finding.path).encode("utf-8", "surrogateescape"),
            _SPACE.sub(b" ", snippet).strip(),
        )
        identity = b"\0".join(parts)
        ordinal = seen.get(identity, 0)
        seen[identity] = ordinal + 1
        digest = hashlib.sha256(b"jwtscan/1\0" + identity + b"\0" + str(ordinal).encode()).hexdigest()
        result.append(replace(finding, fingerprint=digest[:32]))
    return result
