"""Where the credentials of confirmed uses come from, and names that say JWT app by themselves.

A source is a place that holds or reads an API key, an API secret or a token: a literal, a settings key, an
environment read, a field of a settings class. The rules ``credential-literal`` and ``config-credential`` report them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence, Step
from jwtscan.meaning import zoom
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use, Uses

_ENV_READ = re.compile(
    rb"(?:process\.env|import\.meta\.env|os\.environ(?:\.get)?|getenv|getEnv|\benv(?:\.\w+)?|\bconfig|get_env\w*)"
    rb"\s*(?:\?\.|[.(\[])\s*[\"'`]?(?P<name>[A-Za-z_]\w*)"
)
_SETTINGS_KINDS = {"env", "ini", "json", "yaml", "toml", "properties", "setup.cfg", "dockerfile", "shell", "terraform"}
_PLAIN_NAMES = {"apikey", "apisecret", "apisec", "secretkey", "apisecretkey"}
_CONFIG_WORDS = {"config", "conf", "settings", "secret", "secrets", "credentials", "env", "appenv", "constants"}
_FIELD_NAMES = {"api_key", "api_secret", "apikey", "apisecret"}


@dataclass(frozen=True, slots=True)
class Source:
    """A place that gives a credential. ``part`` is key, secret or token; ``text`` a literal's value, for masking."""

    kind: str
    unit: Unit
    span: Span
    name: str
    part: str
    confidence: Confidence
    reason: str
    text: str | None = None
    trail: tuple[Step, ...] = ()


