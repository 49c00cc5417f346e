"""``jwtscan completion``: prints a script that completes jwtscan's command lines in a shell.

The script has everything in it: pressing Tab starts no Python.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

from jwtscan.cli.outlets import print_out
from jwtscan.cli.words import OneOf

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", required=False, type=OneOf(SHELLS), metavar="[SHELL]")
def command(shell: str | None) -> int:
    """Print a script that completes commands, options, rules and formats in SHELL: bash, zsh or fish.

    Without SHELL it is for the one that $SHELL names. The script's first lines say where it goes.
    """
    if shell is None:
        login = os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119 - a string
        if login not in SHELLS:
            raise click.UsageError(f"which shell? jwtscan completion {'|'.join(SHELLS)}")
        shell = login
    from jwtscan.cli.completion.places import places

    group = click.get_current_context().find_root().command
    assert isinstance(group, click.Group)
    script: str = import_module(f"jwtscan.cli.completion.{shell}").script(places(group))
    print_out(script)
    return 0
