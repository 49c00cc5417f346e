"""JSON, version 1, as ``schema/report-v1.schema.json`` says. The same result gives the same bytes."""

from __future__ import annotations

import json
from typing import Any

from jwtscan import __version__
from jwtscan.finding import Finding, Fix, Step
from jwtscan.report.masked import FixReport, Report
from jwtscan.report.summary import counts

VERSION = 1


def to_json(report: Report, fix: FixReport | None = None) -> str:
    """The whole report as one JSON document with a final line end; with what a ``fix`` did, if it was one."""
    document: dict[str, Any] = {
        "version": VERSION,
        "tool": {"name": "jwtscan", "version": __version__},
        "findings": [finding_of(finding) for finding in report.findings],
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in report.skipped],
        "summary": {
            "files": report.files,
            "parsed": report.parsed,
            "findings": len(report.findings),
            "by_rule": counts(report),
        },
    }
    if report.silenced:
        document["summary"]["silenced"] = len(report.silenced)
    if known := sum(map(len, report.known.values())):
        document["summary"]["known"] = known
    if fix is not None:
        document["fixed"] = [finding_of(finding) for finding in fix.fixed]
        document["changes"] = [{"path": path, "created": created} for path, created in fix.changed]
        document["left_to_do"] = list(fix.left_to_do)
        document["troubles"] = list(fix.troubles)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def finding_of(finding: Finding) -> dict[str, Any]:
    """One entry of ``findings``."""
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "message": finding.message,
        "path": finding.path,
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "fix": _fix(finding.fix) if finding.fix else None,
        "trail": [_step(step) for step in finding.trail],
        "fingerprint": finding.fingerprint,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": str(fix.applicability),
        "title": fix.title,
        "because": fix.because,
        "left_to_do": list(fix.left_to_do),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"path": step.path, "line": step.position.line, "column": step.position.column, "text": step.text}
