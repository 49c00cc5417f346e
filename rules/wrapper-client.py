"""A client library that is constructed with the JWT app's key and secret."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "wrapper-client"):
        yield report(use, f"{use.detail} is given the JWT app's key and secret")


rule = Rule(
    id="wrapper-client",
    tags=("rest",),
    severity=Severity.ERROR,
    summary="a Zoom client library is constructed with an API key and secret",
    keywords=("zoom", "secret", "key"),
    why="""\
The library mints JWT-app tokens from the pair, and Zoom refuses them. Where the library has moved to OAuth, the same \
arguments mean something else: from zoomus 1.2.0 on the third positional argument is the account id.""",
    bad="""\
client = ZoomClient(API_KEY, API_SECRET)""",
    good="""\
client = ZoomClient(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, api_account_id=ACCOUNT_ID)  # zoomus >= 1.2.1""",
    what_to_do="""\
Raise the library to its first OAuth version and give it the account id, client id and client secret of a \
Server-to-Server OAuth app, by keyword. Libraries without such a version have to go.""",
    safety="""\
Safe for zoomus, parsons and zoomapi, with the requirement raised in the same fix; the account id is read as the \
key is. With key and secret from callers outside of the project it needs `--unsafe-fixes`, and with those of \
many accounts it is left to you.""",
    page="https://developers.zoom.us/docs/internal-apps/s2s-oauth/",
    language="python",
    find=find,
    fix=recipe("wrapper"),
)
