"""All that a rule imports: what it is, what it yields, and the words to ask with."""

from jwtscan.finding import Applicability, Confidence, Fix, Severity, Step
from jwtscan.fixing.recipes import recipe
from jwtscan.meaning import zoom
from jwtscan.meaning.installed import installed
from jwtscan.meaning.project import Project
from jwtscan.meaning.sources import Source
from jwtscan.meaning.uses import Use
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.rule import Match, Rule
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Held, Link, Requirement, Setting, Unit
from jwtscan.syntax.versions import Range, allowed, release_of
from jwtscan.text import Span, Spans


def report(use: Use, message: str) -> Match:
    """The match of a confirmed use, with its trail, its evidence and the secrets that outputs must mask."""
    values = (*use.keys, *use.secrets, *use.tokens)
    secrets = tuple(text for value in values if (text := value.text) and not zoom.is_placeholder(text))
    return Match(use.span, message, use.confidence, use.trail, use.evidence, secrets=secrets, subject=use)


def report_source(source: Source, message: str) -> Match:
    """The match of a place that holds or reads a credential."""
    secrets = (source.text,) if source.text else ()
    return Match(
        source.span, message, source.confidence, source.trail, (source.reason,), secrets=secrets, subject=source
    )


__all__ = [
    "Applicability",
    "Confidence",
    "Configured",
    "External",
    "Fix",
    "Held",
    "Link",
    "Match",
    "Project",
    "Range",
    "Requirement",
    "Rule",
    "Setting",
    "Severity",
    "Source",
    "Span",
    "Spans",
    "Step",
    "Unit",
    "Use",
    "Value",
    "allowed",
    "installed",
    "ir",
    "recipe",
    "release_of",
    "report",
    "report_source",
    "zoom",
]
