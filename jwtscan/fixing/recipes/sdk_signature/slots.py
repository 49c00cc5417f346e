"""The five parts of the old signature: key, meeting number, time, role and hash, where they are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses.signature import joined, mapped
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Uses

Slot: TypeAlias = "ir.Expr | str"
"""An expression, or what the text itself says."""


@dataclass(frozen=True, slots=True)
class Slots:
    """``whole`` is the expression that puts the parts together, in ``unit``."""

    unit: Unit
    whole: ir.Expr
    key: Slot
    meeting: Slot
    time: Slot
    role: Slot
    hash: Slot


def slots_of(uses: Uses, site: Site) -> Slots | None:
    """The parts that an HMAC is joined with. None where they cannot be told apart."""
    for unit, whole in joined(uses, site):
        parts = _split(whole)
        if len(parts) == 5 and not any(isinstance(part, ir.Spread) for part in parts):
            return Slots(unit, whole, *parts)
    return None


def _split(whole: ir.Expr) -> list[Slot]:
    """The parts between the dots. A part that is several pieces is no part: then the list is empty."""
    if isinstance(whole, ir.Call):
        inner = mapped(whole)
        return [_plain(part) for part in (inner.items if inner is not None else whole.args)]
    if not isinstance(whole, ir.Concat):
        return []
    if whole.separator:
        return [_plain(part) for part in whole.parts]
    parts: list[list[Slot]] = [[]]
    for piece in whole.parts:
        if isinstance(piece, ir.Literal) and isinstance(piece.value, str):
            first, *others = piece.value.split(".")
            parts[-1] += [first] if first else []
            parts += [[other] if other else [] for other in others]
        else:
            parts[-1].append(piece)
    return [part[0] for part in parts] if all(len(part) == 1 for part in parts) else []


def _plain(part: ir.Expr) -> Slot:
    return part.value if isinstance(part, ir.Literal) and isinstance(part.value, str) else part


def unwrapped(slot: Slot) -> Slot:
    """A part without what only made it text: ``str(x)``, ``String(x)``, ``x.encode()``, ``x.toString()``, ``${x}``."""
    while isinstance(slot, (ir.Call, ir.Concat)):
        inner: ir.Expr | None = None
        if isinstance(slot, ir.Concat):
            inner = slot.parts[0] if len(slot.parts) == 1 else None
        elif isinstance(slot.func, ir.Name) and slot.func.id in ("str", "String", "bytes") and slot.args:
            inner = slot.args[0]
        elif isinstance(slot.func, ir.Attr) and slot.func.name in ("encode", "toString"):
            inner = slot.func.obj
        if inner is None:
            break
        slot = inner
    return slot
