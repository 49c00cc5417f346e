"""What a fixed signature assumes, what is left to do outside the code, and what to write by hand."""

from __future__ import annotations

import builtins

from jwtscan.fixing.recipes.sdk_signature.old import Old
from jwtscan.fixing.recipes.sdk_signature.slots import unwrapped
from jwtscan.fixing.recipes.sdk_signature.where import is_browser
from jwtscan.fixing.steps import ON_SERVER, meeting_sdk
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_GLOBALS = frozenset(
    {
        "process", "window", "globalThis", "self", "global", "Meteor", "document", "location", "Number", "String",
        "Boolean", "parseInt", "undefined", "Math", "JSON", "localStorage", "sessionStorage", "Deno", "Bun",
        *dir(builtins),
    }
)  # fmt: skip
_CLIENT = "the code that joins has to pass sdkKey in place of apiKey, with Meeting SDK 2.7 or later."
_PYTHON = """\
iat = int(time.time()) - 30
exp = iat + 2 * 60 * 60
payload = {
    "appKey": sdk_key,
    "sdkKey": sdk_key,
    "mn": meeting_number,
    "role": role,
    "iat": iat,
    "exp": exp,
    "tokenExp": exp,
}
signature = jwt.encode(payload, sdk_secret, algorithm="HS256")"""
_JAVASCRIPT = """\
const iat = Math.floor(Date.now() / 1000) - 30;
const exp = iat + 2 * 60 * 60;
const payload = { appKey: sdkKey, sdkKey, mn: meetingNumber, role, iat, exp, tokenExp: exp };
const signature = jwt.sign(payload, sdkSecret, { algorithm: "HS256" });"""


def because(old: Old) -> str | None:
    """What has to hold for the fix to be right, None where nothing is in doubt."""
    undefined = _undefined(old)
    if undefined:
        return f"{' and '.join(undefined)} {'is' if len(undefined) == 1 else 'are'} not defined in this file"
    if is_browser(old.code.unit, old.plan):
        return "the secret stays in the browser, where every visitor can read it"
    return None


def left_to_do(old: Old) -> tuple[str, ...]:
    rows = [*meeting_sdk(old.plan.names)]
    if is_browser(old.code.unit, old.plan):
        rows.append(ON_SERVER)
    if _gives_key(old):
        rows.append(f"{old.code.unit.path} gives the key out with the signature: {_CLIENT}")
    name = old.local(old.slots.time)
    holder = old.code.holder(old.final.end, name) if name is not None else None
    if holder is not None and name is not None and old.code.occurrences(holder, name).own is None:
        rows.append(f"{old.code.unit.path}: the parameter {name} is no longer read.")
    return tuple(rows)


def sketch(unit: Unit) -> str:
    return _PYTHON if unit.module is not None and unit.module.language == "python" else _JAVASCRIPT


def _gives_key(old: Old) -> bool:
    """Whether the function returns an object that has the key beside the signature."""
    key = old.local(old.slots.key)
    module = old.code.unit.module
    if key is None or module is None:
        return False
    function = old.function
    for obj in module.objects:
        inside = function.start_byte <= obj.span.start and obj.span.end <= function.end_byte
        if (
            inside
            and "signature" in obj.keys
            and any(isinstance(e, ir.Entry) and _is_named(e.value, key) for e in obj.entries)
        ):
            return True
    return False


def _is_named(expr: ir.Expr, name: str) -> bool:
    return isinstance(expr, ir.Name) and expr.id == name


def _undefined(old: Old) -> list[str]:
    """Names among the parts that the program gives no value anywhere."""
    slots = map(unwrapped, (old.slots.key, old.slots.meeting, old.slots.role))
    nodes = [node for slot in slots if not isinstance(slot, str) for node in ir.walk(slot)]
    free = {node.id for node in nodes if isinstance(node, ir.Name) and not node.scope.find(node.id)} - _GLOBALS
    return sorted(name for name in free if not any(old.plan.project.free_bindings(old.code.unit, name)))
