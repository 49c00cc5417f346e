"""The HTML report as a document, read by a parser that is not jwtscan's and takes no mistake."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from reports import DEMO, HOSTILE, RULES, hostile_tree, html_of, html_of_fix
from results import SECRET, document, finding, result_of, two_files

from jwtscan.cli import run
from jwtscan.engine import Result
from jwtscan.finding import Applicability, Silenced, Skipped
from jwtscan.report import PLAIN, masked, render
from jwtscan.report.html.diff import changes_of
from jwtscan.report.html.safe import el, instruction
from jwtscan.report.html.ways import TOP, folders
from jwtscan.report.masked import Patch
from jwtscan.text import Position


def parsed(page: str) -> Element:
    """The document's root. Any mistake in the markup is an error."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    root = parser.parse(page)
    assert isinstance(root, Element)
    return root


def fragment(markup: str) -> Element:
    return parsed(f"<!doctype html><title>t</title>{markup}")


def of(result: Result) -> str:
    return render(masked(result, RULES), "html", PLAIN)


def with_class(root: Element, name: str, tag: str = "*") -> list[Element]:
    return [one for one in root.iter() if name in one.get("class", "").split() and tag in ("*", one.tag)]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def elements(root: Element) -> Iterator[Element]:
    return (one for one in root.iter() if isinstance(one.tag, str))


@pytest.fixture(scope="module")
def demo() -> str:
    return html_of(DEMO)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile")
    hostile_tree(folder)
    return html_of(folder)


