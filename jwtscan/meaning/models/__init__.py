"""What library calls mean: dotted names to roles, read from the TOML files here, and the few names that need a rule.

A model says where an argument stands (``payload = [0, "payload"]``: place, then keyword). ``made-by`` places are
looked up in the call that made the receiver: ``createHmac(alg, key).update(data)`` has its key there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jwtscan.syntax import ir
from jwtscan.toml import read_toml

FOLDER = Path(__file__).parent

_PROCESS_ENV = {"process.env", "import.meta.env", "Deno.env", "Bun.env", "os.environ", "os.environb", "$env"}
_GETTER_METHODS = {"get", "getenv", "str", "getString", "get_value", "getProperty", "getSecret", "value", "require"}
_ENV_METHODS = {"get", "pop", "setdefault", "items", "keys", "values", "update", "copy"}
_CODERS = {"encode", "decode"}
# Where a package is loaded from, and which version: node:crypto, npm:jsonwebtoken@9, https://esm.sh/jose@4.
_REGISTRY = re.compile(r"^(?:node:|npm:|https://(?:esm\.sh|esm\.run|cdn\.skypack\.dev)/)|(?<=\w)@[~^v]?\d[\w.\-]*$")
_KEY = re.compile(r"^[A-Za-z_][\w.\-/]*$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an argument stands: position and keyword, in the call itself or in the call that made its receiver."""

    index: int
    name: str | None = None
    made_by: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One library call: its role and where its arguments stand."""

    role: str
    pattern: str
    places: Mapping[str, Place] = field(default_factory=dict)
    library: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def _place(value: Any, made_by: str | None = None) -> Place:
    if isinstance(value, dict):
        return _place(value["at"], value["made-by"])
    index, *rest = value
    return Place(index, rest[0] if rest else None, made_by)


class Models:
    """All models, indexed by the last part of the name they match."""

    def __init__(self, models: Iterable[Model], passes: Mapping[str, Any]) -> None:
        self.by_last: dict[str, list[Model]] = {}
        for model in models:
            self.by_last.setdefault(last_part(model.pattern), []).append(model)
        self._receiver = frozenset(passes["receiver"])
        self._argument = dict(passes["argument"])
        self._merge = frozenset(passes["merge"])
        self._env = frozenset(passes["env"])
        self._settings = frozenset(passes["settings"])
        self._property = frozenset(passes["property"])

    def match(self, name: str) -> Model | None:
        """The model of a dotted name: the exact one, or one whose pattern begins with ``*``."""
        for model in self.by_last.get(last_part(name), ()):
            if matches(model.pattern, name):
                return model
        return None

    # -- names -----------------------------------------------------------------------------------------------

    def imported(self, ref: ir.Import) -> str:
        """The dotted name of an import from outside the project."""
        module = _REGISTRY.sub("", ref.module)
        if ref.name in (None, "*", "default"):
            return module
        return f"{module}.{ref.name}"

    def attribute(self, owner: str, name: str) -> str:
        """The name of ``owner.name``: an environment variable's where ``owner`` is the environment."""
        if owner in _PROCESS_ENV and name not in _ENV_METHODS:
            return f"env:{name}"
        if name == "default" or (name == "prototype" and owner):
            return owner
        if owner in ("window", "globalThis", "self", "global", "this") and owner != "this":
            return name
        return f"{owner}.{name}"

    # -- calls that hand a value on ----------------------------------------------------------------------------

    def passes_receiver(self, call: ir.Call) -> bool:
        """``token.decode()``, ``x.trim()``: the value is the receiver's."""
        if not isinstance(call.func, ir.Attr) or call.func.name not in self._receiver or len(call.args) > 2:
            return False
        # jwt.encode(payload, key) and TextEncoder().encode(text) take what they encode; text.encode("utf-8") does not.
        return call.func.name not in _CODERS or not call.args or isinstance(call.args[0], ir.Literal)

    def passes_argument(self, name: str, call: ir.Call) -> list[ir.Expr]:
        """``str(x)``, ``JSON.stringify(x)``, ``_.omit(x, …)``: the value is an argument's."""
        place = self._argument.get(name)
        if place is None:
            return []
        argument = call.arg(place)
        return [argument] if argument is not None else []

    def merges(self, name: str, call: ir.Call) -> ir.Object | None:
        """``Object.assign({}, a, b)``, ``{**a}`` by another name: an object with all of the arguments spread."""
        if name not in self._merge:
            return None
        spreads = tuple(ir.Spread(arg.span, arg) for arg in call.args if not isinstance(arg, ir.Spread))
        return ir.Object(call.span, spreads + call.keywords)

    def getter(self, name: str, call: ir.Call) -> str | None:
        """The source that a call reads: ``env:NAME`` for the environment's getters, ``setting:key`` for settings'."""
        owner, _, method = name.rpartition(".")
        if name in self._env:
            key = _constant(call.arg(0, "key")) or _constant(call.arg(0, "env"))
            return f"env:{key}" if key else None
        if self.match(name) is not None:
            return None
        if owner in _PROCESS_ENV and method in _GETTER_METHODS:
            key = _constant(call.arg(0))
            return f"env:{key}" if key else None
        if method in _GETTER_METHODS or name in self._settings:
            keys = [_constant(arg) for arg in call.args[:2]]
            key = keys[0] if keys else None
            if key is None or not _KEY.match(key):
                return None
            if owner.endswith(("ConfigParser()", "configparser", "RawConfigParser()")) and len(keys) > 1 and keys[1]:
                return f"{owner}.{key}.{keys[1]}"
            if owner.endswith((".env", "Env()", "environ")):
                return f"env:{key}"
            return f"{owner or 'settings'}.{key}"
        return None

    def reads_environment(self, name: str) -> bool:
        """Whether a call by this name reads the environment variable that its first argument names."""
        owner, _, method = name.rpartition(".")
        return name in self._env or (owner in _PROCESS_ENV and method in _GETTER_METHODS)

    def default(self, call: ir.Call) -> ir.Expr | None:
        """The fallback of a getter: ``os.getenv("K", default)``."""
        return call.arg(1, "default")

    def is_property(self, func: ir.Func) -> bool:
        for decorator in func.decorators:
            if isinstance(decorator, ir.Other) and decorator.kind == "get":
                return True
            if isinstance(decorator, ir.Name) and decorator.id in self._property:
                return True
            if isinstance(decorator, ir.Attr) and decorator.name in self._property:
                return True
        return False


