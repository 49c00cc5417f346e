"""What code gives to Zoom's newer apps: names and constants that, whatever they are called, hold no JWT app's
credentials. Server-to-Server OAuth, clients that take an account id, and the Meeting SDK's own sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence
from jwtscan.meaning import zoom
from jwtscan.meaning.sources import ENV_READ
from jwtscan.meaning.uses.objects import each_entries
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Uses

_SDK_FIELDS = frozenset({"sdkKey", "sdkSecret", "appKey", "sdk_key", "sdk_secret", "app_key"})
_SDK_CLAIMS = frozenset({"sdkKey", "appKey"})


class Newer:
    """Knows by name and by identity what newer apps are given in a project."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses

    def has_name(self, name: str) -> bool:
        """Whether a variable or key by this name, in any case, is read for a newer app."""
        return name.casefold() in self._names or name.casefold() in self._sdk[0]

    def has_constant(self, value: ir.Expr | None) -> bool:
        """Whether a constant of the program, or another with its text, is given to the Meeting SDK as an SDK app's."""
        return isinstance(value, ir.Literal) and _identity(value) in self._sdk[1]

    @cached_property
    def _names(self) -> frozenset[str]:
        """Names, in lower case, that code reads which has no use of the JWT app and talks to a new one."""
        sure = {use.unit.path for use in self.uses.all if use.confidence > Confidence.LOW}
        found: set[str] = set()
        for unit in self.uses.project.candidates():
            profile = self.uses.profiles.of(unit)
            if unit.module is None or unit.path in sure:
                continue
            if profile.server_to_server or profile.oauth_host:
                code = unit.region.text if unit.region is not None else unit.document.source
                found.update(match.group("name").decode().casefold() for match in ENV_READ.finditer(code))
                found.update(name.rpartition(".")[2].casefold() for name in profile.names)
            else:
                with self.uses.project.effort.on(unit):
                    found.update(self._given_to_clients(unit))
        return frozenset(found)

    def _given_to_clients(self, unit: Unit) -> Iterator[str]:
        """What a wrapper's client is given that takes an account id beside it."""
        sites = self.uses.sites
        for site in sites.of(unit, "zoom.client"):
            if sites.argument(site, "modern") is not None:
                for value in (*sites.values(site, "key"), *sites.values(site, "secret")):
                    if isinstance(value.end, (External, Configured)):
                        yield from (word.rpartition(".")[2].rpartition(":")[2].casefold() for word in value.words)

    # -- Meeting SDK -------------------------------------------------------------------------------------------------

    @cached_property
    def _sdk(self) -> tuple[frozenset[str], frozenset[str | int]]:
        """Variables' names in lower case, and what tells constants apart, that an SDK's sign-in is given."""
        names: set[str] = set()
        constants: set[str | int] = set()
        for unit in self.uses.project.candidates():
            with self.uses.project.effort.on(unit):
                for value in self.given_to_sdk(unit):
                    if isinstance(value.end, ir.Literal):
                        constants.add(_identity(value.end))
                    elif isinstance(value.end, (External, Configured)):
                        names.update(_variable(value.end))
        return frozenset(names), frozenset(constants)

    def given_to_sdk(self, unit: Unit) -> Iterator[Value]:
        """What ``sdkKey`` and the like are, and what signs a token with such claims."""
        module, sites = unit.module, self.uses.sites
        if module is None:
            return
        for entries in (*(obj.entries for obj in module.objects), *(call.keywords for call in module.calls)):
            for entry in entries:
                if isinstance(entry, ir.Entry) and entry.key in _SDK_FIELDS:
                    yield from self.uses.project.reach(unit, entry.value)
        for site in sites.of(unit, "jwt.sign"):
            payload = sites.argument(site, "payload")
            if payload and any(claims.keys & _SDK_CLAIMS for claims in each_entries(self.uses.project, *payload)):
                yield from sites.values(site, "key")


def _identity(literal: ir.Literal) -> str | int:
    """A credential is the same wherever it stands; what is to be filled in is not."""
    text = literal.value
    real = isinstance(text, str) and (zoom.looks_like_key(text) or zoom.looks_like_secret(text))
    return text if real and isinstance(text, str) else id(literal)


def _variable(end: External | Configured) -> Iterator[str]:
    """The variable that a value is read from, where it has a name of its own: ``key`` or ``secret`` is everybody's."""
    name = end.setting.name if isinstance(end, Configured) else end.name
    last = name.removeprefix("env:").rpartition(".")[2]
    if name.startswith("env:") or last.isupper():
        yield last.casefold()
