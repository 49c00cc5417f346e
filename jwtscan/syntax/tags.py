"""Cuts HTML, Vue and Svelte into tags, raw text and comments. Builds no tree and runs in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jwtscan.text import Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name`` is in lower case; ``value`` is what stands inside the quotes or braces, ``outer`` with them."""

    name: str
    value: Span
    outer: Span


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag at ``span``.

    ``name`` is in lower case; ``body`` is the raw text up to its end tag, empty for other elements.
    """

    span: Span
    name: str
    attributes: tuple[Attribute, ...]
    body: Span

    def get(self, name: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


_NEXT = re.compile(rb"<(?:(?P<comment>!--)|(?P<other>[!?/])|(?P<tag>[A-Za-z][^\s/>]*))")
_NAME = re.compile(rb"[\s/]*(=?[^\s/>=]*)")
_EQUALS = re.compile(rb"\s*=\s*")
_UNQUOTED = re.compile(rb"[^\s>]*")
_BRACES = re.compile(rb"""[^{}"'`\\]+|\\.|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|.""", re.DOTALL)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp"})
_BLOCKS = frozenset({"i18n", "docs", "route", "page-query", "static-query"})
_SCRIPT = re.compile(rb"<!--|-->|<(/?)script(?=[\s/>])", re.IGNORECASE)


class Tags:
    """The start tags of a page in order; its comments are in ``comments`` once they have been passed.

    ``source`` should have the marks of template languages made plain: they hold quotes and angle brackets.
    """

    def __init__(self, kind: str, source: bytes) -> None:
        self.source = source
        self.raw = _RAW | _BLOCKS if kind == "vue" else _RAW
        self.braces = kind == "svelte"
        self.comments: list[Span] = []

    def __iter__(self) -> Iterator[Tag]:
        source = self.source
        at = 0
        while (match := _NEXT.search(source, at)) is not None:
            if match["comment"]:
                at = self._comment_end(match.start())
                self.comments.append(Span(match.start(), at))
            elif match["tag"]:
                name = match["tag"].decode("utf-8", "replace").lower()
                attributes, at = self._attributes(match.end())
                body = Span(at, at)
                if name in self.raw and not source.startswith(b"/>", at - 2):
                    body = Span(at, self._body_end(name, at))
                yield Tag(Span(match.start(), body.start), name, attributes, body)
                at = body.end
            else:
                at = source.find(b">", match.end()) + 1 or len(source)

    def _comment_end(self, start: int) -> int:
        # ``<!-->`` and ``<!--->`` are whole comments.
        for short in (b"<!-->", b"<!--->"):
            if self.source.startswith(short, start):
                return start + len(short)
        end = self.source.find(b"-->", start + 4)
        return end + 3 if end >= 0 else len(self.source)

    def _attributes(self, at: int) -> tuple[tuple[Attribute, ...], int]:
        """A tag's attributes, and where the tag ends."""
        source = self.source
        attributes: list[Attribute] = []
        while (match := _NAME.match(source, at)) is not None:
            at = match.end()
            name = match[1]
            if not name:
                # Only the tag's end stops a name, or the page's.
                return tuple(attributes), min(at + 1, len(source))
            if self.braces and name.startswith(b"{"):
                at = self._braces_end(match.start(1))
            elif (equals := _EQUALS.match(source, at)) is not None:
                value, outer = self._value(equals.end())
                attributes.append(Attribute(name.decode("utf-8", "replace").lower(), value, outer))
                at = outer.end
        return tuple(attributes), at

    def _value(self, at: int) -> tuple[Span, Span]:
        """The value at ``at``, without and with what stands around it."""
        source = self.source
        quote = source[at : at + 1]
        if quote in (b'"', b"'"):
            end = source.find(quote, at + 1)
            if end < 0:
                return Span(at + 1, len(source)), Span(at, len(source))
        elif quote == b"{" and self.braces:
            end = self._braces_end(at) - 1
        else:
            match = _UNQUOTED.match(source, at)
            span = Span(at, match.end() if match else at)
            return span, span
        return Span(at + 1, end), Span(at, end + 1)

    def _braces_end(self, at: int) -> int:
        """Behind the brace that closes the one at ``at``, or the page's end."""
        depth = 0
        while (match := _BRACES.match(self.source, at)) is not None:
            depth += (match[0] == b"{") - (match[0] == b"}")
            at = match.end()
            if depth == 0:
                break
        return at

    def _body_end(self, name: str, at: int) -> int:
        """Where an element's end tag starts, or the page's end."""
        if name != "script":
            end = re.compile(rb"</" + re.escape(name.encode()) + rb"(?=[\s/>])", re.IGNORECASE).search(self.source, at)
            return end.start() if end else len(self.source)
        # HTML's script data states: inside ``<!--`` a ``<script`` has its own ``</script>``.
        escaped = nested = False
        for match in _SCRIPT.finditer(self.source, at):
            if match[0] == b"<!--":
                escaped = True
            elif match[0] == b"-->":
                escaped = nested = False
            elif not match[1]:
                nested = escaped
            elif not nested:
                return match.start()
            else:
                nested = False
        return len(self.source)
