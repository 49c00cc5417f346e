"""``jwt-mint`` in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal
from jwtscan.fixing.plan import Plan

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use


def fix(use: Use, plan: Plan) -> Proposal | None:
    """See the package."""
    return None
