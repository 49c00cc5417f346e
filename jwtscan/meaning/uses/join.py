"""``join-api-key``: ``join()`` of the Meeting SDK for Web that is given ``apiKey``."""

from __future__ import annotations

from collections.abc import Iterator

from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.objects import Entries, entries_of
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_NEEDED = frozenset({"meetingNumber", "signature"})
"""What no join() of the SDK goes without: other products' have a room, a channel, a token."""


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    if unit.module is None or unit.module.language == "python":
        return
    for call in unit.module.calls:
        if len(call.args) == 1 and is_called(uses, unit, call, "join"):
            use = _joined(uses, unit, call)
            if use is not None:
                yield use


def _joined(uses: Uses, unit: Unit, call: ir.Call) -> Use | None:
    entries = entries_of(uses.project, unit, call.args[0])
    if entries is None or "apiKey" not in entries or not zoom.JOIN_FIELDS & entries.keys:
        return None
    hints = receiver(uses, unit, call)
    if not is_sdk_receiver(hints) and len(_NEEDED & entries.keys) < (1 if hints else 2):
        return None
    fields = sorted(zoom.JOIN_FIELDS & entries.keys)
    if len(fields) > 1:
        hints.append(Hint("fields", f"join() is given {', '.join(fields[:3])}"))
    return _use(uses, unit, call, entries, hints)


def _use(uses: Uses, unit: Unit, call: ir.Call, entries: Entries, hints: list[Hint]) -> Use:
    keys = entries.values("apiKey")
    subject = _place(uses, unit, call, entries)
    span = unit.span(subject.span)
    hints += evidence.from_names(keys, "the key") + evidence.from_shapes(keys, [])
    return Use("join-api-key", unit, span, subject, evidence.confidence(hints), tuple(hints), tuple(keys), call=call)


def _place(uses: Uses, unit: Unit, call: ir.Call, entries: Entries) -> ir.Entry | ir.Call:
    """The property, where it is written in an object that is the argument; what a spread brings along is the call's."""
    given = [value.end for value in uses.project.reach(unit, call.args[0]) if value.unit is unit]
    own = {id(entry) for end in given if isinstance(end, ir.Object) for entry in end.entries}
    places = [entry for _, entry in entries.rows["apiKey"] if isinstance(entry, ir.Entry) and id(entry) in own]
    return next((entry for entry in places if call.span.holds(entry.span)), places[-1] if places else call)


def is_called(uses: Uses, unit: Unit, call: ir.Call, method: str) -> bool:
    """Whether a call is of a method with that name, or is ``const { join } = ZoomMtg``."""
    if isinstance(call.func, ir.Name):
        found = uses.project.reach(unit, call.func) if call.func.scope.find(call.func.id) else []
        return any(value.name.endswith(f".{method}") and is_sdk(value) for value in found)
    return isinstance(call.func, ir.Attr) and call.func.name == method


def receiver(uses: Uses, unit: Unit, call: ir.Call) -> list[Hint]:
    """What says that the receiver of a call is ZoomMtg or a client of ZoomMtgEmbedded."""
    expr = call.func.obj if isinstance(call.func, ir.Attr) else call.func
    written = _written(expr)
    if any("zoommtg" in part.lower() for part in written):
        return [Hint("receiver", f"the receiver is {'.'.join(written)}")]
    for value in uses.project.reach(unit, expr):
        if is_sdk(value):
            return [Hint("receiver", f"the receiver is {value.name}")]
    profile = uses.profiles.of(unit)
    sdk = next((name for name in profile.packages if name.startswith(zoom.SDK_PACKAGES)), None)
    if sdk is not None:
        return [Hint("host", f"imports {sdk}")]
    if any(zoom.says_zoom(part) for part in written) or profile.names or profile.path:
        return [Hint("name", "the file speaks of Zoom")]
    return []


def is_sdk_receiver(hints: list[Hint]) -> bool:
    """Whether the hints of ``receiver`` name the SDK itself, not only what is near."""
    return any(hint.kind == "receiver" for hint in hints)


def is_sdk(value: Value) -> bool:
    name = value.name.lower()
    return "zoommtg" in name or name.startswith(zoom.SDK_PACKAGES)


def _written(expr: ir.Expr) -> list[str]:
    parts: list[str] = []
    while isinstance(expr, (ir.Attr, ir.Call)):
        if isinstance(expr, ir.Attr):
            parts.append(expr.name)
            expr = expr.obj
        else:
            expr = expr.func
    if isinstance(expr, ir.Name):
        parts.append(expr.id)
    return parts[::-1]
