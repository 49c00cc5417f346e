"""Puts the new statements where the old ones of the same purpose stood, and takes the others out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.code import span_of, statement_of
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old, words

if TYPE_CHECKING:
    from tree_sitter import Node


def place(
    old: Old, dead: list[Node], spots: list[tuple[str, Node | None]], end: str, before: Node | None = None
) -> None:
    """Writes the new statements in order, each with the old one in whose place it goes, if there is one.

    What has no place goes with the next that has one, at last before the statement ``before``, which by default is the
    one that ends the signature. ``dead`` are the old ones that nobody needs; ``end`` is the expression in place of the
    finished signature.
    """
    body = old.expression_body
    last = before or statement_of(old.final.end)
    waiting: list[str] = []
    taken: set[int] = set()
    at = -1
    for text, spot in spots:
        waiting += [text] if text else []
        if body is not None or spot is None or not text:
            continue
        if spot.id not in taken and at < spot.start_byte and _fits(old, "\n".join(waiting), spot, last, dead):
            old.draft.replace(spot, "\n".join(waiting))
            taken.add(spot.id)
            waiting, at = [], spot.start_byte
        elif spot not in dead:
            raise NotSeparable("the message is made before its parts are known")
    old.draft.remove([statement for statement in dead if statement.id not in taken])
    if body is not None:
        _open(old, body, waiting, end)
        return
    if waiting:
        if not _is_known(old, "\n".join(waiting), last, dead):
            raise NotSeparable("the message is made together with its parts")
        old.draft.before(last, "\n".join(waiting))
    old.draft.put(old.final.end, end)


def _fits(old: Old, text: str, spot: Node, last: Node, dead: list[Node]) -> bool:
    """Whether statements can stand in the place of another: what they make is seen later, what they name is known."""
    if spot != last and (spot.end_byte > last.start_byte or spot.parent is None):
        return False
    if spot.parent is None or not span_of(spot.parent).holds(span_of(last)):
        return False
    return _is_known(old, text, spot, dead)


def _is_known(old: Old, text: str, spot: Node, dead: list[Node]) -> bool:
    """Whether each local name in a text has a value before a statement."""
    for name in words(text):
        holder = old.code.holder(spot, name)
        own = old.code.occurrences(holder, name).own if holder is not None else None
        kept = [each.start_byte for each in own or () if each not in dead and each != spot]
        if holder in (old.function, old.around) and kept and min(kept) > spot.start_byte:
            return False
    return True


def _open(old: Old, body: Node, rows: list[str], end: str) -> None:
    """Makes a block of an arrow function's expression."""
    if old.code.is_python:
        raise NotSeparable("a lambda has no room for statements")
    source, finish = old.code.source, old.final.end
    ahead = source[body.start_byte : finish.start_byte].decode()
    behind = source[finish.end_byte : body.end_byte].decode()
    lines = [*"\n".join(rows).split("\n"), f"return {ahead}{end}{behind}{old.closing}"]
    old.draft.open(body, "\n".join(["{", *(f"    {line}" for line in lines), "}"]))
