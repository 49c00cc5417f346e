"""A token of the JWT app, pasted from its page."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Span, Spans, Unit, zoom


def find(unit: Unit, project: Project) -> Iterator[Match]:  # noqa: ARG001 - every rule has this signature
    source = unit.document.source.decode("latin-1")  # every byte one character
    commented = [unit.span(comment.span) for comment in unit.module.comments] if unit.module else []
    comments = Spans([*commented, *(comment.span for comment in unit.comments)])
    for start, end in zoom.tokens(source):
        text, span = source[start:end], Span(start, end)
        if zoom.is_jwt_app_token(text) and not comments.hold(span):
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
