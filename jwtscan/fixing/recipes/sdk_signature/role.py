"""The role as the number that the SDK JWT has to have."""

from __future__ import annotations

import re

from jwtscan.fixing.recipes.sdk_signature.old import Old
from jwtscan.fixing.recipes.sdk_signature.slots import unwrapped
from jwtscan.syntax import ir

_TYPED = frozenset({"required_parameter", "typed_parameter", "typed_default_parameter"})
_NUMERIC = re.compile(r":?\s*(?:int|number|\d+(?:\s*\|\s*\d+)*)")


def role_of(old: Old, number: str) -> str:
    """The expression; ``number`` is the function that makes a number of it where it may be text."""
    bare = unwrapped(old.slots.role)
    text = bare if isinstance(bare, str) else bare.value if isinstance(bare, ir.Literal) else None
    if isinstance(text, str):
        return text.strip() if text.strip().isdecimal() else f"{number}({old.quoted(text)})"
    written = old.written(old.slots.role)
    return written if isinstance(bare, str) or _is_number(old, bare) else f"{number}({written})"


def _is_number(old: Old, expr: ir.Expr) -> bool:
    """Whether an expression can be nothing but a number."""
    if isinstance(expr, ir.Literal):
        return isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool)
    if isinstance(expr, ir.Choice):
        return all(_is_number(old, option) for option in expr.options)
    if isinstance(expr, ir.Call):
        return isinstance(expr.func, ir.Name) and expr.func.id in ("Number", "parseInt", "int")
    if isinstance(expr, ir.Name):
        if _is_annotated(old, expr.id):
            return True
        if any(_is_open(old, binding) for binding in expr.scope.find(expr.id)):
            return False
    # What a field is given later, by a form for example, is not seen.
    if any(isinstance(node, ir.This) for node in ir.walk(expr)):
        return False
    ends = [value.end for value in old.plan.project.reach(old.code.unit, expr)]
    return bool(ends) and all(isinstance(end, ir.Literal) and _is_number(old, end) for end in ends)


def _is_open(old: Old, binding: ir.Binding) -> bool:
    """Whether a parameter's value is not known: nobody in the project calls the function."""
    value = binding.value
    return isinstance(value, ir.Param) and not old.plan.project.callers.of(value.func)


def _is_annotated(old: Old, name: str) -> bool:
    """Whether a parameter around is declared to be a number."""
    holder = old.code.holder(old.final.end, name)
    for node in old.code.names(holder) if holder is not None else ():
        parent = node.parent
        if old.code.text(node) == name and parent is not None and parent.type in _TYPED:
            kind = parent.child_by_field_name("type")
            return kind is not None and _NUMERIC.fullmatch(old.code.text(kind)) is not None
    return False
