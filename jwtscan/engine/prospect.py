"""What fixes would change, each by itself, worked out when a report asks for it. Nothing lands here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from jwtscan.engine.offers import Breakdown, Offers
from jwtscan.engine.options import Rules
from jwtscan.engine.outcome import Rewrite
from jwtscan.engine.scan import Scan
from jwtscan.finding import Applicability, Finding
from jwtscan.fixing import NewFile, Proposal
from jwtscan.fixing.accept import Offer
from jwtscan.fixing.credentials import Decision
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.templates.home import home_of
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.rule import Rule

Place = tuple[str, str, Span]
"""Rule, path and span: what stays of a finding when it is masked."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """The offers about findings, by place, in the project of ``plan``.

    ``shown`` makes a path of that project one that the report's reader knows. ``breakdowns`` are jwtscan's own
    mistakes on the way to the offers. ``trial`` gives the fixes that only land when others have, with the plan that
    they are made for, by fingerprint; ``kept`` is what they change.
    """

    plan: Plan
    offers: Mapping[Place, Offer]
    breakdowns: tuple[Breakdown, ...] = ()
    shown: Callable[[str], str] = str
    trial: Callable[[], Mapping[str, tuple[Plan, Proposal]]] = dict
    kept: dict[int, tuple[Rewrite, ...]] = field(default_factory=dict)

    def rewrites(self, finding: Finding) -> tuple[Rewrite, ...]:
        """The files that the fix of a finding alone would change; none where it is left for people to do."""
        offer = self.offers.get((finding.rule, finding.path, finding.span))
        return () if offer is None else self._rewrites(self.plan, offer.proposal)

    def in_place(self, finding: Finding, most: int) -> tuple[Rewrite, ...]:
        """The same, but none where new files come with it or far more than ``most`` places change."""
        offer = self.offers.get((finding.rule, finding.path, finding.span))
        if offer is None or len(offer.proposal.edits) > most:
            return ()
        files = self.plan.project.modules.files
        new = (i for i in offer.proposal.intents if isinstance(i, NewFile) and i.path not in files)
        return () if any(new) else self._rewrites(self.plan, offer.proposal)

    def changes(self, finding: Finding) -> tuple[Rewrite, ...]:
        """The same, and of a fix that waits for others, such as a name's that code still reads, what it then changes.

        The texts before it are then those that the others leave.
        """
        offer = self.offers.get((finding.rule, finding.path, finding.span))
        return () if offer is None else self._changes(offer)

    def left_to_do(self, findings: Sequence[Finding], rules: Sequence[Rule]) -> list[str]:
        """What no program can do about all the ``findings``, in order."""
        from jwtscan.engine.settling import left_to_do

        offers = list(self.offers.values())
        texts = list({id(rewrite): rewrite for offer in offers for rewrite in self._changes(offer)}.values())
        # Code that is to be written by hand reads the new variables too.
        by_hand = (offer for offer in offers if offer.proposal.sketch)
        texts += [Rewrite(offer.finding.path, None, offer.proposal.sketch.encode()) for offer in by_hand]
        known = {rule.id: rule.tags for rule in rules}
        tags = [known[finding.rule] for finding in findings if finding.rule in known]
        return left_to_do(findings, texts, self.plan.names, tags, offers, self.plan.project.modules.files)

    def seen_as(self, shown: Callable[[str], str]) -> Prospect:
        """The same for a reader who knows the files by other paths."""
        offers = {(rule, shown(path), span): offer for (rule, path, span), offer in self.offers.items()}
        return replace(self, offers=offers, shown=shown)

    def _changes(self, offer: Offer) -> tuple[Rewrite, ...]:
        """What the fix changes now, and what is done when others have landed."""
        later = self.trial().get(offer.identity)
        if later is not None and later[1].applicability >= offer.proposal.applicability:
            return (*self._kept(self.plan, offer.proposal), *self._kept(*later))
        return self._kept(self.plan, offer.proposal)

    def _kept(self, plan: Plan, proposal: Proposal) -> tuple[Rewrite, ...]:
        # Many findings share the fix of one name, which may be all over the project.
        known = self.kept.get(id(proposal))
        if known is None:
            known = self.kept[id(proposal)] = self._rewrites(plan, proposal)
        return known

    def _rewrites(self, plan: Plan, proposal: Proposal) -> tuple[Rewrite, ...]:
        if proposal.applicability is Applicability.DISPLAY:
            return ()
        # What changes files reads every kind of settings and manifest; many reports do not ask.
        from jwtscan.fixing.check import faults
        from jwtscan.fixing.lower import lower

        try:
            changed = lower(plan, [proposal])
            if faults(plan, changed, [proposal]):
                return ()
        except Exception:  # it is said when the fix is tried; a report does without its changes
            return ()
        units = plan.project.units
        before = {path: unit.document.source for path in changed if (unit := units.get(path)) is not None}
        return tuple(Rewrite(self.shown(path), before.get(path), changed[path]) for path in sorted(changed))


def prospect_of(plan: Plan, findings: Sequence[Finding], offers: Mapping[str, Offer], given: Offers) -> Prospect:
    """The prospect for the findings of one scan; ``offers`` are by identity, as ``given`` knows it."""
    of = given.identities.of
    made = {(one.rule, one.path, one.span): offers[of(one)] for one in findings if of(one) in offers}
    return Prospect(plan, made, tuple(given.breakdowns.values()))


def _credentials(
    offers: Offers, decision: Decision, found: Sequence[Finding], plan: Plan, code: Sequence[Offer]
) -> list[Offer]:
    """What would be done about credentials when the fixes in ``code`` are made; unsafe where one of those is."""
    sure, going = (
        {id(one.finding.subject) for one in code if one.proposal.applicability >= least}
        for least in (Applicability.SAFE, Applicability.UNSAFE)
    )
    made = offers.in_credentials(decision, found, plan, going)
    if going == sure:
        return made
    without = {one.identity: one.proposal for one in offers.in_credentials(decision, found, plan, sure)}
    return [_waiting(one, without.get(one.identity)) for one in made]


def _waiting(offer: Offer, without: Proposal | None) -> Offer:
    """``offer`` where only unsafe fixes make it possible; ``without`` is what is said of it without them."""
    proposal = offer.proposal
    if without is None or without.applicability > Applicability.DISPLAY or proposal.applicability < Applicability.SAFE:
        return offer
    because = f"it waits for an unsafe fix: {without.because}"
    proposal = replace(proposal, applicability=Applicability.UNSAFE, because=because)
    return replace(offer, finding=replace(offer.finding, fix=proposal.fix), proposal=proposal)


def propose(scan: Scan, rules: Sequence[Rule] | Rules, *, target: str | None = None) -> Prospect | None:
    """Says in each finding of a scan that was run what a fix would do about it.

    Recipes follow imports and manifests upwards: where files outside of the working directory are scanned, they have
    nothing to stand on, and nothing is said.
    """
    outside = any(path.startswith("../") or os.path.isabs(path) for path in scan.entries)  # noqa: PTH117 - a string
    if scan.project is None or not scan.result.findings or outside:
        return None
    offers = Offers({rule.id: rule for rule in (rules() if callable(rules) else rules)})
    home = home_of(scan.options.helper, scan.options.cwd)
    plan = Plan(scan.project, target=target, given=scan.options.env_names, home=home)
    found = scan.result.findings
    code = offers.in_code(found, plan)
    made = [*_credentials(offers, Decision(scan.project, plan.names), found, plan, code), *code]
    by_identity = {offer.identity: offer for offer in made}
    scan.result.findings = offers.with_fixes(found, by_identity)

    @cache
    def trial() -> Mapping[str, tuple[Plan, Proposal]]:
        from jwtscan.engine.trial import waiting

        return waiting(scan, offers.rules, target)

    return replace(prospect_of(plan, found, by_identity, offers), trial=trial)
