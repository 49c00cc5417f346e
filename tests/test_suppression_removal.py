"""How ignore comments that are of no use go: with what is only there for them, and with nothing else."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.files.document import decode
from jwtscan.loading import load_rules
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit

RULES = load_rules(allow_python=False)
WORDS = "jwtscan: ignore[jwt-mint] moves in May"


def fixed(folder: Path, name: str, text: bytes) -> bytes:
    """What a fix makes of a file; that it comes to rest, and that a second one changes nothing, is checked."""
    for _ in range(2):
        (folder / name).write_bytes(text)
        made = fix(Options(cwd=folder, jobs=1), RULES)
        assert made.converged
        assert not made.breakdowns
        before, text = text, made.changes[0].after.raw if made.changes else text
    assert text == before, "a second run changes it"
    return text


PYTHON = [
    ("total = 1  # @\n", "total = 1\n"),
    ("total = 1  # @", "total = 1"),
    ("# @\ntotal = 1\n", "total = 1\n"),
    ("total = 1\n# @", "total = 1"),
    ("# @\n", ""),
    ("# @", ""),
    ("# @\n\nimport os\n", "import os\n"),
    ("one = 1\n\n# @\n\ntwo = 2\n", "one = 1\n\ntwo = 2\n"),
    ("one = 1\n\n# @\n", "one = 1\n"),
    ("if one:\n\t# @\n\ttwo = 2\t# @\n", "if one:\n\ttwo = 2\n"),
    ("one = 1  # @\r\ntwo = 2\r\n", "one = 1\r\ntwo = 2\r\n"),
    ("\ufeff# @\r\none = 1\r\n", "\ufeffone = 1\r\n"),
    ("one = 1  # noqa: S105  # @\n", "one = 1  # noqa: S105\n"),
    ("one = 1  # @  # noqa: S105\n", "one = 1  # noqa: S105\n"),
    ("one = 1  # noqa: S105 # jwtscan: ignore # type: ignore\n", "one = 1  # noqa: S105 # type: ignore\n"),
    ("#!/usr/bin/env python # @\none = 1\n", "#!/usr/bin/env python\none = 1\n"),
    ("one = 1  # see issue #12\ntwo = 2  # jwtscan: ignore see issue #12\n", "one = 1  # see issue #12\ntwo = 2\n"),
    ("one = 1  # jwtscan: ignore[jwt-mint, nope] moves\n", "one = 1\n"),
    ("s = '''\n# @\n'''  # @\n", "s = '''\n# @\n'''\n"),
]
SCRIPT = [
    ("const a = 1; // @\n", "const a = 1;\n"),
    ("const a = 1; /* @ */\n", "const a = 1;\n"),
    ("/* @ */ const a = 1;\n", "const a = 1;\n"),
    ("f(/* @ */1, 2 /* @ */);\n", "f(1, 2 );\n"),
    ("const f = () => { return/* @ */a };\n", "const f = () => { return a };\n"),
    ("const a = 1 +/* @ */+ b;\n", "const a = 1 + + b;\n"),
    ("const a = 1 + /* @ */+ b;\n", "const a = 1 + + b;\n"),
    ("const a = b /* @ */ + c;\n", "const a = b + c;\n"),
    ("const a = 1; /* @\n*/ const b = 2;\n", "const a = 1; \n const b = 2;\n"),
    ("/**\n * @\n */\nconst a = 1;\n", "const a = 1;\n"),
    ("/**\n * Says a.\n * @\n */\nconst a = 1;\n", "/**\n * Says a.\n */\nconst a = 1;\n"),
    ("/* @\n * Says a.\n */\nconst a = 1;\n", "/*\n * Says a.\n */\nconst a = 1;\n"),
    ("/* Says a.\n * @ */\nconst a = 1;\n", "/* Says a.\n */\nconst a = 1;\n"),
    ("a(); // eslint-disable-line no-undef -- @\n", "a(); // eslint-disable-line no-undef\n"),
    ("a(); // @ // eslint-disable-line no-undef\n", "a(); // eslint-disable-line no-undef\n"),
    ("if (a) { /* @ */ }\n", "if (a) { }\n"),
    ("/*\n jwtscan: ignore[jwt-mint] a\n jwtscan: ignore[jwt-bearer] b\n*/\na()\n", "a()\n"),
]
JSX = [
    ("const a = <p>\n  {/* @ */}\n  <b />\n</p>;\n", "const a = <p>\n  <b />\n</p>;\n"),
    ("const a = <p>\n  <b /> {/* @ */}\n</p>;\n", "const a = <p>\n  <b />\n</p>;\n"),
    ("const a = <p>{/* @ */}</p>;\n", "const a = <p></p>;\n"),
    ("const a = <p>\n  {\n    // @\n  }\n  <b />\n</p>;\n", "const a = <p>\n  <b />\n</p>;\n"),
    ("const a = <p id={/* @ */ x} />;\n", "const a = <p id={x} />;\n"),
    ("const a = <p>one {/* @ */} two</p>;\n", "const a = <p>one two</p>;\n"),
    ('const a = <p\n  // @\n  id="1" /* @ */ lang="en"\n/>;\n', 'const a = <p\n  id="1" lang="en"\n/>;\n'),
]
PAGE = [
    ("<p>\n  <!-- @ -->\n  <b>x</b> <!-- @ -->\n</p>\n", "<p>\n  <b>x</b>\n</p>\n"),
    ("<p>one<!-- @ -->two</p>\n", "<p>onetwo</p>\n"),
    ("<p></p>\n<!-- @\n  and more -->\n", "<p></p>\n<!--\n  and more -->\n"),
    ("<p></p>{# @ #}\n", "<p></p>\n"),
    ("<p></p>\n{% comment %} @ {% endcomment %}\n<p></p>", "<p></p>\n<p></p>"),
    ("<p></p>\n{{!-- @ --}}\n<p></p>", "<p></p>\n<p></p>"),
    ("<p></p>\n<%# @ %>\n<p></p>", "<p></p>\n<p></p>"),
]
REMOVED = [
    *(("a.py", *pair) for pair in PYTHON),
    *(("a.js", *pair) for pair in SCRIPT),
    *(("a.jsx", *pair) for pair in JSX),
    *(("a.html", *pair) for pair in PAGE),
]


@pytest.mark.parametrize(("name", "before", "after"), REMOVED)
def test_a_comment_goes_with_what_is_only_there_for_it(tmp_path: Path, name: str, before: str, after: str) -> None:
    assert fixed(tmp_path, name, before.replace("@", WORDS).encode()).decode() == after.replace("@", WORDS)


def test_ids_of_no_use_go_from_a_list(tmp_path: Path) -> None:
    text = "from zoomus import ZoomClient\nc = ZoomClient(k(), s())  # jwtscan: ignore[{}] moves in May\n"
    made = fixed(tmp_path, "a.py", text.format("jwt-mint, wrapper-client , nope").encode())
    assert made.decode() == text.format("wrapper-client")


def test_the_bytes_of_an_encoding_stay(tmp_path: Path) -> None:
    text = f"# coding: latin-1\nname = '\xe9'  # {WORDS} \xe9\n".encode("latin-1")
    assert fixed(tmp_path, "a.py", text) == "# coding: latin-1\nname = '\xe9'\n".encode("latin-1")


def notebook(*cells: object) -> str:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


CELLS = [
    ((["a = 1\n", "# @\n", "b = 2"],), [["a = 1\n", "b = 2"]]),
    ((["a = 1\n", "# @"], ["b = 2"]), [["a = 1"], ["b = 2"]]),
    ((["a = 1\n", "# @\n"], ["b = 2"]), [["a = 1\n"], ["b = 2"]]),
    ((["# @"], ["b = 2"]), [[""], ["b = 2"]]),
    (("a = 1\n# @\nb = 2",), ["a = 1\nb = 2"]),
    (("a = 1\n# @\n", "b = 2"), ["a = 1\n", "b = 2"]),
    (('a = "é"  # @ "é" \\\nb = 2', "c"), ['a = "é"\nb = 2', "c"]),
    ((["%magic\n", "a = 1  # @\n", "!ls # x\n", "# @\n", "b"],), [["%magic\n", "a = 1\n", "!ls # x\n", "b"]]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CELLS)
def test_cells_of_a_notebook(tmp_path: Path, before: tuple[object, ...], after: list[object]) -> None:
    text = fixed(tmp_path, "a.ipynb", notebook(*before).replace("@", WORDS).encode()).decode()
    assert [cell["source"] for cell in json.loads(text)["cells"]] == after


IGNORES = st.sampled_from(
    [WORDS, "jwtscan: ignore", "jwtscan: ignore-file[nope]", f"noqa  # {WORDS}", f"{WORDS} # noqa"]
)
LINES = st.sampled_from(
    ["a = 1", "", "if b:\n    c = [\n        1,\n        2]", "'''\n# jwtscan: ignore\n'''", "d = (1 +\n2)"]
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Python with ignores of no use on some lines and between them."""
    rows = []
    for line in draw(st.lists(LINES, max_size=6)):
        if draw(st.booleans()):
            rows.append(f"# {draw(IGNORES)}")
        rows.append(line + (f"  # {draw(IGNORES)}" if draw(st.booleans()) else ""))
    return draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(rows).split("\n")) + draw(st.sampled_from(["", "\n"]))


