"""Every format, read back by a reader or validator that others have written, with what most breaks readers."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from results import SECRET, document, finding, result_of, step, two_files

from jwtscan.engine import Result
from jwtscan.finding import Applicability, Fix, Severity, Silenced, Skipped
from jwtscan.loading import load_rules
from jwtscan.report import FORMATS, PLAIN, Report, masked, render
from jwtscan.report.look import FOR_PEOPLE
from jwtscan.report.replaced import Replacement
from jwtscan.text import Position

RULES = load_rules(allow_python=False)
STANDARDS = Path(__file__).parent / "standards"
PATH = "a\nb|c`<img src=x onerror=y>]]>\x1b[31m [l](u) ::error::,;=%0A é🔑.py"
SHOWN = PATH.replace("\n", "\\n").replace("\x1b", "\\x1b")
MESSAGE = "join() gets 'é🔑', \"<b>\" & [l](u) | `x` ]]> ##vso[task.x]y ::warning::z 100%0A; \ufffe =1+1"
TEXT = f"key = '🔑é', api_key, later, last  # {SECRET}\n"
COLUMN = 13


def hostile() -> Report:
    """A report with whatever breaks readers in every text, with one finding of each severity and two left out."""
    doc = document(PATH, TEXT)
    fix = Fix(Applicability.UNSAFE, f"a title: {MESSAGE}", f"because {MESSAGE} {SECRET}", (f"do {SECRET}",))
    found = [
        finding(
            doc, "api_key", message=f"{MESSAGE} {SECRET}", fix=fix, trail=(step(doc, "key", f"{MESSAGE} {SECRET}"),)
        ),
        finding(doc, "key", "credential-literal", severity=Severity.WARNING),
        finding(doc, "'🔑é'", "outdated-sdk", severity=Severity.NOTE),
        finding(doc, "later", "jwt-mint"),
        finding(doc, "last", "jwt-mint"),
    ]
    result = result_of({PATH: doc}, found, secrets=frozenset({SECRET}))
    *reported, silenced, known = result.findings
    result.findings = reported
    result.silenced = [Silenced(silenced, f"{MESSAGE} {SECRET}", silenced.start)]
    result.known = {f"main\n{SECRET}": [known]}
    result.skipped = [Skipped(PATH, f"{MESSAGE} {SECRET}")]
    replaced = Replacement(SHOWN, Position(1, COLUMN), Position(1, COLUMN + 7), (17, 24), "é🔑")
    return replace(masked(result, RULES), replacements=lambda one: (replaced,) if one.fix else ())


def rendered(name: str, report: Report | None = None) -> str:
    return render(hostile() if report is None else report, name, PLAIN)


NOTHING = masked(Result(files=3))


@pytest.mark.parametrize("name", FORMATS)
def test_secret_and_escape_codes_are_in_no_format(name: str) -> None:
    text = rendered(name)
    assert SECRET not in text
    assert SECRET[8:] not in text
    assert not set(text) & set("\x1b\x07\x00")


# SARIF


def _oasis() -> jsonschema.protocols.Validator:
    schema = json.loads((STANDARDS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("report", [hostile(), NOTHING, masked(two_files(), RULES)], ids=["hostile", "nothing", "two"])
def test_sarif_fits_the_schema_of_the_standard(report: Report) -> None:
    _oasis().validate(json.loads(rendered("sarif", report)))


def test_schema_of_the_standard_refuses_what_is_no_sarif() -> None:
    log = json.loads(rendered("sarif"))
    (fixed,) = [result for result in log["runs"][0]["results"] if "fixes" in result]
    fixed["fixes"][0]["artifactChanges"] = []
    assert not _oasis().is_valid(log)


def test_sarif_passes_the_rules_of_the_standard_and_of_github(tmp_path: Path, node_modules: Path) -> None:
    logs = {"hostile": rendered("sarif"), "nothing": rendered("sarif", NOTHING)}
    logs["two"] = rendered("sarif", masked(two_files(), RULES))
    without_places = json.loads(logs["two"])
    without_places["runs"][0]["results"][0]["locations"] = []
    logs["refused"] = json.dumps(without_places)
    for name, log in logs.items():
        (tmp_path / f"{name}.sarif").write_text(log, encoding="utf-8")
    said = _multitool([f"{name}.sarif" for name in logs], tmp_path, node_modules)
    assert {name for name, _ in said} == {"refused.sarif"}
    assert "GH1015" in {rule for _, rule in said}


def _multitool(logs: list[str], folder: Path, node_modules: Path) -> set[tuple[str, str]]:
    """What Microsoft's validator, with its own rules and GitHub's, says of which file: the rules' ids."""
    names = ("Sarif.Multitool", "Sarif.Multitool.exe")
    program = next(path for path in node_modules.glob("@microsoft/sarif-multitool-*/*") if path.name in names)
    # A script of the package would do that, and npm is told to run none.
    program.chmod(0o755)
    done = subprocess.run(
        [program, "validate", *logs, "--rule-kind", "Sarif;Ghas", "--output", "said.sarif"],
        cwd=folder,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert f"Done. {len(logs)} files scanned." in done.stdout, done.stdout + done.stderr
    (run,) = json.loads((folder / "said.sarif").read_text(encoding="utf-8-sig"))["runs"]
    places = [(result["locations"][0]["physicalLocation"], result["ruleId"]) for result in run["results"]]
    return {(place["artifactLocation"]["uri"].rpartition("/")[2], rule) for place, rule in places}


# Logs of CI systems


def _unescaped(text: str, codes: dict[str, str]) -> str:
    for code, character in codes.items():
        text = text.replace(code, character)
    return text


_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def _github_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """As the runner of GitHub Actions reads a log: a command has to start its line."""
    found = []
    for line in text.split("\n")[:-1]:
        assert line.startswith("::")
        head, _, data = line[2:].partition("::")
        name, _, properties = head.partition(" ")
        pairs = [pair.split("=", 1) for pair in properties.split(",") if pair]
        assert all(len(pair) == 2 for pair in pairs), line
        found.append((name, {key: _unescaped(value, _PROPERTY) for key, value in pairs}, _unescaped(data, _DATA)))
    return found


def test_github_reads_its_commands() -> None:
    read = _github_commands(rendered("github"))
    assert [name for name, *_ in read] == ["error", "warning", "notice"]
    (_, named, message), *_ = read
    assert (named["file"], named["col"], named["title"]) == (SHOWN, str(COLUMN), "join-api-key")
    assert message.startswith(f"{SHOWN}:1:{COLUMN}: join() gets 'é🔑', \"<b>\" & [l](u) |")
    assert rendered("github", NOTHING) == ""


def test_azure_reads_its_commands() -> None:
    found = []
    for line in rendered("azure").split("\n")[:-1]:
        # As the agent does it: from the first ``##vso[`` to the first ``]`` after it.
        assert line.index("##vso[") == 0
        head, _, data = line.removeprefix("##vso[").partition("]")
        name, _, properties = head.partition(" ")
        pairs = dict(pair.split("=", 1) for pair in properties.split(";") if pair)
        codes = {"%3B": ";", "%5D": "]", "%0D": "\r", "%0A": "\n", "%AZP25": "%"}
        found.append((name, {key: _unescaped(value, codes) for key, value in pairs.items()}, _unescaped(data, codes)))
    assert [(name, named["type"]) for name, named, _ in found] == [
        ("task.logissue", "warning"), ("task.logissue", "warning"), ("task.logissue", "error")
    ]  # fmt: skip
    _, named, message = found[-1]
    assert named == {
        "type": "error", "sourcepath": SHOWN, "linenumber": "1", "columnnumber": str(COLUMN), "code": "join-api-key"
    }  # fmt: skip
    assert message.startswith(f"{SHOWN}:1:{COLUMN}: join() gets")
    assert "100%0A; " in message
    assert rendered("azure", NOTHING) == ""


# Servers


_GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "properties": {"path": {"type": "string", "pattern": r"^(?!\./|/)"}},
            },
        },
    },
}


