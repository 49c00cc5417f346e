"""GitHub's workflow commands: an annotation a finding, as many as GitHub shows."""

from __future__ import annotations

from collections import Counter

from jwtscan.finding import Finding, Severity
from jwtscan.report.masked import Report
from jwtscan.report.summary import plural

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
# GitHub shows ten of each level a step. The tenth notice is the one that counts the rest.
_MOST = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.NOTE: 9}


def to_github(report: Report) -> str:
    """One line a finding; where there are more than GitHub shows, a last one says how many."""
    shown: Counter[Severity] = Counter()
    lines = []
    for finding in report.findings:
        if shown[finding.severity] < _MOST[finding.severity]:
            shown[finding.severity] += 1
            lines.append(_line(finding))
    more = len(report.findings) - len(lines)
    if more:
        found = plural(len(report.findings), "finding")
        lines.append(f"::notice title=jwtscan::{found}; {more:,} more than are shown here")
    return "".join(line + "\n" for line in lines)


def _line(finding: Finding) -> str:
    start, end = finding.start, finding.end
    places = [("file", finding.path), ("line", start.line), ("endLine", end.line)]
    if start.line == end.line:
        # GitHub refuses columns that are not on one line.
        places += [("col", start.column), ("endColumn", end.column)]
    named = ",".join(f"{name}={_property(str(value))}" for name, value in [*places, ("title", finding.rule)])
    return f"::{_COMMANDS[finding.severity]} {named}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
