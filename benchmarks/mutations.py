"""Ways to spoil a file, for ``fuzz.py``. The same source of chance gives the same bytes; nothing is read or run."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

MAX_SIZE = 3 << 20
MOST_REPEATS = 30_000

_TOKEN = re.compile(rb"\w+|[^\w\s]|\s+")
_MARKS = (
    b"${", b"{{", b"}}", b"{%", b"%}", b"<%=", b"%>", b"#{", b"`", b'"', b"'", b'"""', b"'''", b"<!--", b"-->",
    b"<script>", b"</script>", b"<![CDATA[", b"/*", b"*/", b"//", b"#", b"\\", b"\\\n", b"$(", b"<<EOF\n", b"---\n",
    b"<<: *a", b"&a ", b"!!python ", b"=>", b"...", b"**", b"f'{", b"?.", b"??", b"jwtscan: ignore[",
    b"jwtscan: ignore-file", b"want: x", b"\r", b"\r\n", b"\t",
)  # fmt: skip
_BRACKETS = (
    (b"(", b")"),
    (b"[", b"]"),
    (b"{", b"}"),
    (b"{a:", b"}"),
    (b"<a>", b"</a>"),
    (b"`${", b"}`"),
    (b"f(", b")"),
)
_PREFIXES = (
    b"not ",
    b"await ",
    b"!",
    b"-",
    b"a.",
    b"a?b:",
    b"a=>",
    b"a=",
    b"a+",
    b"*",
    b"- ",
    b"else if(a);",
    b"#",
    b"//",
    b"eyJ",
)
_NUMBERS = (
    b"9" * 5000,
    b"1e999999",
    b"-0",
    b"0x" + b"f" * 4000,
    b"0" * 4000 + b"1",
    b"1_0",
    b"1" * 4301,
    b".5",
    b"1.",
    b"0o9",
    b"9n",
)
_CONTROLS = (
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x1b[31m",
    "\x9b31m",
    "\x07",
    "\x08",
    "é",
    "é",
    "𝒜",
    "\U0010ffff",
)
_RAW = (b"\0", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"\x80", b"\x1a", b"\x0c")
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-7")

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutate(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """``data`` after one to five mutations; ``others`` are files to splice with. At most ``MAX_SIZE`` bytes."""
    for _ in range(draw.choice((1, 1, 2, 3, 5))):
        data = draw.choice(MUTATIONS)(draw, data, others)[:MAX_SIZE]
    return data


def _place(draw: random.Random, data: bytes) -> int:
    return draw.randint(0, len(data))


def _insert(draw: random.Random, data: bytes, text: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + text + data[at:]


def _times(draw: random.Random) -> int:
    """How often something is repeated: mostly a little, sometimes very often."""
    return int(min(draw.paretovariate(0.7), MOST_REPEATS))


def flip_bytes(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _number in range(min(draw.randint(1, 20), len(changed))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def truncate(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(draw, data)
    return data[:at] if draw.random() < 0.7 else data[at:]


def splice(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = draw.choice(others)
    return data[: _place(draw, data)] + other[_place(draw, other) :]


def change_lines(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return _change(draw, data.splitlines(keepends=True))


def change_tokens(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return _change(draw, _TOKEN.findall(data[: MAX_SIZE // 8])) + data[MAX_SIZE // 8 :]


def _change(draw: random.Random, parts: list[bytes]) -> bytes:
    """Drops, doubles or swaps some of the parts."""
    for _ in range(draw.randint(1, 8) if parts else 0):
        at = draw.randrange(len(parts))
        length = draw.randint(1, 4)
        way = draw.randrange(4)
        if way == 0:
            del parts[at : at + length]
        elif way == 1:
            parts[at:at] = parts[at : at + length] * min(_times(draw), 2000)
        elif way == 2:
            other = draw.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        else:
            parts.insert(at, draw.choice(parts))
        if not parts:
            break
    return b"".join(parts)


def nest(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Brackets around a stretch of the file, or opened and never closed."""
    opening, closing = draw.choice(_BRACKETS)
    depth = _times(draw)
    start, end = sorted((_place(draw, data), _place(draw, data)))
    closed = closing * depth if draw.random() < 0.6 else b""
    return data[:start] + opening * depth + data[start:end] + closed + data[end:]


def repeat_prefix(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return _insert(draw, data, draw.choice(_PREFIXES) * _times(draw))


def indent_deeply(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Each line one step further in, under a head that opens a block."""
    head = draw.choice((b"if zoom:", b"zoom:", b"- ", b"class Zoom:", b"def zoom():", b"zoom {"))
    depth = min(_times(draw), 1500)
    return b"".join(b" " * level + head + b"\n" for level in range(depth)) + b" " * depth + data


def join_lines(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One long line, many times over."""
    separator = draw.choice((b";", b" ", b",", b"", b"\\"))
    line = separator.join(data.splitlines())
    return line * min(_times(draw), max(MAX_SIZE // 4 // max(len(line), 1), 1))


def repeat_file(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data * min(_times(draw), max(MAX_SIZE // 16 // max(len(data), 1), 1))


def insert_mark(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    for _number in range(draw.randint(1, 6)):
        data = _insert(draw, data, draw.choice(_MARKS))
    return data


def insert_number(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    number = draw.choice(_NUMBERS)
    found = list(re.finditer(rb"\d+", data[:100_000]))
    if found and draw.random() < 0.7:
        match = draw.choice(found)
        return data[: match.start()] + number + data[match.end() :]
    return _insert(draw, data, number)


def insert_control(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    for _number in range(draw.randint(1, 6)):
        raw = draw.choice(_RAW) if draw.random() < 0.5 else draw.choice(_CONTROLS).encode()
        data = _insert(draw, data, raw)
    return data


def rename_words(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Every place of one word becomes another of the file: names that mean themselves, cycles."""
    words = sorted(set(re.findall(rb"[A-Za-z_]\w+", data[:200_000])))
    if len(words) < 2:
        return data
    old, new = draw.sample(words, 2)
    return re.sub(rb"\b" + old + rb"\b", new, data)


def encode(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data.decode("utf-8", "replace").encode(draw.choice(_ENCODINGS), "replace")


def end_lines(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return b"".join(line + draw.choice((b"\r", b"\n", b"\r\n", b"\n\r")) for line in data.splitlines())


MUTATIONS: tuple[Mutation, ...] = (
    flip_bytes, truncate, splice, change_lines, change_tokens, change_tokens, nest, repeat_prefix, indent_deeply,
    join_lines, repeat_file, insert_mark, insert_mark, insert_number, insert_control, rename_words, rename_words,
    encode, end_lines,
)  # fmt: skip