@pytest.fixture(scope="module", params=["demo", "hostile", "fix", "unsafe", "nothing", "no files", "two files"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every kind of page there is."""
    if request.param in ("demo", "hostile"):
        return str(request.getfixturevalue(request.param))
    if request.param == "fix":
        return html_of_fix(DEMO)
    if request.param == "unsafe":
        return html_of_fix(DEMO, Applicability.UNSAFE)
    if request.param == "two files":
        return of(two_files())
    folder = tmp_path_factory.mktemp("clean")
    if request.param == "nothing":
        (folder / "a.py").write_text("x = 1\n")
    return html_of(folder)


def test_markup_has_no_mistake_and_ids_are_unique(page: str) -> None:
    root = parsed(page)
    assert [one.tag for one in root] == ["head", "body"]
    ids = Counter(one.get("id") for one in elements(root) if one.get("id"))
    assert [name for name, number in ids.items() if number > 1] == []
    targets = {one.get("href", "")[1:] for one in root.iter("a") if one.get("href", "").startswith("#")}
    assert targets <= set(ids)


def test_page_loads_nothing(page: str) -> None:
    root = parsed(page)
    for one in elements(root):
        assert one.tag not in ("img", "iframe", "object", "embed", "base", "form-action"), one.tag
        for name, value in one.attrib.items():
            assert not name.startswith("on"), name
            assert name not in ("src", "srcset", "style", "action", "xlink:href"), name
            if name == "href" and one.tag == "link":
                assert value.startswith("data:image/svg+xml,"), value
            elif name == "href":
                assert re.match(r"#|https://", value), value
                outside = not value.startswith("#")
                assert one.get("rel") == ("noreferrer noopener" if outside else None)
    for part in (*root.iter("style"), *root.iter("script")):
        assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch|XMLHttp|eval|innerHTML", part.text or "")


def test_policy_names_exactly_what_is_there(page: str) -> None:
    root = parsed(page)
    policy = next(one.get("content", "") for one in root.iter("meta") if one.get("http-equiv"))
    given = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert given["default-src"] == "'none'"
    assert given["base-uri"] == given["form-action"] == "'none'"
    for tag, key in (("style", "style-src"), ("script", "script-src")):
        (part,) = root.iter(tag)
        digest = base64.b64encode(hashlib.sha256((part.text or "").encode()).digest()).decode()
        assert given[key] == f"'sha256-{digest}'"
    # It has to come before what it is about.
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_nothing_hostile_comes_to_life(hostile: str) -> None:
    root = parsed(hostile)
    found = {str(one.tag) for one in elements(root)}
    assert not found & {"img", "iframe", "object"}
    assert len(list(root.iter("script"))) == 1
    assert len(list(root.iter("style"))) == 1
    text = words(root)
    for said in ("<img src=x onerror=alert(2)>", "<script>alert(4)</script>", "</style><svg onload=alert(5)>"):
        assert said in text, "it has to be shown as it is"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", hostile)
    assert "\\u202e" in text
    assert "\\x1b[31m" in text


def test_hostile_text_of_jwtscans_own_stays_text() -> None:
    """Whatever gets into a message, a reason or a rule's page."""
    doc = document("a.js", "apiKey\n")
    made = finding(doc, "apiKey", message=HOSTILE, evidence=(HOSTILE,))
    result = result_of({"a.js": doc}, [made], skipped=[Skipped(HOSTILE, HOSTILE)], root=HOSTILE)
    rules = [replace(rule, why=HOSTILE, page="javascript:alert(1)", bad=HOSTILE) for rule in RULES]
    root = parsed(render(masked(result, rules), "html", PLAIN))
    assert not [one for one in elements(root) if one.tag == "img"]
    assert not [one for one in root.iter("a") if "javascript" in one.get("href", "")]
    assert words(root).count("<img src=x onerror=alert(1)>") >= 6


def test_secret_is_masked_in_source_trail_and_patch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    key, secret = "FAKEfakeFAKEfakeFAKE22", SECRET
    (tmp_path / "api.py").write_text(
        "import jwt, requests\n"
        f"API_KEY = '{key}'\nAPI_SECRET = '{secret}'\n\n\n"
        "def token():\n    return jwt.encode({'iss': API_KEY, 'exp': 1}, API_SECRET, algorithm='HS256')\n\n\n"
        "def users():\n    headers = {'Authorization': f'Bearer {token()}'}\n"
        "    return requests.get('https://api.zoom.us/v2/users', headers=headers)\n"
    )
    (tmp_path / ".env").write_text(f"ZOOM_API_SECRET={secret}\n")
    target = tmp_path / "out.html"
    assert run(["scan", "--format", f"html={target}"]) == 1
    scanned = target.read_text(encoding="utf-8")
    for text in (scanned, html_of_fix(tmp_path, Applicability.UNSAFE)):
        assert key not in text
        assert key[6:] not in text
        assert secret not in text
        assert secret[8:] not in text
    assert len(with_class(parsed(scanned), "del")) > 2


def test_same_bytes_every_time(demo: str) -> None:
    assert html_of(DEMO, jobs=2) == demo
    turned = two_files()
    turned.findings.reverse()
    assert of(turned) == of(two_files())


def test_every_finding_has_its_card(demo: str) -> None:
    root = parsed(demo)
    cards = with_class(root, "finding", "details")
    assert len(cards) == 13
    assert words(root).count("13 findings in 9 files") == 1
    (mint,) = [card for card in cards if card.get("data-rule") == "jwt-mint"]
    text = words(mint)
    assert "server/meetings.py:15:12" in text
    assert "api.zoom.us in this file" in text
    assert "Fetch an OAuth access token" in text
    (marked,) = mint.iter("mark")
    assert words(marked) == 'jwt.encode(payload, API_SECRET, algorithm="HS256")'
    assert [one.get("data-n") for one in with_class(mint, "in")] == ["15"]
    (trail,) = with_class(mint, "trail")
    assert [words(step) for step in trail] == [
        'ZOOM_API_KEY → API_KEYserver/meetings.py:9API_KEY = os.environ["ZOOM_API_KEY"]',
        'encode()server/meetings.py:15return jwt.encode(payload, API_SECRET, algorithm="HS256")',
    ]
    assert "+ return access_token()" in [words(line) for line in with_class(mint, "add")]
    assert "-import jwt" in [words(line) for line in with_class(mint, "del")]
    assert "It also writes server/zoom_oauth.py" in text


def test_fix_that_waits_for_others_shows_its_change(demo: str) -> None:
    """A name is only changed when the code that reads it is."""
    first = with_class(parsed(demo), "finding")[0]
    assert first.get("data-rule") == "config-credential"
    lines = [words(line) for line in with_class(first, "add")]
    assert "+ZOOM_MEETING_SDK_KEY=" in lines
    assert "+ apiKey: process.env.ZOOM_MEETING_SDK_KEY," in lines


def test_name_that_only_a_use_reads_changes_with_it(tmp_path: Path) -> None:
    (tmp_path / "join.js").write_text(
        "import { ZoomMtg } from '@zoomus/websdk'\n"
        "ZoomMtg.join({ meetingNumber, apiKey: process.env.ZOOM_API_KEY, signature })\n"
    )
    root = parsed(html_of(tmp_path))
    (card,) = [one for one in with_class(root, "finding") if one.get("data-rule") == "join-api-key"]
    added = [words(line) for line in with_class(card, "add")]
    assert any("process.env.ZOOM_MEETING_SDK_KEY" in line for line in added)
    assert "Set ZOOM_MEETING_SDK_KEY to its client id." in words(with_class(root, "steps")[0])


def test_unsafe_fix_says_what_it_takes_for_granted(demo: str) -> None:
    unsafe = [one for one in with_class(parsed(demo), "finding") if one.get("data-fix") == "unsafe"]
    literal, card = unsafe
    assert "it waits for an unsafe fix: still read by client-signature at web/kiosk.html:14" in words(literal)
    assert "It takes for granted: the secret stays in the browser" in words(card)
    assert "Write by hand" in words(card)
    assert "Left to do" in words(card)


def test_charts_say_their_numbers_in_tables(demo: str) -> None:
    root = parsed(demo)
    cards = with_class(root, "finding")
    tables = {words(one): table for table in root.iter("table") for one in table.iter("caption")}
    for caption, data in (("By rule", "data-rule"), ("By folder", "data-folder"), ("By confidence", "data-confidence")):
        rows = list(tables[caption].iter("tr"))[1:]
        shown = {words(row[0]).lower(): int(words(row[1])) for row in rows}
        assert {key: number for key, number in shown.items() if number} == Counter(
            str(card.get(data)) for card in cards
        )
    ways = {words(row[0]): int(words(row[1][0])) for row in with_class(root, "ways")[0]}
    assert ways == {"Safe fix": 11, "With --unsafe-fixes": 2, "By hand": 0}


def test_bars_are_as_long_as_their_numbers(demo: str) -> None:
    table = with_class(parsed(demo), "bars")[0]
    widths = {words(row[1]): row[1][0].get("width") for row in list(table.iter("tr"))[1:]}
    assert widths == {"3": "100.00%", "2": "66.67%", "1": "33.33%"}


def test_next_steps_say_both_apps_and_their_credentials(demo: str) -> None:
    (steps,) = with_class(parsed(demo), "steps")
    titles = [words(one) for one in steps.iter("h3")]
    assert titles == [
        "Let jwtscan change the code",
        "See to what goes with the code",
        "Create the new apps and set their credentials",
        "Look again",
        "Switch the JWT app off",
    ]
    text = words(steps)
    assert "fixes 11 findings, safely" in text
    assert "Create a Server-to-Server OAuth app at marketplace.zoom.us/develop/create" in text
    assert "Set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET to its credentials." in text
    assert "Create a General app" in text
    assert "Set ZOOM_MEETING_SDK_KEY and ZOOM_MEETING_SDK_SECRET" in text
    assert "Run npm install in web." in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("press Test Connection", "<li>Press Test Connection.</li>"),
        ("Never use them again.", "<li>Never use them again.</li>"),
        ("a.py: the parameter ts is no longer read", "<li>a.py: the parameter ts is no longer read.</li>"),
        ("Set REACT_APP_ZOOM_KEY.", "<li>Set <code>REACT_APP_ZOOM_KEY</code>.</li>"),
        ("Set ZOOM_KEY.", "<li>Set <code>ZOOM_KEY</code>.</li>"),
    ],
)
def test_things_to_do_are_sentences_with_names_set_apart(said: str, expected: str) -> None:
    assert el("li", instruction(said)) == expected


