"""What encloses a place: the lines on which its statement or element begins and ends. Knows no comments' words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from jwtscan.syntax.spoken import Spoken
from jwtscan.syntax.tree import tree_of
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.syntax.tags import Tag

Item = TypeVar("Item")

_CONTINUED = frozenset({"dockerfile", "shell", "requirements", "properties", "env"})
_PAGES = frozenset({"html", "vue", "svelte"})
_SIMPLE = frozenset(
    {
        "expression_statement", "lexical_declaration", "variable_declaration", "return_statement", "throw_statement",
        "raise_statement", "assert_statement", "delete_statement", "export_statement", "import_statement",
        "import_from_statement", "field_definition", "public_field_definition",
    }
)  # fmt: skip
_CLAUSES = ("_statement", "_declaration", "_definition", "_clause", "switch_case", "switch_default")
_BLOCKS = frozenset({"block", "statement_block", "class_body", "switch_body", "interface_body", "enum_body"})
_WRAPPERS = frozenset({"decorated_definition", "export_statement"})
_ELEMENTS = frozenset({"jsx_element", "jsx_self_closing_element"})
_TAGS = frozenset({"jsx_opening_element", "jsx_self_closing_element"})
_FARTHEST = 200


class Enclosing:
    """One unit's statements, elements and continued lines."""

    def __init__(self, unit: Unit, spoken: Spoken) -> None:
        self._spoken = spoken
        root = tree_of(unit)
        self._root = root
        self._nodes: _Nest[Node] = _Nest(_of_several_lines(root) if root is not None else ())
        self._tags: _Nest[Tag] = _Nest(_tags(unit))
        self._continued = _continued(spoken.source) if unit.kind in _CONTINUED else {}

    def lines(self, span: Span) -> list[int]:
        """The 1-based lines where that which encloses a span begins or ends, the nearest first. Some stand twice."""
        first, last = self._first(span), self._last(span)
        found = [*self._of_program(span)]
        for tag, _ in self._tags.around(span):
            found += (self._first(tag), self._last(tag))
        for line in (first, last):
            found += self._continued.get(line, ())
        return found

    def filled_by(self, comment: Span) -> Span:
        """The braces around a comment among the children of a JSX element; else the comment."""
        node = self._root.descendant_for_byte_range(*comment) if self._root is not None else None
        around = node.parent if node is not None and node.type == "comment" else None
        if around is None or around.type != "jsx_expression":
            return comment
        alone = all(child.type == "comment" for child in around.named_children)
        return Span(around.start_byte, around.end_byte) if alone and around.named_child_count == 1 else comment

    def _of_program(self, span: Span) -> Iterator[int]:
        """Of all expressions up to the statement; of the innermost element, and of the tag that the statement is in."""
        in_statement = in_element = False
        before = ""
        for place, node in islice(self._nodes.around(span), _FARTHEST):
            kind = node.type
            in_element = in_element or (not before and kind.startswith("jsx") and _has_element_on_a_line(node, span))
            in_statement = in_statement or kind in _BLOCKS
            if in_statement:
                if before.endswith(_CLAUSES) and kind in _WRAPPERS:
                    yield self._first(place)
                if kind in _TAGS:
                    yield from (self._first(place), self._last(place))
                    return
            elif kind in _ELEMENTS and in_element:
                return
            else:
                yield self._first(place)
                in_statement = kind.endswith(_CLAUSES)
                in_element = in_element or kind in _ELEMENTS
                if kind != "jsx_element" and (not in_statement or kind in _SIMPLE):
                    yield self._last(place)
            before = kind

    def _first(self, span: Span) -> int:
        return self._spoken.lines.line_of(span.start)

    def _last(self, span: Span) -> int:
        return self._spoken.lines.line_of(max(span.end - 1, span.start))


def _has_element_on_a_line(node: Node, span: Span) -> bool:
    """Whether a span in ``node`` is in an element that the nest does not have, as it is on one line."""
    cursor = node.walk()
    for _ in range(_FARTHEST):
        if cursor.goto_first_child_for_byte(span.start) is None or cursor.node is None:
            return False
        if cursor.node.type in _ELEMENTS:
            return True
    return True


def _of_several_lines(root: Node) -> Iterator[tuple[Span, Node]]:
    """The nodes that make a difference: on more than one line. Each comes before those inside of it."""
    left = [root]
    while left:
        node = left.pop()
        if node != root:
            yield Span(node.start_byte, node.end_byte), node
        left += [child for child in reversed(node.named_children) if _counts(child)]


def _counts(node: Node) -> bool:
    # A block on one line, too: it parts its statement from the one around.
    return node.start_point.row != node.end_point.row or node.type in _BLOCKS


def _tags(unit: Unit) -> Iterator[tuple[Span, Tag]]:
    if unit.kind in _PAGES:
        from jwtscan.syntax.pages import tags_of

        for tag in tags_of(unit.kind, unit.document.source):
            yield tag.span.join(tag.body), tag


def _continued(source: bytes) -> dict[int, tuple[int, int]]:
    """The first and the last line of each row of lines that backslashes join, by each of its lines."""
    rows: dict[int, tuple[int, int]] = {}
    row: list[int] = []
    for number, line in enumerate(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1):
        row.append(number)
        goes_on = line.rstrip(b" \t").endswith(b"\\")
        if not goes_on and not (len(row) > 1 and line.lstrip().startswith(b"#")):
            if len(row) > 1:
                rows.update(dict.fromkeys(row, (row[0], row[-1])))
            row = []
    return rows


class _Nest(Generic[Item]):
    """Spans with what they are, in the order of their starts and outer ones first, each with the one around it."""

    def __init__(self, places: Iterable[tuple[Span, Item]]) -> None:
        self._places = list(places)
        self._starts = [span.start for span, _ in self._places]
        self._above: list[int] = []
        path: list[int] = []
        for at, (span, _) in enumerate(self._places):
            while path and not self._places[path[-1]][0].holds(span):
                path.pop()
            self._above.append(path[-1] if path else -1)
            path.append(at)

    def around(self, span: Span) -> Iterator[tuple[Span, Item]]:
        """Those that hold ``span``, the smallest first."""
        at = bisect_right(self._starts, span.start) - 1
        while at >= 0:
            if self._places[at][0].holds(span):
                yield self._places[at]
            at = self._above[at]
