"""Turns a result into text for people and machines. Nothing here analyses or decides, and nothing is printed."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from jwtscan.report.look import FOR_PEOPLE, FORMATS, PLAIN, Look
from jwtscan.report.masked import FixReport, Report, masked, masked_fix
from jwtscan.report.summary import silenced_of, skipped_of, statistics_of, summary_line

__all__ = [
    "FORMATS",
    "PLAIN",
    "FixReport",
    "Look",
    "Report",
    "masked",
    "masked_fix",
    "render",
    "render_fix",
    "silenced_of",
    "skipped_of",
    "summary_line",
]


def render(
    report: Report, name: str, look: Look, *, statistics: bool = False, quiet: bool = False, verbose: bool = False
) -> str:
    """A report in the format ``name``. ``statistics`` gives counts instead of findings, in those for people.

    ``quiet`` leaves out the summary, ``verbose`` lists each skipped file in it.
    """
    if name == "sarif" and not look.suppressed:
        report = replace(report, silenced=(), known={})
    if name not in FOR_PEOPLE:
        # One module a format, and only that of the one that is asked for is loaded.
        written: str = getattr(import_module(f"jwtscan.report.{name}"), f"to_{name}")(report)
        return written
    if statistics:
        return statistics_of(report)
    if name == "concise":
        from jwtscan.report.concise import to_concise

        return to_concise(report, look)
    from jwtscan.report.text import to_text

    return to_text(report, look, quiet=quiet, verbose=verbose)


def render_fix(
    report: FixReport, name: str, look: Look, *, statistics: bool = False, quiet: bool = False, verbose: bool = False
) -> str:
    """What a fix came to: the findings that remain, as a scan has them; text, JSON and HTML also say what was done."""
    if name == "json":
        from jwtscan.report.json import to_json

        return to_json(report.left, report)
    if name == "html":
        from jwtscan.report.html import to_html

        return to_html(report.left, report)
    left = render(report.left, name, look, statistics=statistics, quiet=True)
    if name != "text" or quiet:
        return left
    from jwtscan.report.fixed import fixed_text

    return left + fixed_text(report, look, verbose=verbose)
