"""Ignore comments that silence nothing."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Unit


def find(unit: Unit, project: Project) -> Iterator[Match]:
    if project.ledger is None:
        return
    for span in project.ledger.of(unit).malformed:
        yield Match(
            span, "jwtscan does not understand this comment; write: jwtscan: ignore[rule-id] reason", Confidence.HIGH
        )
    for unused in project.ledger.unused(unit):
        names = ", ".join(unused.unknown or unused.rules)
        if unused.unknown:
            message = f"there is no rule {names}"
        elif unused.expired:
            message = "this ignore comment has expired"
        else:
            message = f"this ignore comment silences nothing{f' of {names}' if names else ''}"
        yield Match(unused.ignore.span, message, Confidence.HIGH)


rule = Rule(
    id="unused-ignore",
    tags=("tool",),
    severity=Severity.WARNING,
    summary="an ignore comment silences nothing",
    keywords=("jwtscan",),
    why="An ignore comment that is left behind would silence the next finding on its line, unseen.",
    bad="""\
total = 1  # jwtscan: ignore[jwt-mint] the gateway checks it""",
    good="""\
total = 1""",
    what_to_do="Remove the comment, or the rule ids in it that silence nothing.",
    page="",
    language="python",
    find=find,
)
