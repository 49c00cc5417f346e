"""The Python helper that fetches tokens, as it is written into a project: run with each client against the stand-in."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from proof import credentials
from standin import Zoom, run, serve
from standin.serving import Authority

from jwtscan.engine import Options
from jwtscan.engine.scan import Scan
from jwtscan.fixing import NewFile
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.templates import token_of
from jwtscan.loading import load_rules

OLD = """\
import os, time
import jwt
{imports}
{define} token():
    return jwt.encode({{"iss": os.environ["ZOOM_API_KEY"], "exp": time.time()}}, os.environ["ZOOM_API_SECRET"])
URL = "https://{host}/v2/users"
"""

SYNC = {"requests": "import requests", "httpx": "import httpx", "urllib": "import urllib.request"}
ASYNC = {"httpx-async": "import httpx", "aiohttp-async": "import aiohttp"}
CLIENTS = {**SYNC, **ASYNC}

# The same call for both kinds, so that each scenario is written once.
CALL = {
    False: """\
from concurrent.futures import ThreadPoolExecutor
from zoom_oauth import ZoomAuthError, access_token as ask, forget_tokens
def crowd(size):
    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(lambda _: ask(), range(size)))
""",
    True: """\
import asyncio
from zoom_oauth_async import ZoomAuthError, access_token, forget_tokens
def ask(**given):
    return asyncio.run(access_token(**given))
def crowd(size):
    async def together():
        return await asyncio.gather(*(access_token() for _ in range(size)))
    return asyncio.run(together())
""",
}


@pytest.fixture(scope="module")
def rules() -> list[Any]:
    return load_rules(allow_python=False)


class Helper:
    """A helper module in a folder of its own, with a stand-in to ask."""

    def __init__(self, client: str, folder: Path, authority: Authority, rules: list[Any], host: str = "api.zoom.us"):
        define = "async def" if client in ASYNC else "def"
        old = folder / "old"
        old.mkdir()
        (old / "zoom_calls.py").write_text(OLD.format(imports=CLIENTS[client], host=host, define=define))
        scan = Scan(Options(jobs=1, paths=(".",), cwd=old), rules)
        scan.run()
        assert scan.project is not None
        plan = Plan(scan.project)
        self.is_async = client in ASYNC
        token = token_of(plan, plan.project.units["zoom_calls.py"], is_async=self.is_async)
        assert (token.call, token.is_async) == ("access_token()", self.is_async)
        (self.file,) = (intent for intent in token.intents if isinstance(intent, NewFile))
        assert self.file.template == f"python-{client}"
        self.folder = folder / "new"
        self.folder.mkdir()
        (self.folder / self.file.path).write_bytes(self.file.source)
        self.authority = authority

    def run(self, zoom: Zoom, program: str, env: dict[str, str] | None = None) -> Any:
        """What the program printed last, as JSON. ``env`` None is what the helper needs."""
        head = f"import json, os, warnings\nwarnings.simplefilter('error')\n{CALL[self.is_async]}"
        (self.folder / "main.py").write_text(head + textwrap.dedent(program))
        with serve(zoom, self.authority) as served:
            ran = run(["python", "main.py"], self.folder, served, credentials(zoom) if env is None else env)
        assert ran.status == 0, ran.err
        return json.loads(ran.out.splitlines()[-1])


@pytest.fixture(params=CLIENTS)
def helper(request: pytest.FixtureRequest, tmp_path: Path, authority: Authority, rules: list[Any]) -> Helper:
    return Helper(request.param, tmp_path, authority, rules)


ASK_FOUR = "print(json.dumps([ask() for _ in range(4)]))"


def test_token_is_kept(helper: Helper) -> None:
    zoom = Zoom()
    tokens = helper.run(zoom, ASK_FOUR)
    assert tokens == list(zoom.tokens) * 4
    (asked,) = zoom.token_requests
    assert asked.request.form == {"grant_type": "account_credentials", "account_id": zoom.account_id}
    assert asked.request.host == "zoom.us"


def test_token_is_not_handed_out_shortly_before_its_end(helper: Helper) -> None:
    zoom = Zoom(expires_in=59)
    assert helper.run(zoom, ASK_FOUR) == list(zoom.tokens)
    assert len(zoom.tokens) == 4


def test_token_is_kept_until_a_minute_before_its_end(helper: Helper) -> None:
    zoom = Zoom(expires_in=3599)
    program = """
    import time
    now = time.monotonic
    tokens = [ask()]
    for later in (3500, 3545):
        time.monotonic = lambda: now() + later
        tokens.append(ask())
    print(json.dumps(tokens))
    """
    first, second = helper.run(zoom, program)[1:]
    assert [first, second] == list(zoom.tokens)


def test_crowd_fetches_one_token(helper: Helper) -> None:
    zoom = Zoom(delay=0.2)
    tokens = helper.run(zoom, "print(json.dumps(crowd(16)))")
    assert tokens == list(zoom.tokens) * 16


def test_crowd_in_turn_after_each_end(helper: Helper) -> None:
    zoom = Zoom(expires_in=30)
    helper.run(zoom, "print(json.dumps(crowd(3)))")
    assert len(zoom.tokens) == 3


def test_forgotten_token_is_fetched_anew(helper: Helper) -> None:
    zoom = Zoom()
    first, second = helper.run(zoom, "a = ask()\nforget_tokens()\nprint(json.dumps([a, ask()]))")
    assert [first, second] == list(zoom.tokens)


def test_given_credentials_have_tokens_of_their_own(helper: Helper) -> None:
    zoom = Zoom()
    program = """
    other = dict(account_id=os.environ["A"], client_id=os.environ["B"], client_secret=os.environ["C"])
    tokens = [ask(**other)]
    try:
        ask()
    except ZoomAuthError as error:
        tokens.append(str(error))
    print(json.dumps([*tokens, ask(**other)]))
    """
    given = {"A": zoom.account_id, "B": zoom.client_id, "C": zoom.client_secret}
    wrong = {"ZOOM_ACCOUNT_ID": "FAKE", "ZOOM_CLIENT_ID": "FAKE", "ZOOM_CLIENT_SECRET": "FAKE"}
    first, refused, again = helper.run(zoom, program, {**given, **wrong})
    assert [first, again] == list(zoom.tokens) * 2
    assert "do not belong together" in refused


ASK_AND_FAIL = """
try:
    ask()
