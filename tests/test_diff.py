"""Patches: what ``git apply`` makes of them is the new text, byte for byte."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.text.diff import changes, patch

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"}\n", b"\n", b"c\r\n", b"d", b"e\x00\n"]), max_size=30)


def applied(path: str, before: bytes | None, after: bytes) -> bytes:
    """What git makes of the patch in an empty folder, checked first."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, path)
        if before is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(before)
        text = patch(path, before, after)
        for more in (["--check"], []):
            done = subprocess.run(
                ["git", "apply", "--whitespace=nowarn", *more],
                cwd=place,
                input=text,
                capture_output=True,
                check=False,
                env={"GIT_CEILING_DIRECTORIES": place, "HOME": place, "PATH": "/usr/bin:/bin:/usr/local/bin"},
            )
            assert done.returncode == 0, (done.stderr, text)
        return file.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"a\nb\nc\n", b"a\nB\nc\n", id="line-in-the-middle"),
        pytest.param(b"a\r\nb\r\n", b"a\r\nB\r\n", id="crlf"),
        pytest.param(b"a\nb", b"a\nB", id="no-line-end-at-the-end"),
        pytest.param(b"a\nb", b"a\nb\n", id="line-end-is-added"),
        pytest.param(b"a\nb\n", b"a\nb", id="line-end-is-taken-away"),
        pytest.param(b"x\na\nb\nc\nend", b"X\na\nb\nc\nend", id="no-line-end-in-the-context"),
        pytest.param(b"a\rb\rc\r", b"a\rB\rc\r", id="lone-carriage-returns"),
        pytest.param(b"caf\xe9 = 1\nx\n", b"caf\xe9 = 2\nx\n", id="latin-1"),
        pytest.param("key = 1\nx\n".encode("utf-16"), "key = 2\nx\n".encode("utf-16"), id="utf-16"),
        pytest.param(b"\xef\xbb\xbfa = 1\n", b"\xef\xbb\xbfa = 2\n", id="bom"),
        pytest.param(b"a\x0cb\x0b\n1\n", b"a\x0cb\x0b\n2\n", id="form-feed-is-no-line-end"),
        pytest.param(None, b"new\nfile\n", id="new-file"),
        pytest.param(None, b"no end", id="new-file-without-line-end"),
        pytest.param(None, b"", id="new-empty-file"),
        pytest.param(b"", b"a\n", id="was-empty"),
        pytest.param(b"a\n", b"", id="is-emptied"),
        pytest.param(b"-- a\n++ b\n@@ c\n", b"-- a\n+++ b\n@@ c\n", id="looks-like-a-patch"),
        pytest.param(b"\n".join(b"%d" % n for n in range(99)), b"x\n" * 3 + b"\n".join(b"%d" % n for n in range(1, 98)),
                     id="both-ends"),
    ],
)  # fmt: skip
def test_git_applies_it(before: bytes | None, after: bytes) -> None:
    assert applied("src/app.py", before, after) == after


@pytest.mark.parametrize(
    "path",
    [
        "a b/my file.py",
        "naïve/日本.py",
        'quo"te.py',
        "back\\slash.py",
        "tab\tnew\nline.py",
        "a.py ",
        "b/b/ b/c.py",
        "\udce9.py",
    ],
)
@pytest.mark.parametrize("before", [b"a\n", None], ids=["changed", "new"])
def test_git_applies_it_whatever_the_name(path: str, before: bytes | None) -> None:
    assert applied(path, before, b"b\n") == b"b\n"


def test_name_is_written_as_git_does(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for path in ("plain.py", "with space.py", "é.py", 'q"\t.py'):
        (tmp_path / path).write_bytes(b"a\nb\n")
        subprocess.run(["git", "add", "--", path], cwd=tmp_path, check=True)
        (tmp_path / path).write_bytes(b"a\nc\n")
        theirs = subprocess.run(
            ["git", "diff", "--no-color", "--", path], cwd=tmp_path, capture_output=True, check=True
        ).stdout.split(b"\n")
        ours = patch(path, b"a\nb\n", b"a\nc\n").split(b"\n")
        assert [theirs[0], *theirs[2:4], *theirs[5:]] == [*ours[:3], *ours[4:]]


@given(LINES, LINES)
def test_any_two_texts_give_changes_that_lead_from_one_to_the_other(one: list[bytes], other: list[bytes]) -> None:
    made: list[bytes] = []
    at = 0
    previous = -1
    for change in changes(one, other):
        assert change.start > previous or not made, "neighbours are one change"
        made += [*one[at : change.start], *other[change.new_start : change.new_end]]
        at, previous = change.end, change.end
    assert [*made, *one[at:]] == other


def test_equal_texts_have_no_patch() -> None:
    assert patch("a.py", b"a\n", b"a\n") == b""


def test_far_changes_stand_in_hunks_of_their_own() -> None:
    before = b"".join(b"%d\n" % number for number in range(100))
    after = before.replace(b"\n20\n", b"\nx\n").replace(b"\n27\n", b"\ny\n").replace(b"\n60\n", b"\nz\n")
    text = patch("a.py", before, after)
    assert text.count(b"\n@@ ") == 2
    assert b"@@ -18,14 +18,14 @@\n" in text


def test_moved_block_keeps_its_neighbours() -> None:
    before = b"def a():\n    return 1\n\n\ndef b():\n    return 2\n"
    after = b"import x\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n"
    text = patch("a.py", before, after)
    assert [line for line in text.split(b"\n")[4:] if line[:1] in b"+-" and line] == [b"+import x", b"+", b"+"]


def test_repeated_lines_in_great_number_are_replaced_at_once() -> None:
    before = [b"}\n", b"{\n"] * 3000
    after = [b"{\n", b"}\n", b"}\n"] * 3000
    found = changes(before, after)
    assert found[0].start <= 1
    assert found[-1].new_end >= len(after) - 1