def test_next_steps_name_only_the_app_that_is_needed(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    for path in ("server/meetings.py", "server/requirements.txt"):
        (tmp_path / path).write_bytes((DEMO / path).read_bytes())
    (steps,) = with_class(parsed(html_of(tmp_path)), "steps")
    assert "Server-to-Server" in words(steps)
    assert "Meeting SDK" not in words(steps)


def test_by_hand_findings_are_listed_with_their_reason(tmp_path: Path) -> None:
    (tmp_path / "zoom.py").write_text(
        "import jwt, requests\n\n\ndef call(tenant):\n"
        "    token = jwt.encode({'iss': tenant.zoom_api_key, 'exp': 1}, tenant.zoom_api_secret, algorithm='HS256')\n"
        "    return requests.get('https://api.zoom.us/v2/users', headers={'Authorization': 'Bearer ' + token})\n"
    )
    root = parsed(html_of(tmp_path))
    (reasons,) = with_class(root, "reasons")
    by_hand = [one for one in with_class(root, "finding") if one.get("data-fix") == "hand"]
    assert {one.get("id") for one in by_hand} == {a.get("href", "")[1:] for a in reasons.iter("a")}
    assert "zoom.py:5" in words(reasons)


def test_rules_that_fired_are_explained_and_no_others(demo: str) -> None:
    root = parsed(demo)
    explained = {one.get("id", "").removeprefix("about-") for one in with_class(root, "rule")}
    assert explained == {card.get("data-rule") for card in with_class(root, "finding")}
    (mint,) = [one for one in with_class(root, "rule") if one.get("id") == "about-jwt-mint"]
    assert "Zoom's REST API answers 401 with code 124" in words(mint)
    assert [a.get("href") for a in mint.iter("a")] == ["https://developers.zoom.us/docs/internal-apps/s2s-oauth/"]


def test_fix_says_what_it_did_and_what_remains() -> None:
    root = parsed(html_of_fix(DEMO))
    assert "11 findings fixed in 10 files; 2 remaining." in words(root)
    (fixed,) = [one for one in elements(root) if one.get("id") == "fixed"]
    assert "server/zoom_oauth.pynew file" in words(fixed)
    assert "jwt-mint fetch an OAuth" in words(fixed)
    left = {one.get("data-rule"): one for one in with_class(root, "finding")}
    assert set(left) == {"client-signature", "credential-literal"}
    assert with_class(left["client-signature"], "add"), "what --unsafe-fixes would change"


def test_clean_tree_gets_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    text = words(parsed(html_of(tmp_path)))
    assert "No findings" in text
    assert "1 file scanned, and no use of the JWT app type found." in text
    assert "There were no files to scan." in words(parsed(of(Result())))


def test_what_is_left_out_is_listed() -> None:
    result = two_files()
    quiet = result.findings.pop()
    result.silenced = [Silenced(quiet, "an old sample", Position(1, 1))]
    result.known = {"jwtscan-baseline.jsonl": [quiet]}
    (section,) = [one for one in elements(parsed(of(result))) if one.get("id") == "passed-over"]
    assert "dist/app.min.js" in words(section)
    assert "generated" in words(section)
    assert "an old sample" in words(section)
    assert "Known in jwtscan-baseline.jsonl: 1 finding" in words(section)


def test_folder_outside_says_that_fixes_were_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["scan", str(DEMO), "--format", "html=out.html"]) == 1
    root = parsed((tmp_path / "out.html").read_text(encoding="utf-8"))
    assert "Scan from the project’s own folder" in words(with_class(root, "outlook")[0])
    assert with_class(root, "badge") == with_class(root, "ways") == []
    assert len(with_class(root, "finding")) == 13