class Credentials:
    """All sources of a project, by the path they stand in."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.project = uses.project
        self._env: dict[str, tuple[str, Use]] = {}
        self._keys: dict[str, tuple[str, Use]] = {}

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
        for use in self.uses.all:
            if use.confidence > Confidence.LOW:
                yield from self._behind(use)
        self._load_settings()
        for unit in list(self.project.units.values()):
            yield from self._defined(unit)
        for unit in self.project.candidates():
            yield from self._named(unit)
            yield from self._config_module(unit)

    # -- behind uses -------------------------------------------------------------------------------------------------

    def _behind(self, use: Use) -> Iterator[Source]:
        for part, values in (("key", use.keys), ("secret", use.secrets), ("token", use.tokens)):
            for value in values:
                source = self._source(use, part, value)
                if source is not None:
                    yield source

    def _source(self, use: Use, part: str, value: Value) -> Source | None:
        end, unit = value.end, value.unit
        if isinstance(end, ir.Literal) and isinstance(end.value, str):
            text = end.value
            if zoom.decode_token(text) is not None or _is_modern_name(value):
                return None
            real = bool(text) and not zoom.is_placeholder(text) and (len(text) >= 16) and " " not in text.strip()
            real = real or zoom.looks_like_key(text) or zoom.looks_like_secret(text)
            if not real and unit is use.unit:
                return None
            kind = "literal" if real else "config"
            name = value.trail[0].text if value.trail else part
            return self._made(kind, use, value, unit.span(end.span), name, part, text if real else None)
        if isinstance(end, Configured):
            return self._made("config", use, value, end.setting.span, end.setting.key, part, end.setting.value)
        if isinstance(end, External):
            name = end.name
            if name.startswith("env:"):
                self._env.setdefault(name[4:], (part, use))
                if unit is use.unit:
                    return None  # a read beside its use is in the use's trail
                return self._made("config", use, value, unit.span(end.span), name, part)
            if "." in name:
                self._keys.setdefault(_tail(name), (part, use))
                self._env.setdefault(name.rpartition(".")[2], (part, use))
        return None

    def _made(
        self, kind: str, use: Use, value: Value, span: Span, name: str, part: str, text: str | None = None
    ) -> Source:
        reason = f"feeds {use.kind} at {use.unit.path}:{use.unit.document.lines.line_of(use.span.start)}"
        return Source(kind, value.unit, span, name, part, use.confidence, reason, text, value.trail)

    # -- definitions -------------------------------------------------------------------------------------------------

    def _load_settings(self) -> None:
        """Reads the settings files whose keys a use may mean, though no word of Zoom is in them."""
        if self._env or self._keys:
            for path in self.project.settings_files():
                self.project.load(path)

    def _defined(self, unit: Unit) -> Iterator[Source]:
        """Settings that define what uses read: by the variable's name, or by the last parts of the key."""
        for setting in unit.settings if unit.kind in _SETTINGS_KINDS else ():
            by_env = self._env.get(setting.name) if setting.is_env or unit.kind in {"env", "shell"} else None
            by_key = self._keys.get(_tail(setting.key)) or self._keys.get(setting.name)
            found = by_env or (by_key if unit.kind not in {"env", "shell"} else None)
            if found is not None:
                part, use = found
                reason = f"feeds {use.kind} at {use.unit.path}:{use.unit.document.lines.line_of(use.span.start)}"
                yield Source("config", unit, setting.span, setting.key, part, use.confidence, reason, _real(setting))

    def _config_module(self, unit: Unit) -> Iterator[Source]:
        """Names of a config module that nothing in the repository imports: it is loaded by its path, or copied."""
        stem = unit.path.rpartition("/")[2].partition(".")[0]
        if unit.module is None or not _CONFIG_WORDS & set(zoom.words(stem)):
            return
        wanted = {key.rpartition(".")[2]: found for key, found in self._keys.items()}
        for binding in unit.module.scope.bindings.values():
            for one in binding:
                if one.name in wanted and isinstance(one.value, (ir.Literal, ir.Call)):
                    part, use = wanted[one.name]
                    reason = f"{one.name} feeds {use.kind} in {use.unit.path}"
                    yield Source("config", unit, unit.span(one.span), one.name, part, use.confidence, reason)

    def _named(self, unit: Unit) -> Iterator[Source]:
        """Names that say JWT app by themselves, wherever they are defined or read."""
        modern = self._has_modern_names(unit)
        for setting in unit.settings if unit.kind in _SETTINGS_KINDS else ():
            if self._is_legacy_setting(unit, setting):
                yield self._by_name(unit, setting.span, setting.key, modern, _real(setting))
        if unit.module is None:
            return
        users = any(use.unit is unit for use in self.uses.all)
        for binding in _shared_bindings(unit.module):
            shared = binding.kind in {"assign", "field"} and _defines(binding.value) and not users
            if shared and zoom.is_legacy_name(binding.name):
                yield self._by_name(unit, unit.span(binding.span), binding.name, modern, None)
        for obj in unit.module.objects:
            for entry in obj.entries:
                if isinstance(entry, ir.Entry) and entry.key and zoom.is_legacy_name(entry.key) and _is_variable(entry):
                    yield self._by_name(unit, unit.span(entry.span), entry.key, modern, None)
        code = unit.region.text if unit.region is not None else unit.document.source
        for match in _ENV_READ.finditer(code) if not users else ():
            name = match.group("name").decode()
            span = Span(match.start(), match.end())
            if zoom.is_legacy_name(name) and not any(c.span.holds(span) for c in unit.module.comments):
                yield self._by_name(unit, unit.span(span), f"env:{name}", modern, None)
        yield from self._literals(unit)
        yield from self._settings_class(unit, modern)

    def _is_legacy_setting(self, unit: Unit, setting: Setting) -> bool:
        """A key that says JWT app by itself, or with its section; or an API key in a file that speaks of Zoom."""
        if zoom.is_legacy_name(setting.name):
            return True
        if zoom.credential_part(setting.name) not in {"key", "secret"}:
            return False
        if zoom.is_legacy_name(_tail(setting.key)):
            return True
        profile = self.uses.profiles.of(unit)
        joined = "".join(zoom.words(_tail(setting.key)))
        plain = "".join(zoom.words(setting.name)) in _PLAIN_NAMES
        says = bool(setting.value and zoom.says_zoom(setting.value)) or profile.api_host is not None
        return plain and (says or ("jwt" in joined and profile.path))

    def _has_modern_names(self, unit: Unit) -> bool:
        """An account id beside the names: they may hold Server-to-Server credentials already."""
        profile = self.uses.profiles.of(unit)
        names = [setting.name for setting in unit.settings] + list(profile.names)
        return profile.server_to_server or any({"zoom", "account", "id"} <= set(zoom.words(name)) for name in names)

    def _by_name(self, unit: Unit, span: Span, name: str, modern: bool, text: str | None) -> Source:
        sure = Confidence.LOW if modern else Confidence.MEDIUM
        reason = f"{name.removeprefix('env:')} names a credential of the JWT app"
        part = zoom.credential_part(name.rpartition(".")[2]) or "key"
        return Source("config", unit, span, name, part, sure, reason, text)

    def _literals(self, unit: Unit) -> Iterator[Source]:
        """Literals with a JWT app's shape under a credential's name, in code that speaks of Zoom."""
        profile = self.uses.profiles.of(unit)
        if unit.module is None or not (profile.api_host or profile.names or profile.packages):
            return
        for name, expr in _named_literals(unit.module):
            text = expr.value
            part = zoom.credential_part(name)
            if part is None or not isinstance(text, str) or "sdk" in zoom.words(name):
                continue
            if (part == "key" and zoom.looks_like_key(text)) or (part == "secret" and zoom.looks_like_secret(text)):
                reason = f"{name} has the shape of a JWT app's {part}"
                span = unit.span(expr.span)
                yield Source("literal", unit, span, name, part, Confidence.MEDIUM, reason, text)

    def _settings_class(self, unit: Unit, modern: bool) -> Iterator[Source]:
        """Fields ``api_key`` and ``api_secret`` of a settings class or form that is Zoom's by its name or path."""
        path = self.uses.profiles.of(unit).path
        for cls in unit.module.classes if unit.module else ():
            names = {name for name in cls.scope.bindings if name.lower() in _FIELD_NAMES}
            if len(names) < 2 or not (path or zoom.says_zoom(cls.name or "")):
                continue
            for name in sorted(names):
                for binding in cls.scope.bindings[name]:
                    if binding.kind == "field":
                        yield self._by_name(unit, unit.span(binding.span), name, modern, None)


