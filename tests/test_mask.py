"""Masking: a planted secret never survives, ordinary code does, and a terminal gets nothing but text."""

from __future__ import annotations

import random
import string
import time
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jwtscan.mask import MASK, Masker, is_placeholder, mask, mask_line, printable

WORD = string.ascii_letters + string.digits + "_-"
SURROUNDINGS = st.text(st.characters(codec="utf-8", exclude_characters=MASK), max_size=30)
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters=MASK), min_size=8, max_size=40)
JWTS = st.builds(
    "eyJ{}.eyJ{}.{}".format,
    st.text(WORD, min_size=8, max_size=40),
    st.text(WORD, min_size=8, max_size=40),
    st.text(WORD, min_size=20, max_size=43),
)


def mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) and value != value.upper() and value != value.lower()


VALUES = st.text(WORD, min_size=8, max_size=40).filter(mixed).filter(lambda value: not is_placeholder(value))


@st.composite
def credentials(draw: st.DrawFn) -> str:
    """Keys and secrets as Zoom hands them out: 22 and 36 characters, at random."""
    generator = random.Random(draw(st.integers()))
    while True:
        value = "".join(generator.choices(WORD, k=draw(st.sampled_from([22, 32, 36, 64]))))
        if mixed(value):
            return value


@given(SURROUNDINGS, SECRETS, SURROUNDINGS, st.lists(SECRETS, max_size=3))
def test_known_secret_never_survives(before: str, secret: str, after: str, others: list[str]) -> None:
    assume(not is_placeholder(secret))
    masker = Masker([*others, secret])
    assert secret not in masker.mask(before + secret + after)
    assert secret not in masker.mask_line(before + secret + after)


@given(SURROUNDINGS, JWTS, SURROUNDINGS)
def test_token_never_survives(before: str, token: str, after: str) -> None:
    assume(token.rpartition(".")[2] not in before + " " + after)
    for masked in (
        mask(before + token + after),
        mask_line(before + token + after),
        Masker().mask(before + token + after),
    ):
        assert token not in masked
        assert token.rpartition(".")[2] not in masked


@given(JWTS, st.integers(14, 60))
def test_token_that_is_cut_off(token: str, length: int) -> None:
    assert mask(f"token = '{token[:length]}") == "token = 'eyJ…"


NAMES = [
    "apiSecret",
    "API_SECRET",
    "api_sec",
    "ZOOM_JWT_API_KEY",
    "password",
    "client_secret",
    "access_token",
    "secret",
    "apiKey",
    "ZOOM_API_SECRET_PROD",
    "jwt",
    "x-api-key",
    "passWord",
    "data-signature",
]

NAMED = [
    "{n} = '{v}'",
    'const {n} = "{v}";',
    "{n}: `{v}`,",
    '"{n}": "{v}"',
    "'{n}' => '{v}',",
    '    "  \\"{n}\\": \\"{v}\\",\\n",',
    "{n}={v}",
    "export {n}={v}  # note",
    "{n}: {v}",
    "- {n}={v}",
    'os.environ.get("{n}", "{v}")',
    "process.env.{n} || '{v}'",
    'settings.{n} or "{v}"',
    "env.{n} ?? '{v}'",
    'private {n}: string = "{v}";',
    "{n}: str = '{v}'",
    '<div data-{n}="{v}">',
    "https://example.invalid/x?a=b&{n}={v}&c=d",
    "curl --{n}={v} -X POST",
    "client.set_{n}('{v}')",
    'headers["{n}"] = "Bearer {v}"',
    "if ({n} === '{v}') return;",
    "config[{n!r}] = u'{v}'",
    "{n} = f'{v}'",
    "{n} = ('{v}')",
    "{n}={{'{v}'}}",
    "{n} = '{v}",
]


@pytest.mark.parametrize("line", NAMED)
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_value_that_is_named_a_secret(line: str, name: str, value: str) -> None:
    masked = mask_line(line.format(n=name, v=value))
    assert value not in masked
    assert mask_line(masked) == masked


UNNAMED = [
    "const x = '{v}';",
    'y = sign(payload, "{v}")',
    "KEY={v}",
    "- Z={v}",
    "{{'u': `{v}`}}",
    "['{v}', 1]",
    "z:'{v}'",
]


@pytest.mark.parametrize("line", UNNAMED)
@given(value=credentials())
def test_value_that_looks_like_a_credential(line: str, value: str) -> None:
    assert value not in mask_line(line.format(v=value))


@given(credentials())
def test_authorization_and_user_info(value: str) -> None:
    assert value not in mask_line(f"curl -H 'Authorization: Bearer {value}'")
    assert value not in mask_line(f"Basic {value}==")
    assert value not in mask_line(f"git clone https://me:{value}@example.invalid/x.git")


@given(credentials())
def test_hint_is_short(value: str) -> None:
    assert mask_line(f"key = '{value}'") == f"key = '{value[:4]}…'"
    assert Masker([value]).mask(value) == f"{value[:4]}…"


def test_secret_with_a_token_inside_is_masked_once() -> None:
    assert mask_line("key = 'h1XLr6sML8a_RMsJuUeyJ4R56qZxxIXQ'") == "key = 'h1XL…'"


def test_short_secret_gives_no_hint() -> None:
    assert Masker(["hunter2hunter2"]).mask("pw hunter2hunter2!") == "pw …!"
    assert mask_line("password = 'hunter2hunter2'") == "password = '…'"


def test_longer_secret_goes_first() -> None:
    assert Masker(["fake-secret-1", "fake-secret-1-and-more"]).mask("fake-secret-1-and-more") == "fake…"


