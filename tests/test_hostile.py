"""Input made to hang, crash or mislead: small enough for a moment, large enough that a quadratic search would be seen.

Time is processor time with a wide margin: what these tests are after takes a hundred times as long.
"""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from jwtscan.engine import Options, Result, scan
from jwtscan.finding import Confidence
from jwtscan.loading import load_rules
from jwtscan.mask import mask_line
from jwtscan.meaning.effort import EXCEEDED
from jwtscan.report import PLAIN, masked, render
from jwtscan.rule import Rule
from jwtscan.syntax.javascript.grammar import parse

SECONDS = 20.0
JS = "const jwt = require('jsonwebtoken'); const u = 'https://api.zoom.us/v2';\n"
PY = "import jwt\nURL = 'https://api.zoom.us/v2'\n"
MINT = "jwt.sign({iss: process.env.ZOOM_API_KEY, exp: 1}, process.env.ZOOM_API_SECRET);\n"
SECRET = "Zq7TfAkE4mN9vB2xL6cR8yK1wP5sD3hG0jQu"


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(load_rules(allow_python=False))


def scanned(folder: Path, files: Mapping[str, str]) -> Result:
    """Scans files in a folder within the time that is allowed."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    start = time.process_time()
    result = scan(Options(cwd=folder, min_confidence=Confidence.LOW, jobs=1), rules())
    assert time.process_time() - start < SECONDS
    return result


def mints(result: Result) -> int:
    return sum(finding.rule == "jwt-mint" for finding in result.findings)


def budget_was_met(result: Result) -> bool:
    return any(skipped.reason == EXCEEDED for skipped in result.skipped)


def lines(count: int, line: Callable[[int], str]) -> str:
    return "".join(line(number) + "\n" for number in range(count))


# -- cycles and depth ------------------------------------------------------------------------------------------------


def test_object_spread_into_itself_ends(tmp_path: Path) -> None:
    text = (
        JS + "let o = {iss: process.env.ZOOM_API_KEY, exp: 1}; o = {...o, ...o}; o = {...o};\njwt.sign(o, o.missing);\n"
    )
    assert mints(scanned(tmp_path, {"zoom.js": text})) == 1


def test_chain_of_spreads_deeper_than_the_stack_ends(tmp_path: Path) -> None:
    text = (
        JS + lines(2000, lambda i: f"const o{i} = {{...o{i + 1}}};") + "jwt.sign({iss: o0.key, exp: 1}, o0.missing);\n"
    )
    assert mints(scanned(tmp_path, {"zoom.js": text})) == 1


def test_class_that_is_its_own_base_ends(tmp_path: Path) -> None:
    text = PY + "class A(A.b): pass\nclass B(C.x): pass\nclass C(B.x): pass\n"
    text += "jwt.encode({'iss': A.zoom_key, 'exp': 1}, B().zoom_secret)\n"
    assert mints(scanned(tmp_path, {"zoom.py": text})) == 1


def test_functions_that_call_one_another_end(tmp_path: Path) -> None:
    text = PY + lines(
        60,
        lambda i: (
            f"def f{i}(a, b):\n    f{i * 3 % 60}(b, a); f{i * 7 % 60}(a, f{(i + 1) % 60}(b, a))\n"
            f"    return jwt.encode({{'iss': f{i * 11 % 60}(a, b), 'exp': b}}, f{i * 13 % 60}(b, a))"
        ),
    )
    scanned(tmp_path, {"zoom.py": text})


@pytest.mark.parametrize("count", [3, 1200])
def test_ring_of_star_imports_ends(tmp_path: Path, count: int) -> None:
    files = {f"zoom_{i}.py": f"from zoom_{(i + 1) % count} import *\n" for i in range(count)}
    files["zoom_0.py"] += PY + "jwt.encode({'iss': ZOOM_API_KEY, 'exp': 1}, ZOOM_API_SECRET)\n"
    assert mints(scanned(tmp_path, files)) == 1


def test_modules_that_all_give_on_one_another_end(tmp_path: Path) -> None:
    every = lines(40, lambda i: f"export * from './zoom_{i}';")
    mint = "import { K, S } from './zoom_1';\n" + JS + "jwt.sign({iss: K, exp: 1}, S);\n"
    assert mints(scanned(tmp_path, {f"zoom_{i}.js": every + mint for i in range(40)})) == 40


def test_names_behind_a_chain_of_star_imports_are_found(tmp_path: Path) -> None:
    files = {f"m{i}.py": f"from m{i + 1} import *\n" for i in range(20)}
    files["m20.py"] = "KEY = 'zoom-api-key'\n"
    files["zoom.py"] = f"from m0 import *\n{PY}jwt.encode({{'iss': KEY, 'exp': 1}}, SECRET)\n"
    found = next(finding for finding in scanned(tmp_path, files).findings if finding.rule == "jwt-mint")
    assert "m20.py" in {step.path for step in found.trail}


# -- a budget for each file ------------------------------------------------------------------------------------------


def test_file_of_endless_searches_is_given_up_and_said(tmp_path: Path) -> None:
    text = JS + MINT + "let k = process.env.ZOOM_API_KEY, s = k;\n"
    text += "k = s; s = k; jwt.sign({iss: k, exp: 1}, s);\n" * 3000
    result = scanned(tmp_path, {"zoom.js": text, "other.js": JS + MINT})
    assert budget_was_met(result)
    assert "zoom.js" in {finding.path for finding in result.findings}
    assert "other.js" in {finding.path for finding in result.findings}


def test_budget_gives_the_same_result_again(tmp_path: Path) -> None:
    files = {"zoom.js": JS + MINT * 3000}
    assert scanned(tmp_path, files).findings == scanned(tmp_path, files).findings


def test_ordinary_file_is_far_from_its_budget(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"zoom.js": JS + MINT * 100})
    assert mints(result) == 100
    assert not budget_was_met(result)


def test_class_of_many_methods(tmp_path: Path) -> None:
    method = "    def m{0}(self):\n        self.k{0} = self.k{1}\n"
    method += "        return jwt.encode({{'iss': self.k{0}, 'exp': 1}}, self.s)"
    text = PY + "class ZoomClient:\n" + lines(1500, lambda i: method.format(i, (i + 1) % 1500))
    assert mints(scanned(tmp_path, {"zoom.py": text})) > 0


# -- many of one thing -----------------------------------------------------------------------------------------------


def test_many_headers(tmp_path: Path) -> None:
    header = "axios.get('https://api.zoom.us/v2/users/{}', {{headers: {{Authorization: 'Bearer ' + ZOOM_JWT}}}});"
    scanned(tmp_path, {"zoom.js": lines(3000, header.format)})


def test_many_settings_of_one_name(tmp_path: Path) -> None:
    files = {".env": "ZOOM_API_KEY=abcdefghijk\n" * 20_000, "zoom.js": JS + MINT * 50}
    assert len(scanned(tmp_path, files).findings) > 20_000


def test_many_sections_of_settings(tmp_path: Path) -> None:
    text = lines(8000, lambda i: f"[zoom{i}]\nepic_zoom_api_key = k{i}\napi_secret = s{i}")
    scanned(tmp_path, {"zoom.ini": text})


def test_many_findings_below_ignore_comments(tmp_path: Path) -> None:
    text = JS + ("// jwtscan: ignore[jwt-mint, config-credential]\n" + MINT) * 1500
    result = scanned(tmp_path, {"zoom.js": text})
    assert result.silenced
    assert mints(result) == 0


def test_many_scripts_of_a_page(tmp_path: Path) -> None:
    script = "<script>ZoomMtg.join({{apiKey: KEY, meetingNumber: {}, signature: s}})</script>"
    assert len(scanned(tmp_path, {"zoom.html": lines(1500, script.format)}).findings) >= 1500


@pytest.mark.parametrize("text", ["a", "zoom", "eyJhbGci.", "secret=", "reset/", "a.b-", "https://a."])
def test_long_text_is_searched_in_linear_time(tmp_path: Path, text: str) -> None:
    long = text * (400_000 // len(text))
    code = f"{JS}{MINT}const token = '{long}';\nsend(`{long}${{token}}`);\n"
    scanned(tmp_path, {"zoom.js": code, "zoom.py": f"{PY}token = '{long}'\n"})


# -- names and secrets -----------------------------------------------------------------------------------------------


def test_names_of_files_cannot_reach_the_terminal(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"zo\nom\x1b[31m\u202e.js": JS + MINT})
    report = masked(result, rules())
    for name in ("text", "concise", "json"):
        text = render(report, name, PLAIN)
        assert not {"\x1b", "\u202e"} & set(text)
    assert json.loads(render(report, "json", PLAIN))["findings"]


def test_setting_where_a_name_is_expected_is_masked(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"app.json": f'{{"zoom": 1,\nZOOM_API_SECRET={SECRET}\n, "zoom_api_key": "x"}}'})
    report = masked(result, rules())
    assert any("ZOOM_API_SECRET" in finding.message for finding in report.findings)
    for name in ("text", "concise", "json"):
        assert SECRET[6:20] not in render(report, name, PLAIN)


@pytest.mark.parametrize(
    "text", ["secret=", "secret: '", "eyJ", "a", "apiKey => (", "://a:", "Bearer ", "a.b,", "token]"]
)
def test_long_line_is_masked_in_linear_time(text: str) -> None:
    start = time.process_time()
    mask_line(text * (200_000 // len(text)))
    assert time.process_time() - start < SECONDS


def test_long_text_is_masked_in_little_memory() -> None:
    line = "secret: '" + "a" * 400_000
    tracemalloc.start()
    try:
        assert mask_line(line) == "secret: 'aaaa…"
        assert tracemalloc.get_traced_memory()[1] < 20 * len(line)
    finally:
        tracemalloc.stop()


def test_parser_lets_go_of_what_it_has_read() -> None:
    source = (b"const k = " + b"`${" * 30 + b"zoom {a: 1 /* b */, }\n" * 400).ljust(16_000)
    parse(source, "typescript")
    tracemalloc.start()
    try:
        for _ in range(3):
            parse(source, "typescript")
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 3_000_000
    finally:
        tracemalloc.stop()
