"""Where the credentials of confirmed uses come from.

A source is a place that holds or reads an API key, an API secret or a token: a literal, a settings key, an
environment read, a field of a settings class. The rules ``credential-literal`` and ``config-credential`` report them.
Names that say JWT app without any use are found in ``named``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence
from jwtscan.meaning import variants, zoom
from jwtscan.meaning.named import Named, real_value, tail
from jwtscan.meaning.sources import SETTINGS_KINDS, Source
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.meaning.variants import Homes, is_config_module, stem_of
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use, Uses

Wanted = tuple[str, "Use"]
"""What a use wants of a name: key, secret or token, and the use."""

_ENVIRONMENTS = {"env", "shell"}
_PLAIN = {"key", "secret", "token"}
_OTHER_VENDORS = re.compile(r"AIza|SG\.|sk_|pk_|rk_|AKIA|ASIA|gh[opsur]_|xox[abprs]-|ya29\.")


class Credentials:
    """All sources of a project, by the path they stand in."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.project = uses.project
        self._named = Named(uses)
        self._env: dict[str, list[Wanted]] = defaultdict(list)
        self._keys: dict[str, list[Wanted]] = defaultdict(list)

    @cached_property
    def by_path(self) -> dict[str, list[Source]]:
        best: dict[tuple[str, int], Source] = {}
        for source in self._all():
            key = (source.unit.path, source.unit.document.lines.line_of(source.span.start))
            known = best.get(key)
            rank = (source.kind == "literal", source.confidence)
            if known is None or rank > (known.kind == "literal", known.confidence):
                best[key] = source
        table: dict[str, list[Source]] = {}
        for (path, _), source in sorted(best.items(), key=lambda item: item[0]):
            table.setdefault(path, []).append(source)
        return table

    def of(self, unit: Unit, kind: str) -> list[Source]:
        return [source for source in self.by_path.get(unit.path, ()) if source.kind == kind]

    def _all(self) -> Iterator[Source]:
        behind = [source for use in self.uses.all if use.confidence > Confidence.LOW for source in self._behind(use)]
        yield from behind
        yield from variants.of(self.project, behind)
        self._load_settings()
        yield from self._defined()
        for unit in self.project.candidates():
            yield from self._named.of(unit)
            yield from self._config_module(unit)

    # -- behind uses -------------------------------------------------------------------------------------------------

    def _behind(self, use: Use) -> Iterator[Source]:
        for part, values in (("key", use.keys), ("secret", use.secrets), ("token", use.tokens)):
            for value in values:
                source = self._source(use, part, value)
                if source is not None:
                    yield source

    def _source(self, use: Use, part: str, value: Value) -> Source | None:
        end = value.end
        if isinstance(end, ir.Literal):
            return self._literal(use, part, value, end)
        if isinstance(end, Configured):
            setting = end.setting
            return _made("config", use, value, setting.span, setting.key, part, real_value(setting))
        if isinstance(end, External):
            return self._external(use, part, value, end)
        return None

    def _literal(self, use: Use, part: str, value: Value, end: ir.Literal) -> Source | None:
        text, unit = end.value, value.unit
        name = value.trail[0].text if value.trail else part
        span = unit.span(end.span)
        if text is None and unit is not use.unit and is_config_module(unit):
            return _made("config", use, value, span, name, part)
        if not isinstance(text, str) or zoom.decode_token(text) is not None or _is_modern_name(value):
            return None
        if is_real(text):
            return _made("literal", use, value, span, name, part, text)
        if unit is use.unit or _OTHER_VENDORS.match(text):
            return None
        return _made("config", use, value, span, name, part)

    def _external(self, use: Use, part: str, value: Value, end: External) -> Source | None:
        name, unit = end.name, value.unit
        if name.startswith("env:"):
            self._env[name[4:]].append((part, use))
            if unit is use.unit:
                return None  # a read beside its use is in the use's trail
            return _made("config", use, value, unit.span(end.span), name, part)
        if "." in name:
            self._keys[tail(name)].append((part, use))
            self._env[name.rpartition(".")[2]].append((part, use))
        return None

    # -- definitions -------------------------------------------------------------------------------------------------

    def _load_settings(self) -> None:
        """Reads the settings files whose keys a use may mean, though no word of Zoom is in them."""
        if self._env or self._keys:
            for path in self.project.settings_files():
                self.project.load(path)

    def _defined(self) -> Iterator[Source]:
        """Settings that define what uses read: by the variable's name, or by the last parts of the key.

        A name that many programs have (``API_KEY``) is looked for near its uses first: in the same package, above or
        below it.
        """
        rows: dict[str, list[tuple[Unit, Setting, list[Wanted]]]] = defaultdict(list)
        for unit in list(self.project.units.values()):
            for setting in unit.settings if unit.kind in SETTINGS_KINDS else ():
                wanted = self._wanted(unit, setting)
                if wanted:
                    rows[setting.name].append((unit, setting, wanted))
        homes = Homes(self.project.modules.files)
        for name, found in rows.items():
            near = [row for row in found if any(homes.are_near(row[0].path, use.unit.path) for _, use in row[2])]
            for unit, setting, wanted in found if zoom.says_zoom(name) else near or found:
                part, use = wanted[0]
                reason = _reason(use)
                text = real_value(setting)
                yield Source("config", unit, setting.span, setting.key, part, use.confidence, reason, text)

    def _wanted(self, unit: Unit, setting: Setting) -> list[Wanted]:
        if setting.is_env or unit.kind in _ENVIRONMENTS:
            return self._env.get(setting.name, []) or self._fields.get(setting.name.casefold(), [])
        return self._keys.get(tail(setting.key), [])

    @cached_property
    def _fields(self) -> dict[str, list[Wanted]]:
        """What settings classes read: pydantic finds ``API_KEY`` for the field ``api_key``."""
        return {
            name.casefold(): wanted
            for name, wanted in self._env.items()
            if name.casefold() not in _PLAIN and "_" in name
        }

    def _config_module(self, unit: Unit) -> Iterator[Source]:
        """Names of a config module that nothing in the repository imports: it is loaded by its path, or copied."""
        if unit.module is None or not is_config_module(unit):
            return
        for key, found in self._keys.items():
            owner, _, name = key.rpartition(".")
            if name.casefold() in _PLAIN and not set(zoom.words(owner)) & set(zoom.words(stem_of(unit.path))):
                continue
            for binding in unit.module.scope.bindings.get(name, ()):
                if isinstance(binding.value, (ir.Literal, ir.Call)):
                    part, use = found[0]
                    yield Source("config", unit, unit.span(binding.span), name, part, use.confidence, _reason(use))


def _made(kind: str, use: Use, value: Value, span: Span, name: str, part: str, text: str | None = None) -> Source:
    return Source(kind, value.unit, span, name, part, use.confidence, _reason(use), text, value.trail)


def _reason(use: Use) -> str:
    return f"feeds {use.kind} at {use.unit.path}:{use.unit.document.lines.line_of(use.span.start)}"


def _is_modern_name(value: Value) -> bool:
    """The name nearest to the source is a new app's: CLIENT_ID, SDK_SECRET."""
    return bool(value.trail) and bool({"client", "sdk", "oauth"} & set(zoom.words(value.trail[0].text)))


def is_real(text: str) -> bool:
    """Whether a text can be a credential itself, not a placeholder or another vendor's key."""
    if zoom.looks_like_key(text) or zoom.looks_like_secret(text):
        return True
    return (
        len(text) >= 16 and " " not in text.strip() and not zoom.is_placeholder(text) and not _OTHER_VENDORS.match(text)
    )
