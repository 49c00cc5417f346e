"""The stand-in Zoom: it answers as Zoom does, and every client of Python and Node reaches it and nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin import Account, Served, Zoom, run, serve
from standin.exchange import Answer, Request
from standin.serving import Authority


@pytest.fixture
def served(authority: Authority) -> Iterator[Served]:
    with serve(Zoom(), authority) as served:
        yield served


def _basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def _ask(zoom: Zoom, *, host: str = "zoom.us", secret: str | None = None, **form: str) -> Answer:
    form = {"grant_type": "account_credentials", "account_id": zoom.account_id, **form}
    query = "&".join(f"{name}={value}" for name, value in form.items())
    headers = _basic(zoom.client_id, secret or zoom.client_secret)
    return zoom.answer(Request("POST", host, f"/oauth/token?{query}", headers))


def _call(zoom: Zoom, token: str, target: str = "/v2/users", host: str = "api.zoom.us") -> Answer:
    return zoom.answer(Request("GET", host, target, {"authorization": f"Bearer {token}"}))


def _token(zoom: Zoom, host: str = "zoom.us") -> str:
    return str(_ask(zoom, host=host).content["access_token"])


# What Zoom answers


def test_token_has_what_zoom_sends() -> None:
    content = _ask(Zoom()).content
    assert list(content) == ["access_token", "token_type", "expires_in", "scope", "api_url"]
    assert (content["token_type"], content["expires_in"]) == ("bearer", 3599)
    assert "user:read:admin" in content["scope"].split()


def test_token_request_in_the_body() -> None:
    zoom = Zoom()
    body = f"grant_type=account_credentials&account_id={zoom.account_id}".encode()
    form = {"content-type": "application/x-www-form-urlencoded", **_basic(zoom.client_id, zoom.client_secret)}
    assert zoom.answer(Request("POST", "zoom.us", "/oauth/token", form, body)).status == 200
    # A form sent as something else is not read.
    other = {**form, "content-type": "text/plain"}
    assert zoom.answer(Request("POST", "zoom.us", "/oauth/token", other, body)).content["error"] == (
        "unsupported_grant_type"
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"secret": "FAKEapiSecretFAKEapiSecretFAKEapiSec"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"account_id": "FAKEanotherFAKEanother"}, "invalid_request"),
    ],
)
def test_token_is_refused(changes: dict[str, str], error: str) -> None:
    answer = _ask(Zoom(), **changes)
    assert (answer.status, answer.content["error"]) == (400, error)


def test_token_for_another_type_of_app_is_refused() -> None:
    assert _ask(Zoom(app="general")).content == {
        "reason": "unsupported grant type",
        "error": "unsupported_grant_type",
    }


def test_api_takes_its_own_token() -> None:
    zoom = Zoom()
    answer = _call(zoom, _token(zoom))
    assert (answer.status, answer.content["total_records"]) == (200, 2)


def test_api_refuses_a_jwt_and_a_token_in_the_query() -> None:
    zoom = Zoom()
    token = _token(zoom)
    refused = (
        _call(zoom, "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJGQUtFIn0.FAKE"),
        zoom.answer(Request("GET", "api.zoom.us", f"/v2/users?access_token={token}")),
        zoom.answer(Request("GET", "zoom.us", f"/rec/download/file-1?access_token={token}")),
    )
    assert [(answer.status, answer.code) for answer in refused] == [(401, 124)] * 3
    assert refused[0].content == {"code": 124, "message": "Invalid access token."}


def test_tokens_end() -> None:
    short = Zoom(expires_in=0)
    assert _call(short, _token(short)).code == 124
    zoom = Zoom()
    token = _token(zoom)
    zoom.revoke()
    assert _call(zoom, token).code == 124


def test_clouds_are_apart() -> None:
    zoom = Zoom()
    token = _token(zoom, host="zoomgov.com")
    assert _call(zoom, token, host="api.zoomgov.com").status == 200
    assert _call(zoom, token).code == 124
    assert _call(zoom, _token(zoom), host="eu01api.zoom.us").status == 200


def test_missing_scope_is_named() -> None:
    zoom = Zoom(scopes=frozenset({"meeting:read:admin"}))
    token = _token(zoom)
    answer = _call(zoom, token)
    assert (answer.status, answer.code) == (400, 4711)
    assert "user:read:admin, user:read:list_users:admin" in answer.content["message"]
    assert _call(zoom, token, "/v2/users/me/meetings").status == 200


def test_too_many_calls() -> None:
    zoom = Zoom(busy=1)
    token = _token(zoom)
    assert [_call(zoom, token).status for _ in range(2)] == [429, 200]


def test_meetings_are_kept() -> None:
    zoom = Zoom(account=Account())
    headers = {"authorization": f"Bearer {_token(zoom)}", "content-type": "application/json"}
    made = zoom.answer(Request("POST", "api.zoom.us", "/v2/users/me/meetings", headers, b'{"topic": "New"}'))
    assert (made.status, made.content["topic"]) == (201, "New")
    one = f"/v2/meetings/{made.content['id']}"
    assert zoom.answer(Request("PATCH", "api.zoom.us", one, headers, b'{"topic": "Newer"}')).status == 204
    assert _call(zoom, headers["authorization"][7:], one).content["topic"] == "Newer"
    assert zoom.answer(Request("DELETE", "api.zoom.us", one, headers)).status == 204
    assert _call(zoom, headers["authorization"][7:], one).code == 3001


# Who reaches it

PYTHON = {
    "requests": """\
