"""What a fix is made of: edits of several files, and intents that are carried out once for all accepted fixes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from jwtscan.finding import Applicability, Fix
from jwtscan.text import Edit


@dataclass(frozen=True, slots=True)
class Import:
    """The file ``path`` has to have ``name`` of ``module`` at hand, called ``alias`` if that is given.

    ``module`` is as an import of that file writes it (``.zoom_oauth``, ``./zoom-oauth``). ``name`` None is the module.
    """

    path: str
    module: str
    name: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """A top-level import, constant, function or local of ``path`` that goes if nothing reads it any longer.

    ``scope`` is the dotted name of the function or class it stands in, empty for the module.
    """

    path: str
    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write; ``source`` has ``\\n`` line ends. ``template`` is the template's name it was written from."""

    path: str
    source: bytes
    template: str = ""


@dataclass(frozen=True, slots=True)
class Unrequired:
    """A package that goes from the requirements if no program of the project imports ``modules`` any longer."""

    ecosystem: str
    package: str
    modules: tuple[str, ...]


Intent: TypeAlias = Import | Unused | NewFile | Unrequired


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done about one finding. All of it lands, or none.

    ``edits`` are by path, in the documents of the scan that found it. ``because`` says what an UNSAFE fix assumes, or
    why a DISPLAY one is not applied. ``sketch`` is code to write by hand, for DISPLAY. ``left_to_do`` is what no
    program can do. ``drops_comments`` says that comments inside of what is replaced go with it; ``reworded`` are the
    comments that the fix is about: path, offset, text.
    """

    applicability: Applicability
    title: str
    edits: tuple[tuple[str, Edit], ...] = ()
    intents: frozenset[Intent] = field(default_factory=frozenset)
    because: str | None = None
    left_to_do: tuple[str, ...] = ()
    sketch: str = ""
    drops_comments: bool = False
    reworded: tuple[tuple[str, int, str], ...] = ()

    @property
    def fix(self) -> Fix:
        return Fix(self.applicability, self.title, self.because, self.left_to_do, self.sketch)

    @property
    def paths(self) -> frozenset[str]:
        """Every file that the fix would change or write."""
        return frozenset(
            {path for path, _ in self.edits} | {i.path for i in self.intents if not isinstance(i, Unrequired)}
        )


def advice(title: str, because: str, sketch: str = "", left_to_do: tuple[str, ...] = ()) -> Proposal:
    """A proposal that changes nothing: what to do by hand, and why it is not done."""
    return Proposal(Applicability.DISPLAY, title, because=because, sketch=sketch, left_to_do=left_to_do)


__all__ = ["Import", "Intent", "NewFile", "Proposal", "Unrequired", "Unused", "advice"]
