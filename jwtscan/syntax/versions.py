"""Which releases a version specifier allows. Reads npm ranges, PEP 440, Poetry's and conda's forms; resolves nothing.

A release is three numbers: a pre-, post- or development release counts as the release it belongs to, and a fourth
number is dropped. That is enough to say on which side of a release a specifier stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from jwtscan.syntax.unit import Requirement

Release: TypeAlias = tuple[int, int, int]

_LONGEST = 2000  # No specifier is longer; what is, is not read.

_NUMBER = r"(?:\d{1,9}(?!\d)|[xX*])"
_VERSION = rf"[vV]?(?P<numbers>{_NUMBER}(?:\.{_NUMBER})*)[-+._a-zA-Z0-9]*"
_COMPARATOR = re.compile(rf"(?P<operator>===|~=|==|!=|<=|>=|~>|<|>|=|\^|~|)\s*{_VERSION}[\s,]*", re.ASCII)
_EXACT = re.compile(_VERSION, re.ASCII)
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_OR = re.compile(r"\|\|?")


class Interval(NamedTuple):
    """The releases from ``low`` up to, not including, ``high``; no upper end where ``high`` is None."""

    low: Release
    high: Release | None = None

    def meet(self, other: Interval) -> Interval | None:
        """What the two share, if anything."""
        low = max(self.low, other.low)
        high = min((end for end in (self.high, other.high) if end is not None), default=None)
        return Interval(low, high) if high is None or low < high else None


@dataclass(frozen=True, slots=True)
class Range:
    """The releases that a specifier allows: one interval or more."""

    intervals: tuple[Interval, ...]

    @property
    def lowest(self) -> Release:
        """The lowest release allowed, whether or not it was ever published."""
        return min(interval.low for interval in self.intervals)

    @property
    def bound(self) -> Release | None:
        """The release that everything allowed is below; None where there is no upper end."""
        ends = [interval.high for interval in self.intervals if interval.high is not None]
        return max(ends) if len(ends) == len(self.intervals) else None

    def below(self, release: Release) -> bool:
        """True where nothing at or above ``release`` is allowed."""
        return self.bound is not None and self.bound <= release

    def __contains__(self, release: Release) -> bool:
        return any(low <= release and (high is None or release < high) for low, high in self.intervals)


class _Comparator(NamedTuple):
    """``>=1.2.*``: the operator, the numbers before any ``*`` or ``x``, and how many places were written."""

    operator: str
    numbers: list[int]
    places: int


def release_of(version: str) -> Release | None:
    """The three numbers of an exact version: ``v2.3.0-beta.1`` is (2, 3, 0). None where it is not one."""
    match = _EXACT.fullmatch(version.strip()) if len(version) <= _LONGEST else None
    read = _comparator("", match["numbers"]) if match else None
    return _padded(read.numbers) if read and read.places == len(read.numbers) else None


def allowed(requirement: Requirement) -> Range | None:
    """What a requirement allows: its exact version, else what its specifier says. None where that cannot be told.

    No specifier, ``*``, ``latest``, URLs, ``workspace:`` and ranges that nothing satisfies cannot be told.
    """
    exact = release_of(requirement.version) if requirement.version else None
    if exact is not None:
        return Range((Interval(exact, _raised(exact, 3)),))
    return npm_range(requirement.specifier) if requirement.ecosystem == "npm" else pypi_range(requirement.specifier)


def npm_range(specifier: str) -> Range | None:
    """Reads a semver range as node-semver does: ``^``, ``~``, ``||``, hyphens, comparators, partial versions."""
    return _range(specifier, _npm_intervals)


def pypi_range(specifier: str) -> Range | None:
    """Reads a PEP 440 specifier, and Poetry's ``^``, ``~``, ``||`` and bare versions, and a single ``=``."""
    return _range(specifier, _pypi_intervals)


def _range(specifier: str, read: Callable[[_Comparator], list[Interval]]) -> Range | None:
    if len(specifier) > _LONGEST:
        return None
    found: list[Interval] = []
    for part in _OR.split(specifier):
        comparators = _comparators(part.strip())
        if not comparators:
            return None
        shared = [Interval((0, 0, 0))]
        for comparator in comparators:
            shared = [met for one in shared for other in read(comparator) if (met := one.meet(other))]
        found += shared
    return Range(tuple(found)) if found else None


def _comparators(text: str) -> list[_Comparator] | None:
    """The comparators that all have to hold. None where one cannot be read or asks for nothing, as ``*`` does."""
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        text = f">={hyphen[1]} <={hyphen[2]}"
    elif text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    found = []
    place = 0
    while place < len(text):
        match = _COMPARATOR.match(text, place)
        comparator = _comparator(match["operator"], match["numbers"]) if match else None
        if match is None or comparator is None:
            return None
        found.append(comparator)
        place = match.end()
    return found


def _comparator(operator: str, dotted: str) -> _Comparator | None:
    places = dotted.split(".")
    numbers = []
    for place in places:
        if not place.isdigit():
            break
        numbers.append(int(place))
    return _Comparator(operator, numbers, len(places)) if numbers else None


def _npm_intervals(comparator: _Comparator) -> list[Interval]:
    return _intervals(comparator, len(comparator.numbers))


def _pypi_intervals(comparator: _Comparator) -> list[Interval]:
    """As for npm, but a version that is not written with ``*`` is exact: ``==1.1`` is 1.1.0, not any 1.1."""
    operator, numbers, places = comparator
    width = len(numbers) if places > len(numbers) or operator == "=" else 3
    if operator == "!=":
        low, high = _padded(numbers), _raised(numbers, width)
        return [Interval((0, 0, 0), low), Interval(high)] if low > (0, 0, 0) else [Interval(high)]
    return _intervals(comparator, width)


def _intervals(comparator: _Comparator, width: int) -> list[Interval]:
    """``width`` is the number of places that name the version: 2 for ``1.2`` where that means any 1.2."""
    operator, numbers, places = comparator
    low, above = _padded(numbers), _raised(numbers, width)
    if operator == "^":
        leading = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
        return [Interval(low, _raised(numbers, leading + 1))]
    if operator in {"~", "~>"}:
        return [Interval(low, _raised(numbers, min(len(numbers), 2)))]
    if operator == "~=":
        return [Interval(low, _raised(numbers, max(places - 1, 1)))]
    if operator in {">=", ">"}:
        return [Interval(low if operator == ">=" else above)]
    if operator in {"<=", "<"}:
        high = low if operator == "<" else above
        return [Interval((0, 0, 0), high)] if high > (0, 0, 0) else []
    return [Interval(low, above)]


def _padded(numbers: list[int] | Release) -> Release:
    first, second, third = [*numbers, 0, 0][:3]
    return first, second, third


def _raised(numbers: list[int] | Release, places: int) -> Release:
    """The first release above all that begin with the first ``places`` numbers."""
    kept = [*_padded(numbers)[: min(places, 3)]]
    return _padded([*kept[:-1], kept[-1] + 1])