import requests
def post(url, form, auth): return requests.post(url, data=form, auth=auth).json()
def get(url, headers): return requests.get(url, headers=headers).json()
""",
    "httpx": """\
import httpx
def post(url, form, auth): return httpx.post(url, data=form, auth=auth).json()
def get(url, headers): return httpx.get(url, headers=headers).json()
""",
    "httpx-async": """\
import asyncio, httpx
async def ask(method, url, **more):
    async with httpx.AsyncClient() as client:
        return (await client.request(method, url, **more)).json()
def post(url, form, auth): return asyncio.run(ask("POST", url, data=form, auth=auth))
def get(url, headers): return asyncio.run(ask("GET", url, headers=headers))
""",
    "aiohttp": """\
import aiohttp, asyncio
async def ask(method, url, auth=None, **more):
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth(*auth) if auth else None) as session:
        async with session.request(method, url, **more) as response:
            return await response.json()
def post(url, form, auth): return asyncio.run(ask("POST", url, auth, data=form))
def get(url, headers): return asyncio.run(ask("GET", url, headers=headers))
""",
    "urllib": """\
import base64, json, urllib.error, urllib.parse, urllib.request
def ask(url, data, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)
def post(url, form, auth):
    basic = base64.b64encode(":".join(auth).encode()).decode()
    return ask(url, urllib.parse.urlencode(form).encode(), {"Authorization": f"Basic {basic}"})
def get(url, headers): return ask(url, None, headers)
""",
    "http.client": """\
import base64, http.client, json
from urllib.parse import urlencode, urlsplit
def ask(method, url, body, headers):
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc)
    connection.request(method, parts.path, body, headers)
    return json.loads(connection.getresponse().read())
