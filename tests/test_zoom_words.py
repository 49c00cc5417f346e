"""The words and numbers of Zoom: which names and texts speak of it, and which only look alike."""

from __future__ import annotations

import base64
import json

import pytest

from jwtscan.meaning import zoom

KEY = "FakeKey0000000000000AB"
SECRET = "FakeSecret00000000000000000000000ABC"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("ZOOM_API_KEY", ("zoom", "api", "key")),
        ("zoomApiKey", ("zoom", "api", "key")),
        ("zoom-api-key", ("zoom", "api", "key")),
        ("Zoom_APIKey", ("zoom", "api", "key")),
        ("APIKey", ("api", "key")),
        ("zoom.api.key", ("zoom", "api", "key")),
        ("ZOOMUS2Key", ("zoomus", "2", "key")),
        ("", ()),
    ],
)
def test_a_name_has_the_same_words_in_every_spelling(name: str, parts: tuple[str, ...]) -> None:
    assert zoom.words(name) == parts


@pytest.mark.parametrize(
    "name",
    [
        "ZOOM_API_KEY", "zoomApiKey", "zoomApi", "ZoomMtg", "zoomus", "ZoomClient", "zoom_client", "zoomKey",
        "VENUELESS_ZOOM_KEY", "REACT_APP_ZOOM_API_KEY", "cie.zoom.apikey", "https://api.zoom.us/v2/users", "zoom.us",
        "us02web.zoom.us", "ZOOM_SECRET", "create_zoom_meeting", "createZoom", "join_zoom", "zoomMeeting",
        "ZoomOptions", "ZoomSettings", "zoom.users", "config.zoom.key", "cozoomus", "zoomgov.com", "Zoom meeting",
        "ZOOMJWT", "zoom_start_url", "mod_zoom.duration", "zoomPassword", "ZoomConnector", "getZoomToken",
        "source.zoom.us/2.6.0/lib",
    ],
)  # fmt: skip
def test_names_that_speak_of_zoom(name: str) -> None:
    assert zoom.says_zoom(name)


@pytest.mark.parametrize(
    "name",
    [
        "zoom", "Zoom", "ZOOM", "MAP_ZOOM", "mapZoom", "maxZoom", "min_zoom", "zoomLevel", "zoomInKey", "zoom-in",
        "zoomIn", "zoomOut", "zoom_out_button", "map.zoom", "options.zoom", "this.zoom", "d3.zoom", "map.setZoom",
        "getZoom", "onZoom", "zoomed", "zoomable", "zoomFactor", "zoomToFit", "zoomBox", "zoomRange", "zoomSpeed",
        "ZOOMINFO_API_KEY", "zoominfo", "zoomconnect", "ZOOMCONNECT_API_KEY", "ZOOM_INFO_API_KEY", "panzoom",
        "Panzoom.defaults", "dataZoom", "pinchZoom", "zoomControl", "ZOOM_LEVEL", "DEFAULT_ZOOM_LEVEL", "leaflet", "",
        "x.zoom.onGestureStart", "imageZoom",
    ],
)  # fmt: skip
def test_names_of_maps_pictures_and_other_companies(name: str) -> None:
    assert not zoom.says_zoom(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("ZOOM_API_KEY", "key"),
        ("zoomApiKey", "key"),
        ("Zoom_APIKey", "key"),
        ("ZOOM_JWT_APP_KEY", "key"),
        ("REACT_APP_ZOOM_API_KEY", "key"),
        ("VENUELESS_ZOOM_KEY", "key"),
        ("cie.zoom.apikey", "key"),
        ("ZOOM_MEETING_API_KEY", "key"),
        ("API_KEY", "key"),
        ("apikey", "key"),
        ("key", "key"),
        ("iss", "key"),
        ("ZOOM_API", "key"),
        ("API_SEC", "secret"),
        ("ZOOM_API_SEC", "secret"),
        ("zoom-api-secret", "secret"),
        ("ZOOM_SECRET", "secret"),
        ("API_SECRET_KEY", "secret"),
        ("jwtSecret", "secret"),
        ("secret", "secret"),
        ("ZOOM_JWT_TOKEN", "token"),
        ("ZOOM_JWT", "token"),
        ("JWT_TOKEN", "token"),
        ("imTOKEN", "token"),
        ("ZOOM_CLIENT_SECRET", None),
        ("ZOOM_CLIENT_ID", None),
        ("ZOOM_ACCOUNT_ID", None),
        ("ZOOM_WEBHOOK_SECRET_TOKEN", None),
        ("ZOOM_VERIFICATION_TOKEN", None),
        ("ZOOM_SDK_KEY", None),
        ("ZOOM_MEETING_SDK_SECRET", None),
        ("ZOOM_VIDEO_SDK_KEY", None),
        ("ZOOM_REFRESH_TOKEN", None),
        ("ZOOM_LTI_KEY", None),
        ("ZOOM_API_URL", None),
        ("ZOOM_API_BASE", None),
        ("ZOOM_USER_ID", None),
        ("MAP_ZOOM", None),
        ("keyboard", None),
        ("zoomLevel", None),
        ("", None),
    ],
)
def test_which_part_of_a_credential_a_name_can_hold(name: str, part: str | None) -> None:
    assert zoom.credential_part(name) == part