def test_gitlab_entries_are_what_its_documentation_asks_for() -> None:
    entries = json.loads(rendered("gitlab"))
    jsonschema.validate(entries, _GITLAB)
    assert [entry["severity"] for entry in entries] == ["major", "info", "critical"]
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert entries[-1]["location"] == {
        "path": SHOWN,
        "positions": {"begin": {"line": 1, "column": COLUMN}, "end": {"line": 1, "column": COLUMN + 7}},
    }
    jsonschema.validate(json.loads(rendered("gitlab", NOTHING)), _GITLAB)


def test_junit_is_read_by_another_reader() -> None:
    read = JUnitXml.fromstring(rendered("junit").encode())
    assert (read.tests, read.failures) == (3, 3)
    cases = [case for suite in read for case in suite]
    assert {case.classname for case in cases} == {SHOWN}
    (failure,) = next(case.result for case in cases if case.name == "join-api-key")
    assert failure.message.startswith(MESSAGE.partition("\ufffe")[0])
    assert "\ufffe" not in failure.message
    (suite,) = JUnitXml.fromstring(rendered("junit", NOTHING).encode())
    assert [case.is_passed for case in suite] == [True]


def test_checkstyle_is_read_as_xml() -> None:
    (file,) = ElementTree.fromstring(rendered("checkstyle").encode())
    assert file.get("name") == SHOWN
    assert [error.get("severity") for error in file] == ["warning", "info", "error"]
    assert (file[2].get("message") or "").startswith(MESSAGE.partition("\ufffe")[0])
    assert len(ElementTree.fromstring(rendered("checkstyle", NOTHING).encode())) == 0


