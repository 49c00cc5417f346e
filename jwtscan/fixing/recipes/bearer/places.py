"""Where a stored token is read: the expressions that an OAuth token has to take the place of. Edits nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.meaning.values import Instance
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.meaning.values import Value
    from jwtscan.syntax.unit import Unit

MAX_STEPS = 12
_SCHEME = re.compile(r"bearer\s*$", re.I)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An expression that gives the token. ``is_whole`` says that it gives the header's value, scheme and all."""

    unit: Unit
    expr: ir.Expr
    is_whole: bool = False


def sent(use: Use) -> ir.Expr | None:
    """The expression that is the token in a header, a ``Bearer`` text or a query's text."""
    subject: ir.Expr | ir.Entry = use.subject
    for node in ir.walk(subject):
        if isinstance(node, ir.Concat):
            for before, part in zip(node.parts, node.parts[1:], strict=False):
                if isinstance(before, ir.Literal) and isinstance(before.value, str) and _leads(before.value):
                    return part
    return subject.value if isinstance(subject, ir.Entry) else subject


def _leads(text: str) -> bool:
    return bool(_SCHEME.search(text)) or text.endswith("access_token=")


def is_whole(use: Use, expr: ir.Expr) -> bool:
    """Whether an expression is an ``Authorization`` header's whole value: the setting holds the scheme too."""
    subject = use.subject
    if isinstance(subject, ir.Entry):
        return (subject.key or "").lower() == "authorization" and subject.value is expr
    return subject is expr and not isinstance(expr, ir.Concat)


def places(plan: Plan, use: Use, unit: Unit, expr: ir.Expr, *, whole: bool) -> list[Place]:
    """Where the token that ``expr`` sends is read. Parameters are followed to what callers of the project hand in."""
    return _Search(plan, use).of(unit, expr, whole, 0)


class _Search:
    def __init__(self, plan: Plan, use: Use) -> None:
        self.project = plan.project
        self.ends = {_place(value) for value in use.tokens}
        self.seen: set[int] = set()

    def of(self, unit: Unit, expr: ir.Expr, whole: bool, depth: int) -> list[Place]:
        here = [Place(unit, expr, whole)]
        if depth > MAX_STEPS or id(expr) in self.seen:
            return []
        self.seen.add(id(expr))
        if isinstance(expr, ir.Name):
            return self._named(unit, expr, whole, depth) or here
        if isinstance(expr, ir.Param):
            return self._handed_in(expr, whole, depth)
        if isinstance(expr, ir.Attr):
            return self._field(unit, expr, whole, depth) or here
        if isinstance(expr, ir.Call):
            return self._called(unit, expr, whole, depth) or here
        return here

    def _named(self, unit: Unit, name: ir.Name, whole: bool, depth: int) -> list[Place]:
        holder = name.scope.holder(name.id)
        bindings = holder.bindings[name.id] if holder is not None and holder.kind == "function" else []
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].kind == "import":
            return []
        value = bindings[0].value
        if isinstance(value, ir.Param):
            return self._handed_in(value, whole, depth)
        return self.of(unit, value, whole, depth + 1) if self._carries(unit, value) else []

    def _handed_in(self, param: ir.Param, whole: bool, depth: int) -> list[Place]:
        """What callers in the project hand in for a parameter."""
        found = []
        for home, call in self.project.callers.of(param.func):
            argument = call.arg(param.index, param.name)
            if argument is not None and self._carries(home, argument):
                found += self.of(home, argument, whole, depth + 1)
        return found

    def _field(self, unit: Unit, attr: ir.Attr, whole: bool, depth: int) -> list[Place]:
        owners = [value.end for value in self.project.reach(unit, attr.obj)]
        classes = {id(end.cls): end.cls for end in owners if isinstance(end, Instance)}
        if len(classes) != 1 or len(owners) != sum(isinstance(end, Instance) for end in owners):
            return []
        (cls,) = classes.values()
        home = self.project.home(cls) or unit
        given = [expr for _, expr in self.project.fields(home, cls, attr.name)]
        if len(given) != 1 or not self._carries(home, given[0]):
            return []
        (value,) = given
        if isinstance(value, ir.Func):
            return self._returned(home, value, whole, depth)
        return self.of(home, value, whole, depth + 1)

    def _called(self, unit: Unit, call: ir.Call, whole: bool, depth: int) -> list[Place]:
        if call.args or call.keywords:
            return []
        ends = self.project.reach(unit, call.func)
        found = []
        for value in ends:
            if not isinstance(value.end, ir.Func):
                return []
            found += self._returned(value.unit, value.end, whole, depth)
        return found

    def _returned(self, unit: Unit, func: ir.Func, whole: bool, depth: int) -> list[Place]:
        found = []
        for returned in func.returns:
            if self._carries(unit, returned):
                found += self.of(unit, returned, whole, depth + 1)
        return found

    def _carries(self, unit: Unit, expr: ir.Expr) -> bool:
        """Whether an expression may give the very token: others may come the same way."""
        return any(_place(value) in self.ends for value in self.project.sources(unit, expr, limit=40))


def _place(value: Value) -> tuple[str, int, int]:
    return value.unit.path, value.end.span.start, value.end.span.end
