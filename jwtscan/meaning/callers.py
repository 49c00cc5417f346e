"""Who calls a function: an index of the calls of all loaded units, and which of them mean it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.meaning.values import End, External
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

MAX_CALLS = 64
MAX_VERIFYING = 6
_CONSTRUCTORS = {"__init__", "__new__", "constructor"}


class Callers:
    """The calls of a project by the name they are made with, and the names that functions go by."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._calls: dict[str, list[tuple[Unit, ir.Call]]] = defaultdict(list)
        self._setters: dict[str, dict[int, list[str]]] = {}
        self._plain: dict[str, list[str]] = defaultdict(list)
        self._names: dict[int, list[str]] = defaultdict(list)
        self._called: dict[int, list[tuple[Unit, ir.Call]]] = {}
        self._verifying: set[int] = set()

    def add(self, unit: Unit, module: ir.Module) -> None:
        """Takes a unit's calls and functions into the index."""
        for call in module.calls:
            name = _called_name(call)
            if name not in self._calls:
                self._plain[name.lower().replace("_", "")].append(name)
            self._calls[name].append((unit, call))
        for store in module.stores:
            self._name(store.target.name, store.value)
        for obj in module.objects:
            for entry in obj.entries:
                if isinstance(entry, ir.Entry) and entry.key:
                    self._name(entry.key, entry.value)
        for scope in _scopes(module):
            for bindings in scope.bindings.values():
                for binding in bindings:
                    self._name(binding.name, binding.value)

    def _name(self, name: str, expr: ir.Expr | None) -> None:
        if isinstance(expr, ir.Func):
            self._names[id(expr)].append(name)
        elif isinstance(expr, ir.Call):
            for arg in expr.args:  # useCallback(fn), asyncHandler(fn): the wrapper has the name
                if isinstance(arg, ir.Func):
                    self._names[id(arg)].append(name)

    def state_updates(self, unit: Unit, call: ir.Call) -> list[ir.Expr]:
        """What the setter of a ``useState`` call is called with."""
        if unit.module is None:
            return []
        if unit.path not in self._setters:
            self._setters[unit.path] = _setters(unit.module)
        updates: list[ir.Expr] = []
        for name in self._setters[unit.path].get(id(call), ()):
            calls = self._calls.get(name, ())
            self.project.effort.spend(len(calls) / 8)
            updates += [made.args[0] for home, made in calls if made.args and home is unit]
        return [r for u in updates for r in (u.returns if isinstance(u, ir.Func) else [u])]

    def of(self, func: ir.Func) -> list[tuple[Unit, ir.Call]]:
        """The calls in the loaded units that mean this function (for a constructor, its class)."""
        if id(func) in self._called:
            return self._called[id(func)]
        if id(func) in self._verifying or len(self._verifying) > MAX_VERIFYING:
            return []
        self._verifying.add(id(func))
        try:
            names = set(self._names.get(id(func), ()))
            if func.name:
                names.add(func.name)
            target: ir.Func | ir.Class = func
            if func.owner is not None and names & _CONSTRUCTORS:
                target = func.owner
                names = {target.name or "", *self._aliases(target)}
            found = [
                (home, call)
                for name in sorted(names)
                for home, call in self._calls.get(name, [])[:MAX_CALLS]
                if self._means(home, call, target)
            ]
        finally:
            self._verifying.discard(id(func))
        self._called[id(func)] = found
        return found

    def _aliases(self, cls: ir.Class) -> Iterator[str]:
        """Names that importers give a class that is its module's whole or default export."""
        home = self.project.home(cls)
        if home is None or home.module is None:
            return
        stem = posixpath.basename(home.path).partition(".")[0].lower()
        yield from self._plain.get(stem.replace("-", "").replace("_", ""), ())

    def _means(self, unit: Unit, call: ir.Call, target: ir.Func | ir.Class) -> bool:
        ends: list[End] = [value.end for value in self.project.reach(unit, call.func)]
        if any(end is target for end in ends):
            return True
        method = isinstance(call.func, ir.Attr) and isinstance(target, ir.Func)
        return (
            method
            and bool(ends)
            and all(isinstance(end, External) and end.name.startswith(("?", "this")) for end in ends)
        )


def _called_name(call: ir.Call) -> str:
    if isinstance(call.func, ir.Attr):
        return call.func.name
    return call.func.id if isinstance(call.func, ir.Name) else ""


def _setters(module: ir.Module) -> dict[int, list[str]]:
    """The names that the second part of a call's result is given, by the call: ``const [key, setKey] = useState()``."""
    found: dict[int, list[str]] = defaultdict(list)
    for scope in _scopes(module):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                value = binding.value
                if isinstance(value, ir.Index) and getattr(value.key, "value", None) == 1:
                    found[id(value.obj)].append(name)
    return found


def _scopes(module: ir.Module) -> Iterator[ir.Scope]:
    yield module.scope
    for func in module.functions:
        yield func.scope
    for cls in module.classes:
        yield cls.scope
