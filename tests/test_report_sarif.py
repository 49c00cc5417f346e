"""SARIF against what GitHub code scanning asks for, as a closed schema, and against what was found."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from results import JOIN, SECRET, document, finding, result_of, two_files

from jwtscan.cli import run
from jwtscan.engine import Result
from jwtscan.finding import Confidence, Skipped
from jwtscan.loading import load_rules
from jwtscan.report import PLAIN, masked, render
from jwtscan.report.linehash import LineHashes
from jwtscan.report.sarif import MOST, to_sarif

RULES = load_rules(allow_python=False)
_TEXT = {"type": "string", "minLength": 1}
_SHORT = {"type": "string", "minLength": 1, "maxLength": 1024}
_NUMBER = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["note", "warning", "error"]}


def _closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Any, **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


_MESSAGE = _closed({"text": _TEXT})
_FILE = _closed({"uri": {"type": "string", "pattern": r"^(file:///)?[A-Za-z0-9._~/%-]+$"}}, uriBaseId=_TEXT)
_START = {"startLine": _NUMBER, "startColumn": _NUMBER}
_REGION = _closed({**_START, "endLine": _NUMBER, "endColumn": _NUMBER})
_STEP = _closed(
    {"physicalLocation": _closed({"artifactLocation": _FILE, "region": _closed(_START)})},
    message=_MESSAGE,
)
_RULE = _closed(
    {
        "id": _TEXT,
        "name": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]+$", "maxLength": 255},
        "shortDescription": _closed({"text": _SHORT}),
        "fullDescription": _closed({"text": _SHORT}),
        "help": _closed({"text": _TEXT, "markdown": _TEXT}),
        "defaultConfiguration": _closed({"level": _LEVEL}),
        "properties": {
            "type": "object",
            "properties": {
                "tags": _list(_TEXT, maxItems=10),
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "problem.severity": {"enum": ["error", "warning", "recommendation"]},
                "security-severity": {"type": "string", "pattern": r"^([0-9]\.[0-9]|10\.0)$"},
            },
            "required": ["tags", "precision"],
            "oneOf": [{"required": ["problem.severity"]}, {"required": ["security-severity"]}],
            "additionalProperties": False,
        },
    },
    helpUri={"type": "string", "pattern": "^https://"},
)
_FIX = _closed(
    {
        "description": _MESSAGE,
        "artifactChanges": _list(
            _closed(
                {
                    "artifactLocation": _FILE,
                    "replacements": _list(
                        _closed({"deletedRegion": _REGION}, insertedContent=_closed({"text": _TEXT})), minItems=1
                    ),
                }
            ),
            minItems=1,
        ),
    }
)
_RESULT = _closed(
    {
        "ruleId": _TEXT,
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": _list(
            _closed({"physicalLocation": _closed({"artifactLocation": _FILE, "region": _REGION})}),
            minItems=1,
            maxItems=1,
        ),
        "partialFingerprints": _closed(
            {"jwtscan/v1": _TEXT}, primaryLocationLineHash={"type": "string", "pattern": "^[0-9a-f]{1,16}:[1-9][0-9]*$"}
        ),
        "properties": {"type": "object"},
    },
    fixes=_list(_FIX, minItems=1),
    suppressions=_list(
        _closed({"kind": {"enum": ["inSource", "external"]}, "status": {"const": "accepted"}}, justification=_TEXT),
        minItems=1,
        maxItems=1,
    ),
    ruleIndex={"type": "integer", "minimum": 0},
    codeFlows=_list(_closed({"threadFlows": _list(_closed({"locations": _list(_closed({"location": _STEP}))}))})),
)
_NOTIFICATION = _closed(
    {"level": _LEVEL, "message": _MESSAGE},
    locations=_list(_closed({"physicalLocation": _closed({"artifactLocation": _FILE})})),
)
_INVOCATION = _closed({"executionSuccessful": {"type": "boolean"}, "toolExecutionNotifications": _list(_NOTIFICATION)})
_DRIVER = _closed(
    {
        "name": {"const": "jwtscan"},
        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
        "informationUri": {"type": "string", "pattern": "^https://"},
        "rules": _list(_RULE),
    }
)
SCHEMA = _closed(
    {
        "$schema": _TEXT,
        "version": {"const": "2.1.0"},
        "runs": _list(
            _closed(
                {
                    "tool": _closed({"driver": _DRIVER}),
                    "automationDetails": _closed({"id": {"type": "string", "pattern": "/$"}}),
                    "columnKind": {"const": "unicodeCodePoints"},
                    "originalUriBaseIds": _closed({"%SRCROOT%": _closed({"description": _MESSAGE})}),
                    "invocations": _list(_INVOCATION, minItems=1, maxItems=1),
                    "results": _list(_RESULT, maxItems=25_000),
                }
            ),
            minItems=1,
            maxItems=1,
        ),
    }
)


def _run(result: Result) -> Any:
    log = json.loads(render(masked(result, RULES), "sarif", PLAIN))
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    return log["runs"][0]


def test_nothing_found_is_valid() -> None:
    run = _run(Result(files=3))
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_schema_refuses_what_github_refuses() -> None:
    log = json.loads(render(masked(two_files(), RULES), "sarif", PLAIN))
    log["runs"][0]["results"][0]["locations"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(log)


def test_result_has_rule_place_and_hash() -> None:
    run = _run(two_files())
    join = run["results"][1]
    place = join["locations"][0]["physicalLocation"]
    assert run["tool"]["driver"]["rules"][join["ruleIndex"]]["id"] == join["ruleId"] == "join-api-key"
    assert place["artifactLocation"] == {"uri": "src/join.js", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 6, "startColumn": 3, "endLine": 6, "endColumn": 28}
    assert join["message"]["text"] == "join() is given an API key."
    assert join["partialFingerprints"]["primaryLocationLineHash"] == LineHashes(JOIN.encode()).of(6)


def test_trail_is_a_code_flow() -> None:
    (flow,) = _run(two_files())["results"][1]["codeFlows"]
    steps = [one["location"] for one in flow["threadFlows"][0]["locations"]]
    assert [step["message"]["text"] for step in steps] == ["env:ZOOM_API_KEY", "meetConfig.apiKey"]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [2, 6]


def test_every_rule_is_explained() -> None:
    rules = _run(two_files())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    assert all("## Why" in rule["help"]["markdown"] for rule in rules)
    severities = {rule["id"]: rule["properties"].get("security-severity") for rule in rules}
    assert severities["credential-literal"] == "8.0"
    assert severities["join-api-key"] is None


def test_precision_is_that_of_the_least_sure_finding() -> None:
    doc = document("a.js", "one two")
    found = [finding(doc, "one"), finding(doc, "two", confidence=Confidence.MEDIUM)]
    rules = {rule["id"]: rule for rule in _run(result_of({"a.js": doc}, found))["tool"]["driver"]["rules"]}
    assert rules["join-api-key"]["properties"]["precision"] == "medium"
    assert rules["jwt-mint"]["properties"]["precision"] == "high"


def test_columns_count_code_points() -> None:
    doc = document("a.py", "key = '🔑é', api_key\n")
    (one,) = _run(result_of({"a.py": doc}, [finding(doc, "api_key")]))["results"]
    region = one["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (13, 20)


@pytest.mark.parametrize("path", ["a b/ü🔑#?%.js", "a:b.js", "/srv/a b.js"])
def test_path_is_percent_encoded(path: str) -> None:
    doc = document(path, "apiKey")
    (one,) = _run(result_of({path: doc}, [finding(doc, "apiKey")]))["results"]
    uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri.removeprefix("file://")) == path


def _refused(result: Result) -> Result:
    result.skipped = [Skipped("src/b.js", "permission denied")]
    result.errors = 1
    return result


def test_what_was_skipped_is_a_notification() -> None:
    result = _refused(two_files())
    (invocation,) = _run(result)["invocations"]
    (one,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert one["message"]["text"] == "skipped: permission denied."
    assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/b.js"


def test_more_than_github_takes_are_counted() -> None:
    report = masked(two_files())
    many = replace(report, findings=report.findings[:1] * (MOST + 2), skipped=())
    run = json.loads(to_sarif(many))["runs"][0]
    assert len(run["results"]) == MOST
    (one,) = run["invocations"][0]["toolExecutionNotifications"]
    assert one["message"]["text"].startswith("2 more results are left out")


def test_nothing_in_a_message_is_a_link() -> None:
    doc = document("a.js", "apiKey")
    (one,) = _run(result_of({"a.js": doc}, [finding(doc, "apiKey", message="see [this](1)")]))["results"]
    assert "](" not in one["message"]["text"]


def test_secret_is_nowhere() -> None:
    text = render(masked(two_files(), RULES), "sarif", PLAIN)
    assert SECRET[8:] not in text


# What a fix replaces, and what was left out


def _applied(text: str, replacements: list[dict[str, Any]]) -> str:
    """As a viewer applies them: regions of the text as it was, in lines and code points."""
    starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", text))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1

    for one in reversed(replacements):
        region = one["deletedRegion"]
        start, end = (offset(region[f"{edge}Line"], region[f"{edge}Column"]) for edge in ("start", "end"))
        text = text[:start] + one.get("insertedContent", {"text": ""})["text"] + text[end:]
    return text


JOINS = """\
import { ZoomMtg } from '@zoomus/websdk'
/* 🔑é */ ZoomMtg.join({ meetingNumber, apiKey: settings.key, signature })
function again(apiKey) {
  ZoomMtg.join({ meetingNumber, apiKey, passWord: '', signature }) // 🔑
}
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_fixes_applied_by_another_program_give_what_fix_gives(
    newline: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    source = JOINS.replace("\n", newline)
    Path("a b.js").write_bytes(source.encode())
    assert run(["scan", "--select", "join-api-key", "--format", "sarif=out.sarif", "--format", "rdjsonl"]) == 1
    log = json.loads(Path("out.sarif").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    text, lines = source, source.encode().splitlines(keepends=True)
    for result in reversed(log["runs"][0]["results"]):
        (change,) = result["fixes"][0]["artifactChanges"]
        assert unquote(change["artifactLocation"]["uri"]) == "a b.js"
        text = _applied(text, change["replacements"])
    for diagnostic in reversed([json.loads(line) for line in capsys.readouterr().out.splitlines()]):
        (suggestion,) = diagnostic["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        line = lines[start["line"] - 1]
        lines[start["line"] - 1] = line[: start["column"] - 1] + suggestion["text"].encode() + line[end["column"] - 1 :]
    assert run(["fix", "--select", "join-api-key"]) == 0
    assert text.encode() == b"".join(lines) == Path("a b.js").read_bytes() != source.encode()


def test_fix_with_a_new_file_is_only_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mint = 'import os\nimport jwt\n\nURL = "https://api.zoom.us/v2"\n\n\ndef token():\n    return jwt.encode('
    mint += '{"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, os.environ["ZOOM_API_SECRET"])\n'
    Path("app.py").write_text(mint, encoding="utf-8")
    run(["scan", "--select", "jwt-mint", "--format", "sarif=out.sarif", "-q"])
    (result,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["properties"]["fix"]["applicability"] in ("safe", "unsafe")
    assert "fixes" not in result


def test_what_was_left_out_says_so_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.js").write_text(JOINS.replace("{\n  Z", "{\n  // jwtscan: ignore[join-api-key] the [old](1) one\n  Z"))
    options = ["--select", "join-api-key", "--exit-zero", "-q", "--format", "sarif=out.sarif"]
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(["scan", *options])
    results = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [result.get("suppressions") for result in results] == [
        None,
        [{"kind": "inSource", "status": "accepted", "justification": "the [old] (1) one"}],
    ]
    # GitHub would make an alert of it.
    run(["ci", *options])
    (only,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert "suppressions" not in only


def test_what_is_known_already_says_from_where() -> None:
    result = two_files()
    result.known = {"main": [result.findings.pop()]}
    kept, known = _run(result)["results"]
    assert "suppressions" not in kept
    assert known["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "known from main"}]
