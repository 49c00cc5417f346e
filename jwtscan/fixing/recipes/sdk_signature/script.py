"""The statements of an SDK JWT as JavaScript and TypeScript write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.code import statement_of
from jwtscan.fixing.recipes.sdk_signature.old import Old
from jwtscan.fixing.recipes.sdk_signature.role import role_of
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_MODERN = re.compile(r"\b(?:const|let)\b|=>")


@dataclass(frozen=True, slots=True)
class Script:
    """Writes statements in the manner of the function around. The names are those of the new variables."""

    old: Old
    iat: str
    exp: str
    payload: str

    @property
    def times(self) -> str:
        issued = self.let(self.iat, "Math.floor(Date.now() / 1000) - 30")
        return f"{issued}\n{self.let(self.exp, f'{self.iat} + 2 * 60 * 60')}"

    @property
    def claims(self) -> str:
        """The statement that makes the payload."""
        key = self.old.written(self.old.slots.key)
        claims = {"appKey": key, "sdkKey": key, "mn": self.old.written(self.old.slots.meeting)}
        claims |= {"role": role_of(self.old, "Number"), "iat": self.iat, "exp": self.exp, "tokenExp": self.exp}
        if self.old.drops_sdk_key:
            del claims["sdkKey"]
        rows = (f"    {name},\n" if name == value else f"    {name}: {value},\n" for name, value in claims.items())
        return self.let(self.payload, f"{{\n{''.join(rows)}}}")

    @property
    def header(self) -> str:
        return f"{{ alg: {self.old.quoted('HS256')}, typ: {self.old.quoted('JWT')} }}"

    def url_safe(self, name: str) -> str:
        """The statement that makes base64url of base64."""
        q = self.old.draft.layout.quote
        parameter = "text: string" if self.old.code.is_typed else "text"
        steps = f"text.replace(/\\+/g, {q}-{q}).replace(/\\//g, {q}_{q}).replace(/=+$/, {q}{q})"
        return self.let(name, f"({parameter}) => {steps}")

    def unsigned(self, encoded: str) -> str:
        """The expression of what is signed; ``encoded`` makes base64url of the object ``part``."""
        dot = self.old.quoted(".")
        return f"[{self.header}, {self.payload}]\n    .map((part) => {encoded})\n    .join({dot})"

    def let(self, name: str, value: str) -> str:
        return f"{_keyword(self.old)} {name} = {value}{self.old.closing}"


def script_of(old: Old, gone: list[Span]) -> Script:
    """``gone`` are the spans whose names are free again."""
    return Script(
        old,
        old.fresh(("iat", "issuedAt"), gone),
        old.fresh(("exp", "expiresAt"), gone),
        old.fresh(("payload", "claims", "jwtPayload"), gone),
    )


def read_by(old: Old) -> str:
    """What the payload reads."""
    return f"{old.written(old.slots.key)} {old.written(old.slots.meeting)} {role_of(old, 'Number')}"


def time_of(old: Old, dead: list[Node]) -> Node | None:
    """The statement that made the old time, where it goes."""
    name = old.local(old.slots.time)
    return next((each for each in dead if name is not None and old.code.bound_by(each) == name), None)


def _keyword(old: Old) -> str:
    statement = old.code.text(statement_of(old.final.end))
    is_modern = _MODERN.search(old.code.text(old.function)) is not None
    return "const" if is_modern and not statement.startswith("var ") else "var"
