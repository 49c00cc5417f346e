"""``client-signature``: an endpoint on the server to write by hand, or the SDK's own function, which keeps the leak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.sdk import programs, releases
from jwtscan.fixing.sdk.endpoint import endpoint
from jwtscan.fixing.sdk.options import is_broken, renaming
from jwtscan.fixing.steps import ON_SERVER
from jwtscan.meaning import zoom
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.syntax import ir
from jwtscan.text import Edit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use

_NAMES = {"apiKey": "sdkKey", "apiSecret": "sdkSecret"}
_LONGEST = 60

_AWAIT = """\
const answer = await fetch("{address}", {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({{ meetingNumber: {number}, role: {role} }}),
}});
const {{ signature, sdkKey }} = await answer.json();
"""

_THEN = """\
fetch("{address}", {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({{ meetingNumber: {number}, role: {role} }}),
}})
  .then((answer) => answer.json())
  .then(({{ signature, sdkKey }}) => {{
    // what success does now
  }});
"""


def fix(use: Use, plan: Plan) -> Proposal | None:
    call = use.subject
    if not isinstance(call, ir.Call) or not call.args:
        return None
    sketch = _sketch(use, call, plan)
    todo = (ON_SERVER, "Revoke the API secret: everybody who loaded the page has it.")
    release = programs.version_at(plan, use.unit)
    if release is not None and not zoom.FIRST_SDK_KEY <= release < zoom.NO_CLIENT_SIGNATURE:
        because = f"the SDK {releases.dotted(release)} makes no signature in the browser"
        return advice("make the signature on a server", because, sketch, todo)
    edits = _renamed(use, call, plan)
    if edits is None:
        because = (
            "the call does not parse" if is_broken(use.unit, call) else "a page cannot keep the secret that it needs"
        )
        return advice("make the signature on a server", because, sketch, todo)
    return Proposal(
        Applicability.UNSAFE,
        "make an SDK signature with generateSDKSignature()",
        tuple(edits),
        because="the secret stays in the browser, where anyone can read it",
        left_to_do=todo,
        sketch=sketch,
    )


def _renamed(use: Use, call: ir.Call, plan: Plan) -> list[tuple[str, Edit]] | None:
    """The SDK's function for its own keys, with the same callbacks and the same value."""
    if not isinstance(call.func, ir.Attr) or is_broken(use.unit, call):
        return None
    entries = entries_of(plan.project, use.unit, call.args[0])
    if entries is not None and not _NAMES.keys() <= entries.keys:
        return None
    edits = renaming(plan, use.unit, call, _NAMES)
    name = Edit(use.unit.span(call.func.name_span), b"generateSDKSignature")
    return None if edits is None else [(use.unit.path, name), *edits]


def _sketch(use: Use, call: ir.Call, plan: Plan) -> str:
    """The endpoint, and what the browser asks it."""
    address, server = endpoint(plan)
    given = call.args[0]
    has_callback = isinstance(given, ir.Object) and given.get("success") is not None
    asked = (_THEN if has_callback else _AWAIT).format(
        address=address, number=_given(use, given, "meetingNumber"), role=_given(use, given, "role")
    )
    return f"// On the server.\n{server}\n// In the browser, in place of generateSignature().\n{asked}"


def _given(use: Use, options: ir.Expr, name: str) -> str:
    """A field of the call's options as the program writes it, by its name where that is long."""
    entry = options.get(name) if isinstance(options, ir.Object) else None
    node = entry.value if entry is not None else options
    span = use.unit.span(node.span)
    text = use.unit.document.source[span.start : span.end].decode("utf-8", "replace")
    if entry is None:
        text = f"{text}.{name}" if isinstance(options, (ir.Name, ir.Attr)) else name
    return text if len(text) <= _LONGEST and "\n" not in text else name
