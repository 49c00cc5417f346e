"""Versions of the Meeting SDK for Web that know nothing but the JWT app, in manifests and script tags."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Link, Match, Project, Requirement, Rule, Severity, Unit, allowed, release_of, zoom


def find(unit: Unit, project: Project) -> Iterator[Match]:  # noqa: ARG001 - every rule has this signature
    for requirement in unit.requirements:
        if requirement.ecosystem == "npm" and requirement.name in zoom.SDK_PACKAGES[:2]:
            yield from _required(requirement)
    for link in unit.links:
        yield from _linked(link)


def _required(requirement: Requirement) -> Iterator[Match]:
    if requirement.locked:
        return
    span = allowed(requirement)
    old = span is not None and (requirement.name == "zoomus-jssdk" or _starts_below(requirement))
    if old:
        message = (
            f"{requirement.name} {requirement.specifier} is of the JWT app's time; it has moved to @zoom/meetingsdk"
        )
        yield Match(requirement.span, message, Confidence.HIGH, evidence=("the version is below 2.7.0",))


def _starts_below(requirement: Requirement) -> bool:
    found = allowed(requirement)
    return found is not None and found.lowest is not None and found.lowest < zoom.NO_API_KEY


def _linked(link: Link) -> Iterator[Match]:
    found = zoom.CDN_SDK.search(link.url)
    if found is None or "zoom-meeting" not in link.url:
        return
    version = release_of(found.group("version"))
    if version is not None and version < zoom.NO_API_KEY:
        message = f"the page loads Meeting SDK {found.group('version')}, of the JWT app's time"
        yield Match(link.span, message, Confidence.HIGH, evidence=("the version is below 2.7.0",))


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
Raise it to 2.18.3, the last of the old package (same React), or move to `@zoom/meetingsdk` (React 18 from 3.5 on). \
`prepareJssdk` becomes `prepareWebSDK`, `getBreakoutRoomList` becomes `getBreakoutRooms`; all tags of a page change \
together.""",
    page="https://developers.zoom.us/docs/meeting-sdk/web/",
    language="json",
    find=find,
)