def last_part(name: str) -> str:
    """The last name of a dotted one, without call marks: ``createHmac().update()`` -> ``update``."""
    end = len(name)
    while name.endswith("()", 0, end):
        end -= 2
    for index in range(end - 1, -1, -1):
        if name[index] in "./:":
            return name[index + 1 : end]
    return name[:end]


def matches(pattern: str, name: str) -> bool:
    if pattern == name:
        return True
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) or name == pattern[2:]
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    if ".**." in pattern:
        head, _, tail = pattern.partition(".**.")
        return name.startswith(head) and name.endswith("." + tail)
    return False


def _constant(expr: ir.Expr | None) -> str | None:
    return expr.value if isinstance(expr, ir.Literal) and isinstance(expr.value, str) else None


@cache
def builtin() -> Models:
    """The models that come with jwtscan."""
    models: list[Model] = []
    passes: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        table = read_toml(path)
        passes.update(table.pop("passes", {}))
        for row in table.get("call", ()):
            names = row.pop("names")
            role = row.pop("role")
            places = {key: _place(value) for key, value in row.items() if isinstance(value, (list, dict))}
            options = {key: value for key, value in row.items() if not isinstance(value, (list, dict))}
            models.extend(Model(role, name, places, path.stem, options) for name in names)
    return Models(models, passes)
