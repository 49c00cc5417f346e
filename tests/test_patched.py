"""Patches that a person has edited, applied to what they were made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.text.diff import patch
from jwtscan.text.patched import PatchError, patched

BEFORE = b"".join(b"line %d\n" % number for number in range(1, 31))
AFTER = BEFORE.replace(b"line 5\n", b"five\nand a half\n").replace(b"line 20\n", b"")


def made(before: bytes | None = BEFORE, after: bytes = AFTER, path: str = "a.js") -> bytes:
    return patch(path, before, after)


_TEXTS = st.lists(st.sampled_from([b"a", b"b", b"", b"x y", b"\\", b"#", b"@@"]), max_size=12).map(b"\n".join)


@given(before=_TEXTS, after=_TEXTS, is_new=st.booleans())
def test_untouched_patch_gives_the_text_it_was_made_for(before: bytes, after: bytes, is_new: bool) -> None:
    texts = {"a.js": None if is_new else before}
    expected = {} if after == (b"" if is_new else before) else {"a.js": after}
    assert patched(patch("a.js", texts["a.js"], after), texts) == expected


def test_added_line_is_changed() -> None:
    edited = made().replace(b"+five", b"+FIVE")
    assert patched(edited, {"a.js": BEFORE}) == {"a.js": AFTER.replace(b"five", b"FIVE")}


def test_counts_need_not_be_right() -> None:
    edited = made().replace(b"+and a half\n", b"+and a half\n+and more\n+and more\n")
    result = patched(edited, {"a.js": BEFORE})["a.js"]
    assert result == AFTER.replace(b"and a half\n", b"and a half\nand more\nand more\n")


def test_removal_made_a_blank_keeps_the_line() -> None:
    edited = made().replace(b"-line 20", b" line 20")
    assert b"line 20\n" in patched(edited, {"a.js": BEFORE})["a.js"]


def test_context_taken_from_the_start_of_a_hunk_moves_it() -> None:
    edited = made().replace(b" line 2\n line 3\n", b"")
    assert patched(edited, {"a.js": BEFORE}) == {"a.js": AFTER}


def test_blank_of_an_empty_line_taken_by_the_editor() -> None:
    before = b"a\n\nb\nc\n"
    edited = patch("a.js", before, b"a\n\nB\nc\n").replace(b"\n \n", b"\n\n")
    assert patched(edited, {"a.js": before}) == {"a.js": b"a\n\nB\nc\n"}


def test_empty_lines_at_the_end_mean_nothing() -> None:
    assert patched(made() + b"\n\n# a comment\n", {"a.js": BEFORE}) == {"a.js": AFTER}


def test_line_ends_of_the_text_stay_whatever_the_editor_writes() -> None:
    before = BEFORE.replace(b"\n", b"\r\n")
    edited = made(before, AFTER.replace(b"\n", b"\r\n")).replace(b"\r\n", b"\n")
    assert patched(edited, {"a.js": before}) == {"a.js": AFTER.replace(b"\n", b"\r\n")}


def test_file_taken_out_of_the_patch_stays_as_it_is() -> None:
    both = made() + made(path="b.js")
    assert patched(made(path="b.js"), {"a.js": BEFORE, "b.js": BEFORE}) == {"b.js": AFTER}
    assert patched(both, {"a.js": BEFORE, "b.js": BEFORE}) == {"a.js": AFTER, "b.js": AFTER}


def test_line_behind_an_unfinished_last_line_gets_its_own_line() -> None:
    edited = made(b"a\nb", b"a\nB").rstrip(b"\n") + b"\n+c\n"
    assert patched(edited, {"a.js": b"a\nb"}) == {"a.js": b"a\nB\nc\n"}


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (made().replace(b" line 4\n", b" line four\n"), "hunk at line 4 does not fit"),
        (made().replace(b" line 4\n", b"line 4\n"), "line 7 starts with none of"),
        (made().replace(b"diff --git", b"diff --gut"), "line 1 stands before any"),
        (made(path="other.js"), "line 1 names a file"),
        (made().replace(b"@@ -2,", b"@@ two,"), "line 4 should be a hunk's first"),
    ],
)
def test_what_does_not_fit_is_said(edited: bytes, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        patched(edited, {"a.js": BEFORE})


def test_hunks_may_not_overlap() -> None:
    hunk = made(BEFORE, BEFORE.replace(b"line 5\n", b"")).split(b"\n", 3)[3]
    with pytest.raises(PatchError, match="does not fit"):
        patched(made(BEFORE, BEFORE.replace(b"line 5\n", b"")) + hunk, {"a.js": BEFORE})
