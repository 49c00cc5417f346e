"""Every signature maker of the fixtures is run before and after the fix, and its JWT verified by another library."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jwt
import nodejs
import pytest

import jwtscan
from jwtscan.cases import Case, find_cases, prepare
from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

FIXTURES = Path(jwtscan.__file__).parent.parent / "fixtures"
RUNNER = Path(__file__).parent / "node" / "signatures.cjs"
KEY = "FakeMeetingSdkKey00000"
SECRET = "fake-meeting-sdk-secret-of-nobody-at-all"
NUMBER = "123456789"
OLD_NAMES = (
    "ZOOM_API_KEY",
    "CLASS_KEY",
    "K",
    "KEY",
    "SIGN_KEY",
    "ZOOM_KEY",
    "ZOOM_CLIENT_ID",
    "ZOOM_SDK_KEY",
    "ZOOM_MEETING_SDK_KEY",
)
ENVIRONMENT = {
    **dict.fromkeys(OLD_NAMES, KEY),
    **dict.fromkeys(
        (
            "ZOOM_API_SECRET",
            "CLASS_SECRET",
            "S",
            "SEC",
            "SECRET",
            "SIGN_SECRET",
            "ZOOM_SECRET",
            "ZOOM_CLIENT_SECRET",
            "ZOOM_SDK_SECRET",
        ),
        SECRET,
    ),
    "ZOOM_MEETING_SDK_SECRET": SECRET,
}


@dataclass(frozen=True)
class Maker:
    """How a fixture's signature is had: an expression in the program's language.

    ``role`` is what has to come out, ``mn`` the meeting's number as the program hands it on. ``works`` is false for
    programs whose old signature was wrong already.
    """

    case: str
    call: str
    file: str = ""
    role: int = 1
    mn: str | int = NUMBER
    works: bool = True
    claims: frozenset[str] = frozenset({"appKey", "sdkKey", "mn", "role", "iat", "exp", "tokenExp"})


_DATA = f"{{'apiKey': {KEY!r}, 'apiSecret': {SECRET!r}, 'meetingNumber': {NUMBER}, 'role': '1'}}"
_FOUR = f"{KEY!r}, {SECRET!r}, {NUMBER!r}, '1'"
_BODY = "{ ...body, apiKey: key, apiSecret: secret }"
_SIGNED = "(await ask({handler}, body, {{ key, secret, sdkKey: key, sdkSecret: secret }})).signature"
PYTHON = (
    Maker("half-migrated/also-read-for-oauth.in", f"m.sign({NUMBER!r}, 1)", file="sign.py"),
    Maker("half-migrated/client_id.py", f"m.zoom_signature({NUMBER!r}, '1')"),
    Maker(
        "half-migrated/sdk_settings.in.py", f"m.zoom_signature(Box(sdk_key={KEY!r}, sdk_secret={SECRET!r}), 7, 1)", mn=7
    ),
    Maker("legacy-signature/branches.in.py", f"m.zoom_signature({_FOUR})['signature']"),
    Maker(
        "legacy-signature/cdk_python_class.py",
        f"(setattr(m.ZoomMeetingSDK, 'key', {KEY!r}), setattr(m.ZoomMeetingSDK, 'secret', {SECRET!r}),"
        f" m.ZoomMeetingSDK.sign(Box(zoom_id={NUMBER!r}), True))[2].decode()",
    ),
    Maker(
        "legacy-signature/django_format.py",
        f"m.zoom_signature(Box(user=Box(is_staff=True)), {NUMBER!r})['signature']",
    ),
    Maker("legacy-signature/documented.in.py", f"m.generate_zoom_signature({_DATA})"),
    Maker(
        "legacy-signature/fastapi_fstring.py",
        f"run(m.sign(m.Wanted(meeting_number={NUMBER}, role='1')))['signature']",
    ),
    Maker(
        "legacy-signature/hexdigest_mistake.py",
        f"(fill(m), m.generateZoomSignature({_DATA}))[1]",
        works=False,
    ),
    Maker("legacy-signature/hmac_digest.py", f"m.Signer({KEY!r}, {SECRET!r}).zoom({NUMBER!r}, '1')"),
    Maker(
        "legacy-signature/jose.in",
        f"run(m.zoom_signature(Box(api_key={KEY!r}, api_secret={SECRET!r}), {NUMBER}, 1))",
        "signing.py",
    ),
    Maker(
        "legacy-signature/lambda",
        f"m.lambda_handler({{'body': json.dumps({{'mn': {NUMBER!r}, 'role': '1'}})}}, None)['body']",
        "handler.py",
    ),
    Maker("legacy-signature/py_codecs.py", f"m.sign({{'key': {KEY!r}, 'secret': {SECRET!r}}}, {NUMBER!r}, '1')"),
    Maker("legacy-signature/pyjwt-one.in", f"m.webinar_signature({_FOUR}).decode()", "zoom.py"),
    Maker("legacy-signature/pyjwt-bytes.in", f"m.zoom_signature({_FOUR}).decode()", "zoom.py"),
    Maker("legacy-signature/pyjwt.in", f"m.MeetingRoom({KEY!r}, {SECRET!r}).signature({NUMBER!r}, True)", "views.py"),
    Maker("legacy-signature/request-body-credentials", "m.signature()['signature']", "app.py", mn=NUMBER),
    Maker(
        "legacy-signature/role_literal.py",
        f"(fill(m), m.signature_for_guest({NUMBER!r}))[1].decode()",
        role=0,
    ),
    Maker("legacy-signature/several_reads.in.py", f"json.loads(m.zoom_join_details({_FOUR}))['signature']"),
    Maker("legacy-signature/split_steps.py", f"m.ZoomSignature({_DATA}).make()", mn=int(NUMBER)),
)
NODE = (
    Maker("half-migrated/client-names-of-helpers.js", "load().sign('123456789', '1')"),
    Maker(
        "half-migrated/client_credentials.in.js",
        f"(load(), {_SIGNED.format(handler='routes[`/zoom/signature`]')})",
    ),
    Maker("half-migrated/join-takes-sdk-key", "load().sign(key, secret, '123456789', 1)", "sign.js"),
    Maker("half-migrated/sdk_names.js", _SIGNED.format(handler="load()")),
    Maker("legacy-signature/apps_script.js", "html().zoomSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/broken-buffer-arguments.js", _SIGNED.format(handler="load()"), works=False),
    Maker("legacy-signature/browser.html", "html().sign(key, secret, '123456789', 1)"),
    Maker("legacy-signature/comment-of-an-import.in.js", "load().sign('123456789', '1')"),
    Maker("legacy-signature/component.in.jsx", "load().generateSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/create_hmac_package.js", "load()({ apiKey: key, apiSecret: secret })('123456789', '1')"),
    Maker("legacy-signature/crypto_js.ts", "load().zoomSignature(key, secret, 123456789, 1)", mn=int(NUMBER)),
    Maker("legacy-signature/crypto_js_namespace.js", f"load().makeZoomSignature({_BODY})"),
    Maker("legacy-signature/cryptojs_words.jsx", "load().sign(key, secret, '123456789', '1')"),
    Maker("legacy-signature/declarators.in.js", "load().zoomSignature(key, secret, '123456789', '1')"),
    Maker(
        "legacy-signature/declarators_library.in.js",
        "load().zoomSignature({ apiKey: key, apiSecret: secret }, '123456789', true)",
    ),
    Maker("legacy-signature/embed.in.html", "html().zoomSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/express.js", f"(load(), {_SIGNED.format(handler='routes[`/`]')})"),
    Maker(
        "legacy-signature/expression_body.in.js",
        "load().zoomSignature({ apiKey: key, apiSecret: secret }, '123456789', '1')",
    ),
    Maker(
        "legacy-signature/helper-in-other-file",
        _SIGNED.format(handler="load()"),
        "routes/zoom.js",
    ),
    Maker(
        "legacy-signature/jsonwebtoken-typed.in",
        "load().zoomSignature(key, secret, { id: '123456789', role: 1 })",
        "signature.ts",
    ),
    Maker(
        "legacy-signature/jsonwebtoken.in",
        "new (load())({ apiKey: key, apiSecret: secret }).generateSignature('123456789', 'host').signature",
        "zoomService.js",
    ),
    Maker("legacy-signature/jsrsasign_hex.js", f"load().zoomSignature({_BODY})", works=False),
    Maker("legacy-signature/jsrsasign_mac.js", "load().zoomSignature(key, secret, '123456789', '1')", works=False),
    Maker(
        "legacy-signature/jsrsasign.in",
        "JSON.parse((await load().handler({ body: JSON.stringify(body) })).body).zoomSignature",
        "handler.mjs",
    ),
    Maker(
        "legacy-signature/lambda",
        "JSON.parse((await load().sign({ body: JSON.stringify({ mid: '123456789', type: 'host' }) })).body).signature",
        "handler.js",
    ),
    Maker(
        "legacy-signature/next_route.ts",
        "(await ask(load(), JSON.stringify({ webinarId: '123456789', role: '1' }))).signature",
    ),
    Maker("legacy-signature/inner_promise.in.js", "load().zoomSignature(key, secret, '123456789', '1')"),
    Maker(
        "legacy-signature/names_in_use.in.js",
        "(load(), decodeURIComponent((await routes['/zoom-signature']({ body: { ...body, exp: 1 } })).signature))",
    ),
    Maker("legacy-signature/old-buffer.js", "load().zoomSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/old-node.in", _SIGNED.format(handler="load()"), "index.js"),
    Maker(
        "legacy-signature/only-the-path",
        f"(load(), {_SIGNED.format(handler='routes[`/`]')})",
        "routes/zoom.js",
    ),
    Maker("legacy-signature/promise_wrapped.js", "load().generateZoomSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/route.in.js", f"(load(), {_SIGNED.format(handler='routes[`/zoom-signature`]')})"),
    Maker("legacy-signature/sdk-3.in", "load().zoomSignature(key, secret, '123456789', '1')", "sign.js"),
    Maker(
        "legacy-signature/sdk-4.in",
        "load().zoomSignature(key, secret, '123456789', '1')",
        "sign.js",
        claims=frozenset({"appKey", "mn", "role", "iat", "exp", "tokenExp"}),
    ),
    Maker("legacy-signature/shared-helpers.in", "load()(key, secret, '123456789', '1')", "zoom.js"),
    Maker("legacy-signature/sjcl_like.js", "load().zoomSign({ id: key, secret }, { number: '123456789', role: '1' })"),
    Maker(
        "legacy-signature/split_fields.js",
        "load().zoomSign({ apiKey: key, apiSecret: secret, confNo: '123456789', isHost: true })",
    ),
    Maker(
        "legacy-signature/typed_class.ts",
        "new (load().ZoomSignatures)(key, secret).generateSignature('123456789', 1).signature",
    ),
    Maker(
        "legacy-signature/vue_method.vue",
        "load().methods.sign.call({ key, secret, meetingNumber: '123456789', role: '1' })",
    ),
    Maker("legacy-signature/web_crypto.js", "load().zoomSignature(key, secret, '123456789', '1')"),
    Maker("legacy-signature/windows.in.js", "await ask(load(), body)"),
)
NOT_RUN = {
    "legacy-signature/broken-route.js": "it does not parse and is not fixed",
    "legacy-signature/py_percent_dict.py": "it is not fixed",
    "legacy-signature/python2.py": "it is not Python 3 and is not fixed",
}

# What the Python programs import that the tests do not install.
_STAND_INS = f"""
import asyncio, importlib.util, json, sys, types
class Box(types.SimpleNamespace): pass
run = asyncio.run
def fill(module):
    for name in list(vars(module)):
        if name.lower().endswith(("_key", "_secret")):
            setattr(module, name, {SECRET!r} if name.lower().endswith("_secret") else {KEY!r})
