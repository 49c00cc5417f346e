"""The SDK JWT in JavaScript and TypeScript by a library that signs, where the file or its package has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent
from jwtscan.fixing.recipes.sdk_signature.code import span_of
from jwtscan.fixing.recipes.sdk_signature.leftovers import leftovers
from jwtscan.fixing.recipes.sdk_signature.libraries import imported, required
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old
from jwtscan.fixing.recipes.sdk_signature.own_hmac import write_with_own_hmac
from jwtscan.fixing.recipes.sdk_signature.place import place
from jwtscan.fixing.recipes.sdk_signature.script import read_by, script_of, time_of
from jwtscan.fixing.recipes.sdk_signature.where import is_browser
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from tree_sitter import Node

_KJUR = "{0}.jws.JWS.sign({1}, JSON.stringify({{header}}), JSON.stringify({{payload}}), {{secret}})"


def write(old: Old) -> set[Intent]:
    """Writes the new signature into the draft. Gives what else the file needs, and what it no longer does."""
    unit = old.code.unit
    sign = _imported(old)
    if sign is not None:
        return _write(old, sign)
    if _can_import(old):
        return {*_write(old, "jwt.sign({payload}, {secret})"), Import(unit.path, "jsonwebtoken", None, "jwt")}
    return write_with_own_hmac(old)


def _imported(old: Old) -> str | None:
    """The call that signs, with ``{header}``, ``{payload}`` and ``{secret}`` to fill in. jose gives only promises."""
    unit = old.code.unit
    for module, name, call in (
        ("jsonwebtoken", None, "{0}.sign({{payload}}, {{secret}})"),
        ("jsonwebtoken", "sign", "{0}({{payload}}, {{secret}})"),
        ("jwt-simple", None, "{0}.encode({{payload}}, {{secret}})"),
        (
            "jsrsasign",
            "KJUR",
            "{0}.jws.JWS.sign({1}, JSON.stringify({{header}}), JSON.stringify({{payload}}), {{secret}})",
        ),
        (
            "jsrsasign",
            None,
            "{0}.KJUR.jws.JWS.sign({1}, JSON.stringify({{header}}), JSON.stringify({{payload}}), {{secret}})",
        ),
    ):
        bound = imported(unit, module, name)
        if bound is not None:
            return call.format(bound, old.quoted("HS256"))
    return None


def _can_import(old: Old) -> bool:
    """Whether the file's package has jsonwebtoken, with its types where they are needed, and the file runs on Node."""
    project, unit = old.plan.project, old.code.unit
    if is_browser(unit, old.plan) or required(project, unit, "jsonwebtoken") is None:
        return False
    if old.code.is_typed and required(project, unit, "@types/jsonwebtoken") is None:
        return False
    return not any(old.code.text(node) == "jwt" for node in old.code.names(old.code.root))


def _write(old: Old, sign: str) -> set[Intent]:
    secret = _secret(old)
    gone = [span_of(link) for link in old.final.links]
    dead = old.dead(gone, f"{read_by(old)} {secret}")
    spans = [*gone, *map(span_of, dead)]
    script = script_of(old, spans)
    rows = script.claims
    header = old.fresh(("header", "jwtHeader"), spans)
    if "{header}" in sign:
        rows = f"{script.let(header, script.header)}\n{rows}"
    spots = [(script.times, time_of(old, dead)), (rows, _message(old, dead))]
    place(old, dead, spots, sign.format(header=header, payload=script.payload, secret=secret))
    return set(leftovers(old, spans, secret))


def _secret(old: Old) -> str:
    """The secret as the HMAC is given it."""
    key = old.argument("key")
    node = old.code.whole(key) if key is not None and old.is_one else _password(old)
    if node is None:
        raise NotSeparable("the secret is given to the HMAC in another place")
    return old.code.text(node)


def _password(old: Old) -> Node | None:
    """The secret that jsrsasign's ``new Mac({ pass })`` is given."""
    for made in old.code.calls(old.function):
        call = old.code.ir_calls.get(span_of(made))
        options = call.args[0] if call is not None and call.new and call.args else None
        entry = options.get("pass") if isinstance(options, ir.Object) else None
        inner = entry.value.get("utf8") if entry is not None and isinstance(entry.value, ir.Object) else entry
        if inner is not None:
            return old.code.whole(inner.value)
    return None


def _message(old: Old, dead: list[Node]) -> Node | None:
    """The statement that made what the HMAC was made of, where it goes."""
    data = old.argument("data")
    name = data.id if isinstance(data, ir.Name) else None
    return next((each for each in dead if name is not None and old.code.bound_by(each) == name), None)
