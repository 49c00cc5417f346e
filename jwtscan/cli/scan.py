"""``jwtscan scan``: the options, and the way from them to reports and an exit code."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jwtscan.cli.ending import CLEAN, FAILED, FOUND, Failure, State, note
from jwtscan.cli.outlets import Outlet, OutletOf, settle, write
from jwtscan.cli.words import LevelOf, Size, Words
from jwtscan.engine import Options, Result, scan
from jwtscan.files import MissingPathError
from jwtscan.finding import Confidence, Severity
from jwtscan.nearest import nearest

if TYPE_CHECKING:
    from jwtscan.rule import Rule

NEVER = "never"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _verbose(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.ensure_object(State).verbose = value
    return value


def _flat(_: click.Context, __: click.Parameter, value: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(word for words in value for word in words)


def _option(*names: str, **settings: Any) -> Decorator:
    return click.option(*names, **settings)


_WORDS: dict[str, Any] = {"type": Words(), "multiple": True, "callback": _flat, "metavar": "LIST"}
_GLOBS: dict[str, Any] = {"type": str, "multiple": True, "metavar": "GLOB"}

_OPTIONS = (
    _option("--select", **_WORDS, help="Only these rules: ids or tags (sdk, rest, credentials, integrations, tool)."),
    _option("--ignore", **_WORDS, help="Not these rules: ids or tags."),
    _option("--min-severity", type=LevelOf(Severity), default="note", show_default=True, help="Leave out less."),
    _option(
        "--min-confidence",
        type=LevelOf(Confidence),
        default="medium",
        show_default=True,
        help="Leave out less.",
    ),
    _option("--exclude", **_GLOBS, help="Paths not to look at. Repeatable."),
    _option("--include", **_GLOBS, help="Paths to look at although a default would leave them out. Repeatable."),
    _option("--force-exclude", is_flag=True, help="Apply excludes to files named on the command line too."),
    _option("--no-gitignore", is_flag=True, help="Look at files that git ignores."),
    _option(
        "--max-file-size", type=Size(), default="8MB", show_default=True, metavar="SIZE", help="Skip larger files."
    ),
    _option(
        "--rules",
        "folders",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="DIR",
        help="A folder of your own rules. Its .py files are run. Repeatable.",
    ),
    _option(
        "--format",
        "outlets",
        type=OutletOf(),
        multiple=True,
        metavar="FMT[=PATH]",
        help="text, concise or json; with =PATH into a file. Repeatable. On stdout: text on a terminal, else concise.",
    ),
    _option("--statistics", is_flag=True, help="Count the findings of each rule instead of listing them."),
    _option(
        "--fail-on",
        type=LevelOf(Severity, also=NEVER),
        default="warning",
        show_default=True,
        metavar="LEVEL",
        help="Lowest severity that gives exit code 1: note, warning, error, never.",
    ),
    _option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1."),
    _option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes to use; 0 decides itself."),
    _option("--stdin-filename", metavar="PATH", help="What to call the text on stdin (with '-')."),
    _option("-q", "--quiet", is_flag=True, help="Nothing but the findings."),
    _option("-v", "--verbose", is_flag=True, callback=_verbose, help="List each skipped file, and show tracebacks."),
    _option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours.",
    ),
    _option("--no-progress", is_flag=True, help="No progress line on a terminal."),
)


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("scan", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS|-]")
@_with_options
def command(paths: tuple[str, ...], **given: Any) -> int:
    """Find uses of the retired JWT app type in PATHS (the working directory), or in stdin with '-'.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 an error, 130 interrupted.
    """
    options = _options(paths, given)
    rules: list[Rule] | Callable[[], list[Rule]] = _builtin
    if given["folders"] or given["select"] or given["ignore"]:
        known = loaded(given["folders"])
        rules = _chosen(known, given["select"], given["ignore"])
        options = replace(options, known_rules=frozenset(rule.id for rule in known))
    outlets = settle(given["outlets"], color=given["color"])
    result = _scan(options, rules, progress=not (given["no_progress"] or given["quiet"]))
    _report(result, rules, outlets, given)
    return _exit_code(result, given["fail_on"], exit_zero=given["exit_zero"])


@cache
def _builtin() -> list[Rule]:
    """The built-in rules, loaded once a file calls for them: a clean scan never does."""
    return loaded(())


def loaded(folders: tuple[Path, ...]) -> list[Rule]:
    """All rules there are. What cannot be loaded ends the run."""
    from jwtscan.loading import load_rules
    from jwtscan.rule import RuleError

    try:
        return load_rules(folders, allow_python=True)
    except RuleError as error:
        raise Failure(str(error)) from error


def _chosen(rules: list[Rule], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[Rule]:
    from jwtscan.loading import UnknownRuleError, choose

    try:
        return choose(rules, select, ignore)
    except UnknownRuleError as error:
        raise Failure(f"no such rule or tag: {error.word}{nearest(error.word, error.known)}") from error


def _options(paths: tuple[str, ...], given: dict[str, Any]) -> Options:
    from_stdin = "-" in paths
    if from_stdin and len(paths) > 1:
        raise click.UsageError("'-' (stdin) cannot be combined with paths")
    if from_stdin and not given["stdin_filename"]:
        raise click.UsageError("'-' needs --stdin-filename: the name says how to read the text")
    if given["stdin_filename"] and not from_stdin:
        raise click.UsageError("--stdin-filename is for text on stdin: give '-' as the path")
    return Options(
        paths=paths or (".",),
        min_severity=given["min_severity"],
        min_confidence=given["min_confidence"],
        exclude=given["exclude"],
        include=given["include"],
        force_exclude=given["force_exclude"],
        gitignore=not given["no_gitignore"],
        max_file_size=given["max_file_size"],
        jobs=given["jobs"],
        stdin=sys.stdin.buffer.read() if from_stdin else None,
        stdin_filename=given["stdin_filename"],
    )


def _scan(options: Options, rules: list[Rule] | Callable[[], list[Rule]], *, progress: bool) -> Result:
    from jwtscan.cli.progress import progress_line

    # Nearly all that a scan makes lives to its end; looking for rubbish took a quarter of its time.
    gc.set_threshold(200_000)
    with progress_line(sys.stderr, wanted=progress) as line:
        try:
            return scan(options, rules, line)
        except MissingPathError as error:
            raise Failure(str(error)) from error


def _report(
    result: Result, rules: list[Rule] | Callable[[], list[Rule]], outlets: list[Outlet], given: dict[str, Any]
) -> None:
    from jwtscan.report import masked, render, summary_line

    needed = (rules() if callable(rules) else rules) if result.findings else ()
    report = masked(result, needed)
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
    if given["quiet"]:
        return
    if result.files == 0:
        note("no files to scan")
    elif all(outlet.format != "text" or outlet.path for outlet in outlets):
        note(summary_line(report))


def _exit_code(result: Result, fail_on: Severity | str, *, exit_zero: bool) -> int:
    if result.errors:
        return FAILED
    found = isinstance(fail_on, Severity) and any(finding.severity >= fail_on for finding in result.findings)
    return FOUND if found and not exit_zero else CLEAN
