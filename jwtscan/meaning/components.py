"""What ``this`` has in a component that is an object of options, as Vue's are: data, computed properties, methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jwtscan.syntax import ir
from jwtscan.text import Span

_DATA = frozenset({"data", "asyncData"})
_GROUPS = frozenset({"methods", "computed"})


def options_of(module: ir.Module) -> list[ir.Object]:
    """The objects of a module that may be a component's options."""
    return [
        obj
        for obj in module.objects
        if any(isinstance(entry, ir.Entry) and entry.key in _DATA | _GROUPS for entry in obj.entries)
    ]


def option_fields(components: Iterable[ir.Object], name: str) -> Iterator[tuple[Span, ir.Expr]]:
    """The values that ``this.name`` may have by the options of components, each with the span that says so."""
    for options in components:
        for entry in options.entries:
            if isinstance(entry, ir.Entry) and entry.key in _DATA:
                yield from _members(_given(entry.value), name)
            elif isinstance(entry, ir.Entry) and entry.key in _GROUPS:
                for span, member in _members([entry.value], name):
                    computed = entry.key == "computed" and isinstance(member, ir.Func)
                    for value in member.returns if computed and isinstance(member, ir.Func) else [member]:
                        yield span, value


def _given(data: ir.Expr) -> list[ir.Expr]:
    """``data() { return {…} }`` gives what it returns; older components have the object itself."""
    return data.returns if isinstance(data, ir.Func) else [data]


def _members(holders: list[ir.Expr], name: str) -> Iterator[tuple[Span, ir.Expr]]:
    for holder in holders:
        entry = holder.get(name) if isinstance(holder, ir.Object) else None
        if entry is not None:
            yield entry.key_span, entry.value
