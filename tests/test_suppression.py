"""Ignore comments from the file to the report: what fixtures cannot say, because it hangs on how a scan is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jwtscan.cli import run
from jwtscan.engine import Options, Result, scan
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability, Confidence
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

RULES = load_rules(allow_python=False)
CLIENT = 'from zoomus import ZoomClient\n\nclient = ZoomClient("k", "s")'


def scanned(folder: Path, rules: list[Rule] = RULES, **options: object) -> Result:
    return scan(Options(cwd=folder, jobs=1, **options), rules)  # type: ignore[arg-type]


def ids(result: Result) -> list[tuple[str, int]]:
    return [(finding.rule, finding.start.line) for finding in result.findings]


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_bytes(text.encode())


def test_silenced_findings_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client]\n")
    result = scanned(tmp_path)
    assert ids(result) == []
    assert [one.finding.rule for one in result.silenced] == ["wrapper-client"]


def test_an_ignore_is_not_judged_by_rules_that_did_not_run(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "total = 1  # jwtscan: ignore[jwt-mint]\n")
    own = [rule for rule in RULES if rule.id in {"unused-ignore", "wrapper-client"}]
    known = frozenset(rule.id for rule in RULES)
    assert ids(scanned(tmp_path, own, known_rules=known)) == []
    assert ids(scanned(tmp_path)) == [("unused-ignore", 1)]


def test_an_ignore_is_used_by_a_finding_that_is_too_unsure_to_be_reported(tmp_path: Path) -> None:
    low = 'import os\nACCOUNT = os.environ["ZOOM_ACCOUNT_ID"]\nZOOM_API_KEY = os.environ["ZOOM_API_KEY"]'
    write(tmp_path, "settings.py", f"{low}  # jwtscan: ignore[config-credential]\n")
    assert ids(scanned(tmp_path)) == []
    assert scanned(tmp_path).silenced == []
    low_too = scanned(tmp_path, min_confidence=Confidence.LOW)
    assert ids(low_too) == []
    assert [one.finding.rule for one in low_too.silenced] == ["config-credential"]


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_the_line_above_is_found_whatever_the_newline(tmp_path: Path, newline: str) -> None:
    text = CLIENT.replace("client =", "# jwtscan: ignore[wrapper-client]\nclient =")
    write(tmp_path, "a.py", text.replace("\n", newline))
    assert ids(scanned(tmp_path)) == []


def test_an_ignore_silences_a_finding_in_a_file_without_any_zoom(tmp_path: Path) -> None:
    write(tmp_path, ".env", "KEY=  # jwtscan: ignore[config-credential]\nSECRET=\n")
    write(
        tmp_path,
        "zoom.js",
        "const jwt = require('jsonwebtoken');\n"
        "module.exports = (exp) => jwt.sign({ iss: process.env.KEY, exp }, process.env.SECRET);\n"
        "fetch('https://api.zoom.us/v2/users');\n",
    )
    assert ids(scanned(tmp_path)) == [("config-credential", 2), ("jwt-mint", 2)]


def test_an_ignore_in_text_from_standard_input(tmp_path: Path) -> None:
    text = f"{CLIENT}  # jwtscan: ignore[wrapper-client]\n".encode()
    assert ids(scanned(tmp_path, stdin=text, stdin_filename="a.py")) == []
    assert ids(scanned(tmp_path, stdin=CLIENT.encode(), stdin_filename="a.py")) == [("wrapper-client", 3)]


def test_unused_ignore_can_be_ignored_for_a_file(tmp_path: Path) -> None:
    write(tmp_path, "a.py", f"# jwtscan: ignore-file[wrapper-client]\n{CLIENT}\ntotal = 1\n")
    assert ids(scanned(tmp_path)) == []


def test_malformed_comments_silence_nothing_and_are_said(tmp_path: Path) -> None:
    for number, words in enumerate(["ignore[", "ignore[]", "ignored[wrapper-client]", "ignore-line[wrapper-client]"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, "a.py", f"{CLIENT}  # jwtscan: {words}\n")
        assert ids(scanned(folder)) == [("wrapper-client", 3), ("unused-ignore", 3)], words


def test_identities_of_others_stay_when_one_is_silenced(tmp_path: Path) -> None:
    twice = f'{CLIENT}\nother = ZoomClient("k", "s")'
    write(tmp_path, "a.py", twice)
    before = [finding.fingerprint for finding in scanned(tmp_path).findings]
    write(tmp_path, "a.py", twice.replace("other", "# jwtscan: ignore\nother"))
    result = scanned(tmp_path)
    assert [one.fingerprint for one in (*result.findings, *(s.finding for s in result.silenced))] == before
    write(tmp_path, "a.py", twice.replace("client =", "# jwtscan: ignore\nclient ="))
    assert [one.fingerprint for one in scanned(tmp_path).findings] == before[1:]


def test_a_rule_that_is_off_for_a_file_is_no_reason_to_report_its_ignore(tmp_path: Path) -> None:
    write(tmp_path, "a.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client]\n")
    own = [rule for rule in RULES if rule.id != "wrapper-client"]
    assert ids(scanned(tmp_path, own, known_rules=frozenset(rule.id for rule in RULES))) == []
    (tmp_path / "jwtscan.toml").write_text('[per-file-ignores]\n"*.py" = ["wrapper-client"]\n')
    assert run(["scan", "-q", str(tmp_path), "--config", str(tmp_path / "jwtscan.toml")]) == 0


def test_some_files_alone_do_not_say_that_an_ignore_is_unused(tmp_path: Path) -> None:
    write(tmp_path, ".env", "KEY=  # jwtscan: ignore[config-credential]\n")
    write(tmp_path, "a.py", "total = 1  # jwtscan: ignore[jwt-mint, nope]\n")
    found = scanned(tmp_path, paths=(".env", "a.py"))
    assert [(finding.path, finding.message) for finding in found.findings] == [("a.py", "there is no rule nope")]
    assert len(ids(scanned(tmp_path))) == 2


def test_an_ignore_in_a_file_that_does_not_parse_is_not_judged(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "def (:\n    total = 1  # jwtscan: ignore[jwt-mint]\n")
    assert ids(scanned(tmp_path)) == []


def test_reasons_are_required(tmp_path: Path) -> None:
    write(tmp_path, "a.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client]\n")
    write(tmp_path, "b.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client] moves in May\n")
    found = scanned(tmp_path, require_ignore_reason=True)
    assert ids(found) == [("wrapper-client", 3), ("unused-ignore", 3)]
    assert {finding.path for finding in found.findings} == {"a.py"}
    assert "gives no reason, which is required" in found.findings[1].message


def test_reasons_are_required_by_option_environment_and_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client]\n")
    monkeypatch.chdir(tmp_path)
    assert run(["scan", "-q"]) == 0
    assert run(["scan", "-q", "--require-ignore-reason"]) == 1
    write(tmp_path, "jwtscan.toml", "require-ignore-reason = true\n")
    assert run(["scan", "-q"]) == 1
    (tmp_path / "jwtscan.toml").unlink()
    monkeypatch.setenv("JWTSCAN_REQUIRE_IGNORE_REASON", "1")
    assert run(["scan", "-q"]) == 1
    assert "which is required" in capsys.readouterr().out


def test_what_is_silenced_is_counted_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a.py", f"{CLIENT}  # jwtscan: ignore[wrapper-client] until=2999-12-31, moves in May\n")
    monkeypatch.chdir(tmp_path)
    assert run(["scan", "-v", "--format", "text"]) == 0
    assert capsys.readouterr().out == (
        "silenced a.py:3: wrapper-client: moves in May (until 2999-12-31)\n"
        "no findings; 1 file scanned, 1 parsed, 1 silenced\n"
    )
    assert run(["scan", "-v", "--format", "concise"]) == 0
    assert capsys.readouterr() == (
        "",
        "jwtscan: silenced a.py:3: wrapper-client: moves in May (until 2999-12-31)\n"
        "jwtscan: no findings; 1 file scanned, 1 parsed, 1 silenced\n",
    )
    assert run(["scan", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["silenced"] == 1
    write(tmp_path, "a.py", "total = 1\n")
    assert run(["scan", "--format", "json"]) == 0
    assert "silenced" not in json.loads(capsys.readouterr().out)["summary"]


def test_a_secret_in_a_reason_is_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "FAKEfakeFAKEfakeFAKEfakeFAKEfake0000"
    made = f'from zoomus import ZoomClient\nclient = ZoomClient("k", "{secret}")'
    write(tmp_path, "a.py", f"{made}  # jwtscan: ignore it was {secret}\n")
    monkeypatch.chdir(tmp_path)
    run(["scan", "-v", "--format", "text"])
    run(["scan", "-v", "--format", "concise"])
    said = "".join(capsys.readouterr())
    assert said.count("silenced a.py:2: wrapper-client") == 2
    assert secret not in said


def fixed(folder: Path, **options: object) -> dict[str, bytes]:
    made = fix(Options(cwd=folder, jobs=1, **options), RULES, least=Applicability.SAFE)  # type: ignore[arg-type]
    assert made.converged
    assert not made.breakdowns
    return {change.path: change.after.raw for change in made.changes}


def test_an_ignore_alone_leaves_nothing_to_do_at_zoom(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "total = 1  # jwtscan: ignore\n")
    made = fix(Options(cwd=tmp_path, jobs=1), RULES)
    assert [finding.rule for finding in made.fixed] == ["unused-ignore"]
    assert made.left_to_do == []


def test_fix_of_one_file_removes_what_the_whole_tree_says_is_unused(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "total = 1  # jwtscan: ignore[jwt-mint]\n")
    write(tmp_path, "b.py", "total = 1  # jwtscan: ignore[jwt-mint]\n")
    assert fixed(tmp_path, paths=("a.py",)) == {"a.py": b"total = 1\n"}


def test_an_ignore_that_another_fix_leaves_without_work_goes_in_the_same_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.py",
        "import time\nimport jwt\nimport requests\n\n"
        '# jwtscan: ignore[credential-literal] of a test account\nKEY = "FakeKey0000000000000AB"\n'
        'SECRET = "FakeSecret00000000000000000000000ABC"  # jwtscan: ignore[credential-literal] too\n\n\n'
        'def token():\n    return jwt.encode({"iss": KEY, "exp": int(time.time()) + 90}, SECRET)\n\n\n'
        'def users():\n    headers = {"Authorization": f"Bearer {token()}"}\n'
        '    return requests.get("https://api.zoom.us/v2/users", headers=headers)\n',
    )
    assert ids(scanned(tmp_path)) == [("jwt-mint", 11)]
    after = fixed(tmp_path)
    assert b"jwtscan" not in after["a.py"]
    for path, text in after.items():
        (tmp_path / path).write_bytes(text)
    assert fixed(tmp_path) == {}


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("ignore[wrapper-client] until=2020-01-01", {}),
        ("ignore[wrapper-client]", {"require_ignore_reason": True}),
    ],
    ids=["over", "no reason"],
)
def test_an_ignore_that_people_may_renew_stays(tmp_path: Path, words: str, options: dict[str, Any]) -> None:
    client = "from zoomus import ZoomClient\nclient = ZoomClient(key(), secret())"
    write(tmp_path, "a.py", f"{client}  # jwtscan: {words}\n")
    assert ids(scanned(tmp_path, **options)) == [("wrapper-client", 2), ("unused-ignore", 2)]
    assert fixed(tmp_path, **options) == {}


def test_an_ignore_that_is_over_and_silences_nothing_goes(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "total = 1  # jwtscan: ignore until=2020-01-01\n")
    assert fixed(tmp_path) == {"a.py": b"total = 1\n"}


def test_own_rules_are_tested_with_ignores_that_have_to_silence_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "own" / "fixtures" / "api-host"
    cases.mkdir(parents=True)
    (tmp_path / "own" / "api-host.toml").write_text(
        'tags = ["rest"]\nseverity = "note"\nsummary = "s"\nkeywords = ["api.zoom.us"]\nwhy = "w"\nbad = "b"\n'
        'good = "g"\nwhat-to-do = "d"\npage = "https://example.org"\nanywhere = true\n'
        '[[match]]\ntext = {regex = "api.zoom.us"}\nmessage = "found"\n'
    )
    monkeypatch.chdir(tmp_path)
    write(cases, "host.py", "u = 'https://api.zoom.us'  # jwtscan: ignore[api-host] a mirror\n")
    assert run(["rules", "test", "own"]) == 0
    write(cases, "host.py", "u = 'https://zoom.us'  # jwtscan: ignore[api-host] a mirror\n")
    assert run(["rules", "test", "own"]) == 1
    assert "unused-ignore: this ignore comment silences nothing of api-host" in capsys.readouterr().out
    write(cases, "host.py", "u = 'https://zoom.us'  # jwtscan: ignore[jwt-mint] not run here\n")
    assert run(["rules", "test", "own"]) == 0


def test_a_comment_that_nobody_understands_is_left_to_people(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "total = 1  # jwtscan: disable\nother = 2  # jwtscan: ignore[jwt-mint] until=soon\n")
    assert ids(scanned(tmp_path)) == [("unused-ignore", 1), ("unused-ignore", 2)]
    assert fixed(tmp_path) == {}


def test_ignore_in_a_single_file_is_judged_by_the_whole_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it silences may need evidence from another file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys.py").write_text(
        'import os\n\nKEY = os.environ["ZOOM_API_KEY"]\nSECRET = os.environ["ZOOM_API_SECRET"]\n'
    )
    use = 'import jwt\nfrom keys import KEY, SECRET\n\ntoken = jwt.encode({"iss": KEY, "exp": 1}, SECRET)'
    (tmp_path / "mint.py").write_text(f"{use}  # jwtscan: ignore[jwt-mint] later\n")
    (tmp_path / "idle.py").write_text("x = 1  # jwtscan: ignore[jwt-mint] later\n")
    assert run(["scan", "mint.py"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["scan", "idle.py", "mint.py"]) == 1
    assert [line.split(" ")[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["idle.py:1:10:", "unused-ignore"]
    ]
