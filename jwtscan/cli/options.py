"""The options that scan and fix share, and what they come to: what to look at, and with which rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jwtscan.cli.configured import (
    FROM_FILE,
    about_rules,
    chosen_from,
    configured,
    is_only_one,
    needs_rules,
    setting_of,
    take,
    without,
)
from jwtscan.cli.ending import Failure, State
from jwtscan.cli.outlets import OutletOf
from jwtscan.cli.words import FileOrNone, LevelOf, Size, Target, Words
from jwtscan.engine import Options
from jwtscan.finding import Confidence, Severity
from jwtscan.report.look import FORMATS

if TYPE_CHECKING:
    from jwtscan.cli.nearer import NearerConfigs
    from jwtscan.rule import Rule

NEVER = "never"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _verbose(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.ensure_object(State).verbose = value
    return value


def _flat(_: click.Context, __: click.Parameter, value: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(word for words in value for word in words)


def _option(*names: str, **settings: Any) -> Decorator:
    """An option that the environment can give too: ``JWTSCAN_MIN_SEVERITY`` for ``--min-severity``."""
    name = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=settings.pop("envvar", variable_of(name)), **settings)


def variable_of(name: str) -> str:
    """The environment variable of an option or key."""
    return "JWTSCAN_" + name.removeprefix("--").replace("-", "_").upper()


_WORDS: dict[str, Any] = {"type": Words(), "multiple": True, "callback": _flat, "metavar": "LIST"}
_GLOBS: dict[str, Any] = {"type": str, "multiple": True, "metavar": "GLOB"}
_LOWER = "Leave out findings below this."

_CONFIGURATION = (
    _option(
        "--isolated",
        is_flag=True,
        is_eager=True,
        envvar=None,
        expose_value=False,
        callback=without,
        help="Use no configuration file.",
    ),
    _option(
        "--config",
        type=click.Path(path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=take,
        metavar="FILE",
        help="The configuration, instead of the nearest jwtscan.toml or [tool.jwtscan].",
    ),
)

rules_option = _option(
    "--rules",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar=None,
    metavar="DIR",
    help="A folder of your own rules. Its .py files are run. Repeatable.",
)

_LOOKING = (
    *_CONFIGURATION,
    _option("--select", **_WORDS, help="Only these rules: ids or tags (sdk, rest, credentials, integrations, tool)."),
    _option("--ignore", **_WORDS, help="Not these rules: ids or tags."),
    _option("--min-severity", type=LevelOf(Severity), default="note", show_default=True, help=_LOWER),
    _option(
        "--min-confidence",
        type=LevelOf(Confidence),
        default="medium",
        show_default=True,
        help=_LOWER,
    ),
    _option("--exclude", **_GLOBS, help="Paths not to look at. Repeatable."),
    _option("--include", **_GLOBS, help="Paths to look at although a default would leave them out. Repeatable."),
    _option("--force-exclude", is_flag=True, help="Apply excludes to files named on the command line too."),
    _option("--no-gitignore", is_flag=True, help="Look at files that git ignores."),
    _option(
        "--require-ignore-reason", is_flag=True, help="Ignore comments have to give a reason; others silence nothing."
    ),
    _option(
        "--max-file-size", type=Size(), default="8MB", show_default=True, metavar="SIZE", help="Skip larger files."
    ),
    rules_option,
)

_REPORTING = (
    _option(
        "--baseline",
        type=FileOrNone(),
        metavar="FILE",
        help="Leave out the findings in FILE, which 'jwtscan baseline create' has written.",
    ),
    _option("--since", metavar="REF", help="Only findings that were not there where this branch left REF."),
    _option("--staged", is_flag=True, help="Look at what git has staged: only findings that HEAD has not."),
    _option(
        "--target",
        type=Target(),
        default="auto",
        show_default=True,
        metavar="VERSION",
        help="The Meeting SDK to migrate to, from 2.3 on; auto goes by what the project has.",
    ),
    _option(
        "--format",
        "outlets",
        type=OutletOf(),
        multiple=True,
        metavar="FMT[=PATH]",
        help=f"{', '.join(FORMATS)}; with =PATH into a file. Repeatable. On stdout: text on a terminal, else concise.",
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
    _option("--stdin-filename", envvar=None, metavar="PATH", help="What to call the text on stdin (with '-')."),
    _option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours.",
    ),
)

_RUNNING = (
    _option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes to use; 0 decides itself."),
    _option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        help="Changes nothing: jwtscan keeps no cache, so every run looks at the files themselves.",
    ),
    _option("-q", "--quiet", is_flag=True, help="Nothing but the findings."),
    _option(
        "-v",
        "--verbose",
        is_flag=True,
        callback=_verbose,
        help="List what was skipped and silenced, and show tracebacks.",
    ),
    _option("--no-progress", is_flag=True, help="No progress line on a terminal."),
)


unsafe_option = _option(
    "--unsafe-fixes", is_flag=True, help="Also apply fixes that are right under a stated assumption."
)


_baseline_file = _option(
    "--baseline", type=FileOrNone(), metavar="FILE", help="The baseline, instead of jwtscan-baseline.jsonl."
)
strict_option = _option("--strict-baseline", is_flag=True, help="Exit with 1 where the baseline has stale entries.")


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return _given((*_LOOKING, *_REPORTING, *_RUNNING), function)


def looking_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Only what says what to look at, with which rules and how, for the baseline that is worked on."""
    return _given((_baseline_file, *_LOOKING, *_RUNNING), function)


