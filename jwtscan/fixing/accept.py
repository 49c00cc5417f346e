"""Which proposals of a pass land together: edits are sequences, so one that meets another's waits for the next pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from jwtscan.finding import Applicability, Finding
from jwtscan.fixing import NewFile, Proposal
from jwtscan.text import Edit


@dataclass(frozen=True, slots=True)
class Offer:
    """A finding with what would be done about it. ``identity`` stays the same from pass to pass."""

    finding: Finding
    proposal: Proposal
    identity: str = ""


def accept(offers: Sequence[Offer], least: Applicability) -> tuple[list[Offer], list[Offer]]:
    """The offers that land, and those deferred because they meet an earlier one. Others are in neither list."""
    taken: dict[str, list[Edit]] = defaultdict(list)
    written: dict[str, NewFile] = {}
    accepted: list[Offer] = []
    deferred: list[Offer] = []
    for offer in offers:
        proposal = offer.proposal
        if proposal.applicability < least or not (proposal.edits or proposal.intents):
            continue
        new = [intent for intent in proposal.intents if isinstance(intent, NewFile)]
        meets = any(edit.conflicts(other) for path, edit in proposal.edits for other in taken[path])
        # Once the file is there, the other fix may do with it as it is.
        if meets or any(written.get(file.path, file) != file for file in new):
            deferred.append(offer)
            continue
        accepted.append(offer)
        written.update((file.path, file) for file in new)
        for path, edit in proposal.edits:
            taken[path].append(edit)
    return accepted, deferred