def module(name, **names):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(names)
    for at in range(name.count(".")):
        module_name, _, last = name.rpartition(".")
        sys.modules.get(module_name) and setattr(sys.modules[module_name], last, sys.modules[name])
body = {_DATA}
def same(*a, **k): return lambda function: function
class Any:
    def __init__(self, *a, **k): vars(self).update(k)
    get = post = route = same
module("django"); module("django.conf", settings=Box(MEETING_KEY={KEY!r}, MEETING_SECRET={SECRET!r}))
module("django.http", JsonResponse=dict)
module("flask", Flask=Any, jsonify=dict, request=Box(get_json=lambda: body))
module("fastapi", APIRouter=Any)
module("pydantic", BaseModel=Any)
module("zoom_settings", settings=Box(key={KEY!r}, secret={SECRET!r}))
__builtins__.input = lambda: ""
sys.stdout = sys.stderr
call, *files = sys.argv[1:]
made = []
for file in files:
    spec = importlib.util.spec_from_file_location("maker", file)
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    made.append(eval(call))
sys.__stdout__.write(json.dumps(made))
"""


@cache
def rules() -> list[Rule]:
    return load_rules(allow_python=False)


def _laid(maker: Maker, folder: Path) -> Path:
    """The fixture's files without marks. Gives the one that makes the signature."""
    group, _, name = maker.case.partition("/")
    case = Case(group, FIXTURES / group / name)
    folder.mkdir()
    prepare(case, folder)
    return folder / (maker.file or case.file_name)


