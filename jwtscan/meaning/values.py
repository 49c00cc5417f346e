"""What a search for a value ends at, and the way it came. The search itself is in ``reach``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from jwtscan.finding import Step
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span


@dataclass(frozen=True, slots=True, eq=False)
class External:
    """Something outside the program by its dotted name.

    ``env:NAME`` is an environment variable, ``setting:a.b`` a key of an unnamed settings source, ``?name.attr``
    what a caller that is not in the project passes; ``f()`` the result of calling ``f`` (``call`` is that call).
    """

    span: Span
    name: str
    call: ir.Call | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the project."""

    span: Span
    cls: ir.Class


@dataclass(frozen=True, slots=True, eq=False)
class Namespace:
    """A module of the project as a value."""

    span: Span
    unit: Unit


@dataclass(frozen=True, slots=True, eq=False)
class Configured:
    """A key of a settings file of the project."""

    span: Span
    setting: Setting


End: TypeAlias = ir.Expr | External | Instance | Namespace | Configured


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Where a search ended: the node, the unit it stands in, and the trail from the source to the question.

    The trail's first step is nearest to the source.
    """

    end: End
    unit: Unit
    trail: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """The dotted name of something external, else an empty string."""
        return self.end.name if isinstance(self.end, External) else ""

    @property
    def text(self) -> str | None:
        """The text of a string constant or a configured value, else None."""
        if isinstance(self.end, ir.Literal):
            return self.end.value if isinstance(self.end.value, str) else None
        return self.end.setting.value if isinstance(self.end, Configured) else None

    @property
    def words(self) -> tuple[str, ...]:
        """Every name on the way, the end's own first."""
        own = (self.name,) if self.name else ()
        if isinstance(self.end, Configured):
            own = (self.end.setting.key,)
        return own + tuple(step.text for step in self.trail)
