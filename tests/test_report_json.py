"""The JSON report against its schema and its promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from results import SECRET, document, finding, result_of, two_files

import jwtscan.report
from jwtscan.engine import Result
from jwtscan.report import PLAIN, masked, render

SCHEMA = json.loads(
    Path(jwtscan.report.__file__).with_name("schema").joinpath("report-v1.schema.json").read_text(encoding="utf-8")
)


def _json(result: Result) -> str:
    return render(masked(result), "json", PLAIN)


def _valid(text: str) -> Any:
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    return report


def test_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_empty_result_is_valid() -> None:
    assert _valid(_json(Result()))["summary"] == {"files": 0, "parsed": 0, "findings": 0, "by_rule": {}}


def test_every_field_of_a_finding() -> None:
    report = _valid(_json(two_files()))
    config, join = report["findings"]
    assert join == {
        "rule": "join-api-key",
        "severity": "error",
        "confidence": "high",
        "message": "join() is given an API key",
        "path": "src/join.js",
        "line": 6,
        "column": 3,
        "end_line": 6,
        "end_column": 28,
        "fix": {
            "applicability": "safe",
            "title": "rename the property to sdkKey",
            "because": None,
            "left_to_do": ["set ZOOM_MEETING_SDK_KEY"],
        },
        "trail": [
            {"path": "src/config.js", "line": 2, "column": 11, "text": "env:ZOOM_API_KEY"},
            {"path": "src/join.js", "line": 6, "column": 11, "text": "meetConfig.apiKey"},
        ],
        "fingerprint": join["fingerprint"],
    }
    assert config["fix"] is None
    assert report["skipped"] == [{"path": "dist/app.min.js", "reason": "generated"}]
    assert report["summary"]["by_rule"] == {"credential-literal": 1, "join-api-key": 1}


def test_schema_refuses_a_field_it_does_not_know() -> None:
    report = json.loads(_json(two_files()))
    report["findings"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_columns_count_code_points() -> None:
    doc = document("a.py", "key = '🔑é', api_key\n")
    report = _valid(_json(result_of({"a.py": doc}, [finding(doc, "api_key")])))
    assert (report["findings"][0]["column"], report["findings"][0]["end_column"]) == (13, 20)


def test_same_bytes_whatever_the_order_of_findings() -> None:
    result = two_files()
    turned = two_files()
    turned.findings.reverse()
    turned.documents = dict(reversed(turned.documents.items()))
    assert _json(result) == _json(turned)


def test_path_that_is_no_text_is_escaped() -> None:
    name = b"src/\xff\x1b[31m.js".decode("utf-8", "surrogateescape")
    doc = document(name, "apiKey")
    text = _json(result_of({name: doc}, [finding(doc, "apiKey")]))
    text.encode()
    assert "\\x1b" in _valid(text)["findings"][0]["path"]


def test_secret_is_not_in_any_field() -> None:
    text = _json(two_files())
    assert SECRET not in text
    assert SECRET[8:] not in text
