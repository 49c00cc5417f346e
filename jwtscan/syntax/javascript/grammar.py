"""Parses JavaScript and TypeScript with tree-sitter; collects comments and unreadable spans. Knows no meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, cast

from jwtscan.syntax.ir import Comment
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ANNOTATED = re.compile(
    rb"@flow|\b(?:import|export)\s+type\b|\binterface\s+\w|\btype\s+\w+\s*=|\bdeclare\s+(?:var|let|const)\b"
    rb"|:\s*\??(?:string|number|boolean|any|void)\b"
)
# ``apiKey: <YOUR_API_KEY>,`` opens an element that swallows the rest of the file.
_PLACEHOLDER = re.compile(rb"[=:(,]\s*<[\w -]+>\s*[;,)}\r\n]")
_COMMENT_MARK = re.compile(rb"//|/\*|<!--|-->")
# Bundles take up to 0.03 steps a byte; unclosed type assertions in TypeScript, hundreds.
_BYTES_A_STEP = 8
_FEWEST_STEPS = 20_000
_COMMENTS = frozenset({"comment", "html_comment"})
_CLOSERS = (b"\n}", b"\n})", b"\n}})", b"\n})})")
_LONGEST_UNCLOSED = 1 << 17


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree with its comments, the outermost ERROR nodes, and the spans that could not be read."""

    root: Node
    comments: list[Comment]
    unread: list[Node]
    errors: list[Span]

    @property
    def error_bytes(self) -> int:
        return sum(max(span.end - span.start, 1) for span in self.errors)


def parse(source: bytes, language: str) -> Parsed:
    """Parse as ``javascript``, ``typescript`` or ``tsx``.

    Broken JavaScript that is annotated (Flow), or that has a placeholder where JSX would begin, is read as the kind of
    TypeScript that leaves the fewest bytes unread.
    """
    parsed = _parse(source, language)
    if not parsed.errors:
        return parsed
    readings = [parsed]
    if language == "javascript" and _ANNOTATED.search(source):
        readings.append(_parse(source, "tsx"))
    if language == "javascript" and _PLACEHOLDER.search(source):
        readings.append(_parse(source, "typescript"))
    best = min(readings, key=lambda reading: reading.error_bytes)
    return _closed(best, source, language) if best.errors and len(source) <= _LONGEST_UNCLOSED else best


def _closed(parsed: Parsed, source: bytes, language: str) -> Parsed:
    """The reading of a program that forgets to close what it opened: as if it did, but with its errors as they are.

    Nodes that were never closed end behind the source.
    """
    if parsed.errors[-1].end < len(source.rstrip()):
        return parsed
    closed = min((_parse(source + end, language) for end in _CLOSERS), key=lambda reading: reading.error_bytes)
    return replace(closed, errors=parsed.errors) if closed.error_bytes < parsed.error_bytes // 2 else parsed


def _parse(source: bytes, language: str) -> Parsed:
    parser = _parser(language)
    reader = _Reader(source)
    try:
        tree = parser.parse(reader, progress_callback=_limit(len(source)))
    except ValueError:
        parser.reset()
        return Parsed(parser.parse(b"").root_node, [], [], [Span(0, len(source))])
    finally:
        reader.release()
    return _collect(source, tree.root_node)


@cache
def _parser(language: str) -> Parser:
    from tree_sitter import Language, Parser

    if language == "javascript":
        import tree_sitter_javascript

        return Parser(Language(tree_sitter_javascript.language()))
    import tree_sitter_typescript

    typescript = tree_sitter_typescript
    return Parser(Language(typescript.language_tsx() if language == "tsx" else typescript.language_typescript()))


class _Reader:
    """Gives a parser the rest of a source from any offset.

    tree-sitter never lets go of what a reader gives it. Views that are released at the end are but empty shells.
    """

    def __init__(self, source: bytes) -> None:
        self._source = memoryview(source)
        self._views: dict[int, memoryview] = {}

    def __call__(self, offset: int, _point: object) -> bytes:
        view = self._views.get(offset)
        if view is None:
            view = self._views[offset] = self._source[offset:]
        return cast("bytes", view)

    def release(self) -> None:
        for view in self._views.values():
            view.release()


def _limit(size: int) -> Callable[[int, bool], bool]:
    """Stops a parse that goes quadratic. It counts steps, not time, so that the same file always gives the same."""
    steps = count()
    most = _FEWEST_STEPS + size // _BYTES_A_STEP
    return lambda _offset, _has_error: next(steps) > most


def _collect(source: bytes, root: Node) -> Parsed:
    """Walk to the comments and the errors, and past every node that can hold neither."""
    parsed = Parsed(root, [], [], [])
    marks = (match.start() for match in _COMMENT_MARK.finditer(source))
    mark = next(marks, len(source))
    error_end = -1
    cursor = root.walk()
    while (node := cursor.node) is not None:
        start, end = node.start_byte, node.end_byte
        while mark < start:
            mark = next(marks, len(source))
        if node.type in _COMMENTS:
            parsed.comments.append(Comment(Span(start, end), source[start:end].decode("utf-8", "replace")))
        elif node.is_error and start >= error_end:
            error_end = end
            parsed.unread.append(node)
            parsed.errors.append(Span(start, end))
        elif node.is_missing:
            parsed.errors.append(Span(start, end))
        if (mark < end or node.has_error) and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return parsed
    return parsed
