"""The helper module for javascript: its text, its place, its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.templates import Token

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit


def token_of(plan: Plan, unit: Unit, client_id: str | None, client_secret: str | None, account_id: str | None) -> Token:
    """See ``templates.token_of``."""
    raise NotImplementedError
