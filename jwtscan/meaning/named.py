"""Names that say JWT app by themselves, wherever they are defined or read: settings, constants, classes, literals.

What only the code that reads it can prove stands in ``credentials``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence
from jwtscan.meaning import zoom
from jwtscan.meaning.newer import Newer
from jwtscan.meaning.sources import ENV_READ, SETTINGS_KINDS, Source
from jwtscan.meaning.variants import names_of_objects
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span, Spans

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Uses

# The tables of a manifest whose keys are packages, and have names like zoom-jwt of their own.
_PACKAGES = re.compile(
    r"(?:\w+\.)*(?:\w*dependencies|dependency-groups|resolutions|overrides|scripts|packages)\.", re.I
)
_PLAIN_KEYS = frozenset({"key", "apikey", "jwtkey", "jwtapikey"})
_PLAIN_SECRETS = frozenset({"secret", "apisecret", "apisec", "secretkey", "apisecretkey", "jwtsecret", "jwtapisecret"})
# Sections that say nothing of whose credentials they hold.
_NEUTRAL = frozenset({
    "", "jwt", "api", "auth", "authentication", "credentials", "credential", "config", "settings", "default",
    "defaults", "env", "environment", "development", "production", "staging", "test", "local", "dev", "prod", "app",
    "rest", "main", "account", "variables", "data", "parameters", "args",
})  # fmt: skip
_MODERN = frozenset({"accountid", "clientid", "clientsecret"})
_FIELDS = frozenset({"api_key", "api_secret", "apikey", "apisecret"})
_LONG = 80
_SETTINGS_CLASSES = frozenset({"settings", "model", "config", "configuration", "schema", "options"})
_NAMING = ("env", "alias")
# Strings that stand alone are not in the program; no other language has these quotes.
_PROSE = re.compile(rb"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'", re.DOTALL)


class Named:
    """Finds sources by their names. ``uses`` says which files hold a use and what their surroundings say of Zoom."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self._newer = Newer(uses)
        self._accounts: dict[str, bool] = {}

    def of(self, unit: Unit) -> Iterator[Source]:
        yield from self._settings(unit)
        if unit.module is not None:
            yield from self._constants(unit, unit.module)
            yield from self._reads(unit, unit.module)
            yield from self._literals(unit, unit.module)
            yield from self._classes(unit, unit.module)

    # -- settings ----------------------------------------------------------------------------------------------------

    def _settings(self, unit: Unit) -> Iterator[Source]:
        if unit.kind not in SETTINGS_KINDS:
            return
        groups: dict[str, list[Setting]] = {}
        for setting in unit.settings:
            if not _PACKAGES.match(setting.key):
                groups.setdefault(setting.key.rpartition(".")[0], []).append(setting)
        for parent, group in groups.items():
            joined = {"".join(zoom.words(setting.name)) for setting in group}
            modern = any(name.endswith(tuple(_MODERN)) for name in joined)
            whole = not modern and self._is_pair(unit, parent, group, joined)
            for setting in group:
                if _names_app(setting) or (whole and "".join(zoom.words(setting.name)) in _PLAIN_KEYS | _PLAIN_SECRETS):
                    yield self._made(unit, setting.span, setting.key, modern=modern, text=real_value(setting))

    def _is_pair(self, unit: Unit, parent: str, group: Sequence[Setting], joined: set[str]) -> bool:
        """A plain key beside a plain secret, in a section or in a file that is Zoom's."""
        keys = joined & _PLAIN_KEYS
        if not keys or not joined & _PLAIN_SECRETS:
            return False
        section = parent.rpartition(".")[2]
        values = [setting.value for setting in group if setting.value]
        if _is_zoom_section(section) or any(zoom.API_HOST.search(value) for value in values):
            return zoom.credential_part(f"{section}_key") is not None
        if section.lower() not in _NEUTRAL and not section.isdigit():
            return False
        profile = self.uses.profiles.of(unit)
        spoken = any(zoom.says_zoom(value) for value in values if zoom.is_placeholder(value))
        return spoken or (profile.path and not profile.has_others and (keys != {"key"} or "jwt" in section.lower()))

    # -- code --------------------------------------------------------------------------------------------------------

    def _constants(self, unit: Unit, module: ir.Module) -> Iterator[Source]:
        """Bindings of the module and its classes, and entries of objects, that have such a name."""
        for scope in (module.scope, *(cls.scope for cls in module.classes)) if not self._holds_use(unit) else ():
            for name, bindings in scope.bindings.items():
                if zoom.is_legacy_name(name):
                    for binding in bindings:
                        if binding.kind in {"assign", "field"} and self._gives(binding.value):
                            yield self._made(unit, unit.span(binding.span), name)
        named = names_of_objects(module)
        for obj in module.objects:
            whole = not self._holds_use(unit) and _is_zoom_pair(named.get(id(obj), ""), obj)
            for entry in obj.entries:
                if isinstance(entry, ir.Entry) and entry.key:
                    plain = whole and "".join(zoom.words(entry.key)) in _PLAIN_KEYS | _PLAIN_SECRETS
                    if (plain and self._gives(entry.value)) or (zoom.is_legacy_name(entry.key) and _is_variable(entry)):
                        yield self._made(unit, unit.span(entry.span), entry.key)

    def _gives(self, value: ir.Expr | None) -> bool:
        return _defines(value) and not self._newer.has_constant(value)

    def _reads(self, unit: Unit, module: ir.Module) -> Iterator[Source]:
        """Reads of the environment, and what says which variable a field of a settings class is read from."""
        if self._holds_use(unit):
            return
        code = unit.region.text if unit.region is not None else unit.document.source
        quiet = Spans([*(c.span for c in module.comments), *(one.span for one in module.literals), *_prose(code)])
        for match in ENV_READ.finditer(code):
            name = match.group("name").decode()
            span = Span(match.start(), match.end())
            if zoom.is_legacy_name(name) and not quiet.hold(span):
                yield self._made(unit, unit.span(span), f"env:{name}")
        given = [(call.span, call.keywords) for call in module.calls] + [(o.span, o.entries) for o in module.objects]
        for span, entries in given:
            for entry in entries:
                if isinstance(entry, ir.Entry) and any(word in (entry.key or "").lower() for word in _NAMING):
                    for literal in _texts(entry.value):
                        if zoom.is_legacy_name(str(literal.value)):
                            yield self._made(unit, unit.span(span), f"env:{literal.value}")

    def _literals(self, unit: Unit, module: ir.Module) -> Iterator[Source]:
        """Literals with a JWT app's shape under a credential's name, in code that speaks of Zoom."""
        profile = self.uses.profiles.of(unit)
        if not (profile.names or profile.packages or profile.api_host):
            return
        for name, literal in _named_literals(module):
            text = literal.value
            part = zoom.credential_part(name)
            if part is None or not isinstance(text, str) or _is_sdk_name(zoom.words(name)):
                continue
            if self._newer.has_constant(literal):
                continue
            if (part == "key" and zoom.looks_like_key(text)) or (part == "secret" and zoom.looks_like_secret(text)):
                # A client id has a key's shape, a client secret has not a secret's.
                sure = Confidence.LOW if part == "key" and self._has_account(unit) else Confidence.MEDIUM
                reason = f"{name} has the shape of a JWT app's {part}"
                yield Source("literal", unit, unit.span(literal.span), name, part, sure, reason, text)

    def _classes(self, unit: Unit, module: ir.Module) -> Iterator[Source]:
        """Fields ``api_key`` and ``api_secret`` of a settings class or form that is Zoom's by name, prefix or path."""
        path = self.uses.profiles.of(unit).path
        prefixed = _zoom_prefixes(module)
        for cls in module.classes:
            names = {name for name in cls.scope.bindings if name.lower() in _FIELDS}
            if len(names) < 2 or any("".join(zoom.words(name)) in _MODERN for name in cls.scope.bindings):
                continue
            if path or zoom.says_zoom(cls.name or "") or any(cls.span.holds(span) for span in prefixed):
                holds = module.language == "python" and _holds_settings(cls)
                for name in sorted(names):
                    for binding in cls.scope.bindings[name]:
                        if binding.kind == "field" and (binding.value is not None or holds):
                            if self._newer.has_constant(binding.value):
                                continue
                            yield self._made(unit, unit.span(binding.span), name)

    # -- confidence ----------------------------------------------------------------------------------------------------

    def _made(self, unit: Unit, span: Span, name: str, *, modern: bool = False, text: str | None = None) -> Source:
        last = name.removeprefix("env:").rpartition(".")[2]
        modern = modern or self._has_account(unit) or self._newer.has_name(last)
        modern = modern or self.uses.platform.owns(unit)
        sure = Confidence.LOW if modern else Confidence.MEDIUM
        reason = f"{name.removeprefix('env:')} names a credential of the JWT app"
        return Source("config", unit, span, name, zoom.credential_part(last) or "key", sure, reason, text)

    def _holds_use(self, unit: Unit) -> bool:
        return unit.path in self._with_use

    @cached_property
    def _with_use(self) -> frozenset[str]:
        return frozenset(use.unit.path for use in self.uses.all)

    def _has_account(self, unit: Unit) -> bool:
        """An account id beside the names: they may hold Server-to-Server credentials already."""
        if unit.path not in self._accounts:
            profile = self.uses.profiles.of(unit)
            names = [setting.name for setting in unit.settings] + list(profile.names)
            beside = any({"zoom", "account", "id"} <= set(zoom.words(name)) for name in names)
            self._accounts[unit.path] = profile.server_to_server or beside
        return self._accounts[unit.path]


