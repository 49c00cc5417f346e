"""Versions of the Meeting SDK for Web that know nothing but the JWT app, in manifests and script tags."""

import re
from collections.abc import Iterator

from jwtscan.api import (
    Confidence,
    Match,
    Project,
    Requirement,
    Rule,
    Severity,
    Span,
    Unit,
    allowed,
    installed,
    recipe,
    release_of,
    zoom,
)

_URL = re.compile(r"(?:https?:)?//\S{1,300}$")


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for requirement in unit.requirements:
        if requirement.ecosystem == "npm" and requirement.name in zoom.SDK_PACKAGES[:2] and not requirement.locked:
            yield from _required(unit, project, requirement)
    for link in unit.links:
        yield from _loaded(unit, link.url, link.span)
    linked = [link.span for link in unit.links]
    for literal in unit.module.literals if unit.module is not None else ():
        span = unit.span(literal.span)
        if isinstance(literal.value, str) and _URL.match(literal.value) and not any(span.holds(s) for s in linked):
            yield from _loaded(unit, literal.value, span)


def _required(unit: Unit, project: Project, requirement: Requirement) -> Iterator[Match]:
    there = installed(project, unit, requirement)
    wanted = allowed(requirement)
    if there:
        old, why = there[-1] < zoom.NO_API_KEY, f"{'.'.join(map(str, there[-1]))} is installed, below 2.7.0"
    else:
        old, why = wanted is not None and wanted.lowest < zoom.NO_API_KEY, "the version is below 2.7.0"
    if old or requirement.name == "zoomus-jssdk":
        message = (
            f"{requirement.name} {requirement.specifier} is of the JWT app's time; it has moved to @zoom/meetingsdk"
        )
        yield Match(requirement.span, message, Confidence.HIGH, evidence=(why,), subject=(unit, requirement))


def _loaded(unit: Unit, url: str, span: Span) -> Iterator[Match]:
    found = zoom.SDK_BUNDLE.search(url)
    version = release_of(found.group("version")) if found is not None else None
    if found is not None and version is not None and version < zoom.NO_API_KEY:
        message = f"Meeting SDK {found.group('version')} is loaded, of the JWT app's time"
        yield Match(span, message, Confidence.HIGH, evidence=("the version is below 2.7.0",), subject=(unit, span))


rule = Rule(
    id="outdated-sdk",
    tags=("sdk",),
    severity=Severity.WARNING,
    summary="the Meeting SDK for Web is a version of the JWT app's time",
    keywords=("websdk", "zoomus-jssdk", "zoom-meeting-"),
    why="""\
Below 2.7.0 the SDK was made for the JWT app's key and signature, and Zoom's quarterly minimum keeps such versions out \
of meetings. The package has moved from `@zoomus/websdk` to `@zoom/meetingsdk`.""",
    bad="""\
"@zoomus/websdk": "^1.9.1"
""",
    good="""\
"@zoom/meetingsdk": "^3.13.2"
""",
    what_to_do="""\
Raise it to 2.18.3, the last of the old package (it brings a React 16 of its own), or move to `@zoom/meetingsdk` \
(React 18 from 3.5 on). `prepareJssdk` becomes `prepareWebSDK`, \
`getBreakoutRoomList` becomes `getBreakoutRooms`; all tags of a page change \
together.""",
    page="https://developers.zoom.us/docs/meeting-sdk/web/",
    language="json",
    find=find,
    fix=recipe("sdk_version"),
    safety="""\
2.18.3 has every function of the releases before it, two of them under new names that the fix writes, and brings its \
own React as they did. Lock files are left to the package manager.""",
)
