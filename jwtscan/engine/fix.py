"""Fixing: proposals, what of them lands together, the new texts, the checks, and all of it again until nothing moves.

Everything happens in memory: ``fixing.commit`` writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jwtscan.engine.scan import Options, Progress, Result, Rules, Scan, _silent
from jwtscan.files import Document
from jwtscan.finding import Applicability, Finding
from jwtscan.fixing import NewFile, Proposal
from jwtscan.fixing.accept import Offer, accept
from jwtscan.fixing.check import faults
from jwtscan.fixing.credentials import Decision
from jwtscan.fixing.lower import lower
from jwtscan.fixing.plan import Plan
from jwtscan.meaning.sources import Source

if TYPE_CHECKING:
    from jwtscan.rule import Rule

MAX_PASSES = 10

Choose = Callable[[Offer], bool]
"""Asked for each fix before it is taken in (``fix --interactive``)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it was (None: it was not there) and as it is to be. Both encode to bytes on disk."""

    path: str
    before: Document | None
    after: Document


@dataclass(slots=True)
class Fixed:
    """What fixing gives. ``first`` is the scan before, ``last`` the one of the changed texts.

    ``fixed`` are the findings that are gone, with the fix that landed. ``proposals`` are what would be done about each
    finding of ``last`` by fingerprint: why it is left. ``templates`` names the template of each file that was
    written from one, by path. ``converged`` is false where the passes ran out.
    """

    first: Result
    last: Result
    fixed: list[Finding] = field(default_factory=list)
    proposals: dict[str, Offer] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    left_to_do: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    passes: int = 0
    converged: bool = True


def fix(
    options: Options,
    rules: Sequence[Rule] | Rules,
    *,
    least: Applicability = Applicability.SAFE,
    target: str | None = None,
    choose: Choose | None = None,
    progress: Progress = _silent,
) -> Fixed:
    """Plans the fixes of at least that applicability for ``options.paths``. Nothing is written."""
    scan = Scan(options, rules, progress)
    first = scan.run()
    given = rules() if callable(rules) and first.findings else rules
    known = {} if callable(given) else {rule.id: rule for rule in given}
    return _Fix(scan, first, known, least, target, choose).run()


class _Fix:
    """The passes over one tree."""

    def __init__(
        self,
        scan: Scan,
        first: Result,
        rules: dict[str, Rule],
        least: Applicability,
        target: str | None,
        choose: Choose | None,
    ) -> None:
        self.original = scan
        self.scan = scan
        self.result = first
        self.rules = rules
        self.least = least
        self.target = target
        self.choose = choose
        self.refused: dict[str, str] = {}
        self.sources: dict[str, bytes] = {}
        self.landed: list[Offer] = []
        self.fixed = Fixed(first, first)
        self.decision: Decision | None = None

    def run(self) -> Fixed:
        plan: Plan | None = None
        while self.scan.project is not None:
            plan = Plan(self.scan.project, target=self.target, names=plan.names if plan is not None else None)
            self.decision = self.decision or Decision(self.scan.project, plan.names)
            code, credentials = self._offers(plan)
            if self.fixed.passes == MAX_PASSES:
                self.fixed.converged = not accept([*code, *credentials], self.least)[0]
                break
            # Credentials last: what still reads an old name is known when the code stands.
            if not self._pass(plan, code) and not self._pass(plan, credentials):
                break
            self.fixed.passes += 1
        return self._settle()

    def _offers(self, plan: Plan) -> tuple[list[Offer], list[Offer]]:
        """What would be done about the findings in code, and about the places that hold the credentials."""
        code = []
        for finding in self.result.findings:
            rule = self.rules.get(finding.rule)
            proposal = rule.fix(finding.subject, plan) if rule is not None and rule.fix is not None else None
            if proposal is not None:
                code.append(self._offer(finding, proposal))
        assert self.decision is not None
        held = [finding for finding in self.fixed.first.findings if isinstance(finding.subject, Source)]
        credentials = [self._offer(finding, made) for finding, made in self.decision.proposals(held, plan)]
        self.fixed.proposals = {offer.finding.fingerprint: offer for offer in (*credentials, *code)}
        return code, credentials

    def _offer(self, finding: Finding, proposal: Proposal) -> Offer:
        """A refused fix is shown with the reason instead."""
        reason = self.refused.get(finding.fingerprint)
        if reason is not None:
            proposal = replace(proposal, applicability=Applicability.DISPLAY, because=reason)
        return Offer(replace(finding, fix=proposal.fix), proposal)

    def _pass(self, plan: Plan, offers: Sequence[Offer]) -> bool:
        """Makes what can land together land. False where nothing did."""
        wanted = [offer for offer in offers if self._is_chosen(offer)]
        while True:
            accepted, _ = accept([o for o in wanted if o.finding.fingerprint not in self.refused], self.least)
            if not accepted:
                return False
            changed = lower(plan, [offer.proposal for offer in accepted])
            bad = faults(plan, changed, [offer.proposal for offer in accepted])
            if bad:
                self._refuse(accepted, bad)
                continue
            if not changed:
                return False
            scan = self.scan.again(changed)
            result = scan.run()
            bad = self._worse(result, accepted, changed)
            if bad:
                self._refuse(accepted, bad)
                continue
            self.scan, self.result = scan, result
            self.sources.update(changed)
            self.landed += accepted
            new = (i for o in accepted for i in o.proposal.intents if isinstance(i, NewFile) and i.path in changed)
            self.fixed.templates.update((file.path, file.template) for file in new if file.template)
            return True

    def _is_chosen(self, offer: Offer) -> bool:
        if self.choose is None or offer.proposal.applicability < self.least:
            return True
        if offer.finding.fingerprint not in self.refused and not self.choose(offer):
            self.refused[offer.finding.fingerprint] = "not chosen"
        return True

    def _refuse(self, accepted: Sequence[Offer], bad: dict[str, str]) -> None:
        """Gives up every accepted fix that has a part in a file that came out wrong."""
        for offer in accepted:
            reason = next((bad[path] for path in sorted(offer.proposal.paths) if path in bad), None)
            if reason is not None:
                self.refused[offer.finding.fingerprint] = reason

    def _worse(self, result: Result, accepted: Sequence[Offer], changed: dict[str, bytes]) -> dict[str, str]:
        """Files in which no fewer findings are left than fixes were made, with the reason."""
        before = Counter(finding.path for finding in self.result.findings)
        after = Counter(finding.path for finding in result.findings)
        still = {finding.fingerprint for finding in self.result.findings}
        aimed = {offer.finding.path for offer in accepted if offer.finding.fingerprint in still}
        bad = {}
        for path in sorted({*changed, *aimed}):
            if after[path] > before[path] - (path in aimed):
                left = next((finding for finding in result.findings if finding.path == path), None)
                what = f"{left.rule} at line {left.start.line}" if left is not None else "a finding"
                bad[path] = f"the result would still have {what}"
        return bad

    def _gone(self) -> list[Finding]:
        """The findings of the first scan that the last no longer has, by rule and file, with the fix that landed."""
        made = {offer.finding.fingerprint: offer.finding for offer in self.landed}
        left = Counter((finding.rule, finding.path) for finding in self.result.findings)
        kept = {finding.fingerprint for finding in self.result.findings}
        gone = []
        for finding in sorted(self.fixed.first.findings, key=lambda f: f.fingerprint in kept, reverse=True):
            if left[finding.rule, finding.path] > 0:
                left[finding.rule, finding.path] -= 1
            else:
                gone.append(made.get(finding.fingerprint, finding))
        return sorted(gone, key=lambda finding: finding.order)

    def _settle(self) -> Fixed:
        fixed = self.fixed
        fixed.last = replace(
            self.result,
            findings=[
                offer.finding if (offer := fixed.proposals.get(finding.fingerprint)) is not None else finding
                for finding in self.result.findings
            ],
            skipped=self.original.result.skipped,
            errors=self.original.result.errors,
        )
        fixed.fixed = self._gone()
        todo = (line for offer in self.landed for line in offer.proposal.left_to_do)
        fixed.left_to_do = list(dict.fromkeys(todo))
        for path in sorted(self.sources):
            after = self.scan.documents[path]
            before = self.original._document(path) if path in self.original.entries else None
            if before is None or before.raw != after.raw:
                fixed.changes.append(Change(path, before, after))
        return fixed
