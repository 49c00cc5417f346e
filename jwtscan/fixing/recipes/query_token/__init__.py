"""``query-token``: the token goes in the ``Authorization`` header of the request, not in its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.steps import server_to_server

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use

TITLE = "send the token in the Authorization header"
_PYTHON = 'requests.get(download_url, headers={"Authorization": f"Bearer {access_token()}"}, stream=True)'
_NODE = "axios.get(downloadUrl, { headers: { Authorization: `Bearer ${await getAccessToken()}` } });"


def fix(use: Use, plan: Plan) -> Proposal | None:
    """The proposal for a token in an address, by the language it is put there in."""
    if use.unit.module is not None and use.unit.module.language == "python":
        from jwtscan.fixing.recipes.query_token import python

        return python.fix(use, plan)
    from jwtscan.fixing.recipes.query_token import javascript

    return javascript.fix(use, plan)


def by_hand(use: Use, plan: Plan, because: str) -> Proposal:
    """What to do where a program cannot."""
    python = use.unit.module is not None and use.unit.module.language == "python"
    return advice(TITLE, because, _PYTHON if python else _NODE, server_to_server(plan.names))