def test_secret_as_it_stands_in_json() -> None:
    assert Masker(['quote"d\\secret']).mask(r'{"k": "quote\"d\\secret"}') == '{"k": "…"}'


def test_what_is_no_secret_is_not_masked_everywhere() -> None:
    text = "YOUR_API_KEY ${TOKEN} short <api secret> undefined xxxxxxxxxx"
    assert (
        Masker(["YOUR_API_KEY", "${TOKEN}", "short", "<api secret>", "undefined", "xxxxxxxxxx", ""]).mask(text) == text
    )


@given(SURROUNDINGS)
def test_nothing_known_changes_nothing(text: str) -> None:
    assume("eyJ" not in text)
    assert Masker().mask(text) == text


ORDINARY = [
    "const token = jwt.sign(payload, process.env.ZOOM_API_SECRET);",
    "apiKey: process.env.ZOOM_API_KEY,",
    "apiSecret: import.meta.env.VITE_ZOOM_SECRET!,",
    "token = jwt.encode(payload, API_SECRET, algorithm='HS256')",
    'API_SECRET = os.environ["ZOOM_API_SECRET"]',
    'api_key = os.getenv("ZOOM_API_KEY")',
    "api_secret=settings.ZOOM_API_SECRET,",
    "API_KEY=args.api_key,",
    "secret = config.get('zoom', 'api_secret')",
    "ZOOM_API_SECRET=${ZOOM_API_SECRET}",
    "ZOOM_API_KEY=<your key>",
    "ZOOM_API_KEY=your_api_key_here",
    "ZOOM_API_SECRET: ${{ secrets.ZOOM_API_SECRET }}",
    "api_secret: {{ zoom_api_secret }}",
    "const API_SECRET = 'YOUR_API_SECRET';",
    "const API_SECRET = 'API_SECRET';",
    "password: '********',",
    'headers = {"Authorization": f"Bearer {token}", "content-type": "application/json"}',
    "headers: { Authorization: `Bearer ${this.accessToken}` },",
    "'Authorization': 'Bearer ' + token,",
    '"Authorization": "Bearer %s" % token,',
    'url = download + "?access_token=" + next_page_token',
    'url = download+"?access_token="+access_token+"&page_size=300"',
    'console.log("signature: ", signatureResponse)',
    "private apiSecret: ConfigService;",
    "function sign(apiKey: string, apiSecret: string): string {",
    "import jwt, { JwtPayload } from 'jsonwebtoken';",
    "jwt: 'jsonwebtoken',",
    "if (!apiKey || !apiSecret) throw new Error('missing');",
    "signature: generateSignature(meetingNumber, role),",
    "signature: signatureFromServer",
    "token_endpoint = 'https://zoom.us/oauth/token'",
    "const tokenUrl = 'https://zoom.us/oauth/token?grant_type=account_credentials';",
    "import { createZoomMeetingV2Client } from './createZoomMeetingV2Client.js';",
    "const client = createZoomMeetingV2ClientForUsers(apiKey)",
    '"Custom-Allowed-Origin-Header-1": "*",',
    '<script src="https://source.zoom.us/2.18.0/lib/vendor/react-dom.min.js"></script>',
    "from zoom_recordings_v2.models import ZoomMeetingRecordingFile2",
    "DATABASE_URL: `postgres://${process.env.PG_USER}:${process.env.PG_PASSWORD}@${process.env.PG_HOST}`",
    '"integrity": "sha512-abcDEF0123456789abcDEF0123456789"',
    "Basic understanding of Bearer authentication",
    "    return hmac.new(secret.encode(), msg, hashlib.sha256).hexdigest()",
    "",
]


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_code_is_left_alone(line: str) -> None:
    assert mask_line(line) == line


HOSTILE = [
    "secret=" * 100_000,
    "secret: '" * 100_000,
    'secret = "' + "\\a" * 500_000,
    "a" * 1_000_000,
    "aA1" * 400_000,
    "secret='" + "a." * 300_000 + "1'",
    "secret=" + "a." * 300_000 + "1",
    "secret = '" + "+ " * 300_000 + "'",
    "secret" + " " * 1_000_000,
    "secret='" + "{" * 500_000,
    "://" * 300_000,
    "://" + "a:" * 300_000,
    "eyJ" * 300_000,
    "a-" * 500_000,
    "Bearer " * 150_000,
    'secret=\\"' + "x" * 1_000_000,
    "secret: x=" * 100_000,
]


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:12])
def test_hostile_lines_stay_cheap(line: str) -> None:
    before = time.process_time()
    mask_line(line)
    assert time.process_time() - before < 5


def test_many_secrets_stay_cheap() -> None:
    generator = random.Random(7)
    secrets = ["".join(generator.choices(WORD, k=36)) for _ in range(2_000)]
    before = time.process_time()
    masked = Masker(secrets).mask("x = '" + "'\ny = '".join(secrets) + "'")
    assert not any(secret in masked for secret in secrets)
    assert time.process_time() - before < 5


@given(st.text(st.characters(), max_size=60))
def test_printable_has_no_controls(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") or c == "\t" for c in shown)
    assert not set(shown) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\nb\r\tc", "a\\nb\\r\tc"),
        ("user\u202e gnp.exe", r"user\u202e gnp.exe"),
        ("caf\udce9.py", r"caf\udce9.py"),
        ("naïve 日本 👩‍💻", "naïve 日本 👩‍💻"),
    ],
)
def test_printable_shows_what_was_hidden(text: str, shown: str) -> None:
    assert printable(text) == shown
