"""Reading a file: every byte comes back, and what cannot be read says why."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from conftest import Plain
from hypothesis import example, given
from hypothesis import strategies as st

from jwtscan.files.document import Document, UnreadableError, decode, read
from jwtscan.files.generated import minified_or_generated

KEY = "ZOOM_API_KEY=fake-key-é\r\n"


@given(st.binary(max_size=300), st.sampled_from(["python", "javascript", "env", None]))
@example(b"\xef\xbb\xbf\xff", None)
@example(b"\xff\xfea\x00\n\x00", "env")
@example(b"\xff\xfe\x00\xd8", "env")
@example(b"a\x00b\x00c\x00", "json")
@example(b"# coding: shift_jis\n\x83\x65\x83\x58", "python")
@example(b"# coding: hz\n~{<:Ky2;S{#,NpJ)l6HK!#~}", "python")
@example(b"# coding: latin-1\n\x81\xe9", "python")
@example(b"\x93quoted\x94", "javascript")
@example(b"\x81\x8d\x8f", "javascript")
def test_encoding_the_source_gives_the_bytes_on_disk(raw: bytes, kind: str | None) -> None:
    try:
        document = decode("a", raw, kind)
    except UnreadableError:
        return
    assert document.encode(document.source) == raw
    document.source.decode("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=200))
def test_utf8_is_taken_as_it_is(text: str) -> None:
    assert decode("a.js", text.encode(), "javascript") == Document("a.js", text.encode(), text.encode())


@given(st.binary(max_size=200), st.integers(0, 3))
def test_cookie_with_any_codec_name_is_harmless(body: bytes, choice: int) -> None:
    name = [b"idna", b"unicode_escape", b"hex", b"utf_16"][choice]
    raw = b"# -*- coding: " + name + b" -*-\n" + body.replace(b"\0", b"")
    try:
        document = decode("a.py", raw, "python")
    except UnreadableError:
        return
    assert document.encoding in ("utf-8", "cp1252", "latin-1")
    assert document.encode(document.source) == raw


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_mark_is_kept_apart(bom: bytes, encoding: str) -> None:
    raw = bom + KEY.encode(encoding)
    document = decode(".env", raw, "env")
    assert (document.source, document.bom, document.encoding) == (KEY.encode(), bom, encoding)
    assert document.encode(b"A=1\r\n") == bom + "A=1\r\n".encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    raw = KEY.encode(encoding)
    assert decode(".env", raw, "env") == Document(".env", raw, KEY.encode(), encoding)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"# -*- coding: latin-1 -*-\nname = '\xe9'\n", "iso8859-1"),
        (b"#!/usr/bin/python\r\n# vim: set fileencoding=koi8-r :\r\nx = '\xd2'\r\n", "koi8-r"),
        (b"\n# coding: cp1251\nx = '\xd2'\n", "cp1251"),
        (b"import x\n# coding: cp1251\nx = '\xd2'\n", "cp1252"),
        (b"# coding: no-such-codec\nx = '\xe9'\n", "cp1252"),
    ],
)
def test_coding_cookie_of_python(raw: bytes, encoding: str) -> None:
    document = decode("a.py", raw, "python")
    assert document.encoding == encoding
    assert document.source == raw.decode(encoding).encode()
    assert document.encode(document.source) == raw


def test_cookie_means_nothing_outside_python() -> None:
    assert decode("a.sh", b"# coding: cp1251\nx=\xd2\n", "shell").encoding == "cp1252"


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a\0b", bytes([1, 2, 3, 0x80] * 40)])
def test_binary_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^binary$"):
        decode("a.ts", raw, "typescript")


def test_broken_utf16_is_refused() -> None:
    with pytest.raises(UnreadableError, match=r"^not valid UTF-16-LE$"):
        decode("a.ts", codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "typescript")


def test_reading_gives_path_file_and_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    raw = b"x = 1\r\n" * 10_000
    file.write_bytes(raw)
    assert read("sub/a.py", file, max_size=len(raw)) == Document("sub/a.py", raw, raw, file=file)
    assert read("sub/a.py", str(file), max_size=len(raw)).file == file


def test_reading_looks_up_the_kind_for_the_cookie(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"# coding: koi8-r\nx = '\xd2'\n")
    assert read("a.py", file, max_size=100).encoding == "koi8-r"
    assert read("a.py", file, max_size=100, kind="shell").encoding == "cp1252"


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    assert read("a.py", tmp_path / "a.py", max_size=0).source == b""


def test_too_large_names_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"x" * 1025)
    with pytest.raises(UnreadableError, match=r"^too large: 1,025 bytes, the limit is 1,024$"):
        read("a.js", tmp_path / "a.js", max_size=1024)


def test_file_that_says_it_is_empty_is_read_to_its_end() -> None:
    proc = Path("/proc/self/status")
    if not proc.exists():
        pytest.skip("no /proc here")
    assert b"Name:" in read("status", proc, max_size=1 << 20).source
    with pytest.raises(UnreadableError, match=r"^too large: more than the limit of 10 bytes$"):
        read("status", proc, max_size=10)


def test_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"^no longer there$"):
        read("gone.py", tmp_path / "gone.py", max_size=100)


def test_folder_and_impossible_names(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"directory|permission|regular"):
        read("a", tmp_path, max_size=100)
    with pytest.raises(UnreadableError, match=r"null"):
        read("a", "a\0b", max_size=100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(UnreadableError, match=r"^not a regular file$"):
        read("pipe.py", tmp_path / "pipe.py", max_size=100)


def test_forbidden_file(plain: Plain) -> None:
    file = plain.folder / "a.py"
    file.touch(mode=0)
    with plain.user(), pytest.raises(UnreadableError, match=r"^permission denied$"):
        read("a.py", file, max_size=100)


@pytest.mark.skipif(os.name == "nt", reason="Windows names are text")
def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    file = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.py"))
    try:
        file.write_bytes(b"x = 1\n")
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    assert read(file.name, file, max_size=100).source == b"x = 1\n"


def judge(source: bytes, kind: str = "javascript") -> str | None:
    return minified_or_generated(Document("a", source, source), kind)


HAND = b"const client = join({ meetingNumber, apiKey });\n" * 200
PACKED = b"!function(e,t){var n=e(t);return n.r(t),n.d(t,{a:function(){return o}})}(1,2);" * 100


def test_minified_file() -> None:
    assert judge(PACKED) == "minified"
    assert judge(b"/*! banner */\n" + PACKED + b"\n") == "minified"


def test_hand_written_file() -> None:
    assert judge(HAND) is None


@pytest.mark.parametrize(
    "data",
    [b"data:image/png;base64," + b"iVBORw0KGgo" * 9000, b"M12.5 3.1L4,5 " * 5000, b"[1.5,2.25]," * 5000],
)
def test_long_data_line_in_a_hand_written_file(data: bytes) -> None:
    assert judge(b"const logo = '" + data + b"';\n" + HAND[:500]) is None


def test_short_one_line_script() -> None:
    assert judge(PACKED[:1000]) is None


def test_page_with_a_pasted_library_is_still_read() -> None:
    page = b"<script>" + PACKED + b"</script>\n" + HAND[:2000]
    assert judge(page, "html") is None
    assert judge(b"<script>" + PACKED * 9 + b"</script>\n", "html") == "minified"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"/**\n * @generated by a tool\n */\n" + HAND, "generated: marked @generated"),
        (b"/******/ (function(modules) { // webpackBootstrap\n" + HAND, "generated: a webpack bundle"),
        (HAND + b"function __webpack_require__(moduleId) {}\n", "generated: a webpack bundle"),
        (b"/*! For license information please see main.js.LICENSE.txt */\n", "generated: a webpack bundle"),
        (b"parcelRequire = (function (modules, cache) {\n" + HAND, "generated: a Parcel bundle"),
        (
            HAND + b"//# sourceMappingURL=data:application/json;base64,e30=",
            "generated: compiled, with its source map inside",
        ),
    ],
)
def test_bundle_marks(source: bytes, reason: str) -> None:
    assert judge(source) == reason


def test_generated_as_a_plain_word() -> None:
    assert judge(b"const mail = 'someone@generated.example';\n" + HAND) is None


def test_compiled_typescript_with_a_map_beside_it_is_read() -> None:
    assert judge(HAND + b"//# sourceMappingURL=join.js.map\n") is None


@pytest.mark.parametrize("kind", ["json", "python", "env", "notebook", "package-lock.json"])
def test_other_kinds_are_never_minified(kind: str) -> None:
    assert judge(PACKED, kind) is None
