"""What a TOML rule can look for: requirements, links, settings, calls and texts. Each matcher reads its own table."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from jwtscan.syntax.ir import Call, Concat, Entry, Expr, Literal, Module, Object, Spread
from jwtscan.syntax.unit import Link, Requirement, Setting
from jwtscan.syntax.versions import Release, allowed, release_of
from jwtscan.table import Table
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

MANIFESTS = {"pypi": ("pyproject.toml", "Pipfile", "requirements.txt"), "npm": ("package.json",)}
PLACES = ("code", "settings")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the document, what stands there, and the values of the matcher's ``fields``."""

    span: Span
    item: Requirement | Link | Setting | Expr
    fields: Mapping[str, str]
    secrets: tuple[str, ...] = ()


class Matcher(Protocol):
    """Finds places. ``fields`` are what a message may hold in braces."""

    @property
    def fields(self) -> tuple[str, ...]: ...

    def find(self, unit: Unit, project: Project) -> Iterable[Hit]: ...


def _release(table: Table, key: str) -> Release:
    text = table.text(key)
    release = release_of(text)
    if release is None:
        table.refuse(f"'{key}' is '{text}', which is no version")
    return release


@dataclass(frozen=True, slots=True)
class RequirementMatcher:
    """``{ecosystem, name, below}`` or ``{ecosystem, name, any = true}``.

    ``below`` matches where no version that the specifier allows is at or above that one; a requirement without a
    version is left alone. A lock file is silent where the manifest beside it says the same.
    """

    ecosystem: str
    names: frozenset[str]
    below: Release | None
    fields: tuple[str, ...] = ("name", "specifier")

    @classmethod
    def read(cls, table: Table) -> RequirementMatcher:
        (ecosystem,) = table.words("ecosystem", tuple(MANIFESTS))
        names = table.texts("name")
        below = _release(table, "below") if table.one_of(("below", "any")) == "below" else None
        if below is None and not table.flag("any"):
            table.refuse("'any' has to be true; leave it out and say 'below' otherwise")
        return cls(ecosystem, frozenset(_package(name, ecosystem) for name in names), below)

    def find(self, unit: Unit, project: Project) -> Iterator[Hit]:
        locked: set[str] = set()
        for requirement in filter(self._matches, unit.requirements):
            if requirement.locked:
                if requirement.name in locked or self._said_beside(unit, requirement.name, project):
                    continue
                locked.add(requirement.name)
            written = requirement.specifier or requirement.version or ""
            yield Hit(requirement.span, requirement, {"name": requirement.name, "specifier": written})

    def _matches(self, requirement: Requirement) -> bool:
        if requirement.ecosystem != self.ecosystem or requirement.name not in self.names:
            return False
        if self.below is None:
            return True
        versions = allowed(requirement)
        return versions is not None and versions.below(self.below)

    def _said_beside(self, unit: Unit, name: str, project: Project) -> bool:
        """Whether a manifest in the lock file's folder is reported for the same package."""
        folder = posixpath.dirname(unit.path)
        manifests = (project.load(posixpath.join(folder, manifest)) for manifest in MANIFESTS[self.ecosystem])
        return any(
            requirement.name == name and not requirement.locked and self._matches(requirement)
            for manifest in manifests
            if manifest is not None
            for requirement in manifest.requirements
        )


