"""A half-open range of bytes, and many of them to be asked at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Span(NamedTuple):
    """Bytes ``start`` (inclusive) to ``end`` (exclusive) of a document's UTF-8 source."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """True where ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """True where the two share a byte or touch."""
        return self.start <= other.end and other.start <= self.end

    def join(self, other: Span) -> Span:
        return Span(min(self.start, other.start), max(self.end, other.end))


class Spans:
    """Spans of which none holds another, such as comments and strings. Each question is one binary search."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]
        self._reaches = list(accumulate((span.end for span in self._spans), max))

    def hold(self, span: Span) -> bool:
        """Whether one of them holds ``span``."""
        at = bisect_right(self._starts, span.start) - 1
        return at >= 0 and self._spans[at].holds(span)

    def overlap(self, span: Span) -> bool:
        """Whether one of them shares a byte with ``span`` or touches it. Here they may hold one another."""
        at = bisect_right(self._starts, span.end) - 1
        return at >= 0 and self._reaches[at] >= span.start
