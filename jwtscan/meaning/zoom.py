"""Every word and number about Zoom: hosts, packages, names, key shapes, versions. Data and small predicates."""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import lru_cache

API_HOST = re.compile(
    r"(?<![\w.-])(?:(?:api|api-us|[a-z]{2}\d\dapi(?:-[\w]+)?)\.zoom\.us|api\.zoomgov\.com|(?:www\.)?zoom\.us/v[12]\b)",
    re.I,
)
"""Hosts of the REST API: zoom-facts 4.1 and 5.1."""
OAUTH_HOST = re.compile(r"(?<![\w-])zoom(?:gov)?\.(?:us|com)/oauth/", re.I)
ANY_HOST = re.compile(r"(?<![\w-])(?:[\w-]+\.)*(?:zoom\.us|zoomgov\.com|zoom\.com\.cn)(?![\w.-])", re.I)
SERVER_TO_SERVER = re.compile(r"account_credentials")
VIDEO_SDK_PATH = re.compile(r"/videosdk(?:/|\b)")
SDK_BUNDLE = re.compile(r"(?:^|/)zoom-meeting-(?:embedded-)?v?(?P<version>\d+\.\d+\.\d+)(?:\.min)?\.js\b")
"""The Meeting SDK's own file, on Zoom's hosts or copied; what it needs (react, redux) is beside it."""

SDK_PACKAGES = ("@zoomus/websdk", "zoomus-jssdk", "@zoom/meetingsdk")
"""npm names of the Meeting SDK for Web, oldest spelling included."""
PACKAGES = frozenset(
    {
        "zoomus", "zoomus2", "zoom_us", "pw_zoomus", "pyzoom", "zoome", "zoom_client", "django_zoom_meetings",
        "aiozoom", "zoomapi", "@schoolhouse/zoomapi", "zoom-api-client", "node-zoom-jwt", *SDK_PACKAGES,
    }
)  # fmt: skip

FIRST_SDK_KEY = (2, 3, 0)
NO_API_KEY = (2, 7, 0)
NO_JOIN_KEY = (4, 0, 0)
NO_CLIENT_SIGNATURE = (3, 12, 0)

KEY = re.compile(r"[A-Za-z0-9_-]{22}")
"""An API key of the JWT app (also a client id): 22 characters in 67 of 67 measured."""
SECRET = re.compile(r"[A-Za-z0-9_-]{36}")
"""An API secret of the JWT app: 36 characters in 38 of 39; OAuth client secrets have 32."""
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}")
TOKEN_BYTES = re.compile(TOKEN.pattern.encode())

MINT_CLAIMS = frozenset({"iss", "exp", "iat", "aud", "nbf", "alg", "typ", "tokenExp"})
"""What the payload of a JWT-app token may have. ``sub``, ``scope``, ``jti`` and the like belong to somebody else."""
SDK_CLAIMS = frozenset(
    {"appKey", "sdkKey", "mn", "role", "app_key", "tpc", "tokenExp", "role_type", "user_identity", "session_key"}
)
JOIN_FIELDS = frozenset(
    {
        "meetingNumber",
        "signature",
        "userName",
        "passWord",
        "password",
        "userEmail",
        "tk",
        "zak",
        "leaveUrl",
        "customerKey",
        "role",
    }
)