def _package(name: str, ecosystem: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "pypi" else name


@dataclass(frozen=True, slots=True)
class LinkMatcher:
    """``{url, below}``: a URL that a page loads. With ``below`` the regex has a group ``version``."""

    url: re.Pattern[str]
    below: Release | None
    fields: tuple[str, ...] = ("url", "version")

    @classmethod
    def read(cls, table: Table) -> LinkMatcher:
        url = _regex(table, "url")
        below = _release(table, "below") if table.has("below") else None
        if below is not None and "version" not in url.groupindex:
            table.refuse("'url' needs a group (?P<version>…) for 'below'")
        return cls(url, below)

    def find(self, unit: Unit, _: Project) -> Iterator[Hit]:
        for link in unit.links:
            match = self.url.search(link.url)
            if match is None:
                continue
            version = match.groupdict().get("version") or ""
            release = release_of(version)
            if self.below is None or (release is not None and release < self.below):
                yield Hit(link.span, link, {"url": link.url, "version": version})


@dataclass(frozen=True, slots=True)
class Beside:
    """Another setting that has to be there: within the object, or ``anywhere`` in the file."""

    key: re.Pattern[str] | None
    value: re.Pattern[str] | None
    anywhere: bool

    @classmethod
    def read(cls, table: Table) -> Beside:
        found = cls(*_key_and_value(table), table.flag("anywhere"))
        table.close()
        return found

    def met(self, company: _Company, prefix: str) -> bool:
        start = "" if self.anywhere else prefix
        known = company.answers.get((id(self), start))
        if known is None:
            known = any(
                _fits(setting.key[len(start) :], setting.value, self.key, self.value)
                for setting in company.below(start)
            )
            company.answers[id(self), start] = known
        return known


class _Company:
    """The settings of one file by their keys, with the answers that were given about them."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        self._settings = sorted(settings, key=lambda setting: setting.key)
        self._keys = [setting.key for setting in self._settings]
        self.answers: dict[tuple[int, str], bool] = {}

    def below(self, start: str) -> Iterator[Setting]:
        """The settings whose keys begin with ``start``."""
        for at in range(bisect_left(self._keys, start), len(self._keys)):
            if not self._keys[at].startswith(start):
                return
            yield self._settings[at]


@dataclass(frozen=True, slots=True)
class SettingMatcher:
    """``{key, value, beside, secret}``: a key of a settings file by its dotted path, its value, and its company.

    The keys of ``beside`` are relative to the object that the setting is in: its parent, or what the group
    ``object`` of ``key`` matches. ``secret`` says that the value must not be shown.
    """

    key: re.Pattern[str] | None
    value: re.Pattern[str] | None
    beside: tuple[Beside, ...]
    secret: bool
    fields: tuple[str, ...] = ("key", "name")

    @classmethod
    def read(cls, table: Table) -> SettingMatcher:
        key, value = _key_and_value(table)
        beside = tuple(Beside.read(inner) for inner in table.tables("beside", optional=True))
        return cls(key, value, beside, table.flag("secret"))

    def find(self, unit: Unit, _: Project) -> Iterator[Hit]:
        company = _Company(unit.settings)
        for setting in unit.settings:
            if not _fits(setting.key, setting.value, self.key, self.value):
                continue
            prefix = self._object(setting.key)
            if all(other.met(company, prefix) for other in self.beside):
                secrets = (setting.value,) if self.secret and setting.value else ()
                yield Hit(setting.span, setting, {"key": setting.key, "name": setting.name}, secrets)

    def _object(self, key: str) -> str:
        if self.key is not None and "object" in self.key.groupindex:
            match = self.key.search(key)
            assert match is not None
            return match["object"] or ""
        parent, dot, _ = key.rpartition(".")
        return parent + dot


def _key_and_value(table: Table) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    key, value = table.regex("key", optional=True), table.regex("value", optional=True)
    if key is None and value is None:
        table.refuse("needs 'key', 'value' or both")
    return key, value


def _fits(key: str, value: str | None, key_regex: re.Pattern[str] | None, value_regex: re.Pattern[str] | None) -> bool:
    if key_regex is not None and key_regex.search(key) is None:
        return False
    return value_regex is None or (value is not None and value_regex.search(value) is not None)


@dataclass(frozen=True, slots=True)
class CallMatcher:
    """``{name, has, lacks, min-positional, max-positional}``: a call of an imported function by its dotted name.

    ``has`` and ``lacks`` name keyword arguments, or properties of an object that is handed over. A call with a spread
    may hide any argument, so it lacks none and its number of positional arguments is not known.
    """

    names: frozenset[str]
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    least: int
    most: int | None
    fields: tuple[str, ...] = ("name",)

    @classmethod
    def read(cls, table: Table) -> CallMatcher:
        return cls(
            frozenset(table.texts("name")),
            table.texts("has", ()),
            table.texts("lacks", ()),
            table.number("min-positional", 0),
            table.number("max-positional", None),
        )

    def find(self, unit: Unit, project: Project) -> Iterator[Hit]:
        for call, name in project.calls(unit):
            if name in self.names and self._arguments_fit(call):
                yield Hit(unit.span(call.span), call, {"name": name})

    def _arguments_fit(self, call: Call) -> bool:
        named, positional, complete = _arguments(call)
        if not set(self.has) <= named or (self.lacks and (not complete or named & set(self.lacks))):
            return False
        if complete:
            return self.least <= positional and (self.most is None or positional <= self.most)
        return positional >= self.least and self.most is None


def _arguments(call: Call) -> tuple[set[str], int, bool]:
    """The names handed over, the number of positional arguments, and whether that is all there is."""
    entries: list[Entry | Spread] = list(call.keywords)
    for argument in call.args:
        if isinstance(argument, Object):
            entries += argument.entries
    named = {entry.key for entry in entries if isinstance(entry, Entry) and entry.key is not None}
    positional = [argument for argument in call.args if not isinstance(argument, Spread)]
    hidden = [entry for entry in entries if isinstance(entry, Spread) or entry.key is None]
    return named, len(positional), not hidden and len(positional) == len(call.args)


@dataclass(frozen=True, slots=True)
class TextMatcher:
    """``{regex, in}``: a text in code or in the value of a setting. In texts put together, a hole reads ``{}``."""

    regex: re.Pattern[str]
    places: tuple[str, ...]
    fields: tuple[str, ...] = ("match",)

    @classmethod
    def read(cls, table: Table) -> TextMatcher:
        places = table.words("in", PLACES) if table.has("in") else PLACES
        return cls(_regex(table, "regex"), places)

    def find(self, unit: Unit, _: Project) -> Iterator[Hit]:
        if "code" in self.places and unit.module is not None:
            for expr, text in _texts(unit.module):
                yield from self._hit(unit.span(expr.span), expr, text)
        if "settings" in self.places:
            for setting in unit.settings:
                yield from self._hit(setting.value_span, setting, setting.value or "")

    def _hit(self, span: Span, item: Setting | Expr, text: str) -> Iterator[Hit]:
        match = self.regex.search(text)
        if match is not None:
            yield Hit(span, item, {"match": match[0]})


def _texts(module: Module) -> Iterator[tuple[Expr, str]]:
    """Every text of a program: those put together as a whole, then those that stand alone."""
    inside = {id(part) for concat in module.concats for part in concat.parts}
    for concat in module.concats:
        if id(concat) not in inside:
            yield concat, _whole(concat)
    for literal in module.literals:
        if isinstance(literal.value, str) and id(literal) not in inside:
            yield literal, literal.value


def _whole(concat: Concat) -> str:
    """The text of a concatenation and those inside it, without recursion."""
    found: list[str] = []
    stack: list[Expr | str] = [concat]
    while stack:
        part = stack.pop()
        if isinstance(part, Concat):
            pieces: list[Expr | str] = []
            for index, inner in enumerate(part.parts):
                pieces += [part.separator, inner] if index and part.separator else [inner]
            stack += reversed(pieces)
        elif isinstance(part, str):
            found.append(part)
        else:
            found.append(part.value if isinstance(part, Literal) and isinstance(part.value, str) else "{}")
    return "".join(found)


def _regex(table: Table, key: str) -> re.Pattern[str]:
    regex = table.regex(key)
    assert regex is not None
    return regex


MATCHERS: Mapping[str, Callable[[Table], Matcher]] = {
    "requirement": RequirementMatcher.read,
    "link": LinkMatcher.read,
    "setting": SettingMatcher.read,
    "call": CallMatcher.read,
    "text": TextMatcher.read,
}