def test_rdjsonl_passes_the_validator_of_the_format(tmp_path: Path, node_modules: Path) -> None:
    for number, line in enumerate(rendered("rdjsonl").splitlines()):
        (tmp_path / f"{number}.json").write_text(line, encoding="utf-8")
    assert _rdformat(sorted(tmp_path.glob("*.json")), node_modules) == 0
    broken = json.loads(line)
    del broken["message"]
    (tmp_path / "0.json").write_text(json.dumps(broken), encoding="utf-8")
    assert _rdformat([tmp_path / "0.json"], node_modules) != 0


def _rdformat(files: list[Path], node_modules: Path) -> int:
    program = node_modules / "@umbrelladocs/rdformat-validator/bin/rdformat-validator.js"
    command = ["node", str(program), "--strict", "--no-extra-fields", *map(str, files)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False).returncode


def test_rdjsonl_suggests_what_the_whole_fix_is() -> None:
    *others, join = map(json.loads, rendered("rdjsonl").splitlines())
    assert not any("suggestions" in one for one in others)
    (suggestion,) = join["suggestions"]
    (line,) = TEXT.encode().splitlines()
    place = slice(suggestion["range"]["start"]["column"] - 1, suggestion["range"]["end"]["column"] - 1)
    assert (line[place], suggestion["text"]) == (b"api_key", "é🔑")


# Tables


def test_csv_has_the_dialect_of_the_standard() -> None:
    text = rendered("csv")
    assert text.count("\r\n") == text.count("\n") == 4
    dialect = csv.Sniffer().sniff(text)
    assert (dialect.delimiter, dialect.quotechar) == (",", '"')
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {11}
    assert rows[-1][4:7] == [SHOWN, "1", str(COLUMN)]
    assert rows[-1][3].startswith(MESSAGE.partition("\ufffe")[0])
    assert len(list(csv.reader(io.StringIO(rendered("csv", NOTHING)), strict=True))) == 1


def test_markdown_is_one_table_of_plain_text() -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(rendered("markdown"))
    assert [token.type for token in tokens if token.level == 0 and token.nesting == 1] == [
        "paragraph_open",
        "table_open",
    ]
    cells = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    kinds = {child.type for cell in cells for child in cell.children or []}
    assert kinds <= {"text", "text_special"}
    texts = ["".join(child.content for child in cell.children or []) for cell in cells]
    assert len(texts) == 3 * 5
    assert texts[-3] == f"{SHOWN}:1:{COLUMN}"
    assert texts[-2].startswith(MESSAGE.partition("\ufffe")[0])


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_json_keeps_every_character(name: str) -> None:
    text = rendered(name)
    found = json.loads(text)["findings"] if name == "json" else [json.loads(line) for line in text.split("\n")[:-1]]
    assert (found[-1]["path"], found[-1]["column"], found[-1]["end_column"]) == (SHOWN, COLUMN, COLUMN + 7)
    assert "🔑" in found[-1]["message"]


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in FOR_PEOPLE])
def test_every_format_can_be_written_as_utf_8(name: str) -> None:
    assert rendered(name).encode().decode() == rendered(name)