OTHER_PRODUCTS = re.compile(
    r"livekit|opentok|tokbox|vonage|twilio|agora|getstream|daily\.co|dailyco|100ms|hms_|videosdk\.live|jitsi|8x8|whereby|"
    r"api\.github\.com|appstoreconnect|docusign|box\.com|bigbluebutton|mux\.com|vimeo|cloudinary|zoominfo|zoomconnect|"
    r"zendesk|servicenow|googleapis\.com/oauth2|okta\.com|auth0|salesforce\.com|api\.line\.me|developer\.apple",
    re.I,
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ZOOM_WORD = re.compile(
    r"zoom(?!(?:ed|er|ing|in|out|level|able|scale|factor|box|to|fit|slider|control|behavior|behaviour|transform|"
    r"pan|image|img|lens|view|range|extent|change|end|start|speed|step|min|max|info|connect|ify|ie|data|s)s?(?![a-z]))"
    r"(?![a-z])|"
    r"zoom[_\-. ]?(?:us|gov|api|jwt|meeting|client|token|key|secret|account|webinar|user|mtg|sdk|config|auth|app|bot|"
    r"room|phone|recording|service|url|base|host|integration|signature|credential|video|call|link|id|o?auth)",
    re.I,
)
_IMAGE_ZOOM = re.compile(
    r"^zoom$|zoom[_-]?(?:level|in|out|factor|scale|control|to|fit|box|slider|ed|able|ing|pan|image)s?$", re.I
)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``ZOOM_API_KEY``, ``zoomApiKey`` and ``zoom-api-key`` are the same three."""
    return tuple(word.lower() for word in _WORD.findall(name))


def says_zoom(name: str) -> bool:
    """Whether a name or text speaks of Zoom the product, not of a map's or picture's zoom."""
    return "zoom" in name.lower() and bool(_ZOOM_WORD.search(name)) and not _IMAGE_ZOOM.search(name)


_NOT_JWT_APP = frozenset({
    "sdk", "webhook", "verification", "client", "account", "oauth", "oauth2", "refresh", "redirect", "video", "s2s",
    "event", "validation", "hook", "user", "host", "meeting", "password", "passcode", "zak", "lti", "bot", "chatbot",
    "url", "uri", "base", "endpoint", "path", "expiry", "expires", "version", "id", "email", "name",
})  # fmt: skip


def credential_part(name: str) -> str | None:
    """``key``, ``secret`` or ``token`` for a name that can hold a JWT-app credential, None for any other.

    ``API_SEC``, ``apikey``, ``jwtSecret``, ``zoom_key`` count; ``ZOOM_CLIENT_SECRET`` does not.
    """
    joined = "".join(words(name))
    parts = set(words(name))
    if parts & _NOT_JWT_APP:
        return None
    if (
        joined.endswith(("secret", "secretkey", "apisec", "apisecret", "secretapikey", "privatekey"))
        or "secret" in parts
        or "sec" in parts
    ):
        return "secret"
    if joined.endswith(("apikey", "jwtkey", "zoomkey", "zoomapi")) or (
        "key" in parts and (parts & {"api", "jwt", "zoom"})
    ):
        return "key"
    if joined.endswith(("token", "jwt")) and "secret" not in parts:
        return "token"
    return "key" if joined in {"key", "iss", "issuer", "zoomkey"} else None


def is_legacy_name(name: str) -> bool:
    """A name that by itself says JWT app of Zoom: the word zoom with an API key, an API secret or a JWT."""
    parts = set(words(name))
    joined = "".join(words(name))
    if "zoom" not in joined or parts & (_NOT_JWT_APP - {"account"}):
        return False
    if "zoomus" not in joined and not says_zoom(name):
        return False
    if "jwt" in joined:
        return True
    return "apikey" in joined or "apisecret" in joined or "apisec" in joined or joined.endswith("apisecretkey")


PLACEHOLDER = re.compile(
    r"^$|^[<\[{(%$].*|.*[>\]})]$|your|xxx|\*\*\*|\.\.\.|change|example|placeholder|dummy|fake|test|todo|insert|enter|replace|"
    r"\bkey\b|api[ _-]?key|api[ _-]?secret|secret|token|none|null|undefined|here|foo|bar|abc|123456",
    re.I,
)


def is_placeholder(value: str) -> bool:
    """A value that stands for one to be filled in."""
    return bool(PLACEHOLDER.search(value)) or len(set(value)) < 6


def looks_like_key(value: str) -> bool:
    return bool(KEY.fullmatch(value)) and _mixed(value)


def looks_like_secret(value: str) -> bool:
    return bool(SECRET.fullmatch(value)) and _mixed(value) and not UUID.fullmatch(value)


def _mixed(value: str) -> bool:
    """Upper case, lower case and a digit: what 22 random characters practically always have, and words do not."""
    return bool(re.search(r"[A-Z]", value) and re.search(r"[a-z]", value) and re.search(r"\d", value))


def decode_token(text: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Header and claims of a JWT in a text, unverified. None where there is none that decodes."""
    match = TOKEN.search(text)
    if match is None:
        return None
    parts = match.group().split(".")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, binascii.Error):
        return None
    return (header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def is_jwt_app_token(text: str) -> bool:
    """A token as Zoom's dashboard shows it: HS256, claims aud, iss, exp, iat at most, iss a key of 22 characters."""
    decoded = decode_token(text)
    if decoded is None:
        return False
    header, claims = decoded
    issuer = claims.get("iss")
    if header.get("alg") != "HS256" or not isinstance(issuer, str) or set(claims) - {"aud", "iss", "exp", "iat"}:
        return False
    return bool(KEY.fullmatch(issuer)) and "exp" in claims and claims.get("aud") is None
