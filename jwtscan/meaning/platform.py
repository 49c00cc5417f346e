"""The Build Platform (Video SDK, AI Services, Cobrowse, QSS), whose part of the REST API still takes signed JWTs.

Its API key and secret, their names and the token's claims are those of the JWT app; only the paths tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.profile import Profiles

_BUILD = re.compile(r"/(?:videosdk|aiservices|cobrowsesdk|cobrowse|qss)(?:/|\b)")
_PLAIN = re.compile(
    r"/(?:users|meetings|webinars|report|metrics|accounts|past_meetings|past_webinars|phone|rooms|groups|im|roles|"
    r"recordings|chat|contacts|h323|tsp|archive_files)\b"
)
_VERSIONED = re.compile(r"zoom(?:gov)?\.(?:us|com)/v[12](?P<rest>/[\w/]*)?", re.I)


class BuildPlatform:
    """Which units speak with the Build Platform, found once."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self._of: dict[str, tuple[bool, bool]] = {}

    def owns(self, unit: Unit) -> bool:
        """Whether the REST API around a unit is the Build Platform's: its own, else its neighbours', else all of it."""
        near = [*self.profiles.neighbours(unit)]
        near += [far for one in self.profiles.importers(unit) for far in self.profiles.neighbours(one)]
        for plain, build in (self._paths(unit), _any(map(self._paths, near)), self._whole):
            if plain or build:
                return build and not plain
        return False

    @cached_property
    def _whole(self) -> tuple[bool, bool]:
        return _any(map(self._paths, self.profiles.project.candidates()))

    def _paths(self, unit: Unit) -> tuple[bool, bool]:
        """Whether a unit names paths of the plain REST API, and paths of the Build Platform's."""
        if unit.path not in self._of:
            texts = list(_texts(unit))
            build = [bool(_BUILD.search(text)) for text in texts]
            plain = any(_PLAIN.search(text) for text, is_build in zip(texts, build, strict=True) if not is_build)
            self._of[unit.path] = plain, any(build)
        return self._of[unit.path]


def _any(pairs: Iterable[tuple[bool, bool]]) -> tuple[bool, bool]:
    found = list(pairs)
    return any(plain for plain, _ in found), any(build for _, build in found)


def _texts(unit: Unit) -> Iterable[str]:
    """Texts that are of a Zoom URL: those with the host, and those put after a base that stands elsewhere."""
    module = unit.module
    if module is None:
        return
    for literal in module.literals:
        if isinstance(literal.value, str):
            found = _VERSIONED.search(literal.value)
            if found is not None:
                yield found["rest"] or ""
            elif _BUILD.search(literal.value):
                yield literal.value
    for concat in module.concats:
        first = concat.parts[0] if concat.parts else None
        if first is None or (isinstance(first, ir.Literal) and not zoom.ANY_HOST.search(str(first.value))):
            continue
        for part in concat.parts[1:2]:
            if isinstance(part, ir.Literal) and isinstance(part.value, str):
                yield part.value
