"""SARIF 2.1.0 as GitHub code scanning takes it. The rules' pages are the catalogue's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, groupby, islice
from typing import Any

from jwtscan import __version__
from jwtscan.finding import Confidence, Finding, Severity, Step
from jwtscan.report.catalogue import page
from jwtscan.report.masked import Report
from jwtscan.report.place import is_absolute, uri
from jwtscan.report.replaced import Replacement
from jwtscan.rule import Rule
from jwtscan.text import Position

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 25_000
"""GitHub refuses a run with more results."""

_PAGE = "https://developers.zoom.us/docs/internal-apps/jwt-app-migration/"
_LONGEST = 1024
_SECURITY = {Severity.ERROR: "8.0", Severity.WARNING: "6.0", Severity.NOTE: "3.0"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_ROOT = "%SRCROOT%"


def to_sarif(report: Report) -> str:
    """One log with one run, and a final line end."""
    run = {
        "tool": {"driver": _driver(report)},
        "automationDetails": {"id": "jwtscan/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The working directory of the scan."}}},
        "invocations": [
            {
                "executionSuccessful": report.errors == 0,
                "toolExecutionNotifications": list(_notifications(report)),
            }
        ],
        "results": list(islice(_results(report), MOST)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _driver(report: Report) -> dict[str, Any]:
    sure: dict[str, Confidence] = {}
    for finding in chain(report.findings, (one.finding for one in report.silenced), *report.known.values()):
        sure[finding.rule] = min(finding.confidence, sure.get(finding.rule, Confidence.HIGH))
    return {
        "name": "jwtscan",
        "semanticVersion": __version__,
        "informationUri": _PAGE,
        "rules": [_rule(rule, sure.get(rule.id, Confidence.HIGH)) for rule in report.rules],
    }


def _rule(rule: Rule, sure: Confidence) -> dict[str, Any]:
    """A rule, as precise as the least sure of its findings here."""
    properties: dict[str, Any] = {"tags": list(rule.tags), "precision": str(sure)}
    if "credentials" in rule.tags:
        properties["tags"] += ["security", "external/cwe/cwe-798"]
        properties["security-severity"] = _SECURITY[rule.severity]
    else:
        properties["problem.severity"] = _PROBLEM[rule.severity]
    described: dict[str, Any] = {
        "id": rule.id,
        # A name that equals the id is refused by validators.
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": _sentence(rule.summary)},
        "fullDescription": {"text": _sentence(rule.why or rule.summary)},
        "help": {"text": _folded(rule.what_to_do) or _sentence(rule.summary), "markdown": page(rule)},
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": properties,
    }
    if rule.page:
        described["helpUri"] = rule.page
    return described


def _results(report: Report) -> Iterator[dict[str, Any]]:
    """What is found, and then what was left out as known or silenced, which says so."""
    ranks = {rule.id: number for number, rule in enumerate(report.rules)}
    for finding in report.findings:
        result = _result(finding, report, ranks)
        if fix := _fix(finding, report):
            result["fixes"] = [fix]
        yield result
    for one in report.silenced:
        suppression = {"kind": "inSource", "status": "accepted"}
        if one.reason:
            suppression["justification"] = _linkless(one.reason)
        yield {**_result(one.finding, report, ranks), "suppressions": [suppression]}
    for source, known in report.known.items():
        suppression = {"kind": "external", "status": "accepted", "justification": _linkless(f"known from {source}")}
        yield from ({**_result(finding, report, ranks), "suppressions": [suppression]} for finding in known)


def _fix(finding: Finding, report: Report) -> dict[str, Any] | None:
    """The whole fix as replacements; None where it has more to do than that, as new files to write."""
    replaced = report.replacements(finding)
    if finding.fix is None or not replaced:
        return None
    title = finding.fix.title + (f", which takes for granted: {finding.fix.because}" if finding.fix.because else "")
    return {
        "description": {"text": _message(title)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": [_replacement(one) for one in group]}
            for path, group in groupby(replaced, key=lambda one: one.path)
        ],
    }


def _replacement(one: Replacement) -> dict[str, Any]:
    replacement: dict[str, Any] = {"deletedRegion": _region(one.start, one.end)}
    if one.text:
        replacement["insertedContent"] = {"text": one.text}
    return replacement


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _result(finding: Finding, report: Report, ranks: dict[str, int]) -> dict[str, Any]:
    region = _region(finding.start, finding.end)
    fingerprints = {"jwtscan/v1": finding.fingerprint}
    line_hash = report.line_hash(finding.path, finding.start.line)
    if line_hash is not None:
        fingerprints["primaryLocationLineHash"] = line_hash
    properties: dict[str, Any] = {"confidence": str(finding.confidence)}
    if finding.fix:
        properties["fix"] = {"applicability": str(finding.fix.applicability), "title": finding.fix.title}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": _message(finding.message)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(finding.path), "region": region}}],
        "partialFingerprints": fingerprints,
        "properties": properties,
    }
    if finding.rule in ranks:
        result["ruleIndex"] = ranks[finding.rule]
    if finding.trail:
        steps = [{"location": _step(step)} for step in finding.trail]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _step(step: Step) -> dict[str, Any]:
    region = {"startLine": step.position.line, "startColumn": step.position.column}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(step.path), "region": region}}
    if step.text:
        location["message"] = {"text": _linkless(step.text)}
    return location


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path)} if is_absolute(path) else {"uri": uri(path), "uriBaseId": _ROOT}


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    for skipped in report.skipped:
        yield {
            "level": "warning",
            "message": {"text": _message(f"skipped: {skipped.reason}")},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path)}}],
        }
    known = sum(map(len, report.known.values()))
    cut = len(report.findings) + len(report.silenced) + known - MOST
    if cut > 0:
        yield {"level": "warning", "message": {"text": f"{cut:,} more results are left out: GitHub takes {MOST:,}."}}


def _message(text: str) -> str:
    text = _linkless(text)
    return text if text.endswith((".", "!", "?")) else text + "."


def _linkless(text: str) -> str:
    """``text`` in which nothing is taken for a link: ``[a](b)`` would be one."""
    return text.replace("](", "] (")


def _sentence(text: str) -> str:
    text = _message(_folded(text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _folded(text: str) -> str:
    return " ".join(text.split())
