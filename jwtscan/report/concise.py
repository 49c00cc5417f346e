"""One line a finding: ``path:line:column: rule message [severity, confidence]``."""

from __future__ import annotations

from jwtscan.finding import Applicability, Finding, Fix
from jwtscan.report.ansi import BOLD, DIM, RED, styled
from jwtscan.report.look import Look
from jwtscan.report.masked import Report


def to_concise(report: Report, look: Look) -> str:
    """The findings and nothing else."""
    return "".join(_line(finding, look) + "\n" for finding in report.findings)


def _line(finding: Finding, look: Look) -> str:
    place = f"{styled(finding.path, BOLD, look)}:{finding.start.line}:{finding.start.column}"
    sure = styled(f"[{finding.severity}, {finding.confidence}]", DIM, look)
    return f"{place}: {styled(finding.rule, RED, look)} {finding.message} {sure}{_left(finding.fix)}"


def _left(fix: Fix | None) -> str:
    """Why a fix was not made, where one was to be."""
    if fix is None or not fix.because:
        return ""
    how = "by hand" if fix.applicability is Applicability.DISPLAY else f"{fix.applicability} fix"
    return f" {how}: {fix.because}"