def post(url, form, auth):
    basic = base64.b64encode(":".join(auth).encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    return ask("POST", url, urlencode(form), headers)
def get(url, headers): return ask("GET", url, None, headers)
""",
}
PYTHON_MAIN = """\
import os, sys, time, jwt
key, secret = os.environ["ID"], os.environ["SECRET"]
if sys.argv[1] == "old":
    token = jwt.encode({"iss": key, "exp": int(time.time()) + 60}, secret, algorithm="HS256")
else:
    form = {"grant_type": "account_credentials", "account_id": os.environ["ACCOUNT"]}
    token = post("https://zoom.us/oauth/token", form, (key, secret))["access_token"]
print(get("https://api.zoom.us/v2/users", {"Authorization": f"Bearer {token}"}))
"""

NODE = {
    "https": """\
const https = require('https')
const ask = (method, url, headers, body) => new Promise((resolve, reject) => {
  const request = https.request(url, { method, headers }, (response) => {
    let text = ''
    response.on('data', (part) => { text += part })
    response.on('end', () => resolve(JSON.parse(text)))
  })
  request.on('error', reject)
  request.end(body)
})
const post = (url, form, basic) => ask('POST', url, {
  Authorization: `Basic ${basic}`, 'Content-Type': 'application/x-www-form-urlencoded' }, String(form))
const get = (url, headers) => ask('GET', url, headers)
""",
    "fetch": """\
const ask = async (url, options) => (await fetch(url, options)).json()
const post = (url, body, basic) => ask(url, { method: 'POST', body, headers: { Authorization: `Basic ${basic}` } })
const get = (url, headers) => ask(url, { headers })
""",
    "node-fetch": """\
const fetch = require('node-fetch')
const ask = async (url, options) => (await fetch(url, options)).json()
const post = (url, body, basic) => ask(url, { method: 'POST', body, headers: { Authorization: `Basic ${basic}` } })
const get = (url, headers) => ask(url, { headers })
""",
    "axios": """\
const axios = require('axios')
const client = axios.create({ validateStatus: () => true })
const post = async (url, form, basic) =>
  (await client.post(url, form, { headers: { Authorization: `Basic ${basic}` } })).data
const get = async (url, headers) => (await client.get(url, { headers })).data
""",
    "request": """\
const request = require('request')
const ask = (options) => new Promise((resolve, reject) => {
  request({ json: true, ...options }, (error, response, body) => error ? reject(error) : resolve(body))
})
const post = (url, form, basic) =>
  ask({ method: 'POST', url, form: Object.fromEntries(form), headers: { Authorization: `Basic ${basic}` } })
const get = (url, headers) => ask({ url, headers })
""",
}
NODE_MAIN = """\
const jwt = require('jsonwebtoken')
const main = async () => {
  const { ID: key, SECRET: secret, ACCOUNT: account_id } = process.env
  let token
  if (process.argv[2] === 'old') {
    token = jwt.sign({ iss: key, exp: Math.floor(Date.now() / 1000) + 60 }, secret)
  } else {
    const form = new URLSearchParams({ grant_type: 'account_credentials', account_id })
    const basic = Buffer.from(`${key}:${secret}`).toString('base64')
    token = (await post('https://zoom.us/oauth/token', form, basic)).access_token
  }
  console.log(JSON.stringify(await get('https://api.zoom.us/v2/users', { Authorization: `Bearer ${token}` })))
}
main()
"""


def _says(argv: list[str], folder: Path, served: Served, node_modules: Path | None = None) -> str:
    zoom = served.zoom
    env = {"ID": zoom.client_id, "SECRET": zoom.client_secret, "ACCOUNT": zoom.account_id}
    ran = run(argv, folder, served, env, node_modules)
    assert ran.status == 0, ran.err
    return ran.out


@pytest.mark.parametrize("client", PYTHON)
def test_old_python_program_is_refused_and_a_new_one_is_not(client: str, served: Served, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PYTHON[client] + PYTHON_MAIN)
    assert "'code': 124" in _says(["python", "main.py", "old"], tmp_path, served)
    assert "owner@example.com" in _says(["python", "main.py", "new"], tmp_path, served)
    assert [exchange.answer.status for exchange in served.zoom.log] == [401, 200, 200]


@pytest.mark.parametrize("client", NODE)
def test_old_node_program_is_refused_and_a_new_one_is_not(
    client: str, served: Served, tmp_path: Path, node_modules: Path
) -> None:
    (tmp_path / "main.js").write_text(NODE[client] + NODE_MAIN)
    assert '"code":124' in _says(["node", "main.js", "old"], tmp_path, served, node_modules)
    assert "owner@example.com" in _says(["node", "main.js", "new"], tmp_path, served, node_modules)
    assert [exchange.answer.status for exchange in served.zoom.log] == [401, 200, 200]


def test_zoomus_gets_its_own_token(served: Served, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("""\
import os, sys
from zoomus import ZoomClient
client = ZoomClient(os.environ["ID"], os.environ["SECRET"], api_account_id=os.environ["ACCOUNT"])
print(client.user.list().json())
""")
    assert "owner@example.com" in _says(["python", "main.py"], tmp_path, served)


def test_python_program_reaches_nothing_else(served: Served, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("""\
import socket
for address in ("example.com", "192.0.2.1"):
    try:
        socket.create_connection((address, 443), timeout=2)
    except OSError as error:
        print(error)
""")
    assert _says(["python", "main.py"], tmp_path, served).count("a test's program") == 2


def test_node_program_reaches_nothing_else(served: Served, tmp_path: Path, node_modules: Path) -> None:
    (tmp_path / "main.js").write_text("""\
for (const host of ['https://example.com', 'http://192.0.2.1']) fetch(host).catch((e) => console.log(e.cause.message))
""")
    assert _says(["node", "main.js"], tmp_path, served, node_modules).count("a test's program connects") == 2
