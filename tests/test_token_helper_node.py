"""The JavaScript helper that fetches tokens, in each form: run against the stand-in, compiled strictly."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from proof import credentials
from standin import Zoom, run, serve
from standin.serving import Authority

from jwtscan.fixing.names import Names
from jwtscan.fixing.templates.javascript_text import CLIENTS, Flavour, helper_text
from jwtscan.text.layout import Layout

PLAIN = Layout("\n", "  ", '"', True)
# Whoever leaves semicolons out often has single quotes too.
BARE = Layout("\n", "\t", "'", False)


def _env(zoom: Zoom, **changes: str) -> dict[str, str]:
    return {**credentials(zoom), **changes}


class Helper:
    """A helper module in a folder of its own, with a stand-in to ask."""

    def __init__(self, folder: Path, authority: Authority, node_modules: Path) -> None:
        self.folder = folder
        self.authority = authority
        self.node_modules = node_modules

    def write(self, name: str, flavour: Flavour, layout: Layout) -> None:
        (self.folder / name).write_text(helper_text(flavour, Names(), layout))

    def run(self, zoom: Zoom, program: str, env: dict[str, str] | None = None, head: str | None = None) -> Any:
        """What the program printed last, as JSON. ``env`` None is what the helper needs."""
        head = head or "const { getAccessToken } = require('./zoom-oauth')\n"
        main = self.folder / ("main.mjs" if head.startswith("import") else "main.js")
        main.write_text(head + f"const main = async () => {{\n{textwrap.dedent(program)}\n}}\nmain()\n")
        with serve(zoom, self.authority) as served:
            ran = run(["node", main.name], self.folder, served, _env(zoom) if env is None else env, self.node_modules)
        assert ran.status == 0, ran.err
        return json.loads(ran.out.splitlines()[-1])


@pytest.fixture
def place(tmp_path: Path, authority: Authority, node_modules: Path) -> Helper:
    return Helper(tmp_path, authority, node_modules)


@pytest.fixture(params=CLIENTS)
def helper(request: pytest.FixtureRequest, place: Helper) -> Helper:
    place.write("zoom-oauth.js", Flavour(request.param, "commonjs", "zoom.us"), PLAIN)
    return place


ASK_FOUR = """
const tokens = []
for (let times = 0; times < 4; times++) tokens.push(await getAccessToken())
console.log(JSON.stringify(tokens))
"""
CROWD = "console.log(JSON.stringify(await Promise.all(Array.from({ length: 16 }, () => getAccessToken()))))"
ASK_AND_FAIL = "console.log(JSON.stringify(await getAccessToken().catch((error) => error.message)))"


def test_token_is_kept(helper: Helper) -> None:
    zoom = Zoom()
    assert helper.run(zoom, ASK_FOUR) == list(zoom.tokens) * 4
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
    const now = Date.now
    const tokens = [await getAccessToken()]
    for (const later of [3500, 3545]) {
      Date.now = () => now() + later * 1000
      tokens.push(await getAccessToken())
    }
    console.log(JSON.stringify(tokens))
    """
    first, second = helper.run(zoom, program)[1:]
    assert [first, second] == list(zoom.tokens)


def test_crowd_fetches_one_token(helper: Helper) -> None:
    zoom = Zoom(delay=0.2)
    assert helper.run(zoom, CROWD) == list(zoom.tokens) * 16


def test_credentials_that_are_not_set_are_named(helper: Helper) -> None:
    zoom = Zoom()
    said = helper.run(zoom, ASK_AND_FAIL, {"ZOOM_CLIENT_ID": zoom.client_id, "ZOOM_CLIENT_SECRET": ""})
    assert "ZOOM_ACCOUNT_ID, ZOOM_CLIENT_SECRET" in said
    assert "ZOOM_CLIENT_ID" not in said
    assert zoom.log == []


