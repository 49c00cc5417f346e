"""Rewrites Python with libcst."""

from __future__ import annotations

from collections.abc import Sequence

from jwtscan.fixing import Import, Unused


def tidy(source: bytes, imports: Sequence[Import], unused: Sequence[Unused]) -> bytes:
    """``source`` with the imports added and what nothing reads any longer taken out."""
    raise NotImplementedError
