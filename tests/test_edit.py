"""Edits of a text, and the layout that new text follows. What holds for any text, holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.text import ConflictError, Edit, Span, apply
from jwtscan.text.layout import Layout, layout_of, margin_of

TEXTS = st.binary(max_size=60)


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """A text and edits that may stand together: there is a byte at least between any two."""
    source = draw(TEXTS)
    edits: list[Edit] = []
    at = 0
    while at <= len(source) and len(edits) < 6:
        start = draw(st.integers(at, len(source)))
        end = draw(st.integers(start, len(source)))
        edits.append(Edit(Span(start, end), draw(st.binary(max_size=5))))
        at = end + 2
    return source, edits


@given(edited(), st.randoms())
def test_order_of_edits_does_not_matter(case: tuple[bytes, list[Edit]], random: object) -> None:
    source, edits = case
    shuffled = list(edits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply(source, shuffled) == apply(source, edits)


@given(edited())
def test_all_at_once_is_each_from_the_last_to_the_first(case: tuple[bytes, list[Edit]]) -> None:
    source, edits = case
    expected = source
    for edit in sorted(edits, reverse=True):
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply(source, edits) == expected


@given(edited())
def test_bytes_outside_of_edits_stay(case: tuple[bytes, list[Edit]]) -> None:
    source, edits = case
    result, at, shift = apply(source, edits), 0, 0
    for edit in sorted(edits):
        assert result[at + shift : edit.span.start + shift] == source[at : edit.span.start]
        shift += len(edit.text) - (edit.span.end - edit.span.start)
        at = edit.span.end
    assert result[at + shift :] == source[at:]


@given(edited())
def test_equal_edits_are_made_once(case: tuple[bytes, list[Edit]]) -> None:
    source, edits = case
    assert apply(source, [*edits, *edits]) == apply(source, edits)


@given(TEXTS, st.data())
def test_edits_that_share_a_byte_or_touch_are_refused(source: bytes, data: st.DataObject) -> None:
    size = len(source)
    start = data.draw(st.integers(0, size))
    one = Edit(Span(start, data.draw(st.integers(start, size))), b"one")
    start = data.draw(st.integers(0, one.span.end))
    other = Edit(Span(start, data.draw(st.integers(max(start, one.span.start), size))), b"other")
    assert one.conflicts(other)
    assert other.conflicts(one)
    with pytest.raises(ConflictError):
        apply(source, [one, other])


def test_insertions_at_one_place_are_refused_unless_they_are_the_same() -> None:
    assert apply(b"ab", [Edit(Span(1, 1), b"x"), Edit(Span(1, 1), b"x")]) == b"axb"
    with pytest.raises(ConflictError):
        apply(b"ab", [Edit(Span(1, 1), b"x"), Edit(Span(1, 1), b"y")])


@pytest.mark.parametrize("span", [Span(0, 9), Span(-1, 1), Span(2, 1), Span(9, 9)])
def test_span_outside_of_the_text_is_an_error(span: Span) -> None:
    with pytest.raises(ValueError, match="in a text of 3 bytes"):
        apply(b"abc", [Edit(span, b"x")])


# -- layout ----------------------------------------------------------------------------------------------------------

PROGRAM = "def a():\n    if x:\n        return 'b'\n\n    return 'c'\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", ["  ", "    ", "        ", "\t"])
def test_layout_is_read_from_the_text(newline: str, indent: str) -> None:
    text = PROGRAM.replace("    ", indent).replace("\n", newline)
    layout = layout_of(text.encode())
    assert (layout.newline, layout.quote) == (newline, "'")
    assert layout.indent == indent or newline == "\r"


@pytest.mark.parametrize(
    ("text", "semicolons"),
    [
        ("a()\nb()\n", False),
        ("a();\nb();\n", True),
        ("a();\nif (x) {\n  b();\n}\n", True),
        ("", True),
        ("x = 1", False),
    ],
)
def test_semicolons_as_most_statements_have_them(text: str, semicolons: bool) -> None:
    assert layout_of(text.encode()).semicolons is semicolons


def test_commoner_quote_and_line_end_win() -> None:
    layout = layout_of(b'a = "b"\r\nc = \'d\'\ne = "f"\r\n')
    assert (layout.quote, layout.newline) == ('"', "\r\n")


@given(st.binary(max_size=200))
def test_any_bytes_have_a_layout(source: bytes) -> None:
    layout = layout_of(source)
    assert layout.newline in ("\n", "\r\n", "\r")
    assert layout.indent.strip(" ") in ("", "\t")
    assert layout.indent
    assert layout.quote in "'\""


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b = 1", ""])), min_size=1, max_size=6))
def test_lines_are_written_in_the_layout(rows: list[tuple[int, str]]) -> None:
    text = "\n".join("    " * steps * bool(row) + row for steps, row in rows)
    made = Layout(newline="\r\n", indent="\t").lines(text, margin="\t\t")
    first, *rest = made.split("\r\n")
    assert first == text.split("\n")[0]
    for line, (steps, row) in zip(rest, rows[1:], strict=True):
        assert line == ("\t\t" + "\t" * steps + row if row else "")


@pytest.mark.parametrize(
    ("source", "offset", "margin"),
    [(b"a\n  b = c", 6, "  "), (b"\tx", 1, "\t"), (b"a\r    b", 6, "    "), (b"abc", 2, ""), (b"a\n   ", 4, "  ")],
)
def test_margin_is_the_white_space_before_the_line(source: bytes, offset: int, margin: str) -> None:
    assert margin_of(source, offset) == margin