def real_value(setting: Setting) -> str | None:
    """A setting's value, None where that stands for one to be filled in."""
    value = setting.value
    return value if value and not zoom.is_placeholder(value) else None


def tail(name: str) -> str:
    """The last two parts of a dotted name."""
    return ".".join(name.split(".")[-2:])


def _names_app(setting: Setting) -> bool:
    """A key that says JWT app by itself, or with the section it stands in."""
    if zoom.is_legacy_name(setting.name):
        return True
    if zoom.credential_part(setting.name) is None:
        return False
    parts = setting.key.split(".")
    if zoom.is_legacy_name(".".join(parts[-2:])):
        return True
    return len(parts) > 2 and parts[-2].lower() in _NEUTRAL and zoom.is_legacy_name(".".join(parts[-3:]))


def _is_zoom_section(section: str) -> bool:
    return section.lower() == "zoom" or zoom.says_zoom(section)


def _is_zoom_pair(name: str, obj: ir.Object) -> bool:
    """An object called after Zoom that has a plain key and a plain secret, and nothing of a new app."""
    joined = {"".join(zoom.words(key)) for key in obj.keys}
    if not joined & _PLAIN_KEYS or not joined & _PLAIN_SECRETS or any(key.endswith(tuple(_MODERN)) for key in joined):
        return False
    return _is_zoom_section(name) and zoom.credential_part(f"{name}_key") is not None