def tokens(text: str) -> list[tuple[int, str]]:
    """The tokens of a program but for comments and empty lines."""
    passed = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER}
    found = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return [(token.type, token.string.replace("\r\n", "\n")) for token in found if token.type not in passed]


@settings(max_examples=40, deadline=None)
@given(programs())
def test_a_program_says_what_it_said(text: str) -> None:
    with TemporaryDirectory() as folder:
        after = fixed(Path(folder), "a.py", text.encode()).decode()
    ast.parse(after)
    assert tokens(after) == tokens(text)
    assert after.count("noqa") == text.count("noqa")
    assert "moves in May" not in after


PIECES = st.sampled_from(["a", "+", "b", "(1)", ";", "\n", " ", "{", "}", "=", "'x'", "`t`", "=>", ",", "<p>", "</p>"])
BLOCKS = st.sampled_from(["/* @ */", "// @\n", "/*\n * @\n */", "{/* @ */}", "/* keep\n @ */", "/* eslint -- @ */"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, BLOCKS), max_size=14))
def test_a_script_says_what_it_said(pieces: list[str]) -> None:
    text = "".join(pieces).replace("@", WORDS)
    with TemporaryDirectory() as folder:
        after = fixed(Path(folder), "a.jsx", text.encode())
    before, made = read(text.encode()), read(after)
    assert significant(made) == significant(before)
    if before.module is not None and not before.module.errors:
        assert made.module is not None
        assert not made.module.errors
        assert not any("jwtscan" in comment.text for comment in made.comments_in_code())


def read(text: bytes) -> Unit:
    return read_unit(decode("a.jsx", text, "javascript"), "javascript")


def significant(unit: Unit) -> str:
    """A script without comments, JSX braces around nothing, blanks."""
    raw = bytearray(unit.document.source)
    for comment in unit.comments_in_code():
        raw[comment.span.start : comment.span.end] = b" " * (comment.span.end - comment.span.start)
    return "".join(raw.decode().split()).replace("{}", "")
