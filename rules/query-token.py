"""A JWT-app token in a URL's query."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "query-token"):
        yield report(use, "the token is sent in the URL; Zoom takes it from the Authorization header only")


rule = Rule(
    id="query-token",
    tags=("rest",),
    severity=Severity.WARNING,
    summary="the token is sent as ?access_token= in the URL",
    keywords=("access_token",),
    why="""\
Since 14 February 2023 Zoom refuses a JWT app's token in the query string, recording downloads included (401, code \
124). A URL also ends up in logs.""",
    bad="""\
requests.get(f"{recording['download_url']}?access_token={token}")""",
    good="""\
requests.get(recording["download_url"], headers={"Authorization": f"Bearer {token}"})""",
    what_to_do="Send the OAuth token in the Authorization header.",
    safety="""\
Safe where the address is followed to the request that asks for it. Requests that are only known by the name of \
their address need `--unsafe-fixes`.""",
    page="https://developers.zoom.us/blog/access-token-change-faq/",
    language="python",
    find=find,
    fix=recipe("query_token"),
)
