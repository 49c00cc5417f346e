"""Files that could not be read, and so may hide a use."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Span, Unit


def find(unit: Unit, project: Project) -> Iterator[Match]:  # noqa: ARG001 - every rule has this signature
    if not unit.document.raw and unit.notes:
        yield Match(Span(0, 0), f"the file could not be read: {unit.notes[0]}", Confidence.HIGH)


rule = Rule(
    id="unreadable-file",
    tags=("tool",),
    severity=Severity.WARNING,
    summary="a file could not be read",
    keywords=("",),
    why="What cannot be read cannot be scanned: a use in it would stay unseen.",
    bad="a file without read permission",
    good="a file that the user who runs jwtscan can read",
    what_to_do="Make the file readable, or leave it out with --exclude.",
    page="",
    language="text",
    find=find,
)
