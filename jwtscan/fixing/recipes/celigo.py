"""``celigo-connection``: an exported connection gets the OAuth 2.0 shape of Celigo's Zoom connector (zoom-facts 8).

Only the members that say how to authenticate are written anew; all other bytes of the export stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.settings import by_path
from jwtscan.syntax.unit import Held, Setting, Unit
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

TITLE = "authenticate by OAuth 2.0"
CLIENT = "<id of the iClient>"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]')
_BECAUSE = f"the connection cannot be imported before {CLIENT} is filled in"
_STEPS = (
    "create an iClient in integrator.io (Resources > iClients, provider Custom OAuth 2.0) with the client id and "
    "client secret of a Zoom OAuth app",
    "put the iClient's id into _iClientId, import the connection, and press Save & authorize in integrator.io",
)


def fix(held: Held, plan: Plan) -> Proposal:
    """The export with the OAuth 2.0 shape; a connection of the old type ``rest`` is made anew by hand."""
    unit, setting = held.unit, held.item
    assert isinstance(setting, Setting)
    sketch = json.dumps({"auth": _auth("zoom.us"), "_iClientId": CLIENT}, indent=4)
    if unit.kind != "json" or setting.name != "type":
        because = "only exports in JSON of type http are rewritten: make a new connection of this type"
        return advice(TITLE, because, sketch, _STEPS)
    source = unit.document.source
    objects = _around(source, setting.key_span.start)
    if len(objects) < 2:
        return advice(TITLE, "the export is not well formed", sketch, _STEPS)
    http = list(_members(source, objects[-2]))
    auth = next((one for one in http if one.value == objects[-1]), None)
    if auth is None:
        return advice(TITLE, "the export is not well formed", sketch, _STEPS)
    edits = [(unit.path, edit) for edit in _edits(unit, plan, objects[-2], http, auth)]
    return Proposal(Applicability.UNSAFE, TITLE, by_path(edits), because=_BECAUSE, left_to_do=_STEPS)


@dataclass(frozen=True, slots=True)
class _Member:
    """One member of an object: its key with the quotes, and its value."""

    name: str
    key: Span
    value: Span


def _auth(host: str) -> dict[str, object]:
    return {
        "type": "oauth",
        "oauth": {
            "authURI": f"https://{host}/oauth/authorize",
            "tokenURI": f"https://{host}/oauth/token",
            "useIClientFields": False,
        },
        "token": {
            "location": "header",
            "headerName": "Authorization",
            "scheme": "Bearer",
            "refreshMethod": "POST",
            "refreshMediaType": "urlencoded",
        },
    }


def _edits(unit: Unit, plan: Plan, around: Span, http: list[_Member], auth: _Member) -> Iterator[Edit]:
    source, layout = unit.document.source, plan.layout(unit)
    host = "zoomgov.com" if b"api.zoomgov.com" in source[around.start : around.end] else "zoom.us"
    lined = b"\n" in source[around.start : around.end]
    text = json.dumps(_auth(host), indent=4 if lined else None)
    margin = margin_of(source, auth.key.start)
    written = layout.lines(text, margin) if lined else text
    if all(one.name != "_iClientId" for one in http):
        written += f",{layout.newline + margin if lined else ' '}{json.dumps('_iClientId')}: {json.dumps(CLIENT)}"
    yield Edit(auth.value, written.encode())
    for index, one in enumerate(http):
        if one.name == "encrypted":
            last = index + 1 == len(http)
            start = http[index - 1].value.end if last and index else one.key.start
            yield Edit(Span(start, one.value.end if last else http[index + 1].key.start), b"")


def _around(source: bytes, offset: int) -> list[Span]:
    """The objects around a place, the innermost last."""
    opened: list[int] = []
    found: list[Span] = []
    for match in _TOKEN.finditer(source):
        if match[0] == b"{":
            opened.append(match.start())
        elif match[0] == b"}" and opened:
            start = opened.pop()
            if start < offset < match.end():
                found.append(Span(start, match.end()))
    return found[::-1]


def _members(source: bytes, around: Span) -> Iterator[_Member]:
    """The members of one object, not of those in it."""
    depth = 0
    key: Span | None = None
    value: int | None = None
    for match in _TOKEN.finditer(source, around.start + 1, around.end):
        text = match[0]
        closing = text in (b"}", b"]")
        if depth == 0 and key is not None and value is not None and (text == b"," or closing):
            end = len(source[: match.start()].rstrip())
            yield _Member(json.loads(source[key.start : key.end]), key, Span(value, end))
            key = value = None
        elif depth == 0 and key is None and text[:1] == b'"':
            key = Span(match.start(), match.end())
        elif depth == 0 and key is not None and value is None and text == b":":
            value = match.end() + len(source[match.end() :][:64]) - len(source[match.end() :][:64].lstrip())
        depth += (text in (b"{", b"[")) - closing
