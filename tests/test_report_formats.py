"""The formats for CI and for other tools, each read back by a reader that is not jwtscan's."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from results import SECRET, document, finding, result_of, two_files

from jwtscan.cli import run
from jwtscan.engine import Result
from jwtscan.finding import Severity
from jwtscan.loading import load_rules
from jwtscan.report import FORMATS, PLAIN, masked, render
from jwtscan.report.look import FOR_PEOPLE
from jwtscan.report.markdown import MOST
from jwtscan.text import Position, Span

RULES = load_rules(allow_python=False)
MACHINE = [name for name in FORMATS if name not in FOR_PEOPLE]
HOSTILE = "a|b`<img onerror=x>`[l](u) @team 🔑 & \"q\" 'r' =1+1 \ufffe"


def _rendered(result: Result, name: str) -> str:
    return render(masked(result, RULES), name, PLAIN)


def _one(path: str = "a.py", message: str = "é", text: str = "key = '🔑é', api_key\n", **rest: object) -> Result:
    doc = document(path, text)
    return result_of({path: doc}, [finding(doc, "api_key", message=message, **rest)])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMATS)
def test_secret_is_in_no_format(name: str) -> None:
    text = _rendered(two_files(), name)
    assert SECRET not in text
    assert SECRET[8:] not in text
    assert "join() is given an API key" in text.replace("\\", "")


@pytest.mark.parametrize("name", MACHINE)
def test_same_bytes_whatever_the_order(name: str) -> None:
    turned = two_files()
    turned.findings.reverse()
    assert _rendered(turned, name) == _rendered(two_files(), name)


@pytest.mark.parametrize("name", MACHINE)
def test_counts_do_not_take_the_place_of_findings(name: str) -> None:
    report = masked(two_files(), RULES)
    assert render(report, name, PLAIN, statistics=True) == render(report, name, PLAIN)


# GitHub


_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def _commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """As GitHub's runner reads them."""
    found = []
    for line in text.splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        named = dict(pair.split("=", 1) for pair in match[2].split(","))
        found.append((match[1], {name: _unescaped(value) for name, value in named.items()}, _unescaped(match[3])))
    return found


def _unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_github_has_a_command_a_finding() -> None:
    ((level, named, message),) = _commands(_rendered(_one("a,b:c%.py", "100% é::x"), "github"))
    assert (level, message) == ("error", "a,b:c%.py:1:13: 100% é::x")
    assert named == {
        "file": "a,b:c%.py", "line": "1", "endLine": "1", "col": "13", "endColumn": "20", "title": "join-api-key"
    }  # fmt: skip


def test_github_takes_no_columns_over_several_lines() -> None:
    doc = document("a.js", "join({\n})")
    ((_, named, _),) = _commands(_rendered(result_of({"a.js": doc}, [finding(doc, "join({\n})")]), "github"))
    assert (named["line"], named["endLine"]) == ("1", "2")
    assert "col" not in named


@pytest.mark.parametrize(
    ("severity", "level", "shown"),
    [(Severity.ERROR, "error", 10), (Severity.WARNING, "warning", 10), (Severity.NOTE, "notice", 9)],
)
def test_github_says_how_many_it_does_not_show(severity: Severity, level: str, shown: int) -> None:
    report = masked(_one(severity=severity), RULES)
    ten = render(replace(report, findings=report.findings * 10), "github", PLAIN)
    assert [command[0] for command in _commands(ten)] == [level] * 10
    many = render(replace(report, findings=report.findings * 25), "github", PLAIN).splitlines()
    assert [line.startswith(f"::{level} file=") for line in many] == [True] * shown + [False]
    assert many[-1].startswith(f"::notice title=jwtscan::25 findings, {25 - shown} more than GitHub shows here; ")


def test_github_shows_errors_first_and_at_most_ten_of_each_level() -> None:
    report = masked(_one(), RULES)
    levels = [replace(report.findings[0], severity=severity) for severity in Severity] * 12
    shown = _commands(render(replace(report, findings=tuple(levels)), "github", PLAIN))
    assert [level for level, *_ in shown] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert shown[-1][1] == {"title": "jwtscan"}
    assert shown[-1][2].startswith("36 findings, 7 more")