def _fixed(folder: Path) -> None:
    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules(), least=Applicability.UNSAFE)
    assert made.changes, "nothing was fixed"
    for change in made.changes:
        (folder / change.path).write_bytes(change.after.raw)


def _run(command: list[str], folder: Path) -> list[str]:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    signatures = json.loads(ran.stdout)
    assert all(isinstance(signature, str) for signature in signatures)
    return list(signatures)


def _prove(maker: Maker, tmp_path: Path, command: list[str]) -> None:
    """Runs the program as it was and as the fix makes it."""
    before, after = _laid(maker, tmp_path / "before"), _laid(maker, tmp_path / "after")
    _fixed(tmp_path / "after")
    programs = [before, after] if maker.works else [after]
    *old, new = _run([*command, maker.call, *map(str, programs)], tmp_path)
    for signature in old:
        _is_old(maker, signature)
    _is_sdk_jwt(maker, new)


def _is_old(maker: Maker, signature: str) -> None:
    """The old layout: base64 of five parts joined by dots, the time in milliseconds."""
    padded = signature + "=" * (-len(signature) % 4)
    parts = base64.b64decode(padded.replace("-", "+").replace("_", "/")).decode().split(".")
    assert parts[:2] == [KEY, str(maker.mn)]
    assert abs(int(parts[2]) / 1000 - time.time()) < 120
    assert parts[3] == str(maker.role)
    assert len(base64.b64decode(parts[4])) == 32