def _is_modern_name(value: Value) -> bool:
    """The name nearest to the source is a new app's: CLIENT_ID, SDK_SECRET."""
    return bool(value.trail) and bool({"client", "sdk", "oauth"} & set(zoom.words(value.trail[0].text)))


def _tail(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _real(setting: Setting) -> str | None:
    value = setting.value
    return value if value and not zoom.is_placeholder(value) else None


def _shared_bindings(module: ir.Module) -> Iterator[ir.Binding]:
    """Bindings of the module and of class bodies: what other code can read."""
    for scope in (module.scope, *(cls.scope for cls in module.classes)):
        for bindings in scope.bindings.values():
            yield from bindings


def _defines(value: ir.Expr | None) -> bool:
    """Whether a value says where a credential comes from, rather than handing on a name."""
    return not isinstance(value, (ir.Name, ir.Attr, ir.Import, ir.Param, ir.Index))


def _is_variable(entry: ir.Entry) -> bool:
    """An entry that sets an environment variable, or says where a value comes from."""
    return (entry.key or "").isupper() or _defines(entry.value)


def _named_literals(module: ir.Module) -> Iterator[tuple[str, ir.Literal]]:
    for scope in (module.scope, *(f.scope for f in module.functions), *(c.scope for c in module.classes)):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if isinstance(binding.value, ir.Literal):
                    yield name, binding.value
    for obj in module.objects:
        for entry in obj.entries:
            if isinstance(entry, ir.Entry) and entry.key and isinstance(entry.value, ir.Literal):
                yield entry.key, entry.value
    for store in module.stores:
        if isinstance(store.value, ir.Literal):
            yield store.target.name, store.value
