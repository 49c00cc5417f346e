"""Reaching a value: from an expression back to where it came from, remembering every name on the way.

A may-analysis: every binding of a name counts, in any order. Cycles, depth and width are bounded, so a search always
ends; what it could not follow comes back as an ``External`` name. What libraries do is data (``models``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jwtscan.finding import Step
from jwtscan.meaning.components import option_fields
from jwtscan.meaning.models import Models
from jwtscan.meaning.values import Configured, External, Instance, Namespace, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

MAX_DEPTH = 40
MAX_VALUES = 24
MAX_STEPS = 600
MAX_CALLERS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A call that the search went into: parameters of ``func`` are the arguments of ``call``."""

    func: ir.Func
    call: ir.Call
    unit: Unit
    parent: Frame | None
    depth: int


class Reach:
    """One search. ``seen`` holds what is being followed now, so that a cycle ends."""

    def __init__(self, project: Project, models: Models) -> None:
        self.project = project
        self.models = models
        self.spend = project.effort.spend
        self.steps = 0
        self.seen: set[tuple[int, int, str]] = set()

    def of(self, unit: Unit, expr: ir.Expr, frame: Frame | None = None, depth: int = 0) -> list[Value]:
        """The values that ``expr`` may have, at most ``MAX_VALUES`` of them."""
        self.steps += 1
        self.spend()
        key = (id(expr), id(frame), "")
        if depth > MAX_DEPTH or self.steps > MAX_STEPS or key in self.seen:
            return []
        self.seen.add(key)
        try:
            found: list[Value] = []
            for value in self._follow(unit, expr, frame, depth + 1):
                found.append(value)
                if len(found) >= MAX_VALUES:
                    break
            return found
        finally:
            self.seen.discard(key)

    def _follow(self, unit: Unit, expr: ir.Expr, frame: Frame | None, depth: int) -> Iterator[Value]:
        if isinstance(expr, ir.Name):
            yield from self._name(unit, expr, frame, depth)
        elif isinstance(expr, ir.Attr):
            yield from self._attr(unit, expr, frame, depth)
        elif isinstance(expr, ir.Call):
            yield from self._call(unit, expr, frame, depth)
        elif isinstance(expr, ir.Choice):
            for option in expr.options:
                yield from self.of(unit, option, frame, depth)
        elif isinstance(expr, ir.Param):
            yield from self._param(unit, expr, frame, depth)
        elif isinstance(expr, ir.Import):
            yield from self._import(unit, expr, depth)
        elif isinstance(expr, ir.Index):
            yield from self._index(unit, expr, frame, depth)
        elif isinstance(expr, ir.This):
            yield Value(Instance(expr.span, expr.owner) if expr.owner else External(expr.span, "this"), unit)
        else:
            yield Value(expr, unit)

    # -- names ---------------------------------------------------------------------------------------------------

    def _name(self, unit: Unit, name: ir.Name, frame: Frame | None, depth: int) -> Iterator[Value]:
        holder = name.scope.holder(name.id)
        if holder is None:
            yield from self._free(unit, name, depth)
            return
        inner = frame if holder.kind != "module" else None
        for binding in holder.bindings[name.id]:
            step = self.step(unit, binding.span, name.id)
            if binding.value is None:
                yield Value(External(name.span, f"?{name.id}"), unit, (step,))
                continue
            for value in self.of(unit, binding.value, inner, depth):
                yield replace(value, trail=(*value.trail, step))

    def _free(self, unit: Unit, name: ir.Name, depth: int) -> Iterator[Value]:
        """A name that the module does not bind: from a star import, another script of the page, or global."""
        found = False
        for other, binding in self.project.free_bindings(unit, name.id):
            if binding.value is not None:
                for value in self.of(other, binding.value, None, depth):
                    found = True
                    yield replace(value, trail=(*value.trail, self.step(other, binding.span, name.id)))
        if not found:
            star = self.project.unresolved_star(unit)
            yield Value(
                External(name.span, f"{star}.{name.id}" if star else name.id),
                unit,
                (self.step(unit, name.span, name.id),),
            )

    def _import(self, unit: Unit, ref: ir.Import, depth: int) -> Iterator[Value]:
        target = self.project.resolve(unit, ref)
        if target is None:
            yield Value(External(ref.span, self.models.imported(ref)), unit)
            return
        found, name = target
        whole = self.project.whole_export(found) if name in (None, "default") else None
        if whole is not None:
            yield from self.of(found, whole, None, depth)
        elif name is None:
            yield Value(Namespace(ref.span, found), found)
        else:
            yield from self.member(Value(Namespace(ref.span, found), found), name, ref.span, depth)

    # -- parts of things -----------------------------------------------------------------------------------------

    def _attr(self, unit: Unit, attr: ir.Attr, frame: Frame | None, depth: int) -> Iterator[Value]:
        stored = False
        for span, expr in self._given(unit, attr):
            stored = True
            for value in self.of(unit, expr, frame, depth):
                yield replace(value, trail=(*value.trail, self.step(unit, span, attr.name)))
        for owner in self.of(unit, attr.obj, frame, depth):
            if stored and isinstance(owner.end, External):
                continue
            for value in self.member(owner, attr.name, attr.span, depth, frame):
                if value.name.startswith("env:") and not value.trail:
                    value = replace(value, trail=(self.step(unit, attr.span, value.name),))
                named = (self.step(unit, attr.name_span, attr.name),) if _names_more(value, attr.name) else ()
                yield replace(value, trail=(*value.trail, *named))

    def _given(self, unit: Unit, attr: ir.Attr) -> Iterator[tuple[Span, ir.Expr]]:
        """What an attribute is given by assignments to the same place, and by the options of a component."""
        bare = isinstance(attr.obj, ir.This) and attr.obj.owner is None
        if bare:
            components = self.project.components(unit)
            self.spend(len(components))
            yield from option_fields(components, attr.name)
        if bare or isinstance(attr.obj, (ir.Name, ir.Attr)):
            yield from ((store.target.name_span, store.value) for store in self.project.stores(unit, attr))

    def member(self, owner: Value, name: str, span: Span, depth: int, frame: Frame | None = None) -> Iterator[Value]:
        """``owner.name`` for one reached owner."""
        end = owner.end
        if isinstance(end, ir.Object):
            yield from self._entry(owner, end, name, depth, frame)
        elif isinstance(end, External):
            dotted = self.models.attribute(end.name, name)
            # How a module came by the environment says nothing of the credential.
            trail = () if dotted.startswith("env:") else owner.trail
            yield Value(External(span, dotted, end.call), owner.unit, trail)
        elif isinstance(end, Namespace):
            yield from self._export(end.unit, name, span, depth)
        elif isinstance(end, Instance):
            yield from self._field(owner.unit, end.cls, name, span, depth, frame)
        elif isinstance(end, ir.Class):
            yield from self._field(owner.unit, end, name, span, depth, frame)
        elif isinstance(end, Configured):
            yield from self.project.configured(owner.unit, f"{end.setting.key}.{name}", span)
        elif isinstance(end, ir.Call):
            yield Value(External(span, f"().{name}", end), owner.unit, owner.trail)
        elif isinstance(end, ir.Literal) and end.value is None:
            return
        else:
            yield Value(External(span, f"?.{name}"), owner.unit, owner.trail)

    def _entry(self, owner: Value, obj: ir.Object, name: str, depth: int, frame: Frame | None) -> Iterator[Value]:
        self.spend(len(obj.entries) / 64)
        entry = obj.get(name)
        if entry is not None:
            step = self.step(owner.unit, entry.key_span, name)
            for value in self.of(owner.unit, entry.value, frame, depth):
                yield replace(value, trail=(*value.trail, step, *owner.trail))
            return
        if depth > MAX_DEPTH:
            return
        for part in obj.entries:
            if isinstance(part, ir.Spread):
                for inner in self.of(owner.unit, part.value, frame, depth):
                    yield from self.member(inner, name, part.span, depth + 1, frame)

    def _export(self, unit: Unit, name: str, span: Span, depth: int) -> Iterator[Value]:
        for source, expr, where in self.project.exported(unit, name):
            step = self.step(source, where, name)
            for value in self.of(source, expr, None, depth):
                yield replace(value, trail=(*value.trail, step))
        if unit.module is None:
            yield from self.project.configured(unit, name, span)

    def _field(
        self, unit: Unit, cls: ir.Class, name: str, span: Span, depth: int, frame: Frame | None
    ) -> Iterator[Value]:
        key = (id(cls), id(frame), name)
        if key in self.seen:
            return
        self.seen.add(key)
        try:
            found = False
            home = self.project.home(cls) or unit
            for where, expr in self.project.fields(home, cls, name):
                if isinstance(expr, ir.Func) and self.models.is_property(expr):
                    ends = [v for r in expr.returns for v in self.of(home, r, frame, depth)]
                else:
                    ends = self.of(home, expr, frame, depth)
                for value in ends:
                    found = True
                    yield replace(value, trail=(*value.trail, self.step(home, where, name)))
            if not found:
                yield Value(External(span, f"this.{name}"), home, (self.step(unit, span, name),))
        finally:
            self.seen.discard(key)

    def _index(self, unit: Unit, index: ir.Index, frame: Frame | None, depth: int) -> Iterator[Value]:
        place = index.key.value if isinstance(index.key, ir.Literal) else None
        for owner in self.of(unit, index.obj, frame, depth):
            end = owner.end
            if isinstance(end, ir.Seq) and isinstance(place, int):
                if -len(end.items) <= place < len(end.items):
                    yield from self.of(owner.unit, end.items[place], frame, depth)
            elif isinstance(end, External) and end.call is not None and end.name.endswith("useState()"):
                yield from self._state(owner.unit, end.call, index, depth)
            elif isinstance(end, External):
                if isinstance(place, (int, str)):
                    yield Value(External(index.span, f"{end.name}.{place}", end.call), unit, owner.trail)
                else:
                    for key in self.of(unit, index.key, frame, depth):
                        if key.text is not None:
                            name = self.models.attribute(end.name, key.text)
                            yield Value(External(index.span, name, end.call), unit, (*key.trail, *owner.trail))
            elif isinstance(end, (ir.Object, Instance, Namespace, Configured)):
                keys = self.of(unit, index.key, frame, depth)
                known = {key.text for key in keys if key.text is not None}
                if isinstance(end, ir.Object) and any(key.text is None for key in keys):
                    known.update(end.keys)  # config[environment]: any of them
                for text in sorted(known):
                    yield from self.member(owner, text, index.span, depth, frame)
            else:
                yield Value(index, unit, owner.trail)

    def _state(self, unit: Unit, call: ir.Call, index: ir.Index, depth: int) -> Iterator[Value]:
        """React state: what ``useState`` starts with and what its setter is called with."""
        first = call.arg(0)
        if isinstance(index.key, ir.Literal) and index.key.value == 0:
            sources = [first] if first is not None else []
            for expr in [*sources, *self.project.callers.state_updates(unit, call)]:
                yield from self.of(unit, expr, None, depth)

    # -- functions -----------------------------------------------------------------------------------------------

    def _call(self, unit: Unit, call: ir.Call, frame: Frame | None, depth: int) -> Iterator[Value]:
        if isinstance(call.func, ir.Attr):
            through = self.models.passes_receiver(call)
            if through:
                yield from self.of(unit, call.func.obj, frame, depth)
                return
        funcs = self.of(unit, call.func, frame, depth)
        for func in funcs:
            yield from self._result(unit, call, func, frame, depth)
        if not funcs:
            yield Value(call, unit)

    def _result(self, unit: Unit, call: ir.Call, func: Value, frame: Frame | None, depth: int) -> Iterator[Value]:
        end = func.end
        if isinstance(end, ir.Func):
            yield from self._enter(unit, call, end, func.unit, frame, depth)
        elif isinstance(end, ir.Class):
            yield Value(Instance(call.span, end), func.unit)
        elif isinstance(end, External):
            got = self.models.getter(end.name, call)
            if got is not None:
                yield Value(External(call.span, got), unit, (self.step(unit, call.span, got),))
                default = self.models.default(call)
                if default is not None:
                    yield from self.of(unit, default, frame, depth)
                return
            handed = list(self._named_in_argument(unit, call, end.name, frame, depth))
            if handed:
                yield from handed
                return
            passed = self.models.passes_argument(end.name, call)
            if passed:
                for argument in passed:
                    yield from self.of(unit, argument, frame, depth)
                return
            merged = self.models.merges(end.name, call)
            if merged is not None:
                yield Value(merged, unit)
                return
            yield Value(External(call.span, f"{end.name}()", call), unit, func.trail)
        else:
            yield Value(call, unit, func.trail)

    def _named_in_argument(
        self, unit: Unit, call: ir.Call, name: str, frame: Frame | None, depth: int
    ) -> Iterator[Value]:
        """A getter of the environment that is handed the name: a project's own ``setting("ZOOM_API_KEY")``."""
        if not call.args or not self.models.reads_environment(name):
            return
        unknown = True
        # Without knowing which call is meant, a parameter would be every variable of the program.
        for key in self.of(unit, call.args[0], frame, depth) if frame or not _is_param(call.args[0]) else ():
            if key.text:
                unknown = False
                got = f"env:{key.text}"
                yield Value(External(call.span, got), unit, (self.step(unit, call.span, got),))
        if unknown:
            yield Value(External(call.span, "?env"), unit)  # its argument is a name, not what the value is made of

    def _enter(
        self, unit: Unit, call: ir.Call, func: ir.Func, home: Unit, frame: Frame | None, depth: int
    ) -> Iterator[Value]:
        level = frame.depth + 1 if frame else 1
        if level > 4 or not func.returns:
            yield Value(External(call.span, f"{func.name or 'function'}()", call), unit)
            return
        inner = Frame(func, call, unit, frame, level)
        step = self.step(home, func.name_span or func.span, f"{func.name or 'function'}()")
        for returned in func.returns:
            for value in self.of(home, returned, inner, depth):
                yield replace(value, trail=(*value.trail, step))

    def _param(self, unit: Unit, param: ir.Param, frame: Frame | None, depth: int) -> Iterator[Value]:
        step = self.step(unit, param.span, param.name)
        current = frame
        while current is not None and current.func is not param.func:
            current = current.parent
        found = False
        if current is not None:
            argument = _argument(current.call, param)
            if argument is not None:
                found = True
                for value in self.of(current.unit, argument, current.parent, depth):
                    yield replace(value, trail=(*value.trail, step))
        else:
            for caller, call in self.project.callers.of(param.func)[:MAX_CALLERS]:
                argument = _argument(call, param)
                if argument is not None:
                    for value in self.of(caller, argument, None, depth):
                        found = True
                        yield replace(value, trail=(*value.trail, step))
        if param.default is not None:
            for value in self.of(unit, param.default, None, depth):
                found = True
                yield replace(value, trail=(*value.trail, step))
        if not found:
            yield Value(External(param.span, f"?{param.name}"), unit, (step,))

    def step(self, unit: Unit, span: Span, text: str) -> Step:
        place = unit.span(span)
        return Step(unit.path, place, text, unit.document.lines.position(place.start))


def _is_param(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Name) and any(isinstance(one.value, ir.Param) for one in expr.scope.find(expr.id))


def _argument(call: ir.Call, param: ir.Param) -> ir.Expr | None:
    if param.variadic:
        return None
    return call.arg(param.index, param.name)


def _names_more(value: Value, name: str) -> bool:
    """Whether the attribute's name says something that the trail does not have yet."""
    return not (value.trail and value.trail[-1].text == name) and name not in value.name
