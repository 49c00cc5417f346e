"""Rewrites JavaScript and TypeScript at parser positions."""

from __future__ import annotations

from collections.abc import Sequence

from jwtscan.fixing import Import, Unused
from jwtscan.syntax.unit import Unit


def tidy(unit: Unit, source: bytes, imports: Sequence[Import], unused: Sequence[Unused]) -> bytes:
    """``source`` (the document's text after edits) with the imports added and what nothing reads any longer taken out.

    ``unit`` is the file as it was: a module, a page with scripts, a Vue file.
    """
    raise NotImplementedError
