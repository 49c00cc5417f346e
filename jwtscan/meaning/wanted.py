"""Names that uses read without the program saying where they are defined, and the places that define them.

Environment variables meet ``.env`` files, keys meet settings files by their last two parts, and what a loader or a
framework hands out meets config modules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from jwtscan.meaning import zoom
from jwtscan.meaning.named import real_value, tail
from jwtscan.meaning.sources import SETTINGS_KINDS, Source
from jwtscan.meaning.variants import CONFIG_WORDS, Homes, is_config_module, names_of_objects, stem_of
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project
    from jwtscan.meaning.uses import Use

_ENVIRONMENTS = frozenset({"env", "shell"})
_ROUNDS = 3
_PLAIN = frozenset({"key", "secret", "token"})
# What holds a visitor's data and no settings.
_VISITORS = frozenset({
    "body", "query", "params", "headers", "args", "form", "json", "data", "user", "session", "request", "req",
    "event", "row", "props", "state", "route", "input", "account", "tenant", "validated_data",
})  # fmt: skip

Want: TypeAlias = "tuple[str, Use]"
"""What is wanted of a name: key, secret or token, and the use that reads it."""


class Wanted:
    """Takes names one by one; then finds what defines them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._env: dict[str, list[Want]] = defaultdict(list)
        self._keys: dict[str, list[Want]] = defaultdict(list)
        self._lasts: dict[str, dict[str, Want]] = {}

    def variable(self, name: str, part: str, use: Use) -> None:
        """An environment variable."""
        self._env[name].append((part, use))

    def key(self, name: str, part: str, use: Use) -> None:
        """Something by a dotted name: of a settings object, a loaded file, a module that is not in the project."""
        self._keys[name].append((part, use))
        self._env[name.rpartition(".")[2]].append((part, use))

    def found(self) -> Iterator[Source]:
        """What defines the names taken, config modules first: they may read the environment by other names."""
        if not self._env and not self._keys:
            return
        known = -1
        for _ in range(_ROUNDS):
            if len(self._keys) == known:
                break
            known = len(self._keys)
            yield from self._config_modules()
        for path in self.project.settings_files():
            self.project.load(path)
        yield from self._settings()

    # -- settings ----------------------------------------------------------------------------------------------------

    def _settings(self) -> Iterator[Source]:
        """Settings by the variable's name, or by the last parts of the key.

        A name that many programs have (``API_KEY``) is looked for near its uses first: in the same package, above or
        below it.
        """
        rows: dict[str, list[tuple[Unit, Setting, list[Want]]]] = defaultdict(list)
        for unit in list(self.project.units.values()):
            for setting in unit.settings if unit.kind in SETTINGS_KINDS else ():
                wanted = self._of(unit, setting)
                if wanted:
                    rows[setting.name].append((unit, setting, wanted))
        homes = Homes(self.project.modules.files)
        for name, found in rows.items():
            near = [row for row in found if any(homes.are_near(row[0].path, use.unit.path) for _, use in row[2])]
            for unit, setting, wanted in found if zoom.says_zoom(name) else near or found:
                yield _source(unit, setting.span, setting.key, wanted[0], real_value(setting))

    def _of(self, unit: Unit, setting: Setting) -> list[Want]:
        if setting.is_env or unit.kind in _ENVIRONMENTS:
            return self._env.get(setting.name, []) or self._fields.get(setting.name.casefold(), [])
        if "." not in setting.key and unit.path in self._settings_files:
            return self._loaded.get(setting.key, [])
        return self._tails.get(tail(setting.key), [])

    @cached_property
    def _settings_files(self) -> frozenset[str]:
        return frozenset(self.project.settings_files())

    @cached_property
    def _tails(self) -> dict[str, list[Want]]:
        table: dict[str, list[Want]] = defaultdict(list)
        for name, wanted in self._keys.items():
            table[tail(name)] += wanted
        return table

    @cached_property
    def _loaded(self) -> dict[str, list[Want]]:
        """Names at the top of what a loader gives: ``json.load(file)["api_key"]``, ``app.config["ROOM_KEY"]``."""
        table: dict[str, list[Want]] = defaultdict(list)
        for name, wanted in self._keys.items():
            owner, _, last = name.rpartition(".")
            holder = owner.rpartition(".")[2]
            if owner.endswith("()") or (last.casefold() not in _PLAIN and holder in CONFIG_WORDS):
                table[last] += wanted
        return table

    @cached_property
    def _fields(self) -> dict[str, list[Want]]:
        """What settings classes read: pydantic finds ``API_KEY`` for the field ``api_key``."""
        names = [name for name in self._env if name.casefold() not in _PLAIN and "_" in name]
        return {name.casefold(): self._env[name] for name in names}

    # -- config modules ----------------------------------------------------------------------------------------------

    def _config_modules(self) -> Iterator[Source]:
        self._lasts = self._by_last()
        for unit in list(self.project.units.values()):
            if unit.module is not None and is_config_module(unit):
                found: list[Source] = []
                with self.project.effort.on(unit):
                    found.extend(self._config_module(unit, unit.module))
                yield from found

    def _by_last(self) -> dict[str, dict[str, Want]]:
        """What is wanted by the last part of its name, then by the part before it."""
        table: dict[str, dict[str, Want]] = defaultdict(dict)
        for name, wanted in self._keys.items():
            owner, _, last = name.rpartition(".")
            holder = owner.rpartition(".")[2]
            if holder.lower() not in _VISITORS:
                table[last].setdefault(holder, wanted[0])
        return table

    def _config_module(self, unit: Unit, module: ir.Module) -> Iterator[Source]:
        """Names of a config module that nothing imports: it is loaded by its path, by a framework, or copied."""
        stem = set(zoom.words(stem_of(unit.path)))
        for scope in (module.scope, *(cls.scope for cls in module.classes)):
            for last in sorted(scope.bindings.keys() & self._lasts.keys()):
                for holder, want in self._lasts[last].items():
                    if last.casefold() not in _PLAIN or stem.intersection(zoom.words(holder)):
                        for binding in scope.bindings[last]:
                            if binding.kind in {"assign", "field"} and _gives(binding.value):
                                yield from self._defined(unit, binding.span, last, want, binding.value)
        named = names_of_objects(module)
        names = frozenset(named.values())
        for obj in module.objects:
            for entry in obj.entries:
                if isinstance(entry, ir.Entry) and entry.key in self._lasts and _gives(entry.value):
                    for holder, want in self._lasts[entry.key].items():
                        if named.get(id(obj)) == holder or (holder not in names and self._is_pair(obj, entry.key)):
                            yield from self._defined(unit, entry.span, entry.key, want, entry.value)

    def _is_pair(self, obj: ir.Object, name: str) -> bool:
        """An object that gives both a key and a secret that are wanted, by names that not everything has."""
        parts = {part for key in obj.keys & self._lasts.keys() for part, _ in self._lasts[key].values()}
        return len(parts) > 1 and name.casefold() not in _PLAIN

    def _defined(self, unit: Unit, span: Span, name: str, want: Want, value: ir.Expr | None) -> Iterator[Source]:
        """The place itself, unless it hands on another name; what it reads is wanted from then on."""
        for reached in self.project.reach(unit, value):
            if reached.name.startswith("env:"):
                self.variable(reached.name[4:], *want)
            elif "." in reached.name and not reached.name.startswith(("?", "this.")):
                self.key(reached.name, *want)
        if not isinstance(value, ir.Name):
            yield _source(unit, unit.span(span), name, want)


def _source(unit: Unit, span: Span, name: str, want: Want, text: str | None = None) -> Source:
    part, use = want
    return Source("config", unit, span, name, part, use.confidence, reason(use), text)


def reason(use: Use) -> str:
    """Which use a source feeds."""
    return f"feeds {use.kind} at {use.unit.path}:{use.unit.document.lines.line_of(use.span.start)}"


def _gives(value: ir.Expr | None) -> bool:
    """What a config module is made of. A field without a value is filled from outside."""
    return value is None or isinstance(value, (ir.Literal, ir.Call, ir.Attr, ir.Choice, ir.Name))
