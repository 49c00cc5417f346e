"""``join-api-key``: ``sdkKey`` in place of ``apiKey`` for the Meeting SDK for Web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal
from jwtscan.fixing.plan import Plan
from jwtscan.syntax import ir
from jwtscan.text import Edit

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use


def fix(use: Use, plan: Plan) -> Proposal | None:
    entry = use.subject
    if not isinstance(entry, ir.Entry):
        return None
    span = use.unit.span(entry.key_span)
    text = b"sdkKey: apiKey" if entry.shorthand else b"sdkKey"
    return Proposal(Applicability.SAFE, "pass sdkKey", ((use.unit.path, Edit(span, text)),))
