"""What a rule is: an identity, its documentation, the words that gate it, and a function that finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jwtscan.finding import Confidence, Severity, Step
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.fixing import Proposal
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

TAGS = ("sdk", "rest", "credentials", "integrations", "tool")


class RuleError(Exception):
    """A rule file that cannot be used; the text names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule's ``find`` yields: a place in the unit's document, and why it is one.

    ``span`` is in bytes of the document. ``secrets`` are literal values that no output may show.
    """

    span: Span
    message: str
    confidence: Confidence
    trail: tuple[Step, ...] = ()
    evidence: tuple[str, ...] = ()
    severity: Severity | None = None
    secrets: tuple[str, ...] = ()
    subject: Any = field(default=None, compare=False, repr=False)


Find = Callable[["Unit", "Project"], Iterable[Match]]
Fixer = Callable[[Any, "Plan"], "Proposal | None"]
"""Is given the very subject of the match that ``find`` yielded."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with its documentation, as ``explain`` and the rule pages show it.

    ``keywords`` are lower-case; a file that has none of them in its bytes is never looked at for this rule.
    ``anywhere`` says that its keywords convict in any project, not only in one that speaks of Zoom.
    ``bad`` and ``good`` are code samples in ``language``; ``page`` is the address of Zoom's page (or the vendor's).
    """

    id: str
    tags: tuple[str, ...]
    severity: Severity
    summary: str
    keywords: tuple[str, ...]
    why: str
    bad: str
    good: str
    what_to_do: str
    page: str
    find: Find
    language: str = "javascript"
    fix: Fixer | None = None
    safety: str = ""
    anywhere: bool = False
    source: str = ""
