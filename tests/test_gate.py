"""The gate: the shapes of files that must be parsed, those that need not be, and what looking costs."""

from __future__ import annotations

import pytest

from jwtscan.files import gate
from jwtscan.files.gate import Look, candidates, has, look, neighbourhood

STRONG = (gate.ZOOM, b"jwtscan:", b"eyj")
TOKEN = b"eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJGYWtlIiwiZXhwIjoxfQ.FakeSignature00000000"


def seen(text: bytes, path: str = "src/main.py") -> Look | None:
    return look(text.lower(), STRONG, path)


def through(files: dict[str, bytes], *, spoken: bool = False) -> set[str]:
    """The files of a tree that would be parsed, as the engine asks the gate."""
    looks = {path: found for path, text in files.items() if (found := seen(text, path)) is not None}
    for path, words in list(neighbourhood(files, looks, spoken=spoken)):
        if has(files[path].lower(), words):
            looks[path] = Look(frozenset(), weak=True, evidence=False)
    return set(candidates(files, looks, spoken))


@pytest.mark.parametrize(
    "text",
    [
        b'requests.get("https://api.zoom.us/v2/users", headers={"Authorization": "Bearer " + TOKEN})',
        b"ZoomMtg.join({ apiKey, signature })",
        b"import { ZoomMtg } from '@zoomus/websdk'",
        b"from zoomus import ZoomClient",
        b"ZOOM_API_KEY=",
        b"ZOOM_JWT=",
        b"zoom.api.secret=",
        b'{"zoom": {"apiKey": ""}}',
        b'"zoom" : {\n "secret": ""}',
        b"zoom:\n  api_key: x",
        b"Zoom: # the account\n  apikey: x",
        b"[zoom]\nsecret=",
        b"[default.zoom]\napi_key=",
        b'config.get("zoom", "key"), config.get("zoom", "secret")',
        b"functions.config().zoom.key; functions.config().zoom.secret",
        b"this.zoomApiSecret",
        b"zoomConfig.apiKey",
        b"https://eu01api-www4local.zoom.us/v2 jwt",
        b'<script src="https://source.zoom.us/zoom-meeting-1.9.1.min.js">',
    ],
)
def test_files_that_speak_of_zoom_are_parsed(text: bytes) -> None:
    assert through({"a": text}) == {"a"}


@pytest.mark.parametrize(
    "text",
    [
        b"map.setZoom(12)",
        b'L.map("map", {zoom: 12, apiKey: key})',
        b'{"map": {"zoom": 12, "apiKey": "x"}}',
        b"mediumZoom('img'); const token = 1;",
        b".zoom-in { cursor: zoom-in; } /* signature */",
        b"total = 1",
        b'{"api_key": "x", "secret": "y"}',
    ],
)
def test_maps_pictures_and_other_programs_are_not_parsed(text: bytes) -> None:
    assert through({"a": text}) == set()


@pytest.mark.parametrize("path", ["zoom.yml", "zoom/config.ini", "ZoomBot.ini", "settings/zoom_keys.py"])
def test_a_path_speaks_for_a_file_without_any_zoom(path: str) -> None:
    assert through({path: b"api_key = 1"}) == {path}
    assert through({path: b"total = 1"}) == set()


def test_what_a_file_that_speaks_of_zoom_may_read_is_parsed() -> None:
    files = {
        "server/package.json": b"{}",
        "server/zoom.js": b"fetch('https://api.zoom.us/v2/users', {headers: {authorization: bearer(token)}})",
        "server/lib/token.js": b"jwt.sign({ iss: key, exp }, secret)",
        "server/lib/sum.js": b"module.exports = (a, b) => a + b",
        "server/keys.js": b"exports.apiKey = ''",
    }
    assert through(files) == {"server/zoom.js", "server/lib/token.js", "server/keys.js"}


def test_a_signature_in_another_package_than_the_page_that_uses_it_is_parsed() -> None:
    files = {
        "client/package.json": b'{"dependencies": {"@zoomus/websdk": "1.9.0"}}',
        "client/room.js": b"import { ZoomMtg } from '@zoomus/websdk'; ZoomMtg.join({ apiKey })",
        "server/package.json": b"{}",
        "server/sign.js": b"crypto.createHmac('sha256', process.env.SECRET)",
        "server/login.js": b"jwt.sign({ id }, process.env.JWT_SECRET)",
    }
    assert through(files) == {"client/package.json", "client/room.js", "server/sign.js"}


def test_the_name_of_the_scanned_folder_speaks_for_its_files() -> None:
    files = {"index.js": b"jwt.sign({ iss, exp }, secret)", "sum.js": b"1 + 1"}
    assert through(files) == set()
    assert through(files, spoken=True) == {"index.js"}


def test_a_token_is_looked_at_anywhere() -> None:
    assert through({"a": b"x = '" + TOKEN + b"'"}) == {"a"}
    assert through({"a": b"x = 'eyJhbGci'"}) == set()


def test_a_large_tree_is_parted_into_packages() -> None:
    files = {f"p{number}/x{number}.js": b"" for number in range(gate.LARGE)}
    files |= {f"p{number}/package.json": b"{}" for number in range(20)}
    files["p1/a.js"] = b"from '@zoomus/websdk'; join({ apiKey })"
    files["p1/b.js"] = b"exports.apiKey = 1"
    files["p2/c.js"] = b"exports.apiKey = 1; zoom secret"
    assert through(files) == {"p1/a.js", "p1/b.js"}


class Counting(bytes):
    """Bytes that count how often they are searched."""

    searches = 0

    def __contains__(self, word: object) -> bool:
        type(self).searches += 1
        return super().__contains__(word)  # type: ignore[operator]


def test_a_file_without_strong_words_costs_one_search_a_word() -> None:
    Counting.searches = 0
    assert look(Counting(b"api_key secret jwt token " * 10), STRONG, "src/main.py") is None
    assert Counting.searches == len(STRONG)
