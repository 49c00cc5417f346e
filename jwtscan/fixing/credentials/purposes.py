"""What each old name and literal is used for, decided from the project as it was before any fix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jwtscan.finding import Confidence
from jwtscan.fixing.names import Purpose, is_distinctive, public_prefix
from jwtscan.meaning import zoom
from jwtscan.meaning.credentials import is_real
from jwtscan.meaning.newer import Newer
from jwtscan.meaning.project import Project
from jwtscan.meaning.sources import ENV_READ, Source
from jwtscan.meaning.uses import Use
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.meaning.variants import Homes
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

GRANT = re.compile(rb"\bgrant_type\b|\baccount_credentials\b")
"""What asks for the OAuth tokens of another app, which has credentials of its own."""
SDK_KINDS = frozenset({"join-api-key", "client-signature", "legacy-signature", "half-migrated"})
_FEEDS = re.compile(r"feeds ([a-z-]+) at ")
_VARIABLE_FILES = frozenset({"env", "shell", "dockerfile"})
_ANSWERS = frozenset({"send", "json", "render", "jsonp"})
_ANSWERERS = frozenset({"res", "response", "reply"})
_PARTNERS = {"key": "secret", "secret": "key"}
_BROWSER = re.compile(r"environments?/environment\b|(?:^|/)(?:assets|public)/|\.(?:jsx|tsx|vue|svelte|html)$")
_ENDING = re.compile(r"(?i)(?:key|secret)$")
_READ_WITHIN = 4
"""Lines of a definition in which it may say which environment variable it is read from."""


@dataclass(slots=True, eq=False)
class Old:
    """One name of the project, in all its spellings, or one that only counts in a package (``home``).

    ``sure`` is false where no use says what it is for, ``fed`` true where one reads it. ``variables`` are the spellings
    that environment variables have, ``paths`` the files that it was seen in on its way to a use, ``keys`` the settings
    that hold it, as a whole. ``companions`` change with it: the other name of the pair where nothing else speaks of
    that, and the variables that its definition reads.
    """

    key: str
    part: str
    home: str | None = None
    purpose: Purpose = Purpose.NONE
    sure: bool = True
    fed: bool = False
    spellings: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    companions: list[Old] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Constant:
    """One credential that stands in code as a literal, wherever it stands."""

    text: str
    part: str
    purpose: Purpose = Purpose.NONE


class Purposes:
    """The old names by what tells them apart, the literals by their text, and what each file does.

    ``askers`` are the files that ask for OAuth tokens already.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.homes = Homes(project.modules.files)
        self.names: dict[tuple[str, str | None], Old] = {}
        self.constants: dict[str, Constant] = {}
        self.files: dict[str, Purpose] = {}
        self.whole = Purpose.NONE
        self.askers = {unit.path for unit in project.candidates() if GRANT.search(unit.document.source)}
        self._uses = [use for use in project.uses.all if use.confidence > Confidence.LOW]
        for use in self._uses:
            self._learn(use)
        for found in project.uses.credentials.by_path.values():
            for source in found:
                if source.confidence > Confidence.LOW:
                    self._take(source)
        self._see_newer()
        if Purpose.SDK in self.whole:
            for unit in project.candidates():
                self._see_answers(unit)
        self._settle()

    def of(self, source: Source) -> Old | None:
        """The old name that a source of kind ``config`` gives."""
        return self.names.get(self._key(_last(source.name), source.unit.path))

    def behind(self, value: Value) -> list[Old]:
        """The old names that a value of a use came through."""
        found = (self.names.get(self._key(_last(word), value.unit.path)) for word in value.words)
        return list(dict.fromkeys(old for old in found if old is not None))

    # -- from uses ---------------------------------------------------------------------------------------------------

    def _learn(self, use: Use) -> None:
        purpose = Purpose.SDK if use.kind in SDK_KINDS else Purpose.REST
        self.whole |= purpose
        self.files[use.unit.path] = self.files.get(use.unit.path, Purpose.NONE) | purpose
        for part, value in values_of(use):
            text = value.text if isinstance(value.end, ir.Literal) else None
            if text is not None and is_real(text) and not zoom.decode_token(text):
                constant = self.constants.setdefault(text, Constant(text, part))
                constant.purpose |= purpose
            for word in value.words:
                variable = word.startswith("env:") and isinstance(value.end, External)
                if variable or _is_for(_last(word), part):
                    old = self._old(_last(word), part, value.unit.path, variable=variable)
                    old.purpose |= purpose
                    old.fed = True
                    old.paths.update({use.unit.path, *(step.path for step in value.trail)})

    # -- from the places that hold them --------------------------------------------------------------------------------

    def _take(self, source: Source) -> None:
        if source.kind == "literal":
            if source.text:
                constant = self.constants.setdefault(source.text, Constant(source.text, source.part))
                constant.purpose |= self._said(source)
            return
        name = _last(source.name)
        old = self._old(name, source.part, source.unit.path, variable=_is_variable(source))
        purpose = self._said(source)
        old.purpose |= purpose
        old.paths.add(source.unit.path)
        old.keys.add(source.name)
        for use in self._uses:
            if any(_reaches(value, name) for _, value in values_of(use)) and self._fits(old, use):
                old.purpose |= Purpose.SDK if use.kind in SDK_KINDS else Purpose.REST
                old.fed = True
                old.paths.update(step.path for _, value in values_of(use) for step in value.trail)
                old.paths.add(use.unit.path)
        if source.unit.module is not None:
            for variable in _read_at(source):
                behind = self._old(variable, source.part, source.unit.path, variable=True)
                if behind is not old and behind not in old.companions:
                    old.companions.append(behind)
                behind.purpose |= old.purpose
                behind.paths |= old.paths

    def _fits(self, old: Old, use: Use) -> bool:
        return old.home is None or self.homes.are_near(use.unit.path, f"{old.home}/x" if old.home else "x")

    def _said(self, source: Source) -> Purpose:
        """The use that the source was found behind."""
        match = _FEEDS.match(source.reason)
        if match is None:
            return Purpose.NONE
        return Purpose.SDK if match[1] in SDK_KINDS else Purpose.REST

    def _see_newer(self) -> None:
        """What ``sdkKey`` is given already, by its old name: code that was migrated before the names were."""
        newer = Newer(self.project.uses)
        for unit in self.project.candidates():
            with self.project.effort.on(unit):
                for value in newer.given_to_sdk(unit):
                    for old in self.behind(value) if isinstance(value.end, (External, Configured)) else ():
                        old.purpose |= Purpose.SDK
                        old.paths.update({unit.path, *(step.path for step in value.trail)})
                        self.files[unit.path] = self.files.get(unit.path, Purpose.NONE) | Purpose.SDK

    def _see_answers(self, unit: Unit) -> None:
        """What a server answers with is for pages that join meetings: nothing but the SDK's may be seen there."""
        for call in unit.module.calls if unit.module is not None else ():
            func = call.func
            if not isinstance(func, ir.Attr) or func.name not in _ANSWERS or not isinstance(func.obj, ir.Name):
                continue
            if func.obj.id in _ANSWERERS:
                span = unit.span(call.span)
                for match in ENV_READ.finditer(unit.document.source, span.start, span.end):
                    old = self.names.get(self._key(match["name"].decode(), unit.path))
                    if old is not None and old.part in _PARTNERS:
                        old.purpose |= Purpose.SDK
                        self.files[unit.path] = self.files.get(unit.path, Purpose.NONE) | Purpose.SDK

    def _settle(self) -> None:
        """What no use reads is for what the project does, or did: what asks for OAuth tokens may have had it."""
        for old in self.names.values():
            if not old.purpose:
                old.purpose = self.whole or self._surroundings or _likely(old)
                old.sure = self.whole is Purpose.REST or (self.whole is Purpose.SDK and not self.askers)
        for constant in self.constants.values():
            constant.purpose = constant.purpose or self.whole or self._surroundings or Purpose.REST
        for old in list(self.names.values()):
            if old.home is None and old.part in _PARTNERS:
                self._pair(old)

    def _pair(self, old: Old) -> None:
        """``zoomApiSecret`` goes with ``zoomApiKey``, wherever it comes from."""
        other = _PARTNERS[old.part]
        # What only a server may know has no prefix that shows it to the browser.
        names = {shown.removeprefix(public_prefix(shown)) for shown in old.spellings} | old.spellings
        spellings = {_ENDING.sub(lambda end: _cased_as(end[0], other), name) for name in names}
        spellings = {name for name in spellings if ("".join(zoom.words(name)), None) not in self.names}
        if spellings and spellings.isdisjoint(old.spellings):
            key = "".join(zoom.words(min(spellings)))
            companion = Old(key, other, None, old.purpose, sure=old.sure, fed=old.fed)
            companion.spellings |= spellings
            companion.paths |= old.paths
            old.companions.append(companion)

    @property
    def _surroundings(self) -> Purpose:
        """What the project talks to, where it has no use of the JWT app."""
        purpose = Purpose.NONE
        for unit in self.project.candidates():
            profile = self.project.uses.profiles.of(unit)
            if any(package in zoom.SDK_PACKAGES for package in profile.packages):
                purpose |= Purpose.SDK
            elif profile.api_host or profile.packages:
                purpose |= Purpose.REST
        return purpose

    # -- names ---------------------------------------------------------------------------------------------------------

    def _old(self, name: str, part: str, path: str, *, variable: bool) -> Old:
        key = self._key(name, path)
        old = self.names.setdefault(key, Old(key[0], part, key[1]))
        old.spellings.add(name)
        if variable:
            old.variables.add(name)
        return old

    def _key(self, name: str, path: str) -> tuple[str, str | None]:
        if is_distinctive(name):
            return "".join(zoom.words(name)), None
        return name, self.homes.of(path)


