"""What two texts have in common."""

from __future__ import annotations

from typing import AnyStr


def common_start(one: AnyStr, other: AnyStr) -> int:
    """How many characters, or bytes, two texts begin with in common. By halves, for lines of megabytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
