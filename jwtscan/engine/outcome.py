"""What fixing gives, and how it is put together when the last pass is done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

from jwtscan.engine.identities import Identities
from jwtscan.engine.offers import Breakdown
from jwtscan.engine.scan import Result
from jwtscan.files import Document
from jwtscan.finding import Finding
from jwtscan.fixing.accept import Offer
from jwtscan.fixing.names import Names
from jwtscan.fixing.steps import outside, special
from jwtscan.meaning.sources import Source


@dataclass(frozen=True, slots=True)
class Choice:
    """A fix to be chosen or not. ``texts`` are the files that it alone would change: path, source before and after.

    ``result`` is the scan that it was made for.
    """

    offer: Offer
    texts: tuple[tuple[str, bytes | None, bytes], ...]
    result: Result


Choose = Callable[[Choice], bool]
"""Asked for each fix before it is taken in (``fix --interactive``)."""

Obstacle = Callable[[Path], "str | None"]
"""Says why a file cannot be written, None where it can."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it was (None: it was not there) and as it is to be. Both encode to bytes on disk."""

    path: str
    before: Document | None
    after: Document


@dataclass(slots=True)
class Fixed:
    """What fixing gives. ``first`` is the scan before, ``last`` the one of the changed texts.

    ``fixed`` are the findings that are gone, with the fix that landed; the findings of ``last`` say why they are left.
    ``offers`` are what would be done about those, by identity. ``templates`` names the template of each file that
    was written from one, by path. ``names`` are the new environment variables. ``converged`` is false where the
    passes ran out.
    """

    first: Result
    last: Result
    fixed: list[Finding] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    left_to_do: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    breakdowns: list[Breakdown] = field(default_factory=list)
    passes: int = 0
    converged: bool = True


def gone(
    first: Sequence[Finding], last: Sequence[Finding], landed: Sequence[Offer], identities: Identities
) -> list[Finding]:
    """The findings of the first scan that the last no longer has, by rule and file, with the fix that landed."""
    fixes = {offer.identity: offer.finding.fix for offer in landed}
    kept = {identities.of(finding) for finding in last}
    left = Counter((finding.rule, finding.path) for finding in last)
    found = []
    for finding in sorted(first, key=lambda one: (one.fingerprint not in kept, one.fingerprint in fixes)):
        if left[finding.rule, finding.path] > 0:
            left[finding.rule, finding.path] -= 1
        else:
            found.append(replace(finding, fix=fixes.get(finding.fingerprint, finding.fix)))
    return sorted(found, key=lambda finding: finding.order)


def left_to_do(fixed: Fixed, tags: Sequence[str], offers: Sequence[Offer]) -> list[str]:
    """What no program can do: first what every migration needs, then what the ``offers`` say.

    ``tags`` are those of the rules that found something.
    """
    if not fixed.first.findings:
        return []
    sources = [finding.subject for finding in fixed.first.findings if isinstance(finding.subject, Source)]
    old = {source.name.removeprefix("env:") for source in sources if source.kind == "config"}
    shown = {source.unit.path for source in sources if source.text}
    used = frozenset(name for name in astuple(fixed.names) if any(_is_new(name, change) for change in fixed.changes))
    said = [line for offer in offers for line in offer.proposal.left_to_do]
    return [
        *outside(fixed.names, used, sorted(old), sorted(shown), rest="rest" in tags, sdk="sdk" in tags),
        *special(said, fixed.names),
    ]


def _is_new(name: str, change: Change) -> bool:
    """Whether a changed file speaks of a variable that it did not speak of before."""
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)")
    before = change.before.source if change.before is not None else b""
    return word.search(change.after.source) is not None and word.search(before) is None
