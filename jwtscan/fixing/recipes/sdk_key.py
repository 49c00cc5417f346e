"""``join-api-key``: ``sdkKey`` in place of ``apiKey`` for the Meeting SDK for Web, and neither from 4.0.0 on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.sdk import programs, releases
from jwtscan.fixing.sdk.options import is_broken, renaming
from jwtscan.meaning import zoom
from jwtscan.meaning.values import External
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.versions import Release

_SKETCH = """\
const { apiKey, ...options } = joinOptions;
ZoomMtg.join({ ...options, sdkKey: apiKey });"""


def fix(use: Use, plan: Plan) -> Proposal | None:
    call = use.call or use.subject
    if not isinstance(call, ir.Call):
        return None
    release = programs.version_at(plan, use.unit)
    new = None if release is not None and release >= zoom.NO_JOIN_KEY else "sdkKey"
    title = (
        "pass sdkKey" if new else f"pass no key: the signature carries it from {releases.dotted(zoom.NO_JOIN_KEY)} on"
    )
    if is_broken(use.unit, call):
        return advice(title, "the call does not parse", _SKETCH)
    edits = renaming(plan, use.unit, call, {"apiKey": new})
    if edits is None:
        return advice(title, "the options are put together in a way that is not followed to its end", _SKETCH)
    return Proposal(Applicability.SAFE, title, tuple(edits), left_to_do=(*_raise(release), *_answer(use)))


def _raise(release: Release | None) -> list[str]:
    """What no fix of ``outdated-sdk`` reaches: a copy of the SDK in the site's own files."""
    if release is None or release >= zoom.FIRST_SDK_KEY:
        return []
    return [f"Replace the copy of the Meeting SDK {releases.dotted(release)}: sdkKey needs 2.3.0."]


def _answer(use: Use) -> list[str]:
    """A key that a server answers with: its own program has to send the new one."""
    ends = {value.end.name for value in use.keys if isinstance(value.end, External)}
    if any("()." in name and name.endswith(".apiKey") for name in ends):
        return ["The server's answer still calls the key apiKey: have it send the SDK key."]
    return []
