"""Reads HTML pages, templates of them, Vue and Svelte components: scripts as one region, links, comments."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jwtscan.syntax.ir import Comment
from jwtscan.syntax.marks import Mark, find_marks
from jwtscan.syntax.scripts import BLANK, code_of, is_statement
from jwtscan.syntax.settings import read_settings
from jwtscan.syntax.tags import Attribute, Tag, Tags
from jwtscan.syntax.unit import Link, Region
from jwtscan.text import Span


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a page holds. ``regions`` is one program at most: the scripts of a page share their global scope."""

    regions: tuple[Region, ...]
    links: tuple[Link, ...]
    comments: tuple[Comment, ...]


_LANGUAGES = {
    "": "javascript",
    "js": "javascript",
    "jsx": "javascript",
    "javascript": "javascript",
    "module": "javascript",
    "babel": "javascript",
    "ecmascript": "javascript",
    "x-javascript": "javascript",
    "ts": "typescript",
    "typescript": "typescript",
    "tsx": "tsx",
}
_JSX = frozenset({"jsx", "babel", "tsx"})
_RANKS = ("javascript", "typescript", "tsx")
_HANDLER = re.compile(r"on[a-z]+|@[a-z].*|(?:v-on|x-on|on):.+")
_ENTITY = re.compile(rb"&(?:#|[A-Za-z]\w*;|amp|lt|gt|quot)")
_STYLED = re.compile(
    rb""""[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|(?P<comment>/\*.*?\*/)""", re.DOTALL
)
_END_TAG = re.compile(rb"</script", re.IGNORECASE)


def read_page(kind: str, path: str, source: bytes) -> PageParts:
    """The parts of a page of ``kind`` html, vue or svelte. Never raises; spans are in bytes of ``source``."""
    return _Page(kind, path, source).read()


def tags_of(kind: str, source: bytes) -> Iterator[Tag]:
    """The start tags of a page, in order."""
    return iter(Tags(kind, _Page(kind, "", source).without_marks()))


class _Page:
    """``text`` starts blank and takes the code of the page at the place where it stands."""

    def __init__(self, kind: str, path: str, source: bytes) -> None:
        self.kind = kind
        self.path = path
        self.source = source
        self.marks = [] if kind == "svelte" else [mark for mark in find_marks(source) if _is_inside(source, mark)]
        self.next_mark = 0
        self.text = bytearray(source.translate(BLANK))
        self.languages: set[str] = set()
        self.links: list[Link] = []

    def read(self) -> PageParts:
        tags = Tags(self.kind, self.without_marks())
        styled: list[Span] = []
        for tag in tags:
            for attribute in tag.attributes:
                if _HANDLER.fullmatch(attribute.name):
                    self._handler(attribute)
            if tag.name == "script":
                self._script(tag)
            elif tag.name == "style":
                styled += _comments_of_style(self.source, tag.body)
            elif tag.name == "link":
                self._link("link", tag.get("href"))
        spans = tags.comments + styled + [mark.span for mark in self.marks if mark.kind == "comment"]
        comments = tuple(Comment(span, self._decoded(span)) for span in sorted(spans))
        language = max(self.languages, key=_RANKS.index, default=None)
        regions = () if language is None else (Region(language, bytes(self.text)),)
        return PageParts(regions, tuple(self.links), comments)

    def without_marks(self) -> bytes:
        """The source with what stands in templates' marks made plain, so that it ends no tag and no quote."""
        pieces = []
        at = 0
        for mark in self.marks:
            pieces += [self.source[at : mark.span.start], b"_" * (mark.span.end - mark.span.start)]
            at = mark.span.end
        return b"".join([*pieces, self.source[at:]])

    def _script(self, tag: Tag) -> None:
        src = tag.get("src")
        kind = self._type(tag)
        if src is not None:
            self._link("script", src)
        elif kind == "importmap":
            self._import_map(tag.body)
        elif (language := _LANGUAGES.get(kind)) is not None:
            presets = tag.get("data-presets")
            typed = presets is not None and "typescript" in self._decoded(presets.value)
            self.languages.add("tsx" if typed else language)
            self._code(tag.body, jsx=kind in _JSX)

    def _type(self, tag: Tag) -> str:
        """A script's language as one word: the ``lang`` of a component, or the last part of the ``type``."""
        attribute = tag.get("lang") or tag.get("type")
        if attribute is None:
            return ""
        word = self._decoded(attribute.value).strip().lower().partition(";")[0].rstrip()
        return word.removeprefix("text/").removeprefix("application/")

    def _code(self, body: Span, *, jsx: bool) -> None:
        marks = [] if self.kind == "vue" else self._marks_in(body)
        if jsx:
            # ``{{`` is an object in an attribute's braces there.
            marks = [mark for mark in marks if self.source[mark.span.start : mark.span.start + 2] != b"{{"]
        code = code_of(self.source, body, marks)
        self.text[body.start : body.end] = code
        if _END_TAG.match(self.source, body.end):
            # One script never goes on with the last: not with its expression, not with its line comment.
            commented = b"//" in code[max(code.rfind(b"\n"), code.rfind(b"\r")) + 1 :]
            self.text[body.end : body.end + 2] = b"\n;" if commented else b"; "

    def _marks_in(self, span: Span) -> list[Mark]:
        """The marks inside a span. Spans are asked for from left to right."""
        while self.next_mark < len(self.marks) and self.marks[self.next_mark].span.start < span.start:
            self.next_mark += 1
        first = self.next_mark
        while self.next_mark < len(self.marks) and self.marks[self.next_mark].span.end <= span.end:
            self.next_mark += 1
        return self.marks[first : self.next_mark]

    def _handler(self, attribute: Attribute) -> None:
        """Keeps ``onclick="join()"`` as a statement, where nothing in it can spoil what comes after."""
        span, outer = attribute.value, attribute.outer
        raw = self.source[span.start : span.end]
        in_braces = self.source[outer.start : outer.start + 1] == b"{"
        if span == outer or not raw.strip() or (not in_braces and _ENTITY.search(raw)):
            return
        code = code_of(self.source, span, self._marks_in(span))
        if is_statement(code) and outer.end <= len(self.text):
            self.text[outer.start : outer.end] = b";" + code + b";" * (outer.end - span.end)
            self.languages.add("javascript")

    def _link(self, tag: str, attribute: Attribute | None) -> None:
        if attribute is None:
            return
        start, end = attribute.value
        raw = self.source[start:end]
        span = Span(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()))
        if span.start < span.end:
            self.links.append(Link(html.unescape(self._decoded(span)), tag, span))

    def _import_map(self, body: Span) -> None:
        settings, _, _ = read_settings("json", self.path, self.source[body.start : body.end])
        for setting in settings:
            if setting.value and setting.key.startswith(("imports.", "scopes.")):
                start, end = setting.value_span
                self.links.append(Link(setting.value, "importmap", Span(body.start + start, body.start + end)))

    def _decoded(self, span: Span) -> str:
        return self.source[span.start : span.end].decode("utf-8", "replace")


def _comments_of_style(source: bytes, body: Span) -> Iterator[Span]:
    for match in _STYLED.finditer(source, *body):
        if match["comment"]:
            yield Span(*match.span())


def _is_inside(source: bytes, mark: Mark) -> bool:
    """Whether a mark is one: what reaches over the end of a script is no template, unless it is a program's own."""
    text = source[mark.span.start : mark.span.end]
    return text.startswith(b"<?") or b"</script" not in text
