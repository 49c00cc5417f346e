"""``jwt-bearer``: an OAuth token in place of one that was pasted into a setting, fetched where that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use

TITLE = "fetch an OAuth access token in place of the stored one"


def fix(use: Use, plan: Plan) -> Proposal | None:
    """The proposal for a stored token, by the language it is sent from."""
    if use.unit.module is not None and use.unit.module.language == "python":
        from jwtscan.fixing.recipes.bearer import python

        return python.fix(use, plan)
    from jwtscan.fixing.recipes.bearer import javascript

    return javascript.fix(use, plan)
