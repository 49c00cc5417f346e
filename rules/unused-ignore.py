"""Ignore comments that silence nothing."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Unit, recipe


def find(unit: Unit, project: Project) -> Iterator[Match]:
    if project.ledger is None:
        return
    for malformed in project.ledger.malformed(unit):
        yield Match(malformed.span, malformed.complaint, Confidence.HIGH)
    for idle in project.ledger.unused(unit):
        yield Match(idle.span, idle.message, Confidence.HIGH, subject=idle)


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
    what_to_do="Remove the comment, or the rule ids in it that silence nothing: 'jwtscan fix' does. "
    "A comment whose day is over, or that gives no reason where one is required, stays: the finding is reported again. "
    "In a file that has no comments (JSON), silence with per-file-ignores or a baseline.",
    page="",
    language="python",
    find=find,
    fix=recipe("unused_ignore"),
    safety="Safe: only the comment goes, or the ids in it that are of no use. Words of other tools in it stay.",
)
