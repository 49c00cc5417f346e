"""A JavaScript file's own way to make base64 of a text, as it finished the old signature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.code import called
from jwtscan.fixing.recipes.sdk_signature.old import Old
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from tree_sitter import Node


def encoder(old: Old, text: str) -> str:
    """The expression that makes base64 of the expression ``text``, on one line."""
    source = old.code.source
    inner = old.code.whole(old.slots.whole)
    func = called(inner) if inner is not None and isinstance(old.slots.whole, ir.Call) else None
    if func is not None:
        text = f"{old.code.text(func)}({text})"
    for place in range(old.final.encoding + 1):
        if inner is None:
            break
        outer = old.chain.up(inner, to_base64=True)
        ahead = source[outer.start_byte : inner.start_byte].decode()
        behind = source[inner.end_byte : outer.end_byte].decode()
        text = f"{_joined(ahead)}{text}{_joined(behind)}"
        inner = _read(old, place)
    return text


def _joined(text: str) -> str:
    return re.sub(r",?\s*\n\s*", "", text)


def _read(old: Old, place: int) -> Node | None:
    """Where the next link reads what one is given to."""
    parent = old.final.links[place].parent
    name = (parent.child_by_field_name("name") or parent.child_by_field_name("left")) if parent is not None else None
    if name is None or place + 1 >= len(old.final.links):
        return None
    names = old.code.names(old.final.links[place + 1])
    return next((node for node in names if old.code.text(node) == old.code.text(name)), None)