def test_what_zoom_refuses_is_explained(helper: Helper) -> None:
    zoom = Zoom()
    secret = helper.run(zoom, ASK_AND_FAIL, _env(zoom, ZOOM_CLIENT_SECRET="FAKEapiSecretFAKEapiSecretFAKEapiSec"))
    app = helper.run(Zoom(app="general"), ASK_AND_FAIL)
    assert "400, Invalid client_id or client_secret" in secret
    assert "not the credentials of a Server-to-Server OAuth app" in app
    assert "FAKE" not in secret + app


def test_refusal_is_not_kept(helper: Helper) -> None:
    zoom = Zoom()
    program = """
    const right = process.env.ZOOM_ACCOUNT_ID
    process.env.ZOOM_ACCOUNT_ID = 'FAKE'
    const said = await getAccessToken().catch((error) => error.message)
    process.env.ZOOM_ACCOUNT_ID = right
    const accountId = 'FAKE'
    const again = await getAccessToken({ accountId }).catch((error) => error.message)
    console.log(JSON.stringify([said, again, await getAccessToken()]))
    """
    said, again, token = helper.run(zoom, program)
    assert said == again
    assert token in zoom.tokens
    assert len(zoom.token_requests) == 3


def test_given_credentials_have_tokens_of_their_own(helper: Helper) -> None:
    zoom = Zoom()
    program = """
    const { A: accountId, B: clientId, C: clientSecret } = process.env
    const first = await getAccessToken({ accountId, clientId, clientSecret })
    const refused = await getAccessToken().catch((error) => error.message)
    console.log(JSON.stringify([first, refused, await getAccessToken({ accountId, clientId, clientSecret })]))
    """
    given = {"A": zoom.account_id, "B": zoom.client_id, "C": zoom.client_secret}
    wrong = {"ZOOM_ACCOUNT_ID": "FAKE", "ZOOM_CLIENT_ID": "FAKE", "ZOOM_CLIENT_SECRET": "FAKE"}
    first, refused, again = helper.run(zoom, program, {**given, **wrong})
    assert [first, again] == list(zoom.tokens) * 2
    assert "invalid_client" in refused or "Invalid client_id" in refused


@pytest.mark.parametrize("client", CLIENTS)
def test_module_without_semicolons(client: str, place: Helper) -> None:
    place.write("zoom-oauth.mjs", Flavour(client, "module", "zoom.us"), BARE)
    text = (place.folder / "zoom-oauth.mjs").read_text()
    assert not [line for line in text.splitlines() if line.endswith(";")]
    zoom = Zoom()
    head = "import { getAccessToken } from './zoom-oauth.mjs'\n"
    assert place.run(zoom, ASK_FOUR, head=head) == list(zoom.tokens) * 4


def test_typescript_compiles_strictly_and_runs(place: Helper) -> None:
    names = {client: f"{client}-oauth" for client in CLIENTS}
    for (client, name), layout in zip(names.items(), (PLAIN, BARE) * 3, strict=True):
        place.write(f"{name}.ts", Flavour(client, "typescript", "zoom.us"), layout)
    options = {
        "strict": True,
        "noUnusedLocals": True,
        "noUnusedParameters": True,
        "noImplicitReturns": True,
        "exactOptionalPropertyTypes": True,
        "module": "CommonJS",
        "target": "ES2019",
        "lib": ["ES2019"],
        "esModuleInterop": True,
        "skipLibCheck": True,
        "types": ["node"],
    }
    (place.folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}))
    with serve(Zoom(), place.authority) as served:
        ran = run(["node", "node_modules/typescript/bin/tsc"], place.folder, served, {}, place.node_modules)
    assert (ran.status, ran.out) == (0, "")
    for name in names.values():
        zoom = Zoom()
        head = f"const {{ getAccessToken }} = require('./{name}')\n"
        assert place.run(zoom, ASK_FOUR, head=head) == list(zoom.tokens) * 4


def test_government_accounts_have_their_own_host(place: Helper) -> None:
    place.write("zoom-oauth.js", Flavour("fetch", "commonjs", "zoomgov.com"), PLAIN)
    zoom = Zoom()
    place.run(zoom, ASK_FOUR)
    assert [exchange.request.host for exchange in zoom.token_requests] == ["zoomgov.com"]
