"""JSON lines: the findings of the JSON report, one a line."""

from __future__ import annotations

import json

from jwtscan.report.json import finding_of
from jwtscan.report.masked import Report


def to_jsonl(report: Report) -> str:
    """A line a finding, each as in the JSON report."""
    return "".join(json.dumps(finding_of(finding), ensure_ascii=False) + "\n" for finding in report.findings)
