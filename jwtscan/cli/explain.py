"""``jwtscan explain``: a rule's page, or what an error of Zoom's means. Never asks the network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from jwtscan.cli.ending import Failure
from jwtscan.cli.options import all_rules, rules_option, with_configuration
from jwtscan.cli.outlets import look_of, print_out
from jwtscan.nearest import nearest


@click.command("explain", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", required=False)
@click.option(
    "--zoom-error", metavar="CODE", help="An error code or text from Zoom: 124, 3712, 'unsupported grant type'."
)
@with_configuration
@rules_option
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Colours."
)
def command(rule: str | None, zoom_error: str | None, folders: tuple[Path, ...], color: str) -> int:
    """Say what RULE finds, why, what to do, and how safe its fix is; or what an error of Zoom's means."""
    if (rule is None) == (zoom_error is None):
        raise click.UsageError("give a rule, or --zoom-error with a code")
    markdown = _of_error(zoom_error) if zoom_error is not None else _of_rule(rule or "", folders)
    look = look_of(sys.stdout, color, os.environ)
    if sys.stdout.isatty() or look.colour:
        from jwtscan.report.text.markdown import shown

        markdown = shown(markdown, look)
    print_out(markdown)
    return 0


def _of_rule(name: str, folders: tuple[Path, ...]) -> str:
    from jwtscan.report.catalogue import page

    rules = {rule.id: rule for rule in all_rules(folders, click.get_current_context())}
    if name not in rules:
        raise Failure(f"no such rule: {name}{nearest(name, rules)}")
    return page(rules[name])


def _of_error(text: str) -> str:
    from jwtscan.zoom_errors import find_errors, page

    found = find_errors(text)
    if not found:
        raise Failure(f"nothing is known about the Zoom error '{text}'")
    return "\n".join(page(error) for error in found)
