"""Every word and number about Zoom: hosts, packages, names, key shapes, versions. Data and small predicates."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import TypeVar

_Answer = TypeVar("_Answer")
_LONGEST_NAME = 200

API_HOST = re.compile(
    r"(?<![\w.-])(?:(?:api|api-us|[a-z]{2}\d\dapi(?:-[\w]+)?)\.zoom\.us|api\.zoomgov\.com|(?:www\.)?zoom\.us/v[12]\b)",
    re.I,
)
"""Hosts of the REST API: zoom-facts 4.1 and 5.1."""
SAMPLE_AGENT = re.compile(r"\bzoom-(?:api-)?jwt-request\b", re.I)
"""What Zoom's own sample for the JWT app calls itself in ``User-Agent``: it speaks with the REST API and no other."""
OAUTH_HOST = re.compile(r"(?<![\w-])zoom(?:gov)?\.(?:us|com)/oauth/", re.I)
ANY_HOST = re.compile(r"(?<![\w-])(?:[\w-]{1,63}\.){0,9}(?:zoom\.us|zoomgov\.com|zoom\.com\.cn)(?![\w.-])", re.I)
SERVER_TO_SERVER = re.compile(r"account_credentials")
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
_SPELLED = re.compile(r"[A-Z]?[a-z]{4,}")
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CLAIMS = re.compile(r"\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}")
_NO_TOKEN = re.compile(r"[^A-Za-z0-9_-]")
_HEADER_REACH = 2000

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

# What follows "zoom" in the names of maps, pictures, charts and cameras, and in those of other companies.
_MAGNIFIES = frozenset({
    "in", "out", "ed", "er", "ing", "able", "level", "levels", "factor", "scale", "box", "to", "fit", "slider",
    "control", "controls", "behavior", "behaviour", "transform", "pan", "image", "images", "img", "lens", "range",
    "extent", "change", "changed", "end", "start", "speed", "step", "steps", "min", "max", "ratio", "animation",
    "anim", "snap", "delta", "offset", "reverse", "enabled", "disabled", "lock", "on", "size", "percent",
    "percentage", "amount", "x", "y", "k", "target", "origin", "center", "centre", "area", "width", "height",
    "gallery", "effect", "hover", "cursor", "gesture", "pinch", "wheel", "scroll", "reset", "toggle", "magnifier",
    "layer", "tile", "tiles", "map", "bounds", "camera", "axis", "chart", "brush", "selection", "resolution",
    "timeline", "value", "values", "mode", "direction", "duration", "rate", "threshold", "info", "ify", "ie", "view",
    "viewport", "charts", "locked", "scroller", "container", "page", "pages",
})  # fmt: skip
# What comes before it there.
_MAGNIFIED = frozenset({
    "map", "maps", "image", "img", "picture", "photo", "product", "max", "min", "default", "initial", "init",
    "current", "scroll", "wheel", "mousewheel", "pinch", "medium", "lightbox", "chart", "canvas", "camera", "page",
    "css", "auto", "enable", "disable", "mouse", "smooth", "d3", "leaflet", "set", "get", "on", "is", "fit", "handle",
    "target", "start", "end", "old", "new", "prev", "previous", "next", "reset", "update", "base", "full", "semantic",
    "geometric", "view", "viewport", "data", "browser", "window", "screen", "zoom", "hover", "deep", "can", "user",
    "allow", "double", "dblclick", "click", "box", "touch", "gesture", "pan", "native", "optical", "digital", "font",
    "text", "pdf", "svg", "plotly", "chartjs", "elevate", "ng", "panzoom", "animate", "transition",
})  # fmt: skip
_MOMENTS = frozenset({"start", "end"})
# How names in one case go on after "zoom": zoomus, zoomapikey, zoom_us; "zoomed" and "zoominfo" do not.
_PRODUCT = re.compile(
    r"zoom(?:us|gov|mtg|api|jwt|meet|client|token|key|secret|config|sdk|websdk|auth|oauth|bot|app|user|call|link|id|room|"
    r"phone|recording|service|url|host|integration|signature|credential|video|account|webinar|embed)"
)


