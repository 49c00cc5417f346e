"""``jwt-mint``: a token of a Server-to-Server OAuth app in place of one that the program signs itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.steps import server_to_server

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use

TITLE = "fetch an OAuth access token"


def fix(use: Use, plan: Plan) -> Proposal | None:
    """The proposal for a minted token, by the language it is minted in."""
    if use.unit.module is not None and use.unit.module.language == "python":
        from jwtscan.fixing.recipes.server_to_server import python

        return python.fix(use, plan)
    from jwtscan.fixing.recipes.server_to_server import javascript

    return javascript.fix(use, plan)


def left_to_do(plan: Plan) -> tuple[str, ...]:
    """What nobody can do in the code."""
    return server_to_server(plan.names)
