"""The text in which a unit's comments and lines are read: a notebook's cells, everything else's whole source."""

from __future__ import annotations

import re
from functools import cached_property

from jwtscan.syntax.unit import Unit
from jwtscan.text import Lines, Span

_LINE_END = re.compile(rb"\r\n|\n|\r")
# The line end as JSON has it, and perhaps what parts one string of a cell from the next.
_IN_JSON = re.compile(rb'(?:\\r)?\\n(?:"\s*,\s*")?')


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

    def is_line_end(self, start: int, end: int) -> bool:
        """Whether nothing but a line end stands there. In a notebook, what parts two cells is more."""
        there = self.there(Span(start, end))
        text = self.unit.document.source[there.start : there.end]
        return (_LINE_END if self._region is None else _IN_JSON).fullmatch(text) is not None

    def goes_on(self, line: int) -> bool:
        """Whether the next line is of the same cell as a 1-based line."""
        if self._region is None or line >= self.lines.count:
            return True
        return self.is_line_end(self.lines.span(line).end, self.lines.starts[line])

    def here(self, span: Span) -> Span:
        """A span of the document in this text."""
        return span if self._region is None else self._region.from_document(span)

    def there(self, span: Span) -> Span:
        """A span of this text in the document."""
        return span if self._region is None else self.unit.span(span)