def _remembered(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """Keeps answers about names. Long texts are asked about as well, and would be kept whole."""
    short = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def ask(name: str) -> _Answer:
        return short(name) if len(name) <= _LONGEST_NAME else function(name)

    return ask


@_remembered
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``ZOOM_API_KEY``, ``zoomApiKey`` and ``zoom-api-key`` are the same three."""
    return tuple(word.lower() for word in _WORD.findall(name))


@_remembered
def says_zoom(name: str) -> bool:
    """Whether a name or text speaks of Zoom the product, not of a map's or picture's zoom.

    A bare ``zoom`` says nothing: it is as often a picture's. ``create_zoom`` and ``zoom.users`` do.
    """
    lowered = name.lower()
    if "zoom" not in lowered:
        return False
    if ANY_HOST.search(name):
        return True
    segments = [words(segment) for segment in name.split(".")]
    return any(
        _segment_says_zoom(parts, following[:1]) for parts, following in zip(segments, [*segments[1:], ()], strict=True)
    )


def _segment_says_zoom(parts: tuple[str, ...], following: tuple[str, ...]) -> bool:
    """Whether one part of a dotted name does. ``following`` is the next part's first word."""
    for index, word in enumerate(parts):
        if word != "zoom":
            if _PRODUCT.search(word) or (word.endswith("zoom") and word[:-4] not in _MAGNIFIED):
                return True
        elif index + 1 < len(parts):
            after = parts[index + 1]
            if after not in _MAGNIFIES or (after in _MOMENTS and {"url", "time"}.intersection(parts[index + 2 :])):
                return True
        elif index:
            if parts[index - 1] not in _MAGNIFIED:
                return True
        elif following and following[0] not in _MAGNIFIES:
            return True
    return False


_NOT_JWT_APP = frozenset({
    "sdk", "webhook", "webhooks", "verification", "client", "account", "oauth", "oauth2", "refresh", "redirect",
    "video", "s2s", "event", "events", "validation", "hook", "user", "host", "meeting", "meetings", "password",
    "passcode", "zak", "lti", "bot", "chatbot", "url", "uri", "base", "endpoint", "path", "expiry", "expires",
    "version", "id", "email", "name", "clientid", "clientsecret", "accountid", "sdkkey", "sdksecret", "videosdk",
    "meetingsdk",
})  # fmt: skip
_SECRETS = ("secret", "secretkey", "apisec", "secretapikey", "privatekey")
_KEYS = ("apikey", "jwtkey", "zoomkey", "zoomapi")
_API_PAIR = ("apikey", "apisec")
_SHORT = frozenset({"key", "iss", "issuer"})


@_remembered
def credential_part(name: str) -> str | None:
    """``key``, ``secret`` or ``token`` for a name that can hold a JWT-app credential, None for any other.

    ``API_SEC``, ``apikey``, ``jwtSecret``, ``zoom_key`` count; ``ZOOM_CLIENT_SECRET`` does not.
    """
    parts = set(words(name))
    joined = "".join(words(name))
    if parts & _NOT_JWT_APP and not _is_of_meetings(parts, joined):
        return None
    if joined.endswith(_SECRETS) or parts & {"secret", "sec"}:
        return "secret"
    if joined.endswith(_KEYS) or joined in _SHORT or ("key" in parts and parts & {"api", "jwt", "zoom"}):
        return "key"
    return "token" if joined.endswith(("token", "jwt")) else None


@_remembered
def is_legacy_name(name: str) -> bool:
    """A name that by itself says JWT app of Zoom: the word zoom with an API key, an API secret or a JWT."""
    parts = set(words(name))
    joined = "".join(words(name))
    if "zoom" not in joined or not says_zoom(name):
        return False
    if parts & _NOT_JWT_APP and not _is_of_meetings(parts, joined):
        return False
    return any(word in joined for word in ("jwt", *_API_PAIR))


def _is_of_meetings(parts: set[str], joined: str) -> bool:
    """``ZOOM_MEETING_API_KEY``: the word meeting alone does not speak against an API key."""
    return not (parts & _NOT_JWT_APP) - {"meeting", "meetings"} and any(word in joined for word in _API_PAIR)


PLACEHOLDER = re.compile(
    r"^$|^[<\[{(%$].*|[>\]})]$|your|xxx|\*\*\*|\.\.\.|change|example|placeholder|dummy|fake|test|todo|insert|enter|replace|"
    r"\bkey\b|api[ _-]?key|api[ _-]?secret|secret|token|none|null|undefined|here|foo|bar|abc|123456",
    re.I,
)


def is_placeholder(value: str) -> bool:
    """A value that stands for one to be filled in. What has the shape of a credential is none, whatever it spells."""
    if looks_like_key(value) or looks_like_secret(value):
        return False
    return bool(PLACEHOLDER.search(value)) or len(set(value)) < 6


def looks_like_key(value: str) -> bool:
    return bool(KEY.fullmatch(value)) and _mixed(value)


def looks_like_secret(value: str) -> bool:
    return bool(SECRET.fullmatch(value)) and _mixed(value) and not UUID.fullmatch(value)


def _mixed(value: str) -> bool:
    """Upper and lower case, digits or hardly a word: what random characters practically always are, and names not.

    One key of 22 characters in forty has no digit.
    """
    spelled = sum(len(word) for word in _SPELLED.findall(value)) / len(value)
    if not re.search(r"[A-Z]", value) or not re.search(r"[a-z]", value):
        return False
    return spelled < (0.6 if re.search(r"\d", value) else 0.3)


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text something has the three parts of a JWT, as start and end. It need not decode."""
    for match in _CLAIMS.finditer(text):
        # A header found from its dot backwards: searched from its start, a run of "eyJeyJ…" would take for ever.
        dot = match.start()
        header = _NO_TOKEN.split(text[max(dot - _HEADER_REACH, 0) : dot])[-1]
        at = header.find("eyJ")
        if 0 <= at <= len(header) - 11:
            yield dot - len(header) + at, match.end()


def decode_token(text: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Header and claims of the first JWT in a text, unverified. None where there is none that decodes."""
    place = next(tokens(text), None)
    if place is None:
        return None
    parts = text[slice(*place)].split(".")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, RecursionError):
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
