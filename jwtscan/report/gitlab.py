"""GitLab's code quality report."""

from __future__ import annotations

import json
from typing import Any

from jwtscan.finding import Finding, Severity
from jwtscan.report.masked import Report

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def to_gitlab(report: Report) -> str:
    """A JSON array with an entry for each finding. An error about credentials, which have leaked, is a blocker."""
    leaks = {rule.id for rule in report.rules if "credentials" in rule.tags}
    listed = [_entry(finding, leaks) for finding in report.findings]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _entry(finding: Finding, leaks: set[str]) -> dict[str, Any]:
    leaked = finding.rule in leaks and finding.severity is Severity.ERROR
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": "blocker" if leaked else _SEVERITIES[finding.severity],
        "location": {
            "path": finding.path,
            "positions": {
                "begin": {"line": finding.start.line, "column": finding.start.column},
                "end": {"line": finding.end.line, "column": finding.end.column},
            },
        },
    }
