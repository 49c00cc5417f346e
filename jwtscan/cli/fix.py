"""``jwtscan fix``: from the options to changed files, a report and an exit code."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from jwtscan.cli.ending import CLEAN, FAILED, FOUND, Failure, note
from jwtscan.cli.options import chosen, with_options
from jwtscan.cli.outlets import settle, write
from jwtscan.cli.progress import progress_line
from jwtscan.cli.tree import tree_of
from jwtscan.files import MissingPathError
from jwtscan.finding import Applicability, Severity


@click.command("fix", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS|-]")
@click.option("--unsafe-fixes", is_flag=True, help="Also apply fixes that are right under a stated assumption.")
@click.option("--target", metavar="VERSION", help="The Meeting SDK version to migrate to.")
@with_options
def command(paths: tuple[str, ...], **given: Any) -> int:
    """Migrate uses of the retired JWT app type in PATHS (the working directory).

    Exit codes: 0 nothing is left at or above --fail-on, 1 findings remain, 2 an error, 130 interrupted.
    """
    from jwtscan.engine.fix import fix
    from jwtscan.fixing.commit import Write, commit, obstacle
    from jwtscan.fixing.journal import JournalError
    from jwtscan.fixing.recovery import CommitError, recover
    from jwtscan.report import masked, render

    options, rules = chosen(paths, given)
    outlets = settle(given["outlets"], color=given["color"])
    least = Applicability.UNSAFE if given["unsafe_fixes"] else Applicability.SAFE
    tree = tree_of(options.cwd, options.paths)
    gc.set_threshold(200_000)
    try:
        if (said := recover(tree)) is not None:
            note(said)
        with progress_line(sys.stderr, wanted=not (given["no_progress"] or given["quiet"])) as line:
            settings: dict[str, Any] = {} if line is None else {"progress": line}
            settings["obstacle"] = lambda file: obstacle(tree, file)
            fixed = fix(options, rules, least=least, target=given["target"], **settings)
        writes = [
            Write(options.cwd / change.path, change.before.raw if change.before else None, change.after.raw)
            for change in fixed.changes
        ]
        if writes:
            commit(tree, writes)
    except MissingPathError as error:
        raise Failure(str(error)) from error
    except (CommitError, JournalError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"cannot write {error.filename}: {error.strerror}; nothing was changed") from error
    report = masked(fixed.last)
    for outlet in outlets:
        write(outlet, render(report, outlet.format, outlet.look, quiet=given["quiet"], verbose=given["verbose"]))
    note(f"{len(fixed.fixed)} fixed, {len(fixed.last.findings)} remaining")
    if fixed.last.errors:
        return FAILED
    fail_on = given["fail_on"]
    left = isinstance(fail_on, Severity) and any(f.severity >= fail_on for f in fixed.last.findings)
    return FOUND if left and not given["exit_zero"] else CLEAN
