"""Edits requirements and manifests in place."""

from __future__ import annotations

from collections.abc import Sequence

from jwtscan.fixing import Unrequired
from jwtscan.fixing.plan import Plan


def unrequire(plan: Plan, sources: dict[str, bytes], packages: Sequence[Unrequired]) -> None:
    """Takes out of ``sources`` the requirements that no program of the project imports any longer."""
    raise NotImplementedError
