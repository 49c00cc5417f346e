"""What is no longer needed outside of the function that signs: imports, helper functions, private methods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jwtscan.fixing import Intent, Unused
from jwtscan.fixing.recipes.sdk_signature.code import span_of
from jwtscan.fixing.recipes.sdk_signature.old import Old, words
from jwtscan.syntax import ir
from jwtscan.text import Span

_CALLED = re.compile(rb"\b(?:self|cls|this)\.(#?\w+)\(")


def leftovers(old: Old, removed: list[Span], text: str) -> frozenset[Intent]:
    """What was read in ``removed`` and is not in ``text``, which comes in its place."""
    unit = old.code.unit
    gone = {word for span in removed for word in old.code.words(span, old.code.root)} - set(words(text))
    bindings = unit.module.scope.bindings if unit.module is not None else {}
    names = {word for word in gone if any(map(_is_definition, bindings.get(word, ())))}
    return frozenset(
        {
            *(Unused(unit.path, name) for name in names),
            *(Unused(unit.path, name, scope) for name, scope in _methods(old, removed, text)),
        }
    )


def _is_definition(binding: ir.Binding) -> bool:
    return binding.kind in ("import", "function") or isinstance(binding.value, (ir.Import, ir.Func))


def _methods(old: Old, removed: list[Span], text: str) -> Iterator[tuple[str, str]]:
    """Private methods that were called in what goes, and those that they call, with their class."""
    source, module = old.code.source, old.code.unit.module
    around = [cls for cls in (module.classes if module is not None else ()) if cls.span.holds(span_of(old.function))]
    for cls in around:
        todo = [source[span.start : span.end] for span in removed]
        seen: set[str] = set()
        while todo:
            called = {match[1].decode() for match in _CALLED.finditer(todo.pop())}
            for name in sorted(called - seen):
                methods = [each.value for each in cls.scope.bindings.get(name, ()) if isinstance(each.value, ir.Func)]
                if f".{name}(" in text or not methods or not _is_private(name, source, methods[0].span):
                    continue
                seen.add(name)
                todo += [source[method.span.start : method.span.end] for method in methods]
                yield name, cls.name or ""


def _is_private(name: str, source: bytes, span: Span) -> bool:
    line = source[source.rfind(b"\n", 0, span.start) + 1 : span.start + 40]
    return name.startswith(("_", "#")) or line.lstrip().startswith(b"private ")
