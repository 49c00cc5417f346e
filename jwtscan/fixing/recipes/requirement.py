"""``outdated-wrapper``: a requirement is raised to the library's OAuth versions; a fork gives way to its origin."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability, Confidence
from jwtscan.fixing import Proposal, Unrequired, advice
from jwtscan.fixing.manifest import is_imported
from jwtscan.fixing.raising import raising, refreshes
from jwtscan.fixing.recipes import wrapper
from jwtscan.fixing.recipes.wrapper.libraries import Library, library_of
from jwtscan.fixing.removal import removal
from jwtscan.syntax.unit import Held, Requirement, Unit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan


def fix(held: Held, plan: Plan) -> Proposal | None:
    """The requirement with the first version that knows OAuth; what constructs its client changes in the same pass."""
    requirement, unit = held.item, held.unit
    assert isinstance(requirement, Requirement)
    library = library_of(requirement.ecosystem, requirement.name)
    if requirement.locked:
        return _locked(unit, requirement, library, plan)
    if library is None:
        return _unused(unit, requirement, plan) or wrapper.dead(requirement.ecosystem, requirement.name, plan)
    name, least = library.packages[0], library.least
    edits = raising(unit, requirement, least, name)
    if not edits:
        return advice(
            f"ask for {name} {least} or later", "it is asked for in a way that cannot be changed here: a URL, or a hash"
        )
    raised = Proposal(
        Applicability.SAFE,
        f"ask for {name} {least} or later",
        tuple((unit.path, edit) for edit in edits),
    )
    return _with_clients(plan, library, raised)


def _locked(unit: Unit, requirement: Requirement, library: Library | None, plan: Plan) -> Proposal:
    manifests = [posixpath.join(posixpath.dirname(unit.path), own) for own in _MANIFESTS[requirement.ecosystem]]
    commands = refreshes([path for path in manifests if path in plan.project.modules.files], [unit.path])
    wanted = f"{library.packages[0]} {library.least} or later" if library is not None else f"no {requirement.name}"
    return advice(
        f"lock {wanted}",
        "lock files are written by their tools only",
        left_to_do=tuple(commands) or (f"Install {wanted}, and lock it.",),
    )


def _unused(unit: Unit, requirement: Requirement, plan: Plan) -> Proposal | None:
    """A dead library goes where no program imports it. None where one does, or something else may load it."""
    module = requirement.name.replace("-", "_") if requirement.ecosystem == "pypi" else requirement.name
    package = Unrequired(requirement.ecosystem, requirement.name, (module,))
    edits = removal(unit, requirement)
    if not edits or requirement.name.startswith(_LOADED) or is_imported(plan, unit.path, package):
        return None
    title = f"take out {requirement.name}, which no program imports"
    return Proposal(Applicability.SAFE, title, tuple((unit.path, edit) for edit in edits))


_LOADED = ("django-", "node-red-")  # by their name in a setting, with no import
_MANIFESTS = {"pypi": ("pyproject.toml", "Pipfile"), "npm": ("package.json",)}


def _with_clients(plan: Plan, library: Library, proposal: Proposal) -> Proposal:
    """A requirement is no safer to raise than the constructors that its later version breaks are to rewrite."""
    for use in plan.project.uses.all:
        if use.kind != "wrapper-client" or wrapper.library_of_use(use, plan) is not library:
            continue
        made = wrapper.fix(use, plan)
        if use.confidence > Confidence.LOW and made is not None and made.applicability < proposal.applicability:
            line = use.unit.document.lines.position(use.span.start).line
            because = f"{use.unit.path}:{line} has to change with it: {made.because}"
            proposal = replace(proposal, applicability=made.applicability, because=because)
    return proposal
