"""``legacy-signature`` and its half-migrated form: the HMAC signature becomes an SDK JWT, made where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.recipes.sdk_signature import javascript, python
from jwtscan.fixing.recipes.sdk_signature.chain import Chain
from jwtscan.fixing.recipes.sdk_signature.code import read
from jwtscan.fixing.recipes.sdk_signature.draft import Draft
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old
from jwtscan.fixing.recipes.sdk_signature.reasons import because, left_to_do, sketch
from jwtscan.fixing.recipes.sdk_signature.slots import slots_of
from jwtscan.fixing.recipes.sdk_signature.target import takes_app_key_alone
from jwtscan.fixing.steps import meeting_sdk
from jwtscan.meaning.sites import Site
from jwtscan.syntax import ir
from jwtscan.syntax.python3 import is_python3

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use

TITLE = "sign an SDK JWT"


def fix(use: Use, plan: Plan) -> Proposal | None:
    """A proposal for an HMAC call that ``legacy-signature`` or ``half-migrated`` reports; None for any other use."""
    sites = plan.project.uses.sites.at(use.unit, use.subject) if isinstance(use.subject, ir.Call) else []
    site = next((site for site in sites if site.role == "hmac"), None)
    if site is None:
        return None
    try:
        old = _read(site, plan)
        old.check()
        intents = python.write(old) if old.code.is_python else javascript.write(old)
        edits = old.draft.edits()
    except NotSeparable as reason:
        return advice(TITLE, str(reason), sketch(use.unit), meeting_sdk(plan.names))
    doubt = because(old)
    sure = Applicability.SAFE if doubt is None else Applicability.UNSAFE
    return Proposal(sure, TITLE, edits, frozenset(intents), doubt, left_to_do(old))


def _read(site: Site, plan: Plan) -> Old:
    """The old signature that an HMAC is made for, as far as it can be told apart."""
    slots = slots_of(plan.project.uses, site)
    if slots is None:
        raise NotSeparable("the five parts of the old signature cannot be told apart here")
    unit = slots.unit
    code = read(unit)
    if code is None or unit.module is None or unit.module.errors or unit.kind == "notebook":
        raise NotSeparable(
            "a notebook's cell is not rewritten for this" if unit.kind == "notebook" else f"{unit.path} does not parse"
        )
    if code.is_python and not is_python3(code.source):
        raise NotSeparable(f"{unit.path} is not Python 3")
    chain = Chain(plan.project, code)
    start = code.whole(slots.whole)
    final = chain.final(start) if start is not None else None
    if final is None:
        raise NotSeparable("it cannot be followed where the signature goes")
    draft = Draft(code, code.layout(plan.layout(unit), final.end))
    return Old(plan, site, slots, code, chain, final, draft, takes_app_key_alone(plan))
