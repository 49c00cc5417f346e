"""GitHub's workflow commands: an annotation a finding, as many as GitHub shows."""

from __future__ import annotations

from jwtscan.finding import Finding, Severity
from jwtscan.report.masked import Report
from jwtscan.report.place import placed
from jwtscan.report.summary import plural

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_MOST = 10
"""GitHub shows as many of each level a step, and says nothing of the others."""


def to_github(report: Report) -> str:
    """One line a finding, errors first; where there are more than GitHub shows, a last one says how many."""
    shown = [finding for level in reversed(Severity) for finding in _of(report, level)[:_MOST]]
    if len(shown) < len(report.findings):
        # The line that counts the others is a notice too.
        shown = [*(one for one in shown if one.severity > Severity.NOTE), *_of(report, Severity.NOTE)[: _MOST - 1]]
    lines = [_line(finding) for finding in shown]
    if more := len(report.findings) - len(shown):
        found = plural(len(report.findings), "finding")
        where = "all of them are in the SARIF file and in the step summary that 'jwtscan ci' writes"
        lines.append(f"::notice title=jwtscan::{_data(f'{found}, {more:,} more than GitHub shows here; {where}')}")
    return "".join(line + "\n" for line in lines)


def _of(report: Report, level: Severity) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity is level]


def _line(finding: Finding) -> str:
    start, end = finding.start, finding.end
    places = [("file", finding.path), ("line", start.line), ("endLine", end.line)]
    if start.line == end.line:
        # GitHub refuses columns that are not on one line.
        places += [("col", start.column), ("endColumn", end.column)]
    named = ",".join(f"{name}={_property(str(value))}" for name, value in [*places, ("title", finding.rule)])
    return f"::{_COMMANDS[finding.severity]} {named}::{_data(placed(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
