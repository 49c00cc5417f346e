"""What fixing gives. Types only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from jwtscan.engine.result import Result
from jwtscan.files import Document
from jwtscan.finding import Finding

if TYPE_CHECKING:
    from jwtscan.engine.offers import Breakdown
    from jwtscan.engine.prospect import Prospect
    from jwtscan.fixing.accept import Offer
    from jwtscan.fixing.names import Names


class Rewrite(NamedTuple):
    """The source of one file before (None: it was not there) and after a fix."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Choice:
    """A fix to be chosen or not. ``texts`` are the files that it alone would change.

    ``result`` is the scan that it was made for. ``fault`` says why other texts, by path, cannot take the fix's place.
    """

    offer: Offer
    texts: tuple[Rewrite, ...]
    result: Result
    fault: Callable[[Mapping[str, bytes]], str | None]


Answer: TypeAlias = "bool | Mapping[str, bytes]"
"""Whether a fix is to be made; or the texts that a person wants in its place, by path (none that ``fault`` refuses)."""

Choose = Callable[[Choice], Answer]
"""Asked for each fix before it is taken in (``fix --interactive``)."""

Obstacle = Callable[[Path], "str | None"]
"""Says why a file cannot be written, None where it can."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it was (None: it was not there) and as it is to be. Both encode to bytes on disk."""

    path: str
    before: Document | None
    after: Document


@dataclass(slots=True)
class Fixed:
    """What fixing gives. ``first`` is the scan before, ``last`` the one of the changed texts.

    ``fixed`` are the findings that are gone, with the fix that landed; the findings of ``last`` say why they are left.
    ``offers`` are what would be done about those, by identity. ``templates`` names the template of each file that
    was written from one, by path. ``names`` are the new environment variables, None where nothing was found.
    ``prospect`` says what the fixes of the findings of ``last`` would change, None where there are none.
    ``converged`` is false where the passes ran out.
    """

    first: Result
    last: Result
    fixed: list[Finding] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    left_to_do: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    names: Names | None = None
    breakdowns: list[Breakdown] = field(default_factory=list)
    passes: int = 0
    converged: bool = True
    prospect: Prospect | None = None
