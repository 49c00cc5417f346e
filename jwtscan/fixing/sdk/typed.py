"""The TypeScript type that a variable is declared with, as far as the fields of an options object need it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span

_ANNOTATION = re.compile(rb"\s*:\s*(?P<type>[\w$.<>\[\], |&{}:;?]+?)\s*=(?!>)")
_OPEN = frozenset({b"any", b"object", b"Record<string, any>", b"Record<string, unknown>", b"Record<string, string>"})


def declared(unit: Unit, binding: ir.Binding, names: Mapping[str, str | None]) -> list[Edit] | None:
    """What changes in the declared type of a variable when fields of its object do; None where that is not for us.

    An interface is followed where it is written in the same file and has no other use.
    """
    source = unit.document.source
    written = _ANNOTATION.match(source, unit.span(binding.span).end)
    if written is None or written["type"] in _OPEN:
        return []
    name = written["type"]
    if re.fullmatch(rb"[A-Za-z_$][\w$]*", name) is None:
        return None
    opening = re.compile(rb"(?P<export>export\s+)?(?:interface\s+" + name + rb"\s*|type\s+" + name + rb"\s*=\s*)\{")
    found = opening.search(source)
    uses = len(re.findall(rb"(?<![\w$])" + re.escape(name) + rb"(?![\w$])", source))
    if found is None or found["export"] is not None or uses != 2:
        return None
    end = source.find(b"}", found.end())
    edits = []
    for old, new in names.items():
        field = re.compile(rb"(?<![\w$])" + old.encode() + rb"(?=\s*\??\s*:)").search(source, found.end(), end)
        if field is None or new is None:
            return None
        edits.append(Edit(Span(*field.span()), new.encode()))
    return edits
