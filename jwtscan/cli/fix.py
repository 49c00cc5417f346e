"""``jwtscan fix``: from the options to changed files or a patch, a report and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from jwtscan.cli.configured import within
from jwtscan.cli.ending import CLEAN, FAILED, FOUND, Failure, Quit, note, say, say_breakdowns
from jwtscan.cli.options import asks_for_new, chosen, unsafe_option, with_options
from jwtscan.cli.outlets import Outlet, look_of, print_out, print_raw, settle, write
from jwtscan.cli.progress import progress_line
from jwtscan.cli.signals import Ended
from jwtscan.cli.tree import places_of, tree_of
from jwtscan.engine import Options, Result
from jwtscan.engine.standpoint import from_top, seen_from
from jwtscan.files import MissingPathError
from jwtscan.finding import Applicability, Severity

if TYPE_CHECKING:
    from jwtscan.engine.outcome import Fixed
    from jwtscan.rule import Rule


@click.command("fix", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS|-]")
@click.option("--diff", is_flag=True, help="Print a patch that 'git apply' takes, and write nothing.")
@click.option("--interactive", is_flag=True, help="Ask about each fix.")
@unsafe_option
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed.")
@with_options
def command(paths: tuple[str, ...], **given: Any) -> int:
    """Migrate uses of the retired JWT app type in PATHS (the working directory), as far as a program can.

    With '-', the text on stdin is fixed and goes to stdout. What was written can be taken back: jwtscan rollback.

    Exit codes: 0 nothing is left at or above --fail-on, 1 findings remain (--diff: something would change), 2 an error,
    130 interrupted, and nothing was changed.
    """
    options, rules = chosen(paths, given)
    is_text = options.stdin is not None
    outlets = _outlets(given, taken=given["diff"] or is_text)
    if given["interactive"] and (given["diff"] or is_text):
        raise click.UsageError("--interactive goes neither with --diff nor with '-'")
    places = places_of(options)
    # What is staged need not be on disk.
    tree = tree_of(options.cwd, [path for path in places if not given["staged"] or (options.cwd / path).exists()])
    within(options, tree, click.get_current_context())
    try:
        with _said_plainly():
            fixed = _plan(options, rules, tree, given, writes=not (given["diff"] or is_text))
            if given["diff"]:
                _print_patch(fixed, given)
            elif is_text:
                changed = (change.after.raw for change in fixed.changes)
                print_raw(next(changed, options.stdin or b""))
            else:
                _write(fixed, tree)
                if given["staged"] and fixed.changes and not given["quiet"]:
                    note("the index is as it was: 'git add' the files that were fixed")
                if not given["quiet"]:
                    _say_new(fixed, options.cwd, tree)
    except Quit:
        note("nothing was written")
        return CLEAN if given["exit_zero"] else FOUND
    try:
        _report(seen_from(fixed, options.cwd, tree), rules, outlets, given)
    except (KeyboardInterrupt, Ended, Failure):
        if fixed.changes and not (given["diff"] or is_text):
            note("the fixes were written already; 'jwtscan rollback' takes them back")
        raise
    return _exit_code(fixed, given)


def _outlets(given: dict[str, Any], *, taken: bool) -> list[Outlet]:
    """Where reports go; ``taken`` says that stdout has a patch or a text."""
    ctx = click.get_current_context()
    if taken and ctx.get_parameter_source("outlets") is not ParameterSource.COMMANDLINE:
        return []
    if taken and any(outlet.path is None for outlet in given["outlets"]):
        raise click.UsageError("stdout has the changes: give --format a file (--format json=report.json)")
    outlets = settle(given["outlets"], color=given["color"])
    return [outlet for outlet in outlets if outlet.path is not None] if taken else outlets


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Whatever keeps a transaction from standing ends the run with one line."""
    from jwtscan.fixing.journal import JournalError
    from jwtscan.fixing.recovery import CommitError

    try:
        yield
    except (MissingPathError, CommitError, JournalError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Failure(f"cannot write: {where}{(error.strerror or str(error)).lower()}; nothing was changed") from error


def _plan(
    options: Options, rules: list[Rule] | Callable[[], list[Rule]], tree: Path, given: dict[str, Any], *, writes: bool
) -> Fixed:
    from jwtscan.cli.revisions import differs_from_index, narrowed
    from jwtscan.engine.fix import Fixed, fix
    from jwtscan.fixing.commit import obstacle
    from jwtscan.fixing.recovery import recover

    choose = None
    if given["interactive"]:
        from jwtscan.cli.interactive import asking

        look = look_of(sys.stdout, given["color"], os.environ)
        choose = asking(look, is_terminal=sys.stdin.isatty() and sys.stdout.isatty())
    if writes and (said := recover(tree)) is not None:
        note(said)
    options = from_top(options, tree)
    if asks_for_new(given):
        new = narrowed(options, rules, given, wide=True)
        if new is None:
            return Fixed(Result(), Result())
        options = new

    def hindrance(file: Path) -> str | None:
        return obstacle(tree, file) or (differs_from_index(options, file) if given["staged"] else None)

    least = Applicability.UNSAFE if given["unsafe_fixes"] else Applicability.SAFE
    # Nearly all that a scan makes lives to its end; looking for rubbish took a quarter of its time.
    gc.set_threshold(200_000)
    with progress_line(sys.stderr, wanted=not (given["no_progress"] or given["quiet"] or choose)) as line:
        return fix(
            options,
            rules,
            least=least,
            target=given["target"],
            choose=choose,
            obstacle=hindrance if writes else None,
            **({"progress": line} if line is not None else {}),
        )


def _write(fixed: Fixed, tree: Path) -> None:
    from jwtscan.fixing.commit import Write, commit

    writes = [
        Write(tree / change.path, change.before.raw if change.before else None, change.after.raw)
        for change in fixed.changes
    ]
    if writes:
        commit(tree, writes)


def _say_new(fixed: Fixed, cwd: Path, tree: Path) -> None:
    """``git commit -a`` takes no new files, and what was changed cannot do without them."""
    new = [Path(os.path.relpath(tree / one.path, cwd)).as_posix() for one in fixed.changes if one.before is None]
    if new and os.path.lexists(tree / ".git"):
        note(f"new to git, and needed by what was changed: 'git add' {', '.join(new)}")


def _print_patch(fixed: Fixed, given: dict[str, Any]) -> None:
    """On a terminal masked, for reading; otherwise to the byte, for ``git apply``.

    git takes a patch's paths from the top of the work tree, wherever it is run.
    """
    from jwtscan.report.masked import Clean
    from jwtscan.report.patch import drawn
    from jwtscan.text.diff import patch

    read = sys.stdout.isatty()
    patches = []
    for change in fixed.changes:
        before = change.before
        if read:
            patches.append(patch(change.path, before.source if before else None, change.after.source))
        else:
            patches.append(patch(change.path, before.raw if before else None, change.after.raw))
    if read:
        clean = Clean(fixed.first.secrets | fixed.last.secrets)
        text = clean.patch(b"".join(patches).decode("utf-8", "replace"))
        print_out(drawn(text, look_of(sys.stdout, given["color"], os.environ)))
    else:
        print_raw(b"".join(patches))


def _report(
    fixed: Fixed, rules: list[Rule] | Callable[[], list[Rule]], outlets: Sequence[Outlet], given: dict[str, Any]
) -> None:
    from jwtscan.report import PLAIN, masked_fix, render_fix
    from jwtscan.report.fixed import fixed_text

    needed = (rules() if callable(rules) else rules) if fixed.last.findings else ()
    report = masked_fix(fixed, needed)
    shown = {name: given[name] for name in ("statistics", "quiet", "verbose")}
    for outlet in outlets:
        write(outlet, render_fix(report, outlet.format, outlet.look, **shown))
    say_breakdowns(fixed.breakdowns, fixed.first.secrets, verbose=given["verbose"])
    standing = fixed.first if given["diff"] else fixed.last
    if any(standing.stale.values()) and not given["quiet"]:
        from jwtscan.cli.known import say_stale

        say_stale(standing, verbose=given["verbose"])
    if given["quiet"] or any(outlet.format == "text" and outlet.path is None for outlet in outlets):
        return
    if fixed.first.files == 0:
        note("nothing new is staged" if given["staged"] else "no files to fix")
    say(fixed_text(report, PLAIN, verbose=given["verbose"]).removesuffix("\n"))


def _exit_code(fixed: Fixed, given: dict[str, Any]) -> int:
    if fixed.last.errors or fixed.breakdowns:
        return FAILED
    fail_on = given["fail_on"]
    left = isinstance(fail_on, Severity) and any(finding.severity >= fail_on for finding in fixed.last.findings)
    if given["diff"]:
        left = bool(fixed.changes)
    elif given["exit_non_zero_on_fix"]:
        left = left or bool(fixed.changes)
    return FOUND if left and not given["exit_zero"] else CLEAN
