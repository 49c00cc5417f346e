"""Fixes that a person has edited: what has to hold of them, and how they land in place of the fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.files import Document, UnreadableError
from jwtscan.files.document import decode
from jwtscan.files.kinds import kind_of
from jwtscan.fixing import NewFile
from jwtscan.fixing.accept import Offer

if TYPE_CHECKING:
    from jwtscan.engine.passes import Passes

_LEFT = "the patch as it was edited leaves this"


def freed(offer: Offer, texts: Mapping[str, bytes]) -> Offer:
    """``offer`` as it stands for ``texts``: comments may go, and a file is only a template's if it is as that."""
    kept = (
        intent
        for intent in offer.proposal.intents
        if not isinstance(intent, NewFile) or texts.get(intent.path) == intent.source
    )
    return replace(offer, proposal=replace(offer.proposal, intents=frozenset(kept), drops_comments=True))


def fault_of_new(path: str, source: bytes) -> str | None:
    """Why a new file cannot be written with that text; None where it can."""
    from jwtscan.syntax.reading import read_unit

    kind = kind_of(path.rpartition("/")[2], path)
    try:
        document: Document = decode(path, source, kind)
    except UnreadableError as error:
        return str(error)
    unit = read_unit(document, kind or "")
    return "it would not parse" if unit.module is not None and unit.module.errors else None


def land(passes: Passes, offer: Offer, texts: dict[str, bytes]) -> None:
    """Makes ``texts`` what the next pass starts from. The finding counts as fixed if there is one less of its kind.

    What is left of it, however it looks now, is not asked about again.
    """
    rule, path = offer.finding.rule, offer.finding.path

    def found() -> list[str]:
        mine = (one for one in passes.result.findings if (one.rule, one.path) == (rule, path))
        return [passes.offers.identities.of(one) for one in mine]

    before = found()
    passes.edits += 1
    scan = passes.scan.again(texts)
    is_gone = sum((one.rule, one.path) == (rule, path) for one in scan.run().findings) < len(before)
    passes.land(scan, [freed(offer, texts)] if is_gone else [], texts)
    left = {offer.identity, *found()} - (set(before) - {offer.identity})
    for identity in left:
        passes.offers.refuse(replace(offer, identity=identity), _LEFT)
