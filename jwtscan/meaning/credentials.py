"""Where the credentials of confirmed uses come from.

A source is a place that holds or reads an API key, an API secret or a token: a literal, a settings key, an
environment read, a field of a settings class. The rules ``credential-literal`` and ``config-credential`` report them.
Names that say JWT app without any use are found in ``named``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence
from jwtscan.meaning import variants, zoom
from jwtscan.meaning.named import Named, real_value
from jwtscan.meaning.sources import Source
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.meaning.variants import is_config_module
from jwtscan.meaning.wanted import Wanted, reason
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use, Uses

_NEW_APP = frozenset({"client", "sdk", "oauth", "account"})
_OTHER_VENDORS = re.compile(r"AIza|SG\.|sk_|pk_|rk_|AKIA|ASIA|gh[opsur]_|xox[abprs]-|ya29\.")

_FILE = re.compile(r"(?i)[^\r\n]*\.(?:json5?|ya?ml|toml|ini|cfg|conf|env|properties|txt|pickle)")
"""The name of a file that credentials are read from."""


class Credentials:
    """All sources of a project, by the path they stand in."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.project = uses.project
        self._named = Named(uses)
        self._wanted = Wanted(uses.project)

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
        behind = [source for use in self.uses.all if use.confidence > Confidence.LOW for source in self._behind(use)]
        yield from behind
        yield from variants.of(self.project, behind)
        yield from self._wanted.found()
        for unit in self.project.candidates():
            found: list[Source] = []
            with self.project.effort.on(unit):
                found.extend(self._named.of(unit))
            yield from found

    # -- behind uses -------------------------------------------------------------------------------------------------

    def _behind(self, use: Use) -> Iterator[Source]:
        for part, values in (("key", use.keys), ("secret", use.secrets), ("token", use.tokens)):
            for value in values:
                source = self._source(use, part, value)
                if source is not None:
                    yield source

    def _source(self, use: Use, part: str, value: Value) -> Source | None:
        end = value.end
        if isinstance(end, ir.Literal):
            return self._literal(use, part, value, end)
        if isinstance(end, Configured):
            setting = end.setting
            if _says_new_app(setting.name):
                return None
            return _made("config", use, value, setting.span, setting.key, part, real_value(setting))
        if isinstance(end, External):
            return self._external(use, part, value, end)
        return None

    def _literal(self, use: Use, part: str, value: Value, end: ir.Literal) -> Source | None:
        text, unit = end.value, value.unit
        name = value.trail[0].text if value.trail else part
        span = unit.span(end.span)
        if text is None and unit is not use.unit and is_config_module(unit):
            return _made("config", use, value, span, name, part)
        if not isinstance(text, str) or zoom.decode_token(text) is not None or _is_modern_name(value):
            return None
        if is_real(text):
            return _made("literal", use, value, span, name, part, text)
        # What stands for one to be filled in has a name of its own; an argument of a test's call has none.
        is_other = _OTHER_VENDORS.match(text) or _FILE.fullmatch(text)
        if unit is use.unit or is_other or _is_argument(value) or _is_default(unit, end):
            return None
        return _made("config", use, value, span, name, part)

    def _external(self, use: Use, part: str, value: Value, end: External) -> Source | None:
        name, unit = end.name, value.unit
        if _says_new_app(name.rpartition(".")[2]):
            return None
        if name.startswith("env:"):
            self._wanted.variable(name[4:], part, use)
            if unit is use.unit:
                return None  # a read beside its use is in the use's trail
            return _made("config", use, value, unit.span(end.span), name, part)
        owner, dot, last = name.rpartition(".")
        if dot:
            self._wanted.key(name, part, use)
        if owner == "this" and unit is not use.unit:
            field = _field(unit, last)
            return None if field is None else _made("config", use, value, unit.span(field), last, part)
        return None


def _made(kind: str, use: Use, value: Value, span: Span, name: str, part: str, text: str | None = None) -> Source:
    return Source(kind, value.unit, span, name, part, use.confidence, reason(use), text, value.trail)


def _field(unit: Unit, name: str) -> Span | None:
    """Where a settings class declares a field that has no value in the program."""
    for cls in unit.module.classes if unit.module else ():
        for binding in cls.scope.bindings.get(name, ()):
            if binding.kind == "field":
                return binding.span
    return None


def _is_modern_name(value: Value) -> bool:
    """The name nearest to the source is a new app's: CLIENT_ID, SDK_SECRET."""
    return bool(value.trail) and _says_new_app(value.trail[0].text)


def _says_new_app(name: str) -> bool:
    return not _NEW_APP.isdisjoint(zoom.words(name))


def _is_argument(value: Value) -> bool:
    """What is handed to a function of another file: its first name is a parameter's there."""
    return bool(value.trail) and value.trail[0].path != value.unit.path


def _is_default(unit: Unit, end: ir.Literal) -> bool:
    """What a parameter is without an argument: no place to fill in."""
    functions = unit.module.functions if unit.module else ()
    return any(param.default is end for func in functions for param in func.params)


def is_real(text: str) -> bool:
    """Whether a text can be a credential itself, not a placeholder or another vendor's key."""
    if zoom.looks_like_key(text) or zoom.looks_like_secret(text):
        return True
    return (
        len(text) >= 16 and " " not in text.strip() and not zoom.is_placeholder(text) and not _OTHER_VENDORS.match(text)
    )
