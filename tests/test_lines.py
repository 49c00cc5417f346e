"""Positions against a slow and plain reference, and identities that survive edits elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from hypothesis import assume, example, given
from hypothesis import strategies as st

from jwtscan.finding import Confidence, Finding, Severity, with_fingerprints
from jwtscan.text import Lines, Position, Span

TEXTS = st.text(st.one_of(st.sampled_from("\r\n\t aé漢😀\u2028\x0b\x0c"), st.characters(codec="utf-8")), max_size=60)
SPANS = st.builds(lambda a, b: Span(min(a, b), max(a, b)), st.integers(0, 30), st.integers(0, 30))


def split(text: str) -> list[str]:
    """The lines of ``text`` without their ends, by a plain split."""
    return re.split("\r\n|\r|\n", text)


@given(TEXTS)
@example("")
@example("\r\r\n\n")
def test_lines_are_what_editors_show(text: str) -> None:
    lines = Lines(text.encode())
    assert [lines.text(number + 1) for number in range(lines.count)] == split(text)
    for number in range(1, lines.count + 1):
        span = lines.span(number)
        assert lines.source[span.start : span.end] == lines.bytes(number)


@given(TEXTS, st.data())
@example("a😀é\r\nb", None)
def test_columns_in_every_unit(text: str, data: st.DataObject | None) -> None:
    at = data.draw(st.integers(0, len(text))) if data else 2
    assume(text[at - 1 : at + 1] != "\r\n")
    lines = Lines(text.encode())
    before = split(text[:at])
    offset = len(text[:at].encode())
    position = Position(len(before), len(before[-1]) + 1)
    assert lines.position(offset) == position
    assert lines.offset(position) == offset
    assert lines.line_of(offset) == len(before)
    assert lines.utf16_column(offset) == len(before[-1].encode("utf-16-le")) // 2 + 1
    assert lines.byte_column(offset) == len(before[-1].encode()) + 1


@given(TEXTS)
def test_offset_inside_a_line_end_stays_on_its_line(text: str) -> None:
    source = (text + "\r\nx").encode()
    lines = Lines(source)
    between = len(source) - 2
    assert lines.line_of(between) == lines.count - 1
    assert lines.line_of(between + 1) == lines.count


@given(TEXTS, st.integers(1, 9), st.integers(1, 99))
def test_column_past_the_end_is_the_end(text: str, line: int, past: int) -> None:
    lines = Lines(text.encode())
    assume(line <= lines.count)
    assert lines.offset(Position(line, len(lines.text(line)) + past)) == lines.span(line).end


@given(SPANS, SPANS)
def test_overlap_is_symmetric_and_counts_touching(one: Span, other: Span) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    assert one.overlaps(other) == bool({*range(one.start, one.end + 1)} & {*range(other.start, other.end + 1)})


@given(SPANS, SPANS)
def test_join_holds_both_and_nothing_more(one: Span, other: Span) -> None:
    joined = one.join(other)
    assert joined == other.join(one)
    assert joined.holds(one)
    assert joined.holds(other)
    assert {joined.start, joined.end} <= {*one, *other}
    assert one.holds(other) == (one.join(other) == one)


def finding(rule: str, path: str, start: int) -> Finding:
    return Finding(rule, Severity.ERROR, Confidence.HIGH, "message", path, Span(start, start + 5))


ROWS = st.lists(
    st.tuples(
        st.builds(finding, st.sampled_from(["a", "b"]), st.sampled_from(["x.py", "caf\udce9.py"]), st.integers(0, 99)),
        st.sampled_from([b"join(x)", b"join( x)", b"join(\n  x)", b"sign()"]),
    ),
    max_size=8,
    unique_by=lambda row: row[0].order,
)


@given(ROWS, st.randoms())
def test_identities_are_distinct_and_the_same_in_any_order(rows: list[tuple[Finding, bytes]], random: Random) -> None:
    result = with_fingerprints(rows)
    assert [one.order for one in result] == sorted(row[0].order for row in rows)
    assert len({one.fingerprint for one in result}) == len(rows)
    random.shuffle(rows)
    assert with_fingerprints(rows) == result


@given(ROWS, st.integers(1, 1000))
def test_identity_survives_lines_added_above(rows: list[tuple[Finding, bytes]], shift: int) -> None:
    moved = [(replace(one, span=Span(one.span.start + shift, one.span.end + shift)), text) for one, text in rows]
    assert [one.fingerprint for one in with_fingerprints(moved)] == [one.fingerprint for one in with_fingerprints(rows)]


@given(ROWS)
def test_identity_survives_a_new_indent_message_and_severity(rows: list[tuple[Finding, bytes]]) -> None:
    changed = [
        (replace(one, message="other", severity=Severity.NOTE), b"\t " + text.replace(b" ", b"\n\t ") + b"\n")
        for one, text in rows
    ]
    assert [one.fingerprint for one in with_fingerprints(changed)] == [
        one.fingerprint for one in with_fingerprints(rows)
    ]


@given(ROWS)
def test_identity_of_the_others_survives_a_finding_after_them(rows: list[tuple[Finding, bytes]]) -> None:
    assume(rows)
    before = with_fingerprints(rows)
    last = before[-1]
    more = replace(last, span=Span(last.span.start + 500, last.span.end + 500), fingerprint="")
    after = with_fingerprints([*rows, (more, b"join(x)")])
    assert after[: len(before)] == before


def test_rule_path_and_text_each_make_another_identity() -> None:
    rows = [
        (finding("a", "x.py", 1), b"join(x)"),
        (finding("b", "x.py", 1), b"join(x)"),
        (finding("a", "y.py", 1), b"join(x)"),
        (finding("a", "x.py", 9), b"join(y)"),
        (finding("a", "x.py", 20), b"join(x)"),
    ]
    single = {with_fingerprints([row])[0].fingerprint for row in rows}
    assert len(single) == 4
    assert len({one.fingerprint for one in with_fingerprints(rows)}) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", one.fingerprint) for one in with_fingerprints(rows))
