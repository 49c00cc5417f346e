"""``jwt-bearer`` in JavaScript and TypeScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use


def fix(use: Use, plan: Plan) -> Proposal | None:  # noqa: ARG001
    """See the package."""
    return None