@pytest.mark.parametrize(
    "name",
    [
        "ZOOM_API_KEY", "zoomApiKey", "ZOOM_API_SECRET", "ZOOM_API_SEC", "zoom-api-secret", "Zoom_APIKey",
        "ZOOM_JWT_APP_KEY", "REACT_APP_ZOOM_API_KEY", "NEXT_PUBLIC_ZOOM_JWT_API_SECRET", "cie.zoom.apikey",
        "zoomapikey", "ZOOM_JWT", "ZOOM_JWT_TOKEN", "JWT_ZOOM_TOKEN", "ZOOMUS_API_KEY", "zoom_api_key",
        "ZOOM_MEETING_API_KEY", "RESTCLIENTS_ZOOM_API_SECRET", "zoom.api.secret",
    ],
)  # fmt: skip
def test_names_that_say_jwt_app_by_themselves(name: str) -> None:
    assert zoom.is_legacy_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "ZOOM_CLIENT_SECRET", "ZOOM_CLIENT_ID", "ZOOM_ACCOUNT_ID", "ZOOM_WEBHOOK_SECRET_TOKEN", "ZOOM_SECRET_TOKEN",
        "ZOOM_SDK_KEY", "ZOOM_VIDEO_SDK_KEY", "ZOOM_MEETING_SDK_SECRET", "ZOOM_SDK_JWT", "ZOOM_API_URL",
        "ZOOM_API_BASE_URL", "MAP_ZOOM", "zoomLevel", "zoomInKey", "ZOOMINFO_API_KEY", "ZOOM_INFO_API_KEY",
        "ZOOMCONNECT_API_KEY", "zoomconnect", "ZOOM_SECRET", "ZOOM_KEY", "ZOOM_TOKEN", "API_KEY", "JWT_SECRET",
        "MAPS_API_KEY", "ZOOM_LTI_API_KEY", "",
    ],
)  # fmt: skip
def test_names_that_do_not_say_jwt_app(name: str) -> None:
    assert not zoom.is_legacy_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "", "YOUR_API_KEY", "your_zoom_api_key", "<ZoomAPIKey>", "<your zoom api key", "{YOUR_ZOOM_API_KEY}",
        "xxxxxxxxxxxxxxxxxxxxxx", "**********************", "change-me", "INSERT_STRING_HERE", "${ZOOM_API_KEY}",
        "$(pass show zoom)", "%(key)s", "...", "API_KEY", "todo", "test", "eeeeeeeeeeeeeeeeeeeeee", "API Key Here",
        "{{ zoom_api_key }}", "0000000000000000000000",
    ],
)  # fmt: skip
def test_placeholders(value: str) -> None:
    assert zoom.is_placeholder(value)


@pytest.mark.parametrize("value", [KEY, SECRET, "q8Zr2LmVb-TestHere-4Xc", "hunter2-hunter3-Qw9", "6f9Kd02mPzQ4"])
def test_values_that_are_no_placeholders(value: str) -> None:
    assert not zoom.is_placeholder(value)


def test_the_shape_of_a_key_and_of_a_secret() -> None:
    assert zoom.looks_like_key(KEY)
    assert zoom.looks_like_secret(SECRET)
    assert zoom.looks_like_key("qWzRtLmVbXkPnHsGdFjYcA")


