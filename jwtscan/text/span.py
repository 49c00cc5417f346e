"""A half-open range of bytes."""

from __future__ import annotations

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
