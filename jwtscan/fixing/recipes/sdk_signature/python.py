"""The SDK JWT in Python: with PyJWT or python-jose where the program has it, else with ``hmac``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent
from jwtscan.fixing.recipes.sdk_signature.code import CALLS, called, last_name, span_of
from jwtscan.fixing.recipes.sdk_signature.leftovers import leftovers
from jwtscan.fixing.recipes.sdk_signature.libraries import imported, is_at_least, required
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old
from jwtscan.fixing.recipes.sdk_signature.place import place
from jwtscan.fixing.recipes.sdk_signature.role import role_of
from jwtscan.syntax import ir
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# What was done to the bytes that PyJWT 1 gave.
_OLD_PYJWT = re.compile(rb"jwt\.encode\((?:[^()]|\([^()]*\)){0,400}\)\s*\.decode\(|encode\([^\n]{0,400}\)\)\[2:-1\]")


def write(old: Old) -> set[Intent]:
    """Writes the new signature into the draft. Gives what else the file needs, and what it no longer does."""
    writer = _Writer(old)
    writer.write()
    return writer.intents


@dataclass(slots=True)
class _Writer:
    """Collects what the new statements need imported."""

    old: Old
    intents: set[Intent] = field(default_factory=set)

    def write(self) -> None:
        old = self.old
        signer = self._library()
        secret = self._secret(bare=signer is not None)
        gone = [span_of(link) for link in old.final.links]
        claims = f"{old.written(old.slots.key)} {self._meeting()} {role_of(old, 'int')}"
        dead = old.dead(gone, f"{claims} {secret}")
        spans = [*gone, *map(span_of, dead)]
        iat = old.fresh(("iat", "issued_at"), spans)
        exp = old.fresh(("exp", "expires_at"), spans)
        payload = old.fresh(("payload", "claims", "jwt_payload"), spans)
        times = f"{iat} = {self._now()} - 30\n{exp} = {iat} + 2 * 60 * 60"
        rows = [f"{payload} = {self._payload(iat, exp)}"]
        if signer is not None:
            end = f"{signer}({payload}, {secret}, algorithm={old.quoted('HS256')})"
            hashed = ""
            end = f"{end}.encode()" if self._is_bytes() else end
        else:
            message = self._reused(dead, ("message", "signed", "jwt_message"), spans, hmac=False)
            digest = self._reused(dead, ("digest", "jwt_digest"), spans, hmac=True)
            rows += self._message(message, payload, spans)
            hashed = f"{digest} = {self._digest(secret, message)}"
            end = self._joined(message, digest)
        hash_spot = self._hmac(dead) if hashed else None
        spots = [(times, self._time(dead)), ("\n".join(rows), self._before(dead)), (hashed, hash_spot)]
        self.intents |= leftovers(old, spans, f"{times} {' '.join(rows)} {hashed} {end}")
        place(old, dead, spots, end)

    # -- what there is ---------------------------------------------------------------------------------------------

    def _library(self) -> str | None:
        """What signs: ``jwt.encode`` of PyJWT from version 2 on, or of python-jose."""
        unit = self.old.code.unit
        for module, name in (("jose", "jwt"), ("jose.jwt", None)):
            bound = imported(unit, module, name)
            if bound is not None:
                return f"{bound}.encode"
        wanted = required(self.old.plan.project, unit, "pyjwt")
        if (wanted is not None and not is_at_least(wanted, 2)) or _OLD_PYJWT.search(self.old.code.source):
            return None
        bound = imported(unit, "jwt")
        if bound is not None:
            return f"{bound}.encode"
        bound = imported(unit, "jwt", "encode")
        if bound is not None:
            return bound
        if wanted is None or any(self.old.code.text(node) == "jwt" for node in self.old.code.names(self.old.code.root)):
            return None
        self.intents.add(Import(unit.path, "jwt"))
        return "jwt.encode"

    def _maker(self) -> Node:
        """The call that is given the secret."""
        key = self.old.argument("key")
        node = self.old.code.at(key.span) if key is not None else None
        while node is not None and node.type not in ("argument_list", "arguments"):
            node = node.parent
        if node is None or node.parent is None:
            raise NotSeparable("the secret is given to the HMAC in another file")
        return node.parent

    def _secret(self, *, bare: bool) -> str:
        """The secret as the HMAC is given it; ``bare`` is without what made bytes of it."""
        expr = self.old.argument("key")
        if expr is None:
            raise NotSeparable("the secret is given to the HMAC in another file")
        if not self.old.is_one and not self._is_everywhere(expr):
            raise NotSeparable("the secret is known only in the function that makes the HMAC")
        if bare and isinstance(expr, ir.Name):
            bindings = expr.scope.find(expr.id)
            made = bindings[0].value if len(bindings) == 1 else None
            if isinstance(made, ir.Call) and self.old.written(made) != self._text(made):
                expr = made
        return self.old.written(expr) if bare else self._text(expr)

    def _is_everywhere(self, expr: ir.Expr) -> bool:
        """Whether an expression means the same in every method of its class and function of its module."""
        module = self.old.code.unit.module
        for node in ir.walk(expr):
            if isinstance(node, ir.Name) and node.scope.holder(node.id) not in (None, module and module.scope):
                return False
        return True

    def _text(self, expr: ir.Expr) -> str:
        return self.old.code.source[expr.span.start : expr.span.end].decode()

    def _now(self) -> str:
        unit = self.old.code.unit
        bound = imported(unit, "time")
        function = imported(unit, "time", "time")
        if bound is None and function is not None:
            return f"int({function}())"
        if bound is None:
            self.intents.add(Import(unit.path, "time"))
        return f"int({bound or 'time'}.time())"

    def _meeting(self) -> str:
        slot = self.old.slots.meeting
        if isinstance(slot, ir.Call) and isinstance(slot.func, ir.Name) and slot.func.id == "str":
            return self._text(slot)
        return self.old.written(slot)

    def _is_bytes(self) -> bool:
        """Whether the old function gave bytes."""
        code = self.old.code
        for link in reversed(self.old.final.links):
            node: Node | None = link
            while node is not None:
                name = ""
                if node.type in CALLS:
                    func = called(node)
                    name = last_name(code.text(func)) if func is not None else ""
                    if name in ("decode", "str", "encode_base64"):
                        return False
                    if "64" in name or name in ("encodebytes", "encodestring", "encode", "bytes"):
                        return True
                    receiver = func.child_by_field_name("object") if func is not None else None
                    node = receiver
                elif node.type == "subscript":
                    node = node.child_by_field_name("value")
                elif node.type == "parenthesized_expression":
                    node = node.named_children[0]
                else:
                    break
        return False

    # -- what is written -------------------------------------------------------------------------------------------

    def _payload(self, iat: str, exp: str) -> str:
        old = self.old
        key = old.written(old.slots.key)
        claims = {"appKey": key, "sdkKey": key, "mn": self._meeting(), "role": role_of(old, "int")}
        claims |= {"iat": iat, "exp": exp, "tokenExp": exp}
        if old.drops_sdk_key:
            del claims["sdkKey"]
        rows = "".join(f"    {old.quoted(name)}: {value},\n" for name, value in claims.items())
        return f"{{\n{rows}}}"

    def _message(self, message: str, payload: str, gone: list[Span]) -> list[str]:
        old = self.old
        header = old.fresh(("header", "jwt_header"), gone)
        name = "part" if "part" not in old.code.words(span_of(old.function), old.function) else "each"
        json = self._module("json")
        claims = f"{{{old.quoted('alg')}: {old.quoted('HS256')}, {old.quoted('typ')}: {old.quoted('JWT')}}}"
        return [
            f"{header} = {claims}",
            f"{message} = {self._dot()}.join(",
            f"    {self._encoded(f'{json}.dumps({name}).encode()')} for {name} in ({header}, {payload})",
            ")",
        ]

    def _dot(self) -> str:
        return f"b{self.old.quoted('.')}"

    def _encoded(self, text: str) -> str:
        """The expression that makes base64url of bytes, as a JWT has it."""
        unit = self.old.code.unit
        function = imported(unit, "base64", "urlsafe_b64encode")
        module = imported(unit, "base64")
        if function is None and module is None:
            self.intents.add(Import(unit.path, "base64", "urlsafe_b64encode"))
        name = function or (f"{module}.urlsafe_b64encode" if module is not None else "urlsafe_b64encode")
        return f"{name}({text}).rstrip(b{self.old.quoted('=')})"

    def _module(self, name: str) -> str:
        bound = imported(self.old.code.unit, name)
        if bound is None:
            self.intents.add(Import(self.old.code.unit.path, name))
        return bound or name

    def _digest(self, secret: str, message: str) -> str:
        if not self.old.site.name.startswith("hmac."):
            raise NotSeparable(f"the HMAC is made by {self.old.site.name}")
        maker = self._maker()
        func = called(maker)
        callee = self.old.code.text(func) if func is not None else ""
        algorithm = self._algorithm(maker)
        call = f"{callee}({secret}, {message}, {algorithm})"
        return call if last_name(callee) == "digest" else f"{call}.digest()"

    def _algorithm(self, maker: Node) -> str:
        made = self.old.code.ir_calls.get(span_of(maker))
        given = made.arg(2, "digestmod") or made.arg(2, "digest") if made is not None else None
        return self._text(given) if given is not None else self.old.quoted("sha256")

    def _joined(self, message: str, digest: str) -> str:
        joined = f"{self._dot()}.join(({message}, {self._encoded(digest)}))"
        return joined if self._is_bytes() else f"{joined}.decode()"

    # -- where it is written ---------------------------------------------------------------------------------------

    def _reused(self, dead: list[Node], wanted: tuple[str, ...], gone: list[Span], *, hmac: bool) -> str:
        """The name that the old message or hash had, else a fresh one."""
        statement = self._hmac(dead) if hmac else self._before(dead)
        name = self.old.code.bound_by(statement) if statement is not None else None
        return name if name is not None else self.old.fresh(wanted, gone)

    def _hmac(self, dead: list[Node]) -> Node | None:
        """The statement that makes the HMAC, where it goes."""
        maker = self._maker()
        return next((each for each in dead if span_of(each).holds(span_of(maker))), None)

    def _before(self, dead: list[Node]) -> Node | None:
        """The last statement before it that makes what is signed."""
        data = self.old.argument("data")
        name = data.id if isinstance(data, ir.Name) else None
        named = [each for each in dead if name is not None and self.old.code.bound_by(each) == name]
        return named[-1] if named else None

    def _time(self, dead: list[Node]) -> Node | None:
        name = self.old.local(self.old.slots.time)
        return next((each for each in dead if name is not None and self.old.code.bound_by(each) == name), None)
