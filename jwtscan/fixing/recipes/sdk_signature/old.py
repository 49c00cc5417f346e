"""The old signature as it stands in the code, and what both languages ask of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.chain import Chain, Final
from jwtscan.fixing.recipes.sdk_signature.code import Code, function_of, span_of, statement_of
from jwtscan.fixing.recipes.sdk_signature.dead import Dead
from jwtscan.fixing.recipes.sdk_signature.draft import Draft
from jwtscan.fixing.recipes.sdk_signature.slots import Slot, Slots, unwrapped
from jwtscan.meaning.sites import Site
from jwtscan.syntax import ir
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan


class NotSeparable(Exception):  # noqa: N818 - no error: the fix becomes advice
    """The old signature cannot be told from what is around it; the text says why."""


@dataclass(frozen=True)
class Old:
    """Where the old signature is finished (``final``), with what it is made of."""

    plan: Plan
    site: Site
    slots: Slots
    code: Code
    chain: Chain
    final: Final
    draft: Draft
    drops_sdk_key: bool = False

    @cached_property
    def function(self) -> Node:
        return function_of(self.final.end)

    @property
    def closing(self) -> str:
        """A semicolon where the statement that ends the signature has one."""
        if self.expression_body is not None:
            return ";" if self.draft.layout.semicolons else ""
        return ";" if self.code.text(statement_of(self.final.end)).endswith(";") else ""

    @property
    def expression_body(self) -> Node | None:
        """The body of the function that ends the signature, where that is an expression and no block."""
        if self.function.type not in ("arrow_function", "lambda"):
            return None
        body = self.function.child_by_field_name("body")
        return body if body is not None and body.type != "statement_block" else None

    @cached_property
    def around(self) -> Node | None:
        """The function that makes the HMAC, where that is the one that finishes the signature or one around it."""
        node = self.code.at(self.site.call.span) if self.site.unit is self.code.unit else None
        function = function_of(node) if node is not None else None
        if node is None or function is None or not span_of(function).holds(span_of(self.final.end)):
            return self.function if node is not None and span_of(self.function).holds(span_of(node)) else None
        return function

    @property
    def is_one(self) -> bool:
        """Whether the HMAC and the finished signature can see the same names."""
        return self.around is not None

    def argument(self, place: str) -> ir.Expr | None:
        """What the HMAC is given at a named place (``key``, ``data``), where that stands in this program."""
        found = self.plan.project.uses.sites.argument(self.site, place)
        return found[1] if found is not None and found[0] is self.code.unit else None

    def check(self) -> None:
        """Raises ``NotSeparable`` where the parts are not expressions of their own."""
        parts = [self.written(slot) for slot in (self.slots.key, self.slots.meeting, self.slots.hash)]
        if len(set(parts)) < len(parts):
            raise NotSeparable("the parts of the old signature come out of one object at once")

    def written(self, slot: Slot) -> str:
        """A part as the program writes it, without what only made it text."""
        bare = unwrapped(slot)
        if isinstance(bare, str):
            return self.quoted(bare)
        if isinstance(bare, ir.Literal) and isinstance(bare.value, str):
            return self.quoted(bare.value)
        return self.code.source[bare.span.start : bare.span.end].decode()

    def quoted(self, text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace(self.draft.layout.quote, f"\\{self.draft.layout.quote}")
        return f"{self.draft.layout.quote}{escaped}{self.draft.layout.quote}"

    def local(self, slot: Slot) -> str | None:
        """The name of a part that is one."""
        bare = unwrapped(slot)
        return bare.id if isinstance(bare, ir.Name) else None

    def dead(self, gone: list[Span], text: str) -> list[Node]:
        """The statements that only fed what is gone, seeing that ``text`` is put there."""
        kept = set(words(text))
        return Dead(self.code, self.chain, gone, kept).grow(self.final.end)

    def fresh(self, wanted: tuple[str, ...], gone: list[Span]) -> str:
        """The first of the names that nothing in the function has that stays."""
        taken = {
            self.code.text(node)
            for node in self.code.names(self.around or self.function)
            if not any(span.holds(span_of(node)) for span in gone)
        }
        return next((name for name in wanted if name not in taken), f"{wanted[0]}_{len(taken)}")


def words(text: str) -> list[str]:
    """The names in a program's text that are no attributes."""
    return re.findall(r"(?<![\w$.])[A-Za-z_$][\w$]*", text)
