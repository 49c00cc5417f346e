"""Azure Pipelines' logging commands: an issue of the build a finding."""

from __future__ import annotations

from collections.abc import Mapping

from jwtscan.finding import Finding, Severity
from jwtscan.report.masked import Report
from jwtscan.report.place import placed

# Azure knows nothing below a warning.
_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "warning"}


def to_azure(report: Report) -> str:
    """One line a finding. Azure itself counts those that it does not show; all of them stand in the log."""
    return "".join(map(_line, report.findings))


def _line(finding: Finding) -> str:
    named = {
        "type": _TYPES[finding.severity],
        "sourcepath": finding.path,
        "linenumber": str(finding.start.line),
        "columnnumber": str(finding.start.column),
        "code": finding.rule,
    }
    return command("task.logissue", named, placed(finding))


def command(name: str, named: Mapping[str, str], data: str) -> str:
    """One command with its line end, as the agent reads it: nothing in it can end a property, or begin another line."""
    properties = "".join(f"{key}={_property(value)};" for key, value in named.items())
    return f"##vso[{name}{' ' if properties else ''}{properties}]{_data(data)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
