"""Many spans asked at once: the same answer as asking each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jwtscan.text import Span, Spans

GAPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=8)


@given(GAPS, st.integers(0, 30), st.integers(0, 6))
def test_spans_hold_what_one_of_them_holds(gaps: list[tuple[int, int]], start: int, length: int) -> None:
    spans, at = [], 0
    for gap, size in gaps:
        spans.append(Span(at + gap, at + gap + size + 1))
        at = spans[-1].end
    asked = Span(start, start + length)
    assert Spans(reversed(spans)).hold(asked) == any(span.holds(asked) for span in spans)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=8), st.integers(0, 30), st.integers(0, 6))
def test_spans_overlap_where_one_of_them_does(places: list[tuple[int, int]], start: int, length: int) -> None:
    spans = [Span(at, at + size) for at, size in places]
    asked = Span(start, start + length)
    assert Spans(spans).overlap(asked) == any(span.overlaps(asked) for span in spans)
