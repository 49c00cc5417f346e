"""Weighing: which hints say that a mechanism is Zoom's, and how sure they make us. Words and shapes live in zoom.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.finding import Confidence
from jwtscan.meaning import zoom
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.meaning.profile import Profiles


@dataclass(frozen=True, slots=True)
class Hint:
    """One independent reason. Hints of the same kind count once."""

    kind: str
    text: str


def confidence(hints: Iterable[Hint]) -> Confidence:
    """Low without a hint, medium with one kind of hint, high with two."""
    kinds = {hint.kind for hint in hints}
    return Confidence.HIGH if len(kinds) > 1 else Confidence.MEDIUM if kinds else Confidence.LOW


def surroundings(profiles: Profiles, unit: Unit) -> list[Hint]:
    """What the file, its path, its imports and its importers say of Zoom."""
    if unit.path not in profiles.surroundings:
        profiles.surroundings[unit.path] = tuple(_surroundings(profiles, unit))
    return list(profiles.surroundings[unit.path])


def _surroundings(profiles: Profiles, unit: Unit) -> list[Hint]:
    own = profiles.of(unit)
    hints = []
    if own.api_host:
        hints.append(Hint("host", f"{own.api_host} in this file"))
    elif own.packages:
        hints.append(Hint("host", f"imports {own.packages[0]}"))
    else:
        for other in _reachable(profiles, unit):
            near = profiles.of(other)
            if near.api_host or near.packages:
                what = near.api_host or near.packages[0]
                hints.append(Hint("host", f"{what} in {other.path}"))
                break
    if own.names:
        # The host is among the names: another one says more.
        name = next((name for name in own.names if not own.api_host or own.api_host not in name), own.names[0])
        hints.append(Hint("name", f"{name[:60]} in this file"))
    else:
        named = next((other for other in profiles.neighbours(unit) if profiles.of(other).names), None)
        if named is not None:
            hints.append(Hint("name", f"{profiles.of(named).names[0][:60]} in {named.path}"))
    if own.path:
        hints.append(Hint("path", "the path says Zoom"))
    return hints


def _reachable(profiles: Profiles, unit: Unit) -> Iterator[Unit]:
    """Neighbours, and the importers of importers: a token helper behind a client behind the callers."""
    yield from profiles.neighbours(unit)
    for one in profiles.importers(unit):
        yield from (far for far in profiles.neighbours(one) if far is not unit)


def from_names(values: Sequence[Value], what: str) -> list[Hint]:
    """Names on the way of a value that speak of Zoom."""
    for value in values:
        for word in value.words:
            if zoom.says_zoom(word):
                return [Hint("trail", f"{what} comes from {word[:60].removeprefix('env:')}")]
    return []


def from_shapes(keys: Sequence[Value], secrets: Sequence[Value]) -> list[Hint]:
    """Literals shaped like the JWT app's key (22 characters) or secret (36)."""
    for value in keys:
        if value.text is not None and zoom.looks_like_key(value.text):
            return [Hint("shape", "the key has the 22 characters of a JWT app's")]
    for value in secrets:
        if value.text is not None and zoom.looks_like_secret(value.text):
            return [Hint("shape", "the secret has the 36 characters of a JWT app's")]
    return []


def is_null(values: Sequence[Value]) -> bool:
    return any(isinstance(value.end, ir.Literal) and value.end.value is None for value in values)