def _is_sdk_jwt(maker: Maker, token: str) -> None:
    """What Zoom's Meeting SDK asks of a signature, verified by PyJWT."""
    # PyJWT would take padding and the standard alphabet too.
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]{43}", token, re.ASCII)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims.keys() == maker.claims
    assert {claims[name] for name in ("appKey", "sdkKey") if name in claims} == {KEY}
    assert claims["mn"] == maker.mn
    assert claims["role"] == maker.role
    assert type(claims["role"]) is int
    assert all(type(claims[name]) is int for name in ("iat", "exp", "tokenExp"))
    assert 25 <= time.time() - claims["iat"] <= 120
    assert 1800 <= claims["exp"] - claims["iat"] <= 172_800
    assert claims["tokenExp"] == claims["exp"]


@pytest.mark.parametrize("maker", PYTHON, ids=lambda maker: maker.case)
def test_python_maker_gives_an_sdk_jwt(maker: Maker, tmp_path: Path) -> None:
    _prove(maker, tmp_path, [sys.executable, "-c", _STAND_INS])


@pytest.mark.skipif(nodejs.missing() is not None and not nodejs.PROVE, reason=str(nodejs.missing()))
@pytest.mark.parametrize("maker", NODE, ids=lambda maker: maker.case)
def test_javascript_maker_gives_an_sdk_jwt(maker: Maker, tmp_path: Path) -> None:
    _prove(maker, tmp_path, ["node", str(RUNNER)])


def test_every_signature_maker_of_the_fixtures_is_run() -> None:
    groups = ("legacy-signature", "half-migrated")
    makers = {case.name for case in find_cases(FIXTURES) if case.group in groups and "silent" not in case.path.name}
    makers = {name for name in makers if any((FIXTURES / name).rglob("*")) or (FIXTURES / name).is_file()}
    assert makers == {maker.case for maker in (*PYTHON, *NODE)} | NOT_RUN.keys()
