"""Comma-separated values for spreadsheets, as RFC 4180 has them."""

from __future__ import annotations

import csv
import io

from jwtscan.finding import Finding
from jwtscan.report.masked import Report

_COLUMNS = (
    "rule", "severity", "confidence", "message", "path", "line", "column", "end_line", "end_column", "fix",
    "fingerprint",
)  # fmt: skip
# Some spreadsheets read the wide forms alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def to_csv(report: Report) -> str:
    """A row of names and a row a finding; lines end with CR LF. ``fix`` is the fix's applicability, or empty."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for finding in report.findings:
        rows.writerow([_safe(str(cell)) for cell in _row(finding)])
    return out.getvalue()


def _row(finding: Finding) -> tuple[object, ...]:
    fix = finding.fix.applicability if finding.fix else ""
    sure = (finding.rule, finding.severity, finding.confidence, finding.message, finding.path)
    return (*sure, *finding.start, *finding.end, fix, finding.fingerprint)


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell
