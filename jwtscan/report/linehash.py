"""The hash of a line that GitHub code scanning knows an alert by, as codeql-action computes it when it uploads."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

_WINDOW = 100
_UNIT = 2
_END = b"\xff\xff"


class LineHashes:
    """The hashes of one file's lines. ``raw`` are its bytes on disk, which codeql-action reads as UTF-8.

    A hash is made of the first 100 UTF-16 units from the line's start on, without blanks and with line ends alike.
    """

    def __init__(self, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.replace(" ", "").replace("\t", "").split("\n")
        sizes = ((len(line.encode("utf-16-le")) + _UNIT) for line in lines[:-1])
        self._starts = [0, *accumulate(sizes)]
        self._units = "\n".join(lines).encode("utf-16-le") + _END + bytes(_WINDOW * _UNIT)
        self._ordinals: list[int] = []

    def of(self, line: int) -> str | None:
        """Hash and ordinal among equal ones, ``a7f2ff13bc495cf2:1``, of a 1-based line; None where there is none."""
        if not 1 <= line <= len(self._starts):
            return None
        if not self._ordinals:
            self._ordinals = self._counted()
        window = self._window(self._starts[line - 1])
        value = 0
        for low, high in zip(window[::2], window[1::2], strict=True):
            value = (value * 37 + low + (high << 8)) & 0xFFFF_FFFF_FFFF_FFFF
        return f"{value:x}:{self._ordinals[line - 1]}"

    def _window(self, start: int) -> bytes:
        return self._units[start : start + _WINDOW * _UNIT]

    def _counted(self) -> list[int]:
        """For each line, how many up to it have the same window. The keys are numbers: windows would fill memory."""
        seen: Counter[int] = Counter()
        ordinals = []
        for start in self._starts:
            key = hash(self._window(start))
            seen[key] += 1
            ordinals.append(seen[key])
        return ordinals
