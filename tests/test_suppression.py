"""Ignore comments from the file to the report: what fixtures cannot say, because it hangs on how a scan is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from jwtscan.engine import Options, Result, scan
from jwtscan.finding import Confidence
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
