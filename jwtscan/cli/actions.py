"""Commands that have commands of their own: ``jwtscan rules list``, ``jwtscan baseline create``."""

from __future__ import annotations

import click

from jwtscan.nearest import nearest


class Actions(click.Group):
    """Suggests what a mistyped action was meant to be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise click.UsageError(f"no such command: {self.name} {args[0]}{nearest(args[0], self.commands)}", ctx)
        return super().resolve_command(ctx, args)