except ZoomAuthError as error:
    print(json.dumps(str(error)))
"""


def test_credentials_that_are_not_set_are_named(helper: Helper) -> None:
    zoom = Zoom()
    said = helper.run(zoom, ASK_AND_FAIL, {"ZOOM_CLIENT_ID": zoom.client_id, "ZOOM_CLIENT_SECRET": ""})
    assert said == "not set: ZOOM_ACCOUNT_ID, ZOOM_CLIENT_SECRET"
    assert zoom.log == []


def _changed(zoom: Zoom, **changes: str) -> dict[str, str]:
    return {**credentials(zoom), **changes}


def test_what_zoom_refuses_is_explained(helper: Helper) -> None:
    zoom = Zoom()
    secret = helper.run(zoom, ASK_AND_FAIL, _changed(zoom, ZOOM_CLIENT_SECRET="FAKEapiSecretFAKEapiSecretFAKEapiSec"))
    account = helper.run(zoom, ASK_AND_FAIL, _changed(zoom, ZOOM_ACCOUNT_ID="FAKEanotherFAKEanother"))
    app = helper.run(Zoom(app="general"), ASK_AND_FAIL)
    assert "Invalid client_id or client_secret" in secret
    assert "account id" in account
    assert "not the credentials of a Server-to-Server OAuth app" in app
    assert "FAKE" not in secret + account + app


def test_refusal_is_not_the_end(helper: Helper) -> None:
    zoom = Zoom()
    program = """
    right, os.environ["ZOOM_CLIENT_SECRET"] = os.environ["ZOOM_CLIENT_SECRET"], "FAKE"
    try:
        ask()
    except ZoomAuthError:
        os.environ["ZOOM_CLIENT_SECRET"] = right
    print(json.dumps(ask()))
    """
    assert helper.run(zoom, program) in zoom.tokens


def test_government_accounts_have_their_own_host(tmp_path: Path, authority: Authority, rules: list[Any]) -> None:
    zoom = Zoom()
    Helper("requests", tmp_path, authority, rules, host="api.zoomgov.com").run(zoom, ASK_FOUR)
    assert [exchange.request.host for exchange in zoom.token_requests] == ["zoomgov.com"]
