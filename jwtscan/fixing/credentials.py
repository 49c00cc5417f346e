"""What becomes of the places that hold the old credentials: decided once for the whole project, done last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jwtscan.finding import Finding
from jwtscan.fixing import Proposal
from jwtscan.fixing.names import Names

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.project import Project


class Decision:
    """For each old name and literal: what it is used for (SDK, REST, both), and what it becomes.

    Made from the project as it was before any fix: afterwards nothing leads to the credentials any longer.
    """

    def __init__(self, project: Project, names: Names) -> None:
        self.project = project
        self.names = names

    def proposals(self, findings: Sequence[Finding], plan: Plan) -> Iterator[tuple[Finding, Proposal]]:
        """What would be done about each of the first scan's findings whose subject is a ``Source``.

        Edits are in ``plan``'s documents, which earlier passes may have changed.
        """
        yield from ()