def _defines(value: ir.Expr | None) -> bool:
    """Whether a value says where a credential comes from, rather than handing on a name."""
    if isinstance(value, ir.Attr) and isinstance(value.obj, ir.Attr):
        return value.obj.name in {"env", "environ"}
    return not isinstance(value, (ir.Name, ir.Attr, ir.Import, ir.Param, ir.Index))


def _is_variable(entry: ir.Entry) -> bool:
    """An entry that sets an environment variable, or says where a value comes from."""
    return (entry.key or "").isupper() or _defines(entry.value)


def _is_sdk_name(parts: tuple[str, ...]) -> bool:
    """``SDK_SECRET``, and ``ZOOM_APP_SECRET`` as the native SDKs call theirs."""
    return "sdk" in parts or (parts[-2:-1] == ("app",) and "jwt" not in parts)


def _holds_settings(cls: ir.Class) -> bool:
    """A class whose fields are filled from outside: it derives from a settings class, or it does nothing."""
    bases = [base.name if isinstance(base, ir.Attr) else getattr(base, "id", "") for base in cls.bases]
    if any(word in _SETTINGS_CLASSES for base in bases for word in zoom.words(base)):
        return True
    return not any(isinstance(one.value, ir.Func) for bindings in cls.scope.bindings.values() for one in bindings)


def _prose(code: bytes) -> Iterator[Span]:
    return (Span(match.start(), match.end()) for match in _PROSE.finditer(code))


def _texts(expr: ir.Expr) -> Iterator[ir.Literal]:
    """The texts of a constant, of a list of them, or of what a call is given."""
    if isinstance(expr, ir.Literal) and isinstance(expr.value, str):
        yield expr
    parts = expr.items if isinstance(expr, ir.Seq) else expr.args if isinstance(expr, ir.Call) else ()
    yield from (part for part in parts if isinstance(part, ir.Literal) and isinstance(part.value, str))


def _zoom_prefixes(module: ir.Module) -> list[Span]:
    """Where a settings class says that its variables begin with ``ZOOM_``."""
    spans = [
        entry.span
        for call in module.calls
        for entry in call.keywords
        if isinstance(entry, ir.Entry) and "prefix" in (entry.key or "") and _is_zoom_prefix(entry.value)
    ]
    for cls in module.classes:
        for binding in cls.scope.bindings.get("env_prefix", ()):
            spans += [binding.span] if binding.value is not None and _is_zoom_prefix(binding.value) else []
    return spans


def _is_zoom_prefix(value: ir.Expr) -> bool:
    return isinstance(value, ir.Literal) and str(value.value).lower().rstrip("_") in {"zoom", "zoom_api", "zoom_jwt"}


def _named_literals(module: ir.Module) -> Iterator[tuple[str, ir.Literal]]:
    """Texts with the name that they are given: by a binding, an entry, an argument, or as what stands in for one."""
    for name, value in _named_values(module):
        options = (
            value.options if isinstance(value, ir.Choice) else value.args if isinstance(value, ir.Call) else (value,)
        )
        yield from ((name, option) for option in options if isinstance(option, ir.Literal))


def _named_values(module: ir.Module) -> Iterator[tuple[str, ir.Expr]]:
    for scope in (module.scope, *(f.scope for f in module.functions), *(c.scope for c in module.classes)):
        for name, bindings in scope.bindings.items():
            yield from ((name, binding.value) for binding in bindings if binding.value is not None)
    for holder in (*(obj.entries for obj in module.objects), *(call.keywords for call in module.calls)):
        for entry in holder:
            if isinstance(entry, ir.Entry) and entry.key:
                yield entry.key, entry.value
    for store in module.stores:
        yield store.target.name, store.value
    for call in module.calls:
        first, second = call.arg(0), call.arg(1)
        if isinstance(first, ir.Literal) and isinstance(first.value, str) and len(first.value) < _LONG and second:
            yield first.value, second
