"""Asks the recipes what would be done about findings. One that breaks down costs its findings, not the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jwtscan.engine.identities import Identities
from jwtscan.finding import Applicability, Finding
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.accept import Offer
from jwtscan.fixing.templates.home import HelperError
from jwtscan.meaning.sources import Source

if TYPE_CHECKING:
    from jwtscan.fixing.credentials import Decision
    from jwtscan.fixing.plan import Plan
    from jwtscan.rule import Rule


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A mistake of jwtscan's own in the fix of one rule. ``details`` is the traceback, not masked."""

    rule: str
    path: str
    details: str

    @property
    def reason(self) -> str:
        return f"internal error in {self.rule}, please report"


class Offers:
    """Gives an offer for each finding that a recipe has something to say about.

    ``refused`` are the fixes that were tried and given up, with the reason, by identity: they are only shown.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = rules
        self.identities = Identities()
        self.refused: dict[str, str] = {}
        self.breakdowns: dict[tuple[str, str], Breakdown] = {}

    def in_code(self, findings: Sequence[Finding], plan: Plan) -> list[Offer]:
        """About the findings themselves."""
        offers = []
        for finding in findings:
            rule = self.rules.get(finding.rule)
            if rule is None or rule.fix is None:
                continue
            try:
                proposal = rule.fix(finding.subject, plan)
            except HelperError as error:
                proposal = advice("fetch an OAuth access token", str(error))
            except Exception as error:
                proposal = self.broken(finding, error)
            if proposal is not None:
                offers.append(self._offer(finding, proposal, self.identities.of(finding)))
        return offers

    def in_credentials(
        self, decision: Decision, findings: Sequence[Finding], plan: Plan, going: Collection[int] = ()
    ) -> list[Offer]:
        """About the places of the first scan that hold the credentials. ``going`` are the uses that would be gone."""
        try:
            made = decision.proposals(findings, plan, going)
            return [self._offer(finding, proposal, finding.fingerprint) for finding, proposal in made]
        except Exception as error:
            held = [finding for finding in findings if isinstance(finding.subject, Source)]
            return [self._offer(finding, self.broken(finding, error), finding.fingerprint) for finding in held]

    def broken(self, finding: Finding, error: Exception) -> Proposal:
        """Keeps what went wrong, and says that the finding is left for that."""
        import traceback

        breakdown = Breakdown(finding.rule, finding.path, "".join(traceback.format_exception(error)))
        self.breakdowns.setdefault((finding.rule, finding.path), breakdown)
        return advice("left as it is", breakdown.reason)

    def refuse(self, offer: Offer, reason: str) -> None:
        self.refused[offer.identity] = reason

    def is_refused(self, offer: Offer) -> bool:
        return offer.identity in self.refused

    def standing(self, offers: Mapping[str, Offer]) -> dict[str, Offer]:
        """The offers as they are now: some may have been refused since."""
        return {identity: self._offer(one.finding, one.proposal, identity) for identity, one in offers.items()}

    def with_fixes(self, findings: Sequence[Finding], offers: Mapping[str, Offer]) -> list[Finding]:
        """The findings, each with what its offer says."""
        made = {identity: offer.finding.fix for identity, offer in offers.items()}
        return [replace(finding, fix=made.get(self.identities.of(finding), finding.fix)) for finding in findings]

    def _offer(self, finding: Finding, proposal: Proposal, identity: str) -> Offer:
        reason = self.refused.get(identity)
        if reason is not None:
            proposal = replace(proposal, applicability=Applicability.DISPLAY, because=reason)
        return Offer(replace(finding, fix=proposal.fix), proposal, identity)