def test_github_is_silent_where_nothing_is_found() -> None:
    assert _rendered(Result(files=3), "github") == ""


# GitLab


def test_gitlab_entries() -> None:
    config, join = json.loads(_rendered(two_files(), "gitlab"))
    assert join["check_name"] == "join-api-key"
    assert join["location"]["path"] == "src/join.js"
    assert join["location"]["positions"] == {"begin": {"line": 6, "column": 3}, "end": {"line": 6, "column": 28}}
    assert (config["severity"], join["severity"]) == ("major", "critical")
    assert config["fingerprint"] != join["fingerprint"]


def test_gitlab_blocks_for_a_leaked_secret() -> None:
    result = _one()
    result.findings = [replace(result.findings[0], rule="credential-literal")]
    assert json.loads(_rendered(result, "gitlab"))[0]["severity"] == "blocker"


def test_gitlab_tells_equal_findings_apart() -> None:
    """It shows only the first of those with one fingerprint."""
    doc = document("a.js", "join({ apiKey })\njoin({ apiKey })\n")
    first = finding(doc, "apiKey")
    again = replace(
        first, span=Span(first.span.start + 17, first.span.end + 17), start=Position(2, 8), end=Position(2, 14)
    )
    entries = json.loads(_rendered(result_of({"a.js": doc}, [first, again]), "gitlab"))
    assert len({entry["fingerprint"] for entry in entries}) == 2


def test_gitlab_is_an_empty_list_where_nothing_is_found() -> None:
    assert json.loads(_rendered(Result(files=3), "gitlab")) == []


# JUnit and Checkstyle


def test_junit_has_a_failure_a_finding() -> None:
    root = ElementTree.fromstring(_rendered(two_files(), "junit"))
    assert root.attrib == {"name": "jwtscan", "tests": "2", "failures": "2"}
    assert [suite.get("name") for suite in root] == ["src/config.js", "src/join.js"]
    cases = root.findall("testsuite/testcase")
    assert [(case.get("name"), case.get("classname"), case.get("line")) for case in cases] == [
        ("credential-literal", "src/config.js", "3"),
        ("join-api-key", "src/join.js", "6"),
    ]
    assert [failure.get("type") for failure in root.iter("failure")] == ["warning", "error"]


def test_junit_has_a_test_that_passed_where_nothing_is_found() -> None:
    root = ElementTree.fromstring(_rendered(Result(files=3), "junit"))
    assert len(root.findall("testsuite/testcase")) == 1
    assert not list(root.iter("failure"))


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_holds_whatever_a_path_and_a_message_have(name: str) -> None:
    root = ElementTree.fromstring(_rendered(_one(f"{HOSTILE}\x1b\x00.py", HOSTILE), name).encode())
    message = next(element.get("message") for element in root.iter() if element.get("message"))
    assert message == HOSTILE.replace("\ufffe", "")
    paths = [element.get("name") or "" for element in root.iter() if (element.get("name") or "").endswith(".py")]
    assert paths == [HOSTILE.replace("\ufffe", "") + "\\x1b\\x00.py"]


def test_checkstyle_has_an_error_a_finding() -> None:
    root = ElementTree.fromstring(_rendered(two_files(), "checkstyle"))
    assert [file.get("name") for file in root.findall("file")] == ["src/config.js", "src/join.js"]
    assert root.findall("file/error")[1].attrib == {
        "line": "6", "column": "3", "severity": "error", "message": "join() is given an API key",
        "source": "jwtscan.join-api-key",
    }  # fmt: skip
    assert len(ElementTree.fromstring(_rendered(Result(files=3), "checkstyle"))) == 0


# reviewdog and JSON lines


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_rdjsonl_counts_bytes() -> None:
    (one,) = _lines(_rendered(_one(), "rdjsonl"))
    assert one["location"]["range"] == {"start": {"line": 1, "column": 17}, "end": {"line": 1, "column": 24}}
    source = "key = '🔑é', api_key".encode()
    assert source[17 - 1 : 24 - 1] == b"api_key"
    assert one["severity"] == "ERROR"
    assert one["code"]["value"] == "join-api-key"
    assert one["code"]["url"].startswith("https://")