def test_same_change_is_shown_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ZOOM_API_KEY=\n")
    (tmp_path / ".env.example").write_text("ZOOM_API_KEY=\n")
    (tmp_path / "join.js").write_text(
        "import { ZoomMtg } from '@zoomus/websdk'\n"
        "ZoomMtg.join({ meetingNumber, apiKey: process.env.ZOOM_API_KEY, signature })\n"
    )
    cards = [
        one for one in with_class(parsed(html_of(tmp_path)), "finding") if one.get("data-rule") == "config-credential"
    ]
    assert len(cards) >= 2
    assert sum("The same change as for" in words(card) for card in cards) == len(cards) - 1


def test_very_long_line_is_cut_around_its_mark() -> None:
    doc = document("a.js", "x" * 300_000 + " apiKey: key " + "y" * 300_000 + "\n")
    page = of(result_of({"a.js": doc}, [finding(doc, "apiKey: key")]))
    (marked,) = parsed(page).iter("mark")
    assert words(marked) == "apiKey: key"
    assert len(page) < 100_000


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("zoomus==1.1.6", "zoomus==1.2.1", ["1.6", "2.1"]),
        ("ab", "ab", []),
        ("completely other", "nothing the same", []),
    ],
)
def test_what_differs_in_a_line_is_set_off(before: str, after: str, expected: list[str]) -> None:
    drawn = fragment(changes_of(Patch("a", False, f"@@ -1,1 +1,1 @@\n-{before}\n+{after}\n")))
    assert [words(one) for one in drawn.iter("b")] == expected


def test_lines_of_a_patch_are_numbered_as_in_their_file() -> None:
    patch = "@@ -9,3 +9,3 @@\n a\n-b\n+c\n d\n@@ -40,1 +40,2 @@\n e\n+f\n\\ No newline at end of file\n"
    drawn = fragment(changes_of(Patch("a", False, patch)))
    rows = [(one.get("data-n"), words(one)) for one in with_class(drawn, "code")[0]]
    assert rows == [
        ("9", "a"), ("10", "-b"), ("10", "+c"), ("11", "d"), (None, "…"), ("40", "e"), ("41", "+f"),
        (None, "\\ No newline at end of file"),
    ]  # fmt: skip


def test_folders_are_as_deep_as_there_are_not_too_many() -> None:
    assert folders(["a.py", "src/x/b.py"]) == {"a.py": TOP, "src/x/b.py": "src/x"}
    many = [f"src/part{number}/deep/a.py" for number in range(40)]
    assert set(folders(many).values()) == {"src"}
    assert folders(["/abs/one/a.py"]) == {"/abs/one/a.py": "/abs/one"}
