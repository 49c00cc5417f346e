"""What a lowered setup.py asks for, as far as it is written down in lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jwtscan.syntax.ir import Attr, Call, Concat, Entry, Expr, Literal, Module, Name, children
from jwtscan.syntax.manifest.requirements import read_lines
from jwtscan.syntax.unit import Requirement
from jwtscan.text import Span

_KEYWORDS = ("install_requires", "extras_require", "tests_require", "setup_requires")
_QUOTE = re.compile(rb"[bBrRuU]{0,2}(\"\"\"|'''|\"|')")


def requirements_of_setup(module: Module, source: bytes) -> tuple[Requirement, ...]:
    """The requirements in the lists that ``setup()`` is given, directly or by name. ``source`` is the module's text.

    What a program puts together as it runs (a file that it reads, a list that it filters) is not seen.
    """
    found: dict[Span, Requirement] = {}
    for call in module.calls:
        for entry in call.keywords if _name(call) == "setup" else ():
            if isinstance(entry, Entry) and entry.key in _KEYWORDS:
                for literal in _strings(entry.value):
                    read, _ = read_lines(source, _inside(source, literal.span))
                    found |= {requirement.span: requirement for requirement in read}
    return tuple(found.values())


def _name(call: Call) -> str | None:
    if isinstance(call.func, Attr):
        return call.func.name
    return call.func.id if isinstance(call.func, Name) else None


def _strings(value: Expr) -> Iterator[Literal]:
    """The strings of a list, of lists in an object, and of what names stand for. Glued strings are left out."""
    waiting: list[tuple[Expr | Entry, bool]] = [(value, False)]
    followed: set[int] = set()
    while waiting:
        expr, glued = waiting.pop()
        if isinstance(expr, Literal) and isinstance(expr.value, str) and not glued:
            yield expr
        elif isinstance(expr, Name):
            bindings = expr.scope.find(expr.id)
            if id(bindings) not in followed:
                followed.add(id(bindings))
                waiting += [(binding.value, False) for binding in reversed(bindings) if binding.value is not None]
        elif not isinstance(expr, Call):
            waiting += [(each, isinstance(expr, Concat)) for each in reversed(list(children(expr)))]


def _inside(source: bytes, span: Span) -> Span:
    """A string's bytes without its prefix and quotes."""
    opening = _QUOTE.match(source, span.start)
    return Span(opening.end(), span.end - len(opening[1])) if opening else span
