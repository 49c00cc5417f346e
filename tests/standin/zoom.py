"""What Zoom answers today: OAuth tokens at the OAuth host, and an API that takes those and nothing else.

Error texts and statuses are those that users of Zoom's API quote in public issues.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from dataclasses import dataclass, field

from standin.account import ENDPOINTS, Account
from standin.exchange import Answer, Request

CLOUDS = ("zoom.us", "zoomgov.com")
API_HOSTS = ("api.zoom.us", "eu01api.zoom.us", "api.zoomgov.com")
HOSTS = (*CLOUDS, *API_HOSTS)

SCOPES = frozenset(scope for _, _, scopes, _ in ENDPOINTS for scope in scopes or ())

INVALID_TOKEN = Answer(401, {"code": 124, "message": "Invalid access token."})
TOO_MANY = Answer(
    429,
    {"code": 429, "message": "You have reached the maximum per-second rate limit for this API. Try again later."},
    {"Retry-After": "0"},
)


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token: the cloud it belongs to, when it ends (seconds since the epoch), what it may do."""

    cloud: str
    ends: float
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exchange:
    request: Request
    answer: Answer


@dataclass(slots=True)
class Zoom:
    """One app of one account. ``app`` is its type; only ``server-to-server`` may use ``account_credentials``.

    ``expires_in`` is what tokens are said to last, and what they do last. ``delay`` is how long the OAuth host takes,
    in seconds. The next ``busy`` API calls are answered with 429. ``log`` has every exchange in order.
    """

    account_id: str = "FAKEaccountFAKEaccount"
    client_id: str = "FAKEclientIdFAKEclient"
    client_secret: str = "FAKEclientSecretFAKEclientSecret"
    app: str = "server-to-server"
    scopes: frozenset[str] = SCOPES
    expires_in: int = 3599
    delay: float = 0.0
    busy: int = 0
    account: Account = field(default_factory=Account)
    tokens: dict[str, Issued] = field(default_factory=dict)
    log: list[Exchange] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        is_token = request.host in CLOUDS and request.path == "/oauth/token"
        if is_token and self.delay:
            time.sleep(self.delay)
        with self.lock:
            answer = self._token(request) if is_token else self._call(request)
            self.log.append(Exchange(request, answer))
        return answer

    def revoke(self) -> None:
        """Ends every token that was given out, as switching the app off and on does."""
        with self.lock:
            self.tokens.clear()

    @property
    def token_requests(self) -> list[Exchange]:
        return [exchange for exchange in self.log if exchange.request.path == "/oauth/token"]

    @property
    def calls(self) -> list[Exchange]:
        """All but the token requests."""
        return [exchange for exchange in self.log if exchange.request.path != "/oauth/token"]

    def _token(self, request: Request) -> Answer:
        if request.method != "POST":
            return Answer(405)
        given = {**request.query, **request.form}
        if _basic(request) != (self.client_id, self.client_secret):
            return _refused("Invalid client_id or client_secret", "invalid_client")
        if given.get("grant_type") != "account_credentials" or self.app != "server-to-server":
            return _refused("unsupported grant type", "unsupported_grant_type")
        if given.get("account_id") != self.account_id:
            return _refused("Bad Request", "invalid_request")
        # Zoom's own are JWTs too, with another algorithm than the JWT app's.
        token = f"eyJhbGciOiJIUzUxMiJ9.{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(64)}"
        self.tokens[token] = Issued(request.host, time.time() + self.expires_in, self.scopes)
        return Answer(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": self.expires_in,
                "scope": " ".join(sorted(self.scopes)),
                "api_url": f"https://api.{request.host}",
            },
        )

    def _call(self, request: Request) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        issued = self.tokens.get(token)
        if scheme.lower() != "bearer" or issued is None or issued.ends <= time.time():
            return INVALID_TOKEN
        if not request.host.endswith(issued.cloud):
            return INVALID_TOKEN
        if self.busy > 0:
            self.busy -= 1
            return TOO_MANY
        for method, path, scopes, endpoint in ENDPOINTS:
            match = path.fullmatch(request.path)
            if match is None or method != request.method or (scopes is not None) != (request.host in API_HOSTS):
                continue
            if scopes is not None and not issued.scopes.intersection(scopes):
                return _lacking(scopes)
            return endpoint(self.account, request, match[1] if match.groups() else "")
        return Answer(404, {"code": 2300, "message": "This API endpoint is not recognized."})


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    return name, password


def _refused(reason: str, error: str) -> Answer:
    return Answer(400, {"reason": reason, "error": error})


def _lacking(scopes: tuple[str, str]) -> Answer:
    return Answer(
        400, {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{', '.join(scopes)}]."}
    )
