"""What a file is once it is read: a program, settings, requirements, links, or several of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from operator import itemgetter

from jwtscan.files import Document
from jwtscan.syntax.ir import Comment, Expr, Module
from jwtscan.text import Span


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with a scalar value in a settings file.

    ``key`` is the dotted path from the document's root (``env.ZOOM_API_KEY``, ``ZOOM.KEY`` for an ini section);
    list places are numbers. ``value`` is the text without quotes, None where it is null or absent. Spans are in bytes
    of the document, quotes excluded; an absent value has an empty span. ``is_env`` marks what is known to become an
    environment variable (.env, ``export``, Dockerfile ENV/ARG, a compose ``environment:``, a workflow's ``env:`` …).
    """

    key: str
    value: str | None
    key_span: Span
    value_span: Span
    is_env: bool = False

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(".")[2]

    @property
    def span(self) -> Span:
        return self.key_span.join(self.value_span) if self.value_span.end else self.key_span


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package that a manifest or lock file names.

    ``ecosystem`` is ``pypi`` or ``npm``; ``name`` is normalised (PEP 503 for PyPI). ``specifier`` is as written
    (``^1.9.1``, ``>=1.1,<2``, ``""`` for any). ``version`` is the exact one where the file says it (``==``, locks).
    ``locked`` marks a lock file. ``span`` covers name and specifier, ``specifier_span`` the version text.
    """

    ecosystem: str
    name: str
    specifier: str
    version: str | None
    span: Span
    specifier_span: Span
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a page loads: ``<script src>``, ``<link href>``, an import map's entry. ``span`` is the URL's."""

    url: str
    tag: str
    span: Span


@dataclass(frozen=True, slots=True)
class Region:
    """A program inside a document: its text and where each stretch of it stands in the document.

    ``starts`` holds ``(offset in text, offset in document)`` pairs, ascending; between two pairs offsets move together.
    A page's scripts keep their offsets (everything else is blanked), so theirs is ``((0, 0),)``.
    """

    language: str
    text: bytes
    starts: tuple[tuple[int, int], ...] = ((0, 0),)

    def to_document(self, span: Span) -> Span:
        return Span(self._map(span.start), self._map(span.end))

    def from_document(self, span: Span) -> Span:
        """The other way round; what stands outside of the program goes to the end of what stands before it."""
        return Span(self._map_back(span.start), self._map_back(span.end))

    def _map_back(self, offset: int) -> int:
        at = max(bisect_right(self.starts, offset, key=itemgetter(1)) - 1, 0)
        start, origin = self.starts[at]
        following = self.starts[at + 1][0] if at + 1 < len(self.starts) else len(self.text)
        return min(start + max(offset - origin, 0), following)

    def _map(self, offset: int) -> int:
        at = bisect_right(self.starts, (offset, 1 << 62)) - 1
        start, origin = self.starts[max(at, 0)]
        return origin + offset - start


@dataclass(slots=True, eq=False, repr=False)
class Unit:
    """One read file. Spans inside ``module`` are in the region's text: ``span()`` gives the document's.

    ``own`` are the settings that are jwtscan's configuration and no program's.
    """

    document: Document
    kind: str
    module: Module | None = None
    region: Region | None = None
    settings: tuple[Setting, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    links: tuple[Link, ...] = ()
    comments: tuple[Comment, ...] = ()
    notes: list[str] = field(default_factory=list)
    own: tuple[Span, ...] = ()

    @property
    def path(self) -> str:
        return self.document.path

    def span(self, span: Span) -> Span:
        """A span of the module's text as a span of the document. What was never closed ends with the document."""
        there = span if self.region is None else self.region.to_document(span)
        size = len(self.document.source)
        return there if there.end <= size else Span(min(there.start, size), size)

    def comments_in_code(self) -> list[Comment]:
        """The comments of the program, where they stand in the document."""
        found = self.module.comments if self.module is not None else ()
        return [Comment(self.span(comment.span), comment.text) for comment in found]

    def all_comments(self) -> list[Comment]:
        """Those and the comments around the program: of a page, of settings."""
        return [*self.comments, *self.comments_in_code()]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One thing that a unit holds, as a fix is given it: a requirement, link, setting, call or text, by its span."""

    unit: Unit
    item: Requirement | Link | Setting | Expr
