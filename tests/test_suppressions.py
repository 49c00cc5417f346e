"""Ignore comments: which findings they silence, in any comment syntax, and which of them are idle."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.files.suppressions import Ignore, Suppressions, parse
from jwtscan.text import Lines, Span

TODAY = date(2026, 5, 1)
COMMENT = re.compile(rb"/\*.*?\*/|<!--.*?-->|\{#.*?#\}|//[^\r\n]*|(?<!\{)#[^\r\n]*", re.DOTALL)
KNOWN = {"jwt-mint", "join-api-key", "jwt-bearer"}


def suppressions(source: str, today: date = TODAY, *, reasons: bool = False) -> Suppressions:
    """Parses a text in which everything that looks like a comment is one."""
    encoded = source.encode()
    comments = [Span(*match.span()) for match in COMMENT.finditer(encoded)]
    return parse(comments, encoded, Lines(encoded), today=today, reasons=reasons)


def silenced(source: str, line: int, *, rule: str = "jwt-mint", end: int | None = None, around: int = 0) -> bool:
    return suppressions(source).silences(rule, line, end or line, (around,)) is not None


SAME_LINE = [
    "token = jwt.encode(p, s)  # jwtscan: ignore[jwt-mint] moved next week",
    "token = sign(p, s) // jwtscan: ignore[jwt-mint]",
    "token = sign(p, s) /* jwtscan: ignore[jwt-mint] */;",
    "/* jwtscan: ignore[jwt-mint] */ token = sign(p, s);",
    "<a b='c'/> {/* jwtscan: ignore[jwt-mint] */}",
    "<script src='x'></script> <!-- jwtscan: ignore[jwt-mint] -->",
    "x  # noqa: S105  # jwtscan: ignore[jwt-mint]",
    "x // eslint-disable-line no-undef -- jwtscan: ignore[jwt-mint]",
    "x  #jwtscan:ignore[jwt-mint]",
    "x  # JWTSCAN :  Ignore [ join-api-key , JWT-Mint, ] reason",
    "x  # jwtscan: ignore",
]


@pytest.mark.parametrize("source", SAME_LINE)
def test_on_the_same_line(source: str) -> None:
    assert silenced(source, 1)
    assert not silenced(source + "\nnext()\n", 2)


LINE_ABOVE = [
    "# jwtscan: ignore[jwt-mint]",
    "    // jwtscan: ignore[jwt-mint]",
    "{/* jwtscan: ignore[jwt-mint] */}",
    "<!-- jwtscan: ignore[jwt-mint] because -->",
    "/*\n * jwtscan: ignore[jwt-mint]\n */",
    "{# jwtscan: ignore[jwt-mint] #}",
    "# jwtscan: ignore[jwt-mint]\n# a word about the next line\n",
    "# jwtscan: ignore[jwt-mint]\n\n  \n\n",
    "// jwtscan: ignore[jwt-mint]\n// eslint-disable-next-line\n/* x\n y */",
]


@pytest.mark.parametrize("comment", LINE_ABOVE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_alone_on_the_line_above(comment: str, newline: str) -> None:
    source = (comment + "\ntoken = 1\nother = 2\n").replace("\n", newline)
    line = source.replace("\r\n", "\n").split("token")[0].count("\n") + 1
    assert silenced(source, line)
    assert not silenced(source, line + 1)


def test_comment_after_code_says_nothing_about_the_next_line() -> None:
    assert not silenced("first()  # jwtscan: ignore\nsecond()\n", 2)


def test_block_comment_that_ends_before_the_code() -> None:
    assert silenced("/* jwtscan: ignore\n*/ sign(p, s)\n", 2)
    assert silenced("sign(p, s) /* jwtscan: ignore\n*/\n", 1)


@pytest.mark.parametrize("line", [1, 2, 3, 4])
def test_anywhere_in_a_finding_of_several_lines(line: int) -> None:
    lines = ["join({", "  meeting,", "  apiKey,", "})"]
    lines[line - 1] += "  // jwtscan: ignore[join-api-key]"
    assert silenced("\n".join(lines), 1, end=4, rule="join-api-key")


def test_above_the_enclosing_statement() -> None:
    source = "// jwtscan: ignore[join-api-key]\nclient.join({\n  meeting,\n  apiKey,\n})\n"
    assert silenced(source, 4, around=2, rule="join-api-key")
    assert not silenced(source, 4, rule="join-api-key")


def test_first_line_of_the_enclosing_element() -> None:
    source = "<div class='x'> <!-- jwtscan: ignore -->\n  <p\n  data-api-key='y'>\n"
    assert silenced(source, 3, around=1)


def test_only_the_named_rules() -> None:
    source = "x  # jwtscan: ignore[join-api-key, jwt-bearer]"
    assert [silenced(source, 1, rule=rule) for rule in ("join-api-key", "jwt-bearer", "jwt-mint")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_whole_file_from_any_line(place: int) -> None:
    lines = ["first()", "second()"]
    lines.insert(place, "# jwtscan: ignore-file[jwt-mint] sample code")
    source = "\n".join(lines)
    assert all(silenced(source, line) for line in (1, 2, 3, 999))
    assert not silenced(source, 1, rule="join-api-key")
    assert silenced(source.replace("[jwt-mint]", ""), 1, rule="join-api-key")


PROSE = [
    "# see jwtscan: ignore for how to silence it",
    '# write "jwtscan: ignore" above the line',
    "# jwtscan ignore",
    "# myjwtscan: ignore",
    "# noqa",
    "# type: ignore",
]


@pytest.mark.parametrize("comment", PROSE)
def test_comment_that_only_mentions_it(comment: str) -> None:
    found = suppressions(comment + "\nx\n")
    assert (found.ignores, found.malformed) == ((), ())


def test_word_outside_comments_is_nothing() -> None:
    source = b"<a title='jwtscan: ignore'/>"
    assert parse([], source, Lines(source), today=TODAY).silences("jwt-mint", 1, 1) is None


MALFORMED = [
    "ignored",
    "ignore-next-line",
    "ignore[jwt-mint",
    "ignore [jwt-mint reason",
    "ignore[]",
    "ignore[ , ]",
    "ignore[jwt mint; join]",
    "ignore-file[",
    "disable",
    "",
    "ignore[jwt-mint] until=soon",
    "ignore[jwt-mint] until=2026-02-30",
    "ignore[jwt-mint] until=20260501",
    "ignore[jwt-mint] until=2026-W10-1",
    "ignore[jwt-mint] until=",
    "ignore[jwt-mint] until 2026-2-30",
]


@pytest.mark.parametrize("words", MALFORMED)
def test_words_that_are_not_understood_silence_nothing_and_are_told(words: str) -> None:
    source = f"x  # jwtscan: {words}"
    found = suppressions(source)
    assert [one.span for one in found.malformed] == [Span(5, len(source.rstrip(" ,").encode()))]
    assert found.silences("jwt-mint", 1, 1) is None


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# jwtscan: ignore[jwt-mint] moves in May", "moves in May"),
        ("# jwtscan: ignore[jwt-mint]: moves in May", "moves in May"),
        ("# jwtscan: ignore[jwt-mint] -- moves in May", "moves in May"),
        ("# jwtscan: ignore moves in May", "moves in May"),
        ("/* jwtscan: ignore-file moves in May */", "moves in May"),
        ("<!-- jwtscan: ignore[jwt-mint] moves in May -->", "moves in May"),
        ("{/* jwtscan: ignore[jwt-mint] until=2026-06-01, moves in May */}", "moves in May"),
        ("# jwtscan: ignore", ""),
    ],
)
def test_reason(comment: str, reason: str) -> None:
    assert [ignore.reason for ignore in suppressions(comment).ignores] == [reason]


def test_everything_that_an_ignore_holds() -> None:
    found = suppressions("é\n# jwtscan: ignore[jwt-mint,x] until=2026-06-01 why\ny\n")
    assert found.ignores == (Ignore(Span(5, 53), Span(3, 53), 3, ("jwt-mint", "x"), "why", date(2026, 6, 1)),)


def test_until_a_day() -> None:
    source = "x  # jwtscan: ignore[jwt-mint] until=2026-05-01"
    assert suppressions(source, date(2026, 5, 1)).silences("jwt-mint", 1, 1)
    late = suppressions(source, date(2026, 5, 2))
    assert late.silences("jwt-mint", 1, 1) is None
    (unused,) = late.unused(KNOWN)
    assert unused.wanted
    assert unused.barred is not None
    assert unused.barred.message == "this ignore ended on 2026-05-01 and silences nothing any longer"


def test_over_and_nothing_left_to_silence() -> None:
    late = suppressions("x  # jwtscan: ignore[jwt-mint] until=2026-05-01", date(2026, 5, 2))
    assert [(unused.rules, unused.wanted) for unused in late.unused(KNOWN)] == [(("jwt-mint",), False)]


@pytest.mark.parametrize(
    "words", ["until 2026-06-01", "until: 2026-06-01 moves", "moves, until=2026-06-01", "UNTIL = 2026-06-01"]
)
def test_a_day_in_other_words(words: str) -> None:
    assert [one.until for one in suppressions(f"# jwtscan: ignore {words}").ignores] == [date(2026, 6, 1)]


def test_a_reason_is_required() -> None:
    source = "a  # jwtscan: ignore\nb  # jwtscan: ignore[jwt-mint] until=2026-06-01\nc  # jwtscan: ignore -- moves\n"
    found = suppressions(source, reasons=True)
    assert [found.silences("jwt-mint", line, line) is None for line in (1, 2, 3)] == [True, True, False]
    told = found.unused(KNOWN)
    assert [unused.wanted for unused in told] == [True, True]
    assert {unused.barred.message for unused in told if unused.barred is not None} == {
        "this ignore gives no reason, which is required, so it silences nothing"
    }


def test_unused_names_what_silenced_nothing() -> None:
    found = suppressions("a  # jwtscan: ignore[jwt-mint, join-api-key, jwt-mnit]\nb  # jwtscan: ignore\nc\n")
    assert found.silences("jwt-mint", 1, 1)
    first, second = found.unused(KNOWN)
    assert (first.rules, first.unknown, first.barred) == (("join-api-key",), ("jwt-mnit",), None)
    assert (second.ignore.line, second.rules, second.unknown) == (2, (), ())


def test_used_ones_are_not_reported() -> None:
    found = suppressions("# jwtscan: ignore-file[jwt-bearer]\na  # jwtscan: ignore[jwt-mint]\nb  # jwtscan: ignore\n")
    assert [
        found.silences(rule, line, line) is None for rule, line in (("jwt-mint", 2), ("x", 3), ("jwt-bearer", 9))
    ] == [False] * 3
    assert found.unused(KNOWN) == []


def test_ignore_is_not_judged_by_rules_that_did_not_run() -> None:
    found = suppressions("a  # jwtscan: ignore[jwt-mint]\nb  # jwtscan: ignore\nc  # jwtscan: ignore[nope]\n")
    assert [unused.unknown for unused in found.unused(KNOWN, ran={"join-api-key"})] == [("nope",)]
    assert len(found.unused(KNOWN, ran=KNOWN)) == 3


def test_nearest_ignore_is_given_and_all_that_apply_are_used() -> None:
    found = suppressions("# jwtscan: ignore-file\na  # jwtscan: ignore[jwt-mint]\n")
    ignore = found.silences("jwt-mint", 2, 2)
    assert ignore is not None
    assert not ignore.whole_file
    assert found.unused(KNOWN) == []


def test_several_directives_in_one_comment() -> None:
    found = suppressions("/*\n jwtscan: ignore[jwt-mint] a\n jwtscan: ignore[jwt-bearer] b\n*/\nx\n")
    assert [(ignore.rules, ignore.line) for ignore in found.ignores] == [(("jwt-mint",), 5), (("jwt-bearer",), 5)]


def test_several_directives_on_one_line() -> None:
    found = suppressions("x  # jwtscan: ignore[jwt-mint] a  # jwtscan: ignore[jwt-bearer] b\n")
    assert [(ignore.rules, ignore.reason) for ignore in found.ignores] == [(("jwt-mint",), "a"), (("jwt-bearer",), "b")]


def test_comment_at_the_end_of_the_file() -> None:
    assert suppressions("# jwtscan: ignore\n# more\n").ignores[0].line == 4
    assert suppressions("# jwtscan: ignore").ignores[0].line == 2


@pytest.mark.parametrize(
    "source",
    [
        "# jwtscan: ignore\n" * 20_000,
        "/* jwtscan: ignore */" * 20_000,
        "/*" + "#" * 1_000_000 + "jwtscan: ignore" + " " * 1_000_000 + "*/",
        "# jwtscan: ignore\n" + "\n" * 300_000,
        "/*" + "\njwtscan: ignore until = " * 20_000 + "*/",
        "#" + " # jwtscan: ignore" * 50_000,
        "# " + "jwtscan: ignore[" * 50_000,
        "# jwtscan: ignore" + " until" * 200_000,
    ],
    ids=["stack", "one line", "rulers", "blanks", "block", "one line of marks", "brackets", "until"],
)
def test_hostile_comments_stay_cheap(source: str) -> None:
    before = time.process_time()
    found = suppressions(source)
    found.silences("jwt-mint", 1, 10**9, (5,))
    assert time.process_time() - before < 5


@given(st.text("/*#<!->{} \n\rjx:[],", max_size=80), st.text(" \n#[],x-=until0123456789", max_size=40))
def test_any_comment_is_answered(before: str, after: str) -> None:
    text = f"{before}jwtscan: ignore{after}"
    source = text.encode()
    found = parse([Span(0, len(source))], source, Lines(source), today=TODAY)
    assert len(found.ignores) + len(found.malformed) <= 1
    for ignore in found.ignores:
        assert found.silences(ignore.rules[0] if ignore.rules else "any", ignore.line, ignore.line) in (ignore, None)