def values_of(use: Use) -> Iterator[tuple[str, Value]]:
    """All that feeds a use, with what it is."""
    yield from (("key", value) for value in use.keys)
    yield from (("secret", value) for value in use.secrets)
    yield from (("token", value) for value in use.tokens)


def readers_of(project: Project, old: Old, homes: Homes) -> Iterator[Use]:
    """The uses that still read one of the spellings."""
    for use in project.uses.all:
        values = (value for _, value in values_of(use)) if use.confidence > Confidence.LOW else ()
        if any(_is_of(old, use, one, homes) and any(_reaches(one, name) for name in old.spellings) for one in values):
            yield use


def users_of(project: Project, text: str, path: str) -> Iterator[Use]:
    """The uses that are still given a literal of a file."""
    for use in project.uses.all:
        values = (value for _, value in values_of(use)) if use.confidence > Confidence.LOW else ()
        if any(value.text == text and value.unit.path == path for value in values):
            yield use


def _is_of(old: Old, use: Use, value: Value, homes: Homes) -> bool:
    if old.home is None:
        return True
    there = {use.unit.path, value.unit.path, *(step.path for step in value.trail)}
    return bool(there & old.paths) and homes.of(value.unit.path) == old.home


def _reaches(value: Value, name: str) -> bool:
    return any(_last(word) == name for word in value.words)