def with_configuration(function: Callable[..., Any]) -> Callable[..., Any]:
    """Only what says which configuration holds."""
    return _given(_CONFIGURATION, function)


def _given(options: Sequence[Decorator], function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function


def asks_for_new(given: dict[str, Any]) -> bool:
    """Whether only what is new to git is to be reported (``cli.revisions``)."""
    return given["since"] is not None or given["staged"]


def looked_at(paths: tuple[str, ...], given: dict[str, Any]) -> Options:
    """What to look at, without what needs the rules."""
    return configured(_options(paths, given), click.get_current_context())


def chosen(paths: tuple[str, ...], given: dict[str, Any]) -> tuple[Options, list[Rule] | Callable[[], list[Rule]]]:
    """What to look at, and the rules: a list, or what gives the built-in ones when they are needed."""
    ctx = click.get_current_context()
    options = looked_at(paths, given)
    options = replace(options, nearer=_nearer(options, given, ctx))
    if given["baseline"] is not None:
        from jwtscan.cli.known import known_in

        options = replace(options, known=(known_in(given["baseline"]),))
    if not (given["folders"] or given["select"] or given["ignore"] or needs_rules(ctx)):
        return options, _builtin
    known = all_rules(given["folders"], ctx)
    options = replace(about_rules(options, known, ctx), known_rules=frozenset(rule.id for rule in known))
    settings = {key: found for key in ("select", "ignore") if (found := setting_of(ctx, key, key)) is not None}
    return options, chosen_from(known, given["select"], given["ignore"], settings)


def _nearer(options: Options, given: dict[str, Any], ctx: click.Context) -> NearerConfigs | None:
    if is_only_one(ctx):
        return None
    from jwtscan.cli.nearer import NearerConfigs

    roots = options.paths if options.stdin is None else (options.stdin_filename or "",)
    return NearerConfigs(ctx, [options.cwd / root for root in roots], lambda: all_rules(given["folders"], ctx))


def all_rules(folders: tuple[Path, ...], ctx: click.Context) -> list[Rule]:
    """The built-in rules and those of ``folders``, the value of ``--rules``."""
    if not folders:
        return _builtin()
    # A folder that a configuration names came with the tree: nothing of it is run.
    return loaded(folders, allow_python=ctx.get_parameter_source("folders") is not FROM_FILE)


@cache
def _builtin() -> list[Rule]:
    """The built-in rules, loaded once a file calls for them: a clean scan never does."""
    return loaded(())


def loaded(folders: tuple[Path, ...], *, allow_python: bool = True) -> list[Rule]:
    """All rules there are. What cannot be loaded ends the run."""
    from jwtscan.loading import load_rules
    from jwtscan.rule import RuleError

    try:
        return load_rules(folders, allow_python=allow_python)
    except RuleError as error:
        raise Failure(str(error)) from error


def _options(paths: tuple[str, ...], given: dict[str, Any]) -> Options:
    from_stdin = "-" in paths
    if from_stdin and len(paths) > 1:
        raise click.UsageError("'-' (stdin) cannot be combined with paths")
    if from_stdin and not given["stdin_filename"]:
        raise click.UsageError("'-' needs --stdin-filename: the name says how to read the text")
    if given["stdin_filename"] and not from_stdin:
        raise click.UsageError("--stdin-filename is for text on stdin: give '-' as the path")
    if from_stdin and asks_for_new(given):
        raise click.UsageError("'-' (stdin) goes neither with --since nor with --staged: they go by what git keeps")
    return Options(
        paths=paths or (".",),
        min_severity=given["min_severity"],
        min_confidence=given["min_confidence"],
        exclude=given["exclude"],
        include=given["include"],
        force_exclude=given["force_exclude"],
        gitignore=not given["no_gitignore"],
        max_file_size=given["max_file_size"],
        require_ignore_reason=given["require_ignore_reason"],
        jobs=given["jobs"],
        stdin=sys.stdin.buffer.read() if from_stdin else None,
        stdin_filename=given["stdin_filename"],
    )
