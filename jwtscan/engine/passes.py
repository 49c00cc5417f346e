"""The passes of a fix: proposals, what of them lands together, the new texts, the checks, and all of it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from jwtscan.engine import byhand
from jwtscan.engine.offers import Offers
from jwtscan.engine.outcome import Change, Choice, Choose, Fixed, Obstacle, Rewrite
from jwtscan.engine.prospect import prospect_of
from jwtscan.engine.result import Result
from jwtscan.engine.scan import Scan
from jwtscan.engine.settling import gone, left_to_do
from jwtscan.finding import Applicability
from jwtscan.fixing import NewFile
from jwtscan.fixing.accept import Offer, accept
from jwtscan.fixing.check import faults
from jwtscan.fixing.credentials import Decision
from jwtscan.fixing.lower import lower
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.templates.home import home_of
from jwtscan.meaning.sources import Source
from jwtscan.syntax.ledger import Idle

MAX_PASSES = 10


class Passes:
    """The passes over one tree."""

    choose: Choose | None = None
    obstacle: Obstacle | None = None
    alone = False
    edits = 0

    def __init__(
        self, scan: Scan, mine: frozenset[str] | None, offers: Offers, least: Applicability, target: str | None
    ) -> None:
        self.original = scan
        self.scan = scan
        self.mine = mine
        self.result = scan.result
        self.offers = offers
        self.least = least
        self.target = target
        self.chosen: dict[str, bool] = {}
        self.crowded: set[str] = set()
        self.sources: dict[str, bytes] = {}
        self.landed: list[Offer] = []
        self.fixed = Fixed(self._part(scan.result), scan.result)
        self.decision: Decision | None = None

    def run(self) -> Fixed:
        plan: Plan | None = None
        while self.scan.project is not None:
            names = plan.names if plan is not None else None
            options = self.scan.options
            home = home_of(options.helper, options.cwd)
            plan = Plan(self.scan.project, target=self.target, names=names, given=options.env_names, home=home)
            self.fixed.names = plan.names
            self.decision = self.decision or Decision(self.scan.project, plan.names)
            code, credentials = self._offers(plan)
            if self.fixed.passes == MAX_PASSES + self.edits:
                self.fixed.converged = not accept(self._open([*code, *credentials]), self.least)[0]
                break
            # Credentials last: what still reads an old name is known when the code stands.
            if not self._pass(plan, code, in_code=True) and not self._pass(plan, credentials, in_code=False):
                break
            self.fixed.passes += 1
        return self._settle(plan)

    def _offers(self, plan: Plan) -> tuple[list[Offer], list[Offer]]:
        """What would be done about the findings in code, and about the places that hold the credentials."""
        code = self.offers.in_code(self._part(self.result).findings, plan)
        assert self.decision is not None
        credentials = self.offers.in_credentials(self.decision, self.original.result.findings, plan)
        if self.mine is not None:
            outside = next((o.finding.path for o in credentials if o.finding.path not in self.mine), None)
            credentials = [offer for offer in credentials if offer.finding.path in self.mine]
            for offer in credentials if outside is not None else ():
                self.offers.refuse(offer, f"the credentials also stand in {outside}, which was not given")
        self.fixed.offers = {offer.identity: offer for offer in (*credentials, *code)}
        return code, credentials

    def _part(self, result: Result) -> Result:
        """``result`` with the findings of the given paths only."""
        if self.mine is None:
            return result
        return replace(
            result,
            findings=[finding for finding in result.findings if finding.path in self.mine],
            silenced=[one for one in result.silenced if one.finding.path in self.mine],
            known={k: [one for one in found if one.path in self.mine] for k, found in result.known.items()},
        )

    def _open(self, offers: Sequence[Offer]) -> list[Offer]:
        """The offers that are still to be tried, of those that meet in a file that came out wrong the first."""
        found, taken = [], set[str]()
        for offer in offers:
            crowded = self.crowded & offer.proposal.paths
            if not self.offers.is_refused(offer) and not crowded & taken:
                taken |= crowded
                found.append(offer)
        return found

    def _pass(self, plan: Plan, offers: Sequence[Offer], *, in_code: bool) -> bool:
        """Makes what can land together land. False where nothing did."""
        for offer in offers:
            if texts := self._ask(plan, offer):
                byhand.land(self, offer, texts)
                return True
        while accepted := accept(self._open(offers), self.least)[0]:
            changed = self._lowered(plan, accepted)
            if changed is None:
                continue
            if bad := self._faults(plan, changed, accepted):
                self._give_up(accepted, bad)
                continue
            if not changed:
                return False
            scan = self.scan.again(changed)
            result = scan.run()
            if bad := self._worse(result, accepted, changed, in_code=in_code):
                self._give_up(accepted, bad)
                continue
            self.land(scan, accepted, changed)
            return True
        return False

    def land(self, scan: Scan, accepted: Sequence[Offer], changed: dict[str, bytes]) -> None:
        """Makes a scan that was run, of other texts, what the next pass starts from."""
        self.offers.identities.follow(self.result, scan.result, {offer.identity for offer in accepted})
        self.scan, self.result = scan, scan.result
        self.sources.update(changed)
        self.landed += accepted
        new = (i for o in accepted for i in o.proposal.intents if isinstance(i, NewFile) and i.path in changed)
        self.fixed.templates.update((file.path, file.template) for file in new if file.template)

    def _ask(self, plan: Plan, offer: Offer) -> dict[str, bytes]:
        """Has the user choose, once for each fix. Gives the texts that are to take its place, empty where none are."""
        identity = offer.identity
        if self.choose is None or offer.proposal.applicability < self.least or self.offers.is_refused(offer):
            return {}
        if identity in self.chosen or not (changed := self._lowered(plan, [offer])):
            return {}
        units = plan.project.units
        texts = tuple(
            Rewrite(path, unit.document.source if (unit := units.get(path)) is not None else None, source)
            for path, source in sorted(changed.items())
        )
        answer = self.choose(Choice(offer, texts, self.result, partial(self._fault_by_hand, plan, offer)))
        self.chosen[identity] = answer is True
        if answer is False:
            self.offers.refuse(offer, "not chosen")
        return {} if isinstance(answer, bool) else dict(answer)

    def _fault_by_hand(self, plan: Plan, offer: Offer, texts: Mapping[str, bytes]) -> str | None:
        bad = self._faults(plan, texts, [byhand.freed(offer, texts)])
        for path in sorted(texts.keys() - plan.project.units.keys()):
            if (reason := byhand.fault_of_new(path, texts[path])) is not None:
                bad.setdefault(path, reason)
        return "; ".join(f"{path}: {reason}" for path, reason in sorted(bad.items())) or None

    def _lowered(self, plan: Plan, offers: Sequence[Offer]) -> dict[str, bytes] | None:
        """The new texts; None where a fix broke down on the way, which is given up."""
        try:
            return lower(plan, [offer.proposal for offer in offers])
        except Exception as error:
            if len(offers) > 1 and any(self._lowered(plan, [offer]) is None for offer in offers):
                return None
            for offer in offers:
                self.offers.refuse(offer, self.offers.broken(offer.finding, error).because or "")
            return None

    def _faults(self, plan: Plan, changed: Mapping[str, bytes], accepted: Sequence[Offer]) -> dict[str, str]:
        """The files that came out wrong or may not be changed, with the reason."""
        bad = faults(plan, changed, [offer.proposal for offer in accepted])
        for path in changed:
            if self.alone and path not in (self.mine or ()):
                bad[path] = f"{path} has to change with it: fix the files instead of a text on stdin"
            elif self.obstacle is not None and (reason := self.obstacle(self.original.options.cwd / path)) is not None:
                bad[path] = f"{path} {reason}"
        return bad

    def _give_up(self, accepted: Sequence[Offer], bad: dict[str, str]) -> None:
        """Refuses the fix that made a file come out wrong. Where there are several of them, each is tried by itself."""
        refused = False
        for path, reason in sorted(bad.items()):
            parts = [offer for offer in accepted if path in offer.proposal.paths]
            if len(parts) > 1 and path not in self.crowded:
                self.crowded.add(path)
                refused = True
            for offer in parts if len(parts) == 1 else ():
                self.offers.refuse(offer, reason)
                refused = True
        for offer in accepted if not refused else ():
            self.offers.refuse(offer, next(iter(bad.values())))

    def _worse(
        self, result: Result, accepted: Sequence[Offer], changed: dict[str, bytes], *, in_code: bool
    ) -> dict[str, str]:
        """Files in which no fewer findings are left than fixes were made, with the reason."""
        # When its use is gone, code that only reads a credential is a finding of its own, until the credentials' turn.
        # An ignore may be left without anything to silence, and goes by itself then.
        other = (Source, Idle) if in_code else Idle
        seen = [[f for f in r.findings if not isinstance(f.subject, other)] for r in (self.result, result)]
        before, after = (Counter(finding.path for finding in findings) for findings in seen)
        still = {finding.fingerprint for finding in self.result.findings}
        # A use that is given credentials by new names is still one, where its own fix is left for later.
        meant = [offer.finding for offer in accepted if in_code or isinstance(offer.finding.subject, Source)]
        meant = [finding for finding in meant if not isinstance(finding.subject, Idle)]
        aimed = {finding.path for finding in meant if finding.fingerprint in still}
        bad = {}
        for path in sorted({*changed, *aimed}):
            if after[path] > before[path] - (path in aimed):
                left = next((finding for finding in seen[1] if finding.path == path), None)
                what = f"{left.rule} at line {left.start.line}" if left is not None else "a finding"
                bad[path] = f"the result would still have {what}"
        return bad

    def _settle(self, plan: Plan | None) -> Fixed:
        fixed = self.fixed
        fixed.offers = self.offers.standing(fixed.offers)
        last = self._part(self.result)
        fixed.last = replace(
            last,
            findings=self.offers.with_fixes(last.findings, fixed.offers),
            skipped=self.original.result.skipped,
            errors=self.original.result.errors,
        )
        fixed.fixed = gone(fixed.first.findings, last.findings, self.landed, self.offers.identities)
        fixed.breakdowns = list(self.offers.breakdowns.values())
        for path in sorted(self.sources):
            after = self.scan.documents[path]
            before = self.original._document(path) if path in self.original.entries else None
            if before is None or before.raw != after.raw:
                fixed.changes.append(Change(path, before, after))
        rules = (self.offers.rules.get(finding.rule) for finding in fixed.first.findings)
        tags = [rule.tags for rule in rules if rule is not None]
        if fixed.names is not None and fixed.first.findings:
            offers = [*self.landed, *fixed.offers.values()]
            rewrites = [Rewrite(c.path, c.before.source if c.before else None, c.after.source) for c in fixed.changes]
            files = self.original.entries.keys()
            kept = [*last.findings, *(one for left_out in last.known.values() for one in left_out)]
            fixed.left_to_do = left_to_do(
                fixed.first.findings,
                rewrites,
                fixed.names,
                tags,
                offers,
                files,
                uses_left=any("tool" not in self.offers.rules[one.rule].tags for one in kept),
            )
        if plan is not None:
            fixed.prospect = prospect_of(plan, last.findings, fixed.offers, self.offers)
        return fixed
