"""A new OAuth token for each of many calls."""

from collections.abc import Iterator

from jwtscan.api import Confidence, Match, Project, Rule, Severity, Unit


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for call, name in project.calls(unit):
        if name not in ("requests.post", "httpx.post"):
            continue
        urls = [value.text for value in project.reach(unit, call.arg(0, "url"))]
        if "https://zoom.us/oauth/token" in urls and "cache" not in unit.path:
            yield Match(unit.span(call.span), f"{name}() fetches a token here", Confidence.MEDIUM)


rule = Rule(
    id="token-per-call",
    tags=("rest",),
    severity=Severity.NOTE,
    summary="an OAuth token is fetched outside of our token cache",
    keywords=("oauth/token",),
    why="A token is good for one hour. Fetching one for each call doubles the requests.",
    bad='requests.post("https://zoom.us/oauth/token", ...)',
    good="from acme.token_cache import token",
    what_to_do="Take the token from `acme.token_cache`.",
    page="https://wiki.example.org/zoom-tokens",
    language="python",
    find=find,
)
