"""Clients that are no library jwtscan knows: the project's own classes that sign a token, and constructors by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

MODERN = {"api_account_id", "account_id", "client_id", "client_secret", "access_token", "refresh_token", "accountId",
          "clientId", "oauthClientId", "oauthClientSecret", "clientSecret"}  # fmt: skip
_CONSTRUCTORS = ("__init__", "constructor")
MAX_BASES = 4


@dataclass(slots=True)
class _Given:
    """What a constructor is given, by what its parameters and options are called."""

    keys: list[Value] = field(default_factory=list)
    secrets: list[Value] = field(default_factory=list)
    modern: bool = False

    def add(self, name: str, values: list[Value]) -> None:
        part = zoom.credential_part(name)
        if name in MODERN or "account" in zoom.words(name):
            self.modern = True
        elif part == "key":
            self.keys += values
        elif part == "secret":
            self.secrets += values


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    """Constructor calls that hand a key and a secret to a class that signs tokens, or that is called after Zoom."""
    minting = uses.minting
    if unit.module is None or not (minting or uses.profiles.of(unit).names):
        return
    for call in unit.module.calls:
        name = _called(call)
        if not name or not (call.new or name[:1].isupper()):
            continue
        use = _of_class(uses, unit, call, minting) or _by_name(uses, unit, call, name)
        if use is not None:
            yield use


def minting(uses: Uses) -> dict[int, Use]:
    """The classes, by identity, in whose methods a token is signed."""
    found: dict[int, Use] = {}
    for use in uses.mints:
        scope = use.subject.scope if isinstance(use.subject, ir.Call) else None
        while scope is not None:
            if isinstance(scope.owner, ir.Class) and use.confidence > Confidence.LOW:
                found.setdefault(id(scope.owner), use)
            scope = scope.parent
    return found


def _of_class(uses: Uses, unit: Unit, call: ir.Call, minting: dict[int, Use]) -> Use | None:
    if not minting:
        return None
    for value in uses.project.reach(unit, call.func):
        if not isinstance(value.end, ir.Class):
            continue
        line = _line_of(uses, value.unit, value.end)
        mint = next((minting[id(cls)] for _, cls in line if id(cls) in minting), None)
        constructor = next((func for _, cls in line if (func := _constructor(cls)) is not None), None)
        if mint is None or constructor is None:
            continue
        given = _given(uses, unit, call, constructor)
        if given.keys and given.secrets and not given.modern:
            name = value.end.name or "this class"
            hints = [Hint("mint", f"{name} signs a JWT with them"), *evidence.surroundings(uses.profiles, mint.unit)]
            return _use(unit, call, name, given, hints, mint.confidence)
    return None


def _by_name(uses: Uses, unit: Unit, call: ir.Call, name: str) -> Use | None:
    """``new library.Zoom(ZOOM_API_KEY, ZOOM_API_SECRET)`` of a library that is not known."""
    if not (zoom.says_zoom(name) or name == "Zoom") or uses.sites.site(unit, call) is not None:
        return None
    ends = uses.project.reach(unit, call.func)
    if not ends or not all(value.name for value in ends):
        return None
    given = _named(uses, unit, call)
    named = all(any(zoom.is_legacy_name(w) for v in part for w in v.words) for part in (given.keys, given.secrets))
    if given.modern or not (given.keys and given.secrets and named) or uses.platform.owns(unit):
        return None
    hints = [Hint("name", f"{name} is called after Zoom")]
    hints += evidence.from_names([*given.keys, *given.secrets], "the credential")
    return _use(unit, call, name, given, hints, Confidence.MEDIUM)


def _named(uses: Uses, unit: Unit, call: ir.Call) -> _Given:
    """What an unknown constructor is given, by the names on the way of its arguments and of its options."""
    given = _Given()
    for arg in call.args:
        if isinstance(arg, ir.Object):
            _options(uses, unit, arg, given)
            continue
        values = uses.project.reach(unit, arg)
        said = next((word for value in values for word in value.words if zoom.says_zoom(word)), "")
        given.add(said.rpartition(":")[2].rpartition(".")[2], values)
    for entry in call.keywords:
        if isinstance(entry, ir.Entry) and entry.key:
            given.add(entry.key, uses.project.reach(unit, entry.value))
    return given


def _use(unit: Unit, call: ir.Call, name: str, given: _Given, hints: list[Hint], sure: Confidence) -> Use:
    keys, secrets = tuple(given.keys), tuple(given.secrets)
    return Use("wrapper-client", unit, unit.span(call.span), call, sure, tuple(hints), keys, secrets, detail=name)


def _called(call: ir.Call) -> str:
    if isinstance(call.func, ir.Attr):
        return call.func.name
    return call.func.id if isinstance(call.func, ir.Name) else ""


def _line_of(uses: Uses, unit: Unit, cls: ir.Class) -> list[tuple[Unit, ir.Class]]:
    """A class and its bases in the project, nearest first."""
    line = [(uses.project.home(cls) or unit, cls)]
    for home, current in line:
        for base in current.bases if len(line) < MAX_BASES else ():
            for value in uses.project.reach(home, base):
                if isinstance(value.end, ir.Class) and all(value.end is not known for _, known in line):
                    line.append((uses.project.home(value.end) or value.unit, value.end))
    return line


def _constructor(cls: ir.Class) -> ir.Func | None:
    for name in _CONSTRUCTORS:
        for binding in cls.scope.bindings.get(name, ()):
            if isinstance(binding.value, ir.Func):
                return binding.value
    return None


def _given(uses: Uses, unit: Unit, call: ir.Call, constructor: ir.Func) -> _Given:
    given = _Given()
    for param in constructor.params:
        argument = call.arg(param.index, param.name)
        if argument is None:
            continue
        if zoom.credential_part(param.name) is None and param.name not in MODERN:
            _options(uses, unit, argument, given)
        given.add(param.name, uses.project.reach(unit, argument))
    return given


def _options(uses: Uses, unit: Unit, expr: ir.Expr, given: _Given) -> None:
    entries = entries_of(uses.project, unit, expr)
    for key in sorted(entries.keys) if entries is not None else ():
        given.add(key, entries.values(key) if entries is not None else [])
