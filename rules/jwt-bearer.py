"""A ready-made JWT-app token in an Authorization header."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "jwt-bearer"):
        yield report(
            use, "a stored token is sent to Zoom's REST API; an OAuth token lives one hour, so this is a JWT app's"
        )


rule = Rule(
    id="jwt-bearer",
    tags=("rest",),
    severity=Severity.ERROR,
    summary="a stored JWT-app token is sent to the REST API",
    keywords=("authorization", "bearer"),
    why="""\
A token pasted from the JWT app's page, or kept in a setting, is refused with 401 and code 124 since 8 September 2023. \
OAuth tokens live for one hour, so one that is stored cannot take its place.""",
    bad="""\
headers = {"Authorization": f"Bearer {os.environ['ZOOM_JWT']}"}""",
    good="""\
headers = {"Authorization": f"Bearer {access_token()}"}  # fetches by Server-to-Server OAuth, caches for the hour""",
    what_to_do="Fetch the token by Server-to-Server OAuth where it is read today, and revoke the stored one.",
    safety="""\
Safe where the token is read each time it is sent: the call of a helper module takes its place. Constants of a \
module that functions read become functions, fields become properties, default headers of axios an interceptor. \
What would keep its token beyond the hour, and waiting that nobody sees fail, needs `--unsafe-fixes`.""",
    page="https://developers.zoom.us/docs/internal-apps/s2s-oauth/",
    language="python",
    find=find,
    fix=recipe("bearer"),
)
