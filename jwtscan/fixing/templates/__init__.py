"""The helper modules that fixes write: which one a file needs, where it goes, and how the file calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing import Intent

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit


@dataclass(frozen=True, slots=True)
class Token:
    """How a file gets an OAuth access token.

    ``call`` is the expression without ``await`` (``access_token()``), ``is_async`` says that it has to be awaited.
    ``intents`` bring the import and the helper module.
    """

    call: str
    is_async: bool
    intents: frozenset[Intent]


def token_of(
    plan: Plan,
    unit: Unit,
    *,
    is_async: bool = False,
    client_id: str | None = None,
    client_secret: str | None = None,
    account_id: str | None = None,
) -> Token:
    """How ``unit`` gets a token, by the project's one helper module for its language.

    ``is_async`` asks for the awaited form in Python; JavaScript has no other. The credentials are expressions of the
    file; those that are not given, the helper reads from the environment variables of ``plan.names``.
    """
    if unit.module is not None and unit.module.language == "python":
        from jwtscan.fixing.templates import python

        return python.token_of(plan, unit, is_async, client_id, client_secret, account_id)
    from jwtscan.fixing.templates import javascript

    return javascript.token_of(plan, unit, client_id, client_secret, account_id)
