"""How much analysing one unit may cost: a budget in steps, so that the same input always gives the same result.

What a search or a loop costs is said where it stands; nothing is measured in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jwtscan.syntax.unit import Unit

STEPS = 150_000
STEPS_PER_BYTE = 0.15
"""A step takes some 20 microseconds. The costliest real file met, of 1 MB, takes two thirds; most take a hundredth."""
EXCEEDED = "analysis budget used up, results may be incomplete"


class SpentError(Exception):
    """Raised by ``spend`` where a unit has used up its budget; ends the ``on`` block that it is raised in."""


class Effort:
    """The budgets of a project's units. ``exceeded`` holds the paths of those that ran out."""

    def __init__(self) -> None:
        self.exceeded: set[str] = set()
        self._left: dict[str, float] = {}
        self._path: str | None = None

    @contextmanager
    def on(self, unit: Unit) -> Iterator[None]:
        """Charges what is done in the block to ``unit``, and leaves the block where its budget is used up."""
        before, self._path = self._path, unit.path
        self._left.setdefault(unit.path, STEPS + len(unit.document.source) * STEPS_PER_BYTE)
        try:
            yield
        except SpentError:
            self.exceeded.add(unit.path)
        finally:
            self._path = before

    def spend(self, steps: float = 1) -> None:
        """Takes steps from the budget of the unit that is being analysed. What is asked outside of a block is free."""
        path = self._path
        if path is not None:
            self._left[path] -= steps
            if self._left[path] < 0:
                raise SpentError
