"""``jwtscan scan``: from the options to reports and an exit code."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jwtscan.cli.ending import CLEAN, FAILED, FOUND, Failure, State, note, say_breakdowns
from jwtscan.cli.options import asks_for_new, chosen, strict_option, with_options
from jwtscan.cli.outlets import Outlet, settle, write
from jwtscan.engine import Options, Result, Scan
from jwtscan.files import MissingPathError
from jwtscan.finding import Severity
from jwtscan.report.look import WITH_FIXES

if TYPE_CHECKING:
    from jwtscan.engine.prospect import Prospect
    from jwtscan.report import Report
    from jwtscan.rule import Rule


@click.command("scan", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS|-]")
@click.option("--watch", is_flag=True, help="Scan again whenever a file changes, until Ctrl-C.")
@strict_option
@with_options
def command(paths: tuple[str, ...], **given: Any) -> int:
    """Find uses of the retired JWT app type in PATHS (the working directory), or in stdin with '-'.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 an error, 130 interrupted.
    """
    if given["watch"]:
        from jwtscan.cli.watch import watch

        arguments = click.get_current_context().ensure_object(State).arguments
        watch(arguments[arguments.index("scan") + 1 :], scanned)
    return scanned(paths, settle(given["outlets"], color=given["color"]), given)[1]


def scanned(paths: tuple[str, ...], outlets: list[Outlet], given: dict[str, Any]) -> tuple[Report, int]:
    """A whole scan with the options ``given``, reports written: what was reported, and the exit code."""
    ctx = click.get_current_context()
    if given["baseline"] is None and ctx.get_parameter_source("strict_baseline") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--strict-baseline needs a baseline: --baseline FILE")
    options, rules = chosen(paths, given)
    # The others have no room for it, and are for those who want to be quick.
    proposes = not given["statistics"] and any(outlet.format in WITH_FIXES for outlet in outlets)
    result, prospect = _new(options, rules, given, proposes=proposes)
    report = _report(result, prospect, rules, outlets, given)
    return report, _exit_code(result, given)


def _new(
    options: Options, rules: list[Rule] | Callable[[], list[Rule]], given: dict[str, Any], *, proposes: bool
) -> tuple[Result, Prospect | None]:
    """Scans what is asked for; nothing at all where nothing can be new."""
    if asks_for_new(given):
        from jwtscan.cli.revisions import narrowed

        new = narrowed(options, rules, given)
        if new is None:
            return Result(), None
        options = new
    return _scan(options, rules, given, proposes=proposes)


def _scan(
    options: Options, rules: list[Rule] | Callable[[], list[Rule]], given: dict[str, Any], *, proposes: bool
) -> tuple[Result, Prospect | None]:
    prospect = None
    run = run_scan(options, rules, given)
    if proposes and run.result.findings:
        from jwtscan.engine.prospect import propose

        prospect = propose(run, rules, target=given["target"])
        broken = prospect.breakdowns if prospect is not None else ()
        say_breakdowns(broken, run.result.secrets, verbose=given["verbose"])
    return run.result, prospect


def run_scan(options: Options, rules: list[Rule] | Callable[[], list[Rule]], given: dict[str, Any]) -> Scan:
    """A scan that has run, with a progress line meanwhile. Raises Failure for a path that is not there."""
    from jwtscan.cli.progress import progress_line

    # Nearly all that a scan makes lives to its end; looking for rubbish took a quarter of its time.
    gc.set_threshold(200_000)
    with progress_line(sys.stderr, wanted=not (given["no_progress"] or given["quiet"])) as line:
        run = Scan(options, rules, line) if line is not None else Scan(options, rules)
        try:
            run.run()
            if run.unsure:
                from jwtscan.engine.around import judge_ignores

                judge_ignores(run)
        except MissingPathError as error:
            raise Failure(str(error)) from error
    return run


def _report(
    result: Result,
    prospect: Prospect | None,
    rules: list[Rule] | Callable[[], list[Rule]],
    outlets: list[Outlet],
    given: dict[str, Any],
) -> Report:
    from jwtscan.report import masked, render, silenced_of, skipped_of, summary_line

    needed = (rules() if callable(rules) else rules) if result.findings or result.silenced else ()
    report = masked(result, needed, prospect)
    for outlet in outlets:
        text = render(
            report,
            outlet.format,
            outlet.look,
            statistics=given["statistics"],
            quiet=given["quiet"],
            verbose=given["verbose"],
        )
        write(outlet, text)
    if any(result.stale.values()) and (given["strict_baseline"] or not given["quiet"]):
        from jwtscan.cli.known import say_stale

        say_stale(result, verbose=given["verbose"])
    if given["quiet"]:
        return report
    if result.files == 0:
        note("nothing new is staged" if given["staged"] else "no files to scan")
    elif all(outlet.format != "text" or outlet.path for outlet in outlets):
        for word, said in (*skipped_of(report), *silenced_of(report)) if given["verbose"] else ():
            note(f"{word} {said}")
        note(summary_line(report))
    return report


def _exit_code(result: Result, given: dict[str, Any]) -> int:
    if result.errors:
        return FAILED
    fail_on = given["fail_on"]
    found = isinstance(fail_on, Severity) and any(finding.severity >= fail_on for finding in result.findings)
    found = found or (given["strict_baseline"] and any(result.stale.values()))
    return FOUND if found and not given["exit_zero"] else CLEAN
