"""``jwtscan rules list`` and ``jwtscan rules test``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jwtscan.cli.actions import Actions
from jwtscan.cli.ending import CLEAN, FAILED, FOUND, Failure, note
from jwtscan.cli.options import all_rules, rules_option, with_configuration
from jwtscan.cli.outlets import look_of, print_out
from jwtscan.cli.words import OneOf
from jwtscan.report.summary import plural
from jwtscan.rule import Rule, RuleError

if TYPE_CHECKING:
    from jwtscan.cases import Case
    from jwtscan.engine import Options

_IGNORES = "unused-ignore"
_HELP = {"help_option_names": ["-h", "--help"]}


@click.group("rules", cls=Actions, context_settings=_HELP, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the rules, or test a folder of rules."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(FAILED)


@command.command("list", short_help="list the built-in rules, and your own", context_settings=_HELP)
@with_configuration
@rules_option
@click.option("--format", "name", type=OneOf(["text", "json"]), default="text", show_default=True, help="How to print.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Colours."
)
def list_rules(folders: tuple[Path, ...], name: str, color: str) -> int:
    """List the built-in rules, and those of your own folders."""
    from jwtscan.report.catalogue import rules_json, rules_list

    rules = all_rules(folders, click.get_current_context())
    if name == "json":
        print_out(rules_json(rules), exact=True)
    else:
        print_out(rules_list(rules, look_of(sys.stdout, color, os.environ)))
    return CLEAN


@command.command("test", short_help="run a folder of rules over its fixtures", context_settings=_HELP)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the cases are. Otherwise 'fixtures' in FOLDER or beside it.",
)
def test_rules(folder: Path, fixtures: Path | None) -> int:
    """Run the rules of FOLDER over their fixtures and compare what they find with the 'want:' marks there."""
    from jwtscan.cases import CaseError, find_cases
    from jwtscan.engine import Options
    from jwtscan.loading import load_folder, load_rules

    home = _fixtures(folder, fixtures)
    cases = find_cases(home)
    if not cases:
        raise Failure(f"{home}: no cases here (a case is <rule-id>/<file or folder>)")
    try:
        rules = load_folder(folder, allow_python=True)
        builtin, own = load_rules(allow_python=False), {rule.id for rule in rules}
        # A case may show what an ignore comment silences: then there has to be something.
        rules += [rule for rule in builtin if rule.id == _IGNORES and rule.id not in own]
        options = Options(jobs=1, known_rules=frozenset(own.union(rule.id for rule in builtin)))
        failed = sum(_fails(case, rules, options) for case in cases)
    except (RuleError, CaseError) as error:
        raise Failure(str(error)) from error
    note(f"{plural(len(cases), 'case')}, {failed} failed")
    return FOUND if failed else CLEAN


def _fails(case: Case, rules: list[Rule], options: Options) -> bool:
    """Runs a case and prints what is wrong with it."""
    from jwtscan.cases import check
    from jwtscan.mask import printable

    with tempfile.TemporaryDirectory() as place:
        differences = check(case, rules, Path(place), options)
    for difference in differences:
        print_out(f"{printable(f'{case.name}: {difference}')}\n")
    return bool(differences)


def _fixtures(folder: Path, given: Path | None) -> Path:
    if not folder.is_dir():
        raise Failure(f"{folder}: no such folder")
    choices = (given,) if given else (folder / "fixtures", folder.resolve().parent / "fixtures")
    for choice in choices:
        if choice.is_dir():
            return choice
    raise Failure(f"no fixtures: there is no folder {' or '.join(map(str, choices))}")