def _is_for(name: str, part: str) -> bool:
    """A name on the way of a credential that can be told from all others."""
    return part != "token" and is_distinctive(name) and zoom.credential_part(name) == part


def _likely(old: Old) -> Purpose:
    """What a name is for that stands alone: the SDK's where it is for a browser."""
    public = any(public_prefix(name) for name in old.spellings) or any(_BROWSER.search(path) for path in old.paths)
    return Purpose.SDK if public and old.part != "token" else Purpose.REST


def _cased_as(word: str, new: str) -> str:
    return new.upper() if word.isupper() else new.capitalize() if word[:1].isupper() else new


def _last(name: str) -> str:
    return name.removeprefix("env:").rpartition(".")[2]


def _is_variable(source: Source) -> bool:
    if source.name.startswith("env:"):
        return source.name[4:].isupper()
    if source.unit.kind in _VARIABLE_FILES:
        return True
    return any(setting.is_env for setting in source.unit.settings if setting.span == source.span)


def _read_at(source: Source) -> Iterator[str]:
    """The environment variables that a definition reads."""
    lines = source.unit.document.lines
    first = lines.line_of(source.span.start)
    last = min(lines.count, first + _READ_WITHIN - 1)
    end = first
    while end < last and lines.bytes(end).rstrip().endswith((b"(", b"=", b"\\", b"[")):
        end += 1
    text = source.unit.document.source[lines.starts[first - 1] : lines.span(end).end]
    for match in ENV_READ.finditer(text):
        name = match["name"].decode()
        if name.isupper() and zoom.credential_part(name) == source.part:
            yield name
