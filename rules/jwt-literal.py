"""A token of the JWT app, pasted from its page."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Span, Unit, zoom


def find(unit: Unit, project: Project) -> Iterator[Match]:  # noqa: ARG001 - every rule has this signature
    source = unit.document.source
    comments = [unit.span(comment.span) for comment in unit.module.comments] if unit.module else []
    for match in zoom.TOKEN_BYTES.finditer(source):
        text = match.group().decode()
        span = Span(match.start(), match.end())
        if zoom.is_jwt_app_token(text) and not any(comment.holds(span) for comment in comments):
            yield Match(
                span,
                "a token of the JWT app stands in the file",
                Confidence.HIGH,
                evidence=("it decodes to aud null, iss of 22 characters and exp, as the JWT app's page gives it",),
                secrets=(text,),
            )


rule = Rule(
    id="jwt-literal",
    tags=("credentials",),
    severity=Severity.ERROR,
    summary="a token of the JWT app stands in the file",
    keywords=("eyj",),
    anywhere=True,
    why="""\
The token was copied from the JWT app's page. Zoom refuses it since 8 September 2023; until it expires it is still a \
leaked credential of the account, and it names the API key.""",
    bad="""\
token = "eyJhbGciOiJIUzI1NiJ9.<claims>.<signature>"
""",
    good="""\
token = access_token()  # fetched by Server-to-Server OAuth
""",
    what_to_do="Remove it, fetch tokens by Server-to-Server OAuth instead, and revoke the JWT app's credentials.",
    page="https://developers.zoom.us/docs/internal-apps/jwt-app-migration/",
    language="python",
    find=find,
)
