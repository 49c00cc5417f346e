"""Notebooks: the program that comes out of the cells, and where its bytes stand in the JSON."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.syntax.magics import without_magics
from jwtscan.syntax.notebook import notebook_region
from jwtscan.syntax.python import lower_python
from jwtscan.text import Lines, Position, Span


def _notebook(*cells: str | list[str], ascii_only: bool = False, **metadata: Any) -> bytes:
    listed: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    whole = {"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=ascii_only).encode()


def _place(source: bytes, word: bytes) -> str:
    """What stands in the document where ``word`` stands in the region's text."""
    (region,) = notebook_region(source)
    at = region.text.index(word)
    start, end = region.to_document(Span(at, at + len(word)))
    return source[start:end].decode()


def test_cells_join_into_one_program() -> None:
    (region,) = notebook_region(_notebook(["import jwt\n", "x = 1"], "y = x"))
    assert region.language == "python"
    assert region.text == b"import jwt\nx = 1\ny = x\n"


def test_only_code_cells_are_read() -> None:
    whole = {
        "cells": [
            {"source": "# Title", "cell_type": "markdown"},
            {"source": ["x = 1\n"], "cell_type": "code", "outputs": [{"data": {"source": ["not me"]}}]},
            {"source": "raw", "cell_type": "raw"},
        ]
    }
    (region,) = notebook_region(json.dumps(whole).encode())
    assert region.text == b"x = 1\n"


def test_nbformat_3_worksheets() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1\n"], "language": "python"}]}
    (region,) = notebook_region(json.dumps({"worksheets": [sheet], "nbformat": 3}).encode())
    assert (region.language, region.text) == ("python", b"a = 1\n")


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"language_info": {"name": "python"}}, "python"),
        ({"kernelspec": {"language": "javascript", "name": "node"}}, "javascript"),
        ({"kernelspec": {"name": "tslab"}, "language_info": {"name": "typescript"}}, "typescript"),
    ],
)
def test_language_of_the_kernel(metadata: dict[str, Any], language: str) -> None:
    assert [region.language for region in notebook_region(_notebook("x", **metadata))] == [language]


def test_other_kernel_is_no_program_of_ours() -> None:
    assert notebook_region(_notebook("x <- 1", language_info={"name": "R"})) == ()


def test_span_of_a_quoted_string_covers_its_escapes() -> None:
    assert _place(_notebook('key = "abc"\nmore = 1'), b'"abc"') == '\\"abc\\"'


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("before", ['"', "\\", "é", "\U0001f600", "\t", "/", "plain"])
def test_place_after_an_escape(before: str, ascii_only: bool) -> None:
    source = _notebook([f"a = r'''{before}'''; SECRET\n", "b = 1"], ascii_only=ascii_only)
    assert _place(source, b"SECRET") == "SECRET"
    assert _place(source, b"b = 1") == "b = 1"


def test_line_and_column_in_the_document() -> None:
    source = _notebook(["import jwt\n", 'é = "\\n"; token = jwt.encode({}, "s")\n'])
    (region,) = notebook_region(source)
    module = lower_python("a.ipynb", region.text)
    start, end = region.to_document(module.calls[0].span)
    lines = Lines(source)
    line = next(i for i in range(1, lines.count + 1) if "token" in lines.text(i))
    assert lines.position(start) == Position(line, lines.text(line).index("jwt.encode") + 1)
    assert source[start:end] == b'jwt.encode({}, \\"s\\")'


def test_span_over_two_cells_keeps_its_order() -> None:
    source = _notebook("f(", ")")
    (region,) = notebook_region(source)
    start, end = region.to_document(Span(0, len(region.text)))
    assert source[start:end].startswith(b"f(")
    assert start < end <= len(source)


def test_line_end_inside_a_span_is_its_escape() -> None:
    assert _place(_notebook("x = 1\r\ny = 2"), b"1\r\ny") == "1\\r\\ny"


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("%%bash\nls 'x\n", "\n\n"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%time x = f()", "x = f()"),
        ("!pip install \\\n  zoomus\nx = 1", "\n\nx = 1"),
        ("!echo it's\nx = 1", "\nx = 1"),
        ("?jwt.encode\njwt.encode?\njwt??\nx", "\n\n\nx"),
        ("if x:\n  !ls -la", "if x:\n  pass"),
        ("files = !ls *.py\ny = 2", "files = _\ny = 2"),
        ("out = %sql select 1\ny = 2", "out = _\ny = 2"),
    ],
)
def test_magics_are_blanked(cell: str, python: str) -> None:
    blanked = without_magics(cell.encode())
    assert len(blanked) == len(cell)
    assert [line.split() for line in blanked.decode().split("\n")] == [line.split() for line in python.split("\n")]


@pytest.mark.parametrize(
    "cell",
    [
        "x = ('a%s'\n  %token)\n",
        "x = a \\\n  %b\n",
        '"""\n%s is\n!not a shell line\n"""\n',
        "x = 1 if y != 2 else 3\n",
        "d = {\n  'a': '%s'\n    %x}\n",
        "# what?\nx\n",
    ],
)
def test_python_that_looks_like_a_magic_stays(cell: str) -> None:
    assert without_magics(cell.encode()) == cell.encode()


@pytest.mark.parametrize(
    "source", [b"", b"[]", b"null", b"{}", b'{"cells": 3}', b'{"cells": [1, "a", null]}', b"\xff{"]
)
def test_no_notebook(source: bytes) -> None:
    assert notebook_region(source) == ()


def test_damaged_json_is_read_as_far_as_it_goes() -> None:
    source = _notebook("x = 1", "y = 2")
    cut = source.index(b"y = 2") + 3
    (region,) = notebook_region(source[:cut])
    assert region.text == b"x = 1\ny =\n"


@given(st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    source = bytearray(_notebook(['a = "x\\n"\n', "%time b"], "é", language_info={"name": "python"}))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=3))
    for region in notebook_region(bytes(source)):
        span = region.to_document(Span(0, len(region.text)))
        assert 0 <= span.start <= span.end <= len(source)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.booleans())
def test_text_is_what_json_decodes(lines: list[str], ascii_only: bool) -> None:
    text = "".join(lines)
    source = _notebook(lines, ascii_only=ascii_only, language_info={"name": "javascript"})
    (region,) = notebook_region(source)
    assert region.text.decode().removesuffix("\n") == text.removesuffix("\n")


@pytest.mark.parametrize(
    "filler",
    ['"' + "A" * 5_000_000 + '"', "[" * 200_000, '{"worksheets":[' * 100_000, '"' + '\\"' * 500_000, "1," * 2_000_000],
    ids=["picture", "brackets", "sheets", "escapes", "numbers"],
)
def test_large_output_takes_linear_time(filler: str) -> None:
    cells = b'"cells": [{"cell_type": "code", "source": "x = 1"}]'
    started = time.perf_counter()
    (region,) = notebook_region(b'{"worksheets": [], ' + cells + b', "metadata": {"big": ' + filler.encode())
    assert region.text == b"x = 1\n"
    assert time.perf_counter() - started < 10
