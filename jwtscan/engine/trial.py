"""A fix in memory up to where the credentials would have their turn: what is done about them when the code stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jwtscan.engine.offers import Offers
from jwtscan.engine.passes import Passes
from jwtscan.engine.scan import Scan
from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal
from jwtscan.fixing.accept import Offer
from jwtscan.fixing.plan import Plan

if TYPE_CHECKING:
    from jwtscan.rule import Rule


class _Trial(Passes):
    """Passes that end before the credentials, and keep what would be done about them."""

    waiting: Mapping[str, tuple[Plan, Proposal]] = {}

    def _pass(self, plan: Plan, offers: Sequence[Offer], *, in_code: bool) -> bool:
        if in_code:
            return super()._pass(plan, offers, in_code=True)
        self.waiting = {offer.identity: (plan, offer.proposal) for offer in offers if not self.offers.is_refused(offer)}
        return False


def waiting(scan: Scan, rules: Mapping[str, Rule], target: str | None) -> Mapping[str, tuple[Plan, Proposal]]:
    """The proposals for the places that hold credentials when all fixes in code are made, by the finding's fingerprint.

    Each is in the documents of its plan.
    """
    run = _Trial(scan, None, Offers(rules), Applicability.UNSAFE, target)
    run.run()
    return run.waiting
