"""Uses: confirmed mechanisms of the retired app type, with the credentials that feed them. Rules report them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence, Step
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.platform import BuildPlatform
from jwtscan.meaning.profile import Profiles
from jwtscan.meaning.sites import Sites
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.credentials import Credentials
    from jwtscan.meaning.project import Project


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One use of the retired app type.

    ``kind`` is the id of the rule that reports it. ``span`` is in the document. ``keys``, ``secrets`` and ``tokens``
    are the values that may feed it, each with its trail; ``subject`` is the node that a fix works on, and ``call``
    the call around it where it is none itself.
    """

    kind: str
    unit: Unit
    span: Span
    subject: ir.Call | ir.Entry | ir.Expr
    confidence: Confidence
    hints: tuple[Hint, ...]
    keys: tuple[Value, ...] = ()
    secrets: tuple[Value, ...] = ()
    tokens: tuple[Value, ...] = ()
    detail: str = ""
    call: ir.Call | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hint.text for hint in self.hints))

    @property
    def trail(self) -> tuple[Step, ...]:
        """The longest way that a credential took, source first, ending where it is used. A name is said once."""
        ways = [value.trail for value in (*self.keys, *self.tokens, *self.secrets) if value.trail]
        way = max(ways, key=len, default=())
        steps = [step for index, step in enumerate(way) if index == 0 or step.text != way[index - 1].text]
        if not way:
            return ()
        node = self.call or self.subject
        place = self.unit.span(node.span)
        start = self.unit.document.lines.position(place.start)
        return (*steps, Step(self.unit.path, place, _written(node), start))


def _written(subject: ir.Call | ir.Entry | ir.Expr) -> str:
    """The short name of what uses a credential: the called name, the property's key."""
    if isinstance(subject, ir.Entry):
        return subject.key or "…"
    func = subject.func if isinstance(subject, ir.Call) else None
    name = func.name if isinstance(func, ir.Attr) else func.id if isinstance(func, ir.Name) else ""
    return f"{name}()" if name else "here"


Finder = Callable[["Uses", Unit], Iterator[Use]]


class Uses:
    """All uses in the candidate units of a project, found once, by kind and by unit."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.profiles = Profiles(project)
        self.sites = Sites(project)
        self.platform = BuildPlatform(self.profiles)

    @cached_property
    def mints(self) -> list[Use]:
        """The tokens that are signed, first of all: a class of the project that signs one is a client."""
        from jwtscan.meaning.uses import mint

        return self._found(mint.find)

    @cached_property
    def minting(self) -> dict[int, Use]:
        """The classes, by identity, in whose methods a token is signed."""
        from jwtscan.meaning.uses import own

        return own.minting(self)

    @cached_property
    def all(self) -> list[Use]:
        from jwtscan.meaning.uses import bearer, client, join, signature

        rest = self._found(signature.find, join.find, client.find, bearer.find)
        return [*self.mints, *rest]

    def _found(self, *finders: Finder) -> list[Use]:
        """What finders find in each candidate; where a unit's budget runs out, what they had found by then."""
        found: list[Use] = []
        for unit in self.project.candidates():
            for finder in finders:
                with self.project.effort.on(unit):
                    found.extend(finder(self, unit))
        return found

    @cached_property
    def credentials(self) -> Credentials:
        """Where the credentials behind the uses come from."""
        from jwtscan.meaning.credentials import Credentials

        return Credentials(self)

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Use]]:
        table: dict[tuple[str, str], list[Use]] = {}
        for use in self.all:
            table.setdefault((use.unit.path, use.kind), []).append(use)
        return table

    def of(self, unit: Unit, kind: str) -> list[Use]:
        return self._by_place.get((unit.path, kind), [])
