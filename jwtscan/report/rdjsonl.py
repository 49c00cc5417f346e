"""reviewdog's diagnostics, one JSON line each."""

from __future__ import annotations

import json
from typing import Any

from jwtscan.finding import Finding
from jwtscan.report.masked import Report
from jwtscan.report.replaced import Replacement
from jwtscan.text import Position


def to_rdjsonl(report: Report) -> str:
    """A line a finding. Columns count bytes of UTF-8, from 1 on, the end exclusive."""
    pages = {rule.id: rule.page for rule in report.rules}
    return "".join(
        json.dumps(_diagnostic(finding, report, pages), ensure_ascii=False) + "\n" for finding in report.findings
    )


def _diagnostic(finding: Finding, report: Report, pages: dict[str, str]) -> dict[str, Any]:
    code = {"value": finding.rule}
    if pages.get(finding.rule):
        code["url"] = pages[finding.rule]
    diagnostic: dict[str, Any] = {
        "message": finding.message,
        "location": {
            "path": finding.path,
            "range": {
                "start": _position(report, finding.path, finding.start),
                "end": _position(report, finding.path, finding.end),
            },
        },
        "severity": str(finding.severity).upper() if str(finding.severity) != "note" else "INFO",
        "source": {"name": "jwtscan"},
        "code": code,
    }
    replaced = report.replacements(finding)
    # Several would be taken one without the others; and a suggestion has no path, it is about the finding's file.
    if len(replaced) == 1 and replaced[0].path == finding.path:
        diagnostic["suggestions"] = [_suggestion(replaced[0])]
    return diagnostic


def _suggestion(one: Replacement) -> dict[str, Any]:
    (start, end), (first, last) = (one.start.line, one.end.line), one.bytes_at
    return {
        "range": {"start": {"line": start, "column": first}, "end": {"line": end, "column": last}},
        "text": one.text,
    }


def _position(report: Report, path: str, position: Position) -> dict[str, int]:
    """Line and column; the line alone where the file is not at hand to count its bytes."""
    column = report.byte_column(path, position)
    return {"line": position.line} if column is None else {"line": position.line, "column": column}
