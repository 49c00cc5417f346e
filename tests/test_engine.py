"""One scan from end to end, through the engine's own door."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Plain

from jwtscan.engine import BUILTIN_WORDS, Options, Result, scan
from jwtscan.files import MissingPathError
from jwtscan.finding import Confidence
from jwtscan.loading import load_rules

RULES = load_rules(allow_python=False)

MINT = """\
import jwt

URL = "https://api.zoom.us/v2/users"


def token(key, secret):
    return jwt.encode({"iss": key, "exp": 1}, secret, algorithm="HS256")
"""


def scanned(tree: Path, **options: object) -> Result:
    return scan(Options(cwd=tree, **options), RULES)  # type: ignore[arg-type]


def places(result: Result) -> list[tuple[str, str, int]]:
    return [(finding.path, finding.rule, finding.start.line) for finding in result.findings]


def test_finding_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(MINT)
    result = scanned(tmp_path)
    assert places(result) == [("client.py", "jwt-mint", 7)]
    assert (result.files, result.parsed) == (1, 1)
    assert result.documents["client.py"].source == MINT.encode()


def test_any_number_of_jobs_gives_the_same(tmp_path: Path) -> None:
    for number in range(40):
        folder = tmp_path / f"p{number % 7}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{number}.py").write_text(MINT if number % 3 else "x = 1\n")
    one, two, four = (scanned(tmp_path, jobs=jobs) for jobs in (1, 2, 4))
    assert one.findings == two.findings == four.findings
    assert len(one.findings) == 26
    assert one.skipped == two.skipped == four.skipped


def test_text_on_stdin_is_read_as_its_name_says(tmp_path: Path) -> None:
    result = scanned(tmp_path, stdin=MINT.encode(), stdin_filename="lib/client.py")
    assert places(result) == [("lib/client.py", "jwt-mint", 7)]


def test_stdin_of_an_unknown_kind_is_said(tmp_path: Path) -> None:
    result = scanned(tmp_path, stdin=b"x", stdin_filename="a.bin")
    assert [(skipped.path, skipped.reason) for skipped in result.skipped] == [
        ("a.bin", "not a kind of file that jwtscan reads")
    ]


def test_missing_path_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(MINT)
    with pytest.raises(MissingPathError):
        scanned(tmp_path, paths=("client.py", "nothing-here"))


def test_utf_16_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "app.env").write_bytes("ZOOM_API_KEY=\nZOOM_API_SECRET=\n".encode("utf-16"))
    assert places(scanned(tmp_path)) == [("app.env", "config-credential", 1), ("app.env", "config-credential", 2)]


def test_evidence_in_another_file_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "signer.py").write_text(MINT.replace("https://api.zoom.us/v2/users", "/"))
    assert places(scanned(tmp_path)) == []
    (tmp_path / "client.py").write_text("from signer import token\nHOST = 'https://api.zoom.us/v2'\n")
    assert places(scanned(tmp_path)) == [("signer.py", "jwt-mint", 7)]


def test_low_confidence_is_reported_only_when_asked_for(tmp_path: Path) -> None:
    text = MINT.replace("https://api.zoom.us/v2/users", "zoom token")
    (tmp_path / "a.py").write_text(text.replace("zoom token", "zoom"))
    (tmp_path / "b.js").write_text("const config = 'zoom api';\n")
    assert places(scanned(tmp_path)) == []
    low = scanned(tmp_path, min_confidence=Confidence.LOW)
    assert all(finding.confidence is Confidence.LOW for finding in low.findings)


def test_file_that_may_not_be_read_is_a_finding_and_an_error(plain: Plain) -> None:
    file = plain.folder / "client.py"
    file.write_text(MINT)
    assert places(scanned(plain.folder)) == [("client.py", "jwt-mint", 7)]
    file.chmod(0)
    with plain.user():
        result = scanned(plain.folder)
    assert places(result) == [("client.py", "unreadable-file", 1)]
    assert result.errors == 1


def test_words_of_rules_that_need_no_zoom_are_the_engine_s(tmp_path: Path) -> None:
    words = {word.encode() for rule in RULES if rule.anywhere for word in rule.keywords}
    assert words == set(BUILTIN_WORDS)


def test_credential_that_an_integration_s_rule_reports_is_not_reported_twice(tmp_path: Path) -> None:
    (tmp_path / "connection.json").write_text(
        '{"type": "http", "assistant": "zoom", "http": {"auth": {"type": "jwt"}, "baseURI": "https://api.zoom.us"}}\n'
    )
    assert [rule for _, rule, _ in places(scanned(tmp_path))] == ["celigo-connection"]


OWN_RULE = """\
tags = ["rest"]
severity = "error"
summary = "s"
keywords = ["acme-gate"]
why = "w"
bad = "b"
good = "g"
what-to-do = "d"
page = "https://wiki.example.org"
[[match]]
text = {regex = "acme-gate"}
message = "found"
"""


def test_own_rule_s_words_are_looked_for_where_zoom_is_spoken_of(tmp_path: Path) -> None:
    """Without any of the built-in rules' words in the file."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/acme-gate.toml").write_text(OWN_RULE)
    rules = load_rules([tmp_path / "checks"], allow_python=False)
    app = tmp_path / "app"
    app.mkdir()
    (app / "gate.py").write_text('client("acme-gate")\n')
    assert scan(Options(cwd=app), rules).findings == []
    (app / "other.py").write_text('URL = "https://api.zoom.us/v2/users"\n')
    assert [(one.path, one.rule) for one in scan(Options(cwd=app), rules).findings] == [("gate.py", "acme-gate")]
