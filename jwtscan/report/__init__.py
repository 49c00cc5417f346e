"""Turns a result into text for people and machines. Nothing here analyses or decides, and nothing is printed."""

from __future__ import annotations

from jwtscan.report.look import FORMATS, PLAIN, Look
from jwtscan.report.masked import Report, masked
from jwtscan.report.summary import statistics_of, summary_line

__all__ = ["FORMATS", "PLAIN", "Look", "Report", "masked", "render", "summary_line"]


def render(
    report: Report, name: str, look: Look, *, statistics: bool = False, quiet: bool = False, verbose: bool = False
) -> str:
    """A report in the format ``name``. ``statistics`` gives counts instead of findings; JSON always has both.

    ``quiet`` leaves out the summary, ``verbose`` lists each skipped file in it.
    """
    if name == "json":
        from jwtscan.report.json import to_json

        return to_json(report)
    if statistics:
        return statistics_of(report)
    if name == "concise":
        from jwtscan.report.concise import to_concise

        return to_concise(report, look)
    from jwtscan.report.text import to_text

    return to_text(report, look, quiet=quiet, verbose=verbose)
