"""The report as one HTML file to show to others: it loads nothing, and works without its script."""

from __future__ import annotations

from jwtscan.report.masked import FixReport, Report


def to_html(report: Report, fix: FixReport | None = None) -> str:
    """A whole document. ``fix`` is what was done before, where ``report`` is what remains."""
    from jwtscan.report.html.page import page

    return page(report, fix)
