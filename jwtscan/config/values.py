"""Values that the command line and the configuration spell alike: sizes and versions."""

from __future__ import annotations

_UNITS = ("", "k", "m", "g")
_OLDEST = (2, 3)


def size_of(value: object) -> int:
    """Bytes of ``8MB``, ``500kB`` or ``1048576``; units are powers of 1024. Raises ValueError that says why not."""
    text = str(value).strip().lower().removesuffix("b").removesuffix("i")
    unit = text[-1:] if text[-1:] in _UNITS[1:] else ""
    number = text.removesuffix(unit).strip()
    if not number.isascii() or not number.isdigit() or int(number) == 0:
        raise ValueError(f"'{value}' is not a size such as 8MB, 500kB or 1048576")
    return int(number) << 10 * _UNITS.index(unit)


def target_of(value: object) -> str | None:
    """A version of the Meeting SDK for Web, such as ``2.18`` or ``6``; None for ``auto``. Raises ValueError."""
    text = str(value).strip()
    if text == "auto":
        return None
    numbers = text.split(".")
    if len(numbers) > 3 or not all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers):
        raise ValueError(f"'{value}' is neither auto nor a version such as 2.18.3 or 6")
    if (len(numbers) > 1 and (int(numbers[0]), int(numbers[1])) < _OLDEST) or int(numbers[0]) < _OLDEST[0]:
        raise ValueError(f"'{value}' is older than 2.3, the first Meeting SDK whose join() takes sdkKey")
    return text
