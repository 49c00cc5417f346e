"""A token of the JWT app, pasted from its page."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Held, Match, Project, Rule, Severity, Span, Spans, Unit, recipe, zoom


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
                subject=_held(unit, span),
            )


def _held(unit: Unit, span: Span) -> Held | None:
    """The text or the setting that the token stands in."""
    for literal in unit.module.literals if unit.module is not None else ():
        if unit.span(literal.span).holds(span):
            return Held(unit, literal)
    return next((Held(unit, setting) for setting in unit.settings if setting.value_span.holds(span)), None)


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
    fix=recipe("pasted_token"),
    safety="""\
Safe where the function that holds the token can fetch one, with whatever calls it. Where no token can be put in its \
place (the browser, the top level of a script that cannot wait), the text is emptied under `--unsafe-fixes`: the call \
was refused anyway, and the leaked credential is gone.""",
)
