"""A token for the REST API, signed with the JWT app's key and secret."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "jwt-mint"):
        yield report(
            use, "this mints a JWT with the account's API key and secret; the REST API takes OAuth tokens only"
        )


rule = Rule(
    id="jwt-mint",
    tags=("rest",),
    severity=Severity.ERROR,
    summary="a JWT for the REST API is signed with the account's API key and secret",
    keywords=("jwt", "jws", "jose", "token", "sign", "hmac", "sha256", "encode"),
    why="""\
Zoom's REST API answers 401 with code 124, "Invalid access token", to every token that a JWT app signed, since \
8 September 2023.""",
    bad="""\
token = jwt.encode({"iss": API_KEY, "exp": time.time() + 60}, API_SECRET, algorithm="HS256")""",
    good="""\
answer = requests.post(
    "https://zoom.us/oauth/token",
    params={"grant_type": "account_credentials", "account_id": ACCOUNT_ID},
    auth=(CLIENT_ID, CLIENT_SECRET),
    timeout=10,
)
token = answer.json()["access_token"]  # good for one hour: cache it""",
    what_to_do="""\
Create a Server-to-Server OAuth app for your own account (user OAuth where other accounts install your app), add the \
scopes that your calls need, and fetch the token with account id, client id and client secret. Cache it for a little \
less than its hour.""",
    page="https://developers.zoom.us/docs/internal-apps/s2s-oauth/",
    language="python",
    safety="""\
Safe where the project's own account is meant and every place that uses the token is in the project: a small helper \
module fetches the token and keeps it for a little less than its hour, and what was done to the old one (`.decode()`, \
`[2:-1]`) is undone. Unsafe where callers outside hand in key and secret, or where a token is kept for longer than its \
hour. Only shown where each account has credentials of its own.""",
    find=find,
    fix=recipe("server_to_server"),
)
