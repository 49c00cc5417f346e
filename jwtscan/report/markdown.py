"""A Markdown table for comments and step summaries."""

from __future__ import annotations

import re

from jwtscan.finding import Finding
from jwtscan.report.masked import Report
from jwtscan.report.summary import summary_line

MOST = 65_536
"""The bytes of a table that GitHub and GitLab take as a comment; GitHub counts characters."""

_ROOM_FOR_REST = 100
_SPECIAL = re.compile(r"[\\`*_{}\[\]()#+!|~$-]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})


def to_markdown(report: Report, room: int = MOST) -> str:
    """The summary and a row a finding; where they do not fit into ``room`` bytes, the last line counts the others.

    Empty where not even the summary fits.
    """
    text = f"**jwtscan:** {summary_line(report)}\n"
    if report.findings:
        text += "\n| severity | rule | place | message | fix |\n|---|---|---|---|---|\n"
    left = room - _ROOM_FOR_REST - len(text.encode())
    if left < 0:
        return ""
    rows = []
    for number, finding in enumerate(report.findings):
        row = _row(finding)
        left -= len(row.encode())
        if left < 0:
            rows.append(f"\n… and {len(report.findings) - number:,} more\n")
            break
        rows.append(row)
    return text + "".join(rows)


def _row(finding: Finding) -> str:
    place = f"{finding.path}:{finding.start.line}:{finding.start.column}"
    fix = str(finding.fix.applicability) if finding.fix else ""
    cells = (str(finding.severity), finding.rule, place, finding.message, fix)
    return "| " + " | ".join(map(_escaped, cells)) + " |\n"


def _escaped(text: str) -> str:
    """``text`` that Markdown shows as it is: no markup, no HTML, no mention of anybody."""
    return _SPECIAL.sub(r"\\\g<0>", text).translate(_ENTITIES)
