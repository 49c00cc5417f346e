"""GitHub's line hashes: values that codeql-action publishes, and a second way to the same ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.report.linehash import LineHashes

REPEATED = [f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)]
GREETINGS = [
    "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
]  # fmt: skip
PUBLISHED = [
    ("", ["c129715d7a2bc9a3:1"]),
    (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
    (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
    (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
    (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
    (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
    (
        "Lorem ipsum dolor sit amet.\n" * 10,
        [
            *REPEATED, "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ],
    ),
]  # fmt: skip


def _all(text: str) -> list[str]:
    hashes = LineHashes(text.encode())
    found: list[str] = []
    while (one := hashes.of(len(found) + 1)) is not None:
        found.append(one)
    return found


@pytest.mark.parametrize(("text", "expected"), PUBLISHED)
def test_hash_is_the_one_that_codeql_action_publishes(text: str, expected: list[str]) -> None:
    assert _all(text) == expected


def test_no_hash_for_a_line_that_is_not_there() -> None:
    assert LineHashes(b"one\n").of(0) is None
    assert LineHashes(b"one\n").of(3) is None


def _rolled(text: str) -> list[str]:
    """Unit by unit over the whole text, with a window that rolls."""
    units: list[int] = []
    starts = [0]
    after_return = False
    data = text.encode("utf-16-le")
    for unit in [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]:
        if unit in (0x20, 0x09) or (unit == 0x0A and after_return):
            after_return = False
            continue
        after_return = unit == 0x0D
        units.append(0x0A if after_return else unit)
        if units[-1] == 0x0A:
            starts.append(len(units))
    units += [0xFFFF] + [0] * 100
    value, values = 0, {}
    for number, unit in enumerate(units):
        old = units[number - 100] if number >= 100 else 0
        value = (value * 37 + unit - old * 37**100) % 2**64
        values[number - 99] = value
    hashes = [f"{values[start]:x}" for start in starts]
    return [f"{one}:{hashes[: number + 1].count(one)}" for number, one in enumerate(hashes)]


@given(st.text(alphabet="ab \t\r\n🔑é\ufeff", max_size=400))
def test_folding_a_window_is_rolling_over_all(text: str) -> None:
    assert _all(text) == _rolled(text)