def test_rdjsonl_calls_a_note_info() -> None:
    assert _lines(_rendered(_one(severity=Severity.NOTE), "rdjsonl"))[0]["severity"] == "INFO"


def test_jsonl_has_the_findings_of_the_json_report() -> None:
    assert _lines(_rendered(two_files(), "jsonl")) == json.loads(_rendered(two_files(), "json"))["findings"]


@pytest.mark.parametrize("name", ["jsonl", "rdjsonl"])
def test_json_lines_are_empty_where_nothing_is_found(name: str) -> None:
    assert _rendered(Result(files=3), name) == ""


@pytest.mark.parametrize("name", ["jsonl", "rdjsonl"])
def test_json_line_stays_one_line(name: str) -> None:
    assert _rendered(_one("a\nb\u2028\x85.py", "x\u2028y"), name).count("\n") == 1
    assert len(_lines(_rendered(_one("a\nb\u2028\x85.py", "x\u2028y"), name))) == 1


# CSV


def _table(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_rendered(result, "csv"), newline=""), strict=True))


def test_csv_rows() -> None:
    config, join = _table(two_files())
    assert (join["rule"], join["path"], join["line"], join["end_column"]) == ("join-api-key", "src/join.js", "6", "28")
    assert (config["fix"], join["fix"]) == ("", "safe")
    assert _table(Result(files=3)) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_csv_cell_is_no_formula(start: str) -> None:
    (row,) = _table(_one(f"{start}cmd|'/C calc'!A0,\"🔑\".py", f"{start}1"))
    assert row["path"][0] in "'\\"
    assert row["message"][0] in "'\\"
    assert row["path"].endswith(',"🔑".py')


# Markdown


def _cells(text: str) -> list[str]:
    """The text of the cells below the head, as a reader sees them; fails for anything but text in them."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(text)
    inline = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    assert all(child.type in ("text", "text_special") for token in inline for child in token.children or [])
    return ["".join(child.content for child in token.children or []) for token in inline]


def test_markdown_rows() -> None:
    text = _rendered(two_files(), "markdown")
    assert text.startswith("**jwtscan:** 2 findings in 2 files")
    assert _cells(text)[5:] == ["error", "join-api-key", "src/join.js:6:3", "join() is given an API key", "safe"]
    assert _cells(_rendered(Result(files=3), "markdown")) == []


def test_markdown_shows_markup_as_it_is() -> None:
    cells = _cells(_rendered(_one(f"{HOSTILE}.py", HOSTILE), "markdown"))
    assert cells[2:4] == [f"{HOSTILE}.py:1:13", HOSTILE]


def test_markdown_mentions_nobody() -> None:
    assert "@" not in _rendered(_one("a@team.py", "@team"), "markdown")


def test_markdown_fits_into_a_comment() -> None:
    report = masked(_one(), RULES)
    text = render(replace(report, findings=report.findings * 5000), "markdown", PLAIN)
    assert len(text.encode()) <= MOST
    shown = len(_cells(text)) // 5
    assert text.endswith(f"\n… and {5000 - shown:,} more\n")


# Several at once


def test_every_format_at_once_into_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    source = f'URL = "https://api.zoom.us/v2"\nimport jwt\njwt.encode({{"iss": ZOOM_API_KEY}}, "{SECRET}")\n'
    (tmp_path / "app.py").write_text(source, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    given = [word for name in MACHINE for word in ("--format", f"{name}={out / name}")]
    assert run(["scan", "app.py", "--format", "concise", *given]) == 1
    assert "app.py:3" in capsys.readouterr().out
    for name in MACHINE:
        text = (out / name).read_text(encoding="utf-8")
        assert "jwt-mint" in text.replace("\\", ""), name
        assert SECRET not in text, name


def test_what_a_fix_leaves_is_reported_in_any_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    assert run(["fix", "a.py", "--format", "gitlab"]) == 0
    assert json.loads(capsys.readouterr().out) == []
