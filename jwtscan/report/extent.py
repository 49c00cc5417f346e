"""How much of a source is shown around a finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Extent(NamedTuple):
    """``context`` lines on each side of a finding; of a long one its first ``head`` and last ``tail`` lines."""

    context: int
    head: int
    tail: int

    def lines(self, first: int, last: int) -> Iterator[int]:
        """The numbers of the lines to show. Some may be before the file's beginning or after its end."""
        if last - first < self.head + self.tail:
            yield from range(first - self.context, last + self.context + 1)
            return
        yield from range(first - self.context, first + self.head)
        yield from range(last - self.tail + 1, last + self.context + 1)
