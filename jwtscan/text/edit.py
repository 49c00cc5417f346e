"""Replacements in a text, and the law of which may stand together. Offsets always mean the text before any of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jwtscan.text.span import Span


class Edit(NamedTuple):
    """``text`` (UTF-8, in the document's own line ends) in place of ``span`` of a document's source."""

    span: Span
    text: bytes

    def conflicts(self, other: Edit) -> bool:
        """Whether the two cannot both be made: they share a byte or touch, and are not the same edit."""
        return self != other and self.span.overlaps(other.span)


class ConflictError(Exception):
    """Two edits that cannot both be made."""


def apply(source: bytes, edits: Iterable[Edit]) -> bytes:
    """``source`` with all edits made, equal ones once. Raises ``ConflictError``, and ``ValueError`` for a bad span."""
    parts: list[bytes] = []
    at = 0
    previous: Edit | None = None
    for edit in sorted(set(edits)):
        if not 0 <= edit.span.start <= edit.span.end <= len(source):
            raise ValueError(f"an edit of {edit.span.start}-{edit.span.end} in a text of {len(source)} bytes")
        if previous is not None and edit.conflicts(previous):
            raise ConflictError(f"edits at {previous.span.start} and {edit.span.start}")
        parts += (source[at : edit.span.start], edit.text)
        at, previous = edit.span.end, edit
    return b"".join((*parts, source[at:]))
