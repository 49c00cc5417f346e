"""Collects replacements, insertions and removals of one program and makes edits of them. Comments always stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.code import Code, span_of, statement_of
from jwtscan.text import Edit, Span
from jwtscan.text.layout import Layout, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(slots=True)
class Draft:
    """Changes of a program, in offsets of its text. ``layout`` is the document's."""

    code: Code
    layout: Layout
    _changes: list[tuple[Span, str]] = field(default_factory=list)
    _kept: set[Span] = field(default_factory=set)

    def put(self, node: Node, text: str) -> None:
        """An expression in place of another. Its comments move above the statement."""
        for comment in self._comments(span_of(node)):
            self.before(statement_of(node), comment)
        self._changes.append((span_of(node), text))

    def replace(self, statement: Node, text: str) -> None:
        """Statements in place of one; ``text`` is written with four-space steps and no margin."""
        rows = [*self._comments(span_of(statement)), text]
        self._changes.append((span_of(statement), self.laid("\n".join(rows), statement)))

    def open(self, body: Node, text: str) -> None:
        """A block in place of the expression that an arrow function gives, on the arrow's line."""
        arrow = body.prev_sibling
        start = arrow.end_byte if arrow is not None else body.start_byte
        margin = margin_of(self.code.source, arrow.start_byte if arrow is not None else body.start_byte)
        span = Span(start, body.end_byte)
        first, *rest = text.split("\n")
        rows = [first, *(f"    {comment}" for comment in self._comments(span)), *rest]
        laid = self.layout.lines("\n".join(rows), margin)
        self._changes.append((span, f" {laid}"))

    def before(self, statement: Node, text: str) -> None:
        """Statements before one."""
        margin = self._margin(statement)
        place = Span(statement.start_byte, statement.start_byte)
        self._changes.append((place, f"{self.laid(text, statement)}{self.layout.newline}{margin}"))

    def remove(self, statements: Sequence[Node]) -> None:
        """Statements with their lines, where they have them for themselves, and parts of declarations."""
        parts = [each for each in statements if each.type == "variable_declarator"]
        whole = {each.parent.id: each.parent for each in parts if each.parent is not None}
        for declaration in whole.values():
            gone = [each for each in declaration.named_children if each in parts]
            if len(gone) == declaration.named_child_count:
                self._remove(declaration)
            else:
                self._changes += [(span, "") for span in _without(declaration, gone)]
        for statement in statements:
            if statement not in parts:
                self._remove(statement)

    def _remove(self, statement: Node) -> None:
        comments = self._comments(span_of(statement))
        if comments:
            self._changes.append((span_of(statement), self.laid("\n".join(comments), statement)))
            return
        source = self.code.source
        start = source.rfind(b"\n", 0, statement.start_byte) + 1
        end = _line_end(source, statement.end_byte)
        ahead, behind = source[start : statement.start_byte], source[statement.end_byte : end]
        if ahead.strip():
            self._changes.append((span_of(statement), ""))
        elif behind.strip(b" \t\r\n;"):
            gap = len(behind) - len(behind.lstrip(b" \t;"))
            self._changes.append((Span(statement.start_byte, statement.end_byte + gap), ""))
        else:
            after = _line_end(source, end)
            is_apart = not source[source.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start].strip()
            if is_apart and end < len(source) and not source[end:after].strip():
                end = after
            self._changes.append((Span(start, end), ""))

    def edits(self) -> tuple[tuple[str, Edit], ...]:
        """The edits, those that touch made one."""
        merged: list[tuple[Span, str]] = []
        for span, text in sorted(self._changes, key=lambda change: change[0]):
            if merged and span.start <= merged[-1][0].end:
                before, earlier = merged[-1]
                merged[-1] = (Span(before.start, max(before.end, span.end)), earlier + text)
            else:
                merged.append((span, text))
        unit = self.code.unit
        return tuple((unit.path, Edit(unit.span(span), text.encode())) for span, text in merged)

    def _comments(self, span: Span) -> list[str]:
        """The comments inside of what goes, each of them once."""
        module = self.code.unit.module
        found = [comment for comment in (module.comments if module is not None else ()) if span.holds(comment.span)]
        fresh = [comment for comment in found if comment.span not in self._kept]
        self._kept.update(comment.span for comment in fresh)
        return [comment.text for comment in fresh]

    def laid(self, text: str, statement: Node) -> str:
        return self.layout.lines(text, self._margin(statement))

    def _margin(self, statement: Node) -> str:
        return margin_of(self.code.source, statement.start_byte)


def _without(declaration: Node, gone: Sequence[Node]) -> Iterator[Span]:
    """The spans that go with parts of a declaration: each with the comma behind it, the last ones with that before."""
    kept = [each for each in declaration.named_children if each not in gone]
    for part in gone:
        after = part.next_named_sibling
        if after is not None and part.start_byte < kept[-1].start_byte:
            yield Span(part.start_byte, after.start_byte)
    if kept[-1].end_byte < gone[-1].end_byte:
        yield Span(kept[-1].end_byte, gone[-1].end_byte)


def _line_end(source: bytes, offset: int) -> int:
    found = source.find(b"\n", offset)
    return len(source) if found < 0 else found + 1