@pytest.mark.parametrize(
    "value",
    [
        KEY[:-1], KEY + "x", KEY.lower(), KEY.upper(), "meetingNumberAndUserId",
        "AIzaFake0000000000000000000000000000000", "FakeOAuthSecret00000000000000AbC",
        "0f8fad5b-d9cb-469f-a165-70867728950e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "with space 0000000 AbC",
        "zoomRecordings2024List", "meeting-recordings-of-2024-Q1-Archive",
    ],
)  # fmt: skip
def test_what_has_no_shape_of_a_credential(value: str) -> None:
    assert not zoom.looks_like_key(value)
    assert not zoom.looks_like_secret(value)


def test_a_uuid_in_mixed_case_is_no_secret() -> None:
    assert not zoom.looks_like_secret("0F8fAD5b-D9cb-469f-A165-70867728950e")


def token(claims: object, header: object | None = None) -> str:
    """A JWT with a made-up signature."""
    parts = [header or {"alg": "HS256", "typ": "JWT"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "FakeSignature0000000000000000000000000000AB"])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": None, "iss": KEY, "exp": 1609459200, "iat": 1609372800},
        {"iss": KEY, "exp": 1609459200},
        {"iss": KEY, "exp": 1609459200000},
        {"exp": 1609459200, "iat": 1, "iss": KEY},
    ],
)
def test_tokens_of_the_jwt_app(claims: dict[str, object]) -> None:
    assert zoom.is_jwt_app_token(f"Bearer {token(claims)}")


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"iss": KEY}, None),
        ({"iss": "https://login.example.com", "exp": 1}, None),
        ({"iss": KEY, "exp": 1, "sub": "user"}, None),
        ({"iss": KEY, "exp": 1, "aud": "https://oauth.zoom.us"}, None),
        ({"iss": KEY, "exp": 1}, {"alg": "HS512"}),
        ({"iss": KEY, "exp": 1}, {"alg": "RS256"}),
        ({"appKey": KEY, "sdkKey": KEY, "mn": 1, "role": 0, "exp": 1}, None),
        ({"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, None),
        ({"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "anon", "iat": 1, "exp": 2}, None),
        ([KEY], None),
    ],
)
def test_other_tokens(claims: object, header: object) -> None:
    assert not zoom.is_jwt_app_token(token(claims, header))


@pytest.mark.parametrize("text", ["", "eyJ.eyJ.x", "eyJhbGciOiJIUzI1NiJ9.eyJ%%%%%%%%%%%.0123456789abcdef0"])
def test_what_is_no_token_does_not_decode(text: str) -> None:
    assert zoom.decode_token(text) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://api.zoom.us/v2",
        "api-us.zoom.us",
        "https://eu01api-www4local.zoom.us/v2",
        "https://api.zoomgov.com",
        "zoom.us/v2/users",
    ],
)
def test_hosts_of_the_rest_api(url: str) -> None:
    assert zoom.API_HOST.search(url)


@pytest.mark.parametrize(
    "url", ["https://zoom.us/j/123", "https://zoom.us/oauth/token", "https://myapi.zoom.us.example", "zoom.us"]
)
def test_other_hosts(url: str) -> None:
    assert not zoom.API_HOST.search(url)


def test_a_token_glued_to_other_words_is_found_with_its_place() -> None:
    made = token({"iss": KEY, "exp": 1})
    text = f"x.y?access_token%20{made}&z={made}"
    assert [text[start:end] for start, end in zoom.tokens(text)] == [made, made]


@pytest.mark.parametrize(
    "hostile", ["eyJ" * 300_000, ".eyJ" * 200_000, "eyJ" * 300 + ".eyJ" + "a" * 900_000, "a." * 400_000]
)
def test_looking_for_tokens_stays_linear(hostile: str) -> None:
    assert zoom.decode_token(hostile) is None


def test_claims_nested_beyond_reason_do_not_decode() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    claims = base64.urlsafe_b64encode(b'{"a":' * 100_000).decode().rstrip("=")
    assert zoom.decode_token(f"{header}.{claims}.FakeSignature0000000000") is None
