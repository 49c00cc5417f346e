"""What a fix came to, when the last pass is done: which findings are gone, and what is left for people to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import astuple, replace

from jwtscan.engine.identities import Identities
from jwtscan.engine.outcome import Rewrite
from jwtscan.finding import Finding
from jwtscan.fixing.accept import Offer
from jwtscan.fixing.names import Names
from jwtscan.fixing.raising import refreshes
from jwtscan.fixing.steps import outside, special
from jwtscan.meaning.sources import Source
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Held, Setting


def gone(
    first: Sequence[Finding], last: Sequence[Finding], landed: Sequence[Offer], identities: Identities
) -> list[Finding]:
    """The findings of the first scan that the last no longer has, by rule and file, with the fix that landed."""
    # The first: a later one about the same finding tidies up after it.
    fixes = {offer.identity: offer.finding.fix for offer in reversed(landed)}
    kept = {identities.of(finding) for finding in last}
    left = Counter((finding.rule, finding.path) for finding in last)
    found = []
    for finding in sorted(first, key=lambda one: (one.fingerprint not in kept, one.fingerprint in fixes)):
        if left[finding.rule, finding.path] > 0:
            left[finding.rule, finding.path] -= 1
        else:
            found.append(replace(finding, fix=fixes.get(finding.fingerprint, finding.fix)))
    return sorted(found, key=lambda finding: finding.order)


def left_to_do(
    findings: Sequence[Finding],
    rewrites: Sequence[Rewrite],
    names: Names,
    tags: Sequence[Collection[str]],
    offers: Sequence[Offer],
    files: Collection[str],
    *,
    uses_left: bool = False,
) -> list[str]:
    """What no program can do: first what every migration needs, then what the ``offers`` say and the lock files need.

    ``rewrites`` are what changes, ``tags`` those of each rule that found something, ``files`` the paths of the tree.
    ``uses_left`` says that some use of the old app is still there when the rewrites are made.
    """
    if all("tool" in own for own in tags):
        return []  # ignore comments and unreadable files say nothing of an app
    subjects = [finding.subject for finding in findings]
    sources = [subject for subject in subjects if isinstance(subject, Source)]
    old = {_deployed(source.name) for source in sources if source.kind == "config"}
    shown = {source.unit.path for source in sources if source.text}
    held = [subject for subject in subjects if isinstance(subject, Held)]
    shown |= {one.unit.path for one in held if isinstance(one.item, (ir.Literal, Setting))}  # pasted tokens
    used = {name: found for name in astuple(names) if (found := _new(name, rewrites))}
    rest = any("rest" in own and "sdk" not in own for own in tags)  # what serves both may need one of them only
    rest = rest or any(name in used for name in (names.account_id, names.client_id, names.client_secret))
    sdk = any("sdk" in own for own in tags)
    said = [line for offer in offers for line in offer.proposal.left_to_do]
    said += refreshes((one.path for one in rewrites if one.before is not None), files)
    return [
        *outside(names, used, sorted(old), sorted(shown), rest=rest, sdk=sdk, uses_left=uses_left),
        *special(said, names),
    ]


def _deployed(name: str) -> str:
    """The name of a setting where a program is deployed: of a variable that a longer key sets, the variable's own."""
    last = name.removeprefix("env:").rpartition(".")[2]
    return last if last.isupper() else name.removeprefix("env:")


def _new(name: str, rewrites: Sequence[Rewrite]) -> list[str]:
    """The variables by that name that changed files did not speak of before, with what stands before it."""
    word = re.compile(rb"(?<!\w)(?:[A-Z0-9]+_)*" + re.escape(name.encode()) + rb"(?!\w)")
    found: set[bytes] = set()
    for one in rewrites:
        found |= set(word.findall(one.after)) - set(word.findall(one.before or b""))
    return [text.decode() for text in sorted(found, key=lambda text: (len(text), text))]
