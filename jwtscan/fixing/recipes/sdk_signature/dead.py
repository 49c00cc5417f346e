"""Which statements of a function nobody needs any longer once some of its expressions are gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.chain import BASE64, Chain
from jwtscan.fixing.recipes.sdk_signature.code import Code, called, last_name, span_of
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# What the old signature is made with. Nothing else is known to have no effect of its own.
_PURE = frozenset(
    {
        "Date", "Math", "now", "getTime", "valueOf", "time", "timestamp", "utcnow", "today", "strftime",
        "isoformat", "round", "floor", "ceil", "trunc", "int", "float", "str", "bytes", "bytearray", "String",
        "Number", "toString", "toFixed", "parseInt", "Buffer", "from", "concat", "join", "format", "encode",
        "decode", "stringify", "parse", "encodeURI", "encodeURIComponent", "replace", "replaceAll", "rstrip",
        "strip", "trim", "trimEnd", "map", "list", "new", "HMAC", "digest", "hexdigest", "update",
        "updateString", "createHmac", "HmacSHA256", "hmacSHA256", "hmacSha256", "sha256", "Mac", "doFinal",
        "doFinalString", "computeHmacSha256Signature", "hextob64", "TextEncoder", "Uint8Array", "fromCharCode",
        "importKey", "sign", "hmac", "create", "Symbol",
    }
)  # fmt: skip


class Dead:
    """Grows the spans that are gone by the statements that only fed them."""

    def __init__(self, code: Code, chain: Chain, gone: Iterable[Span], kept: Iterable[str]) -> None:
        self.code = code
        self.chain = chain
        self.gone = list(gone)
        self.kept = frozenset(kept)
        self.statements: list[Node] = []

    def grow(self, near: Node) -> list[Node]:
        """The statements around ``near`` that go, in source order."""
        moved = True
        while moved:
            moved = False
            for name in sorted(self._named()):
                holder = self.code.holder(near, name)
                if name not in self.kept and holder is not None:
                    moved = self._take(holder, name) or moved
        return sorted(self.statements, key=lambda node: node.start_byte)

    def _named(self) -> set[str]:
        return {
            self.code.text(node)
            for span in self.gone
            if (top := self.code.root.descendant_for_byte_range(span.start, span.end)) is not None
            for node in self.code.names(top)
            if span.holds(span_of(node))
        }

    def _take(self, holder: Node, name: str) -> bool:
        found = self.code.occurrences(holder, name)
        if not found.own or (holder == self.code.root and self._is_shared(name)):
            return False
        spans = [span_of(statement) for statement in found.own]
        if not all(any(span.holds(span_of(read)) for span in (*self.gone, *spans)) for read in found.reads):
            return False
        if not all(map(self._is_pure, found.own)):
            return False
        fresh = [node for node in found.own if not any(span.holds(span_of(node)) for span in self.gone)]
        self.statements += fresh
        self.gone += [span_of(node) for node in fresh]
        return bool(fresh)

    def _is_shared(self, name: str) -> bool:
        """Whether another file may read a name of the program's top level."""
        module = self.code.unit.module
        return module is None or name in module.exports or self.code.is_python

    def _is_pure(self, statement: Node) -> bool:
        return all(map(self._is_harmless, self.code.calls(statement)))

    def _is_harmless(self, call: Node) -> bool:
        func = called(call)
        name = last_name(self.code.text(func)) if func is not None else ""
        return name in _PURE or BASE64.search(name) is not None or self.chain.is_encoder(call)
