"""The parser's tree of a unit's program, for what rewrites statements. Analysis works on the IR instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from tree_sitter import Node


def tree_of(unit: Unit) -> Node | None:
    """The root, with offsets in the program's text (``code_of``); None where the unit has no program."""
    if unit.module is None:
        return None
    if unit.module.language == "python":
        from jwtscan.syntax.python.program import parse

        return parse(code_of(unit))[0]
    from jwtscan.syntax.javascript import grammar

    return grammar.parse(code_of(unit), unit.module.language).root


def code_of(unit: Unit) -> bytes:
    """The text of a unit's program: of a page its scripts, with everything else blanked."""
    return unit.region.text if unit.region is not None else unit.document.source
