"""The text in which a unit's comments and lines are read: a notebook's cells, everything else's whole source."""

from __future__ import annotations

from functools import cached_property

from jwtscan.syntax.unit import Unit
from jwtscan.text import Lines, Span


class Spoken:
    """``source`` with its ``lines``: a notebook's are those of its program, as JSON may have a cell on one line."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._region = unit.region if unit.kind == "notebook" else None
        self.source = self._region.text if self._region is not None else unit.document.source

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.source) if self._region is not None else self.unit.document.lines

    @cached_property
    def comments(self) -> list[Span]:
        module = self.unit.module
        found = self.unit.all_comments() if self._region is None or module is None else module.comments
        return [self._without_line_end(comment.span) for comment in found]

    def _without_line_end(self, span: Span) -> Span:
        # The Python grammar takes the first half of a CR LF for the comment's.
        text = self.source[span.start : span.end]
        return Span(span.start, span.start + len(text.rstrip(b"\r\n")))

    def here(self, span: Span) -> Span:
        """A span of the document in this text."""
        return span if self._region is None else self._region.from_document(span)

    def there(self, span: Span) -> Span:
        """A span of this text in the document."""
        return span if self._region is None else self.unit.span(span)
