"""The kinds of words that options take. What is mistyped is answered with what was probably meant."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import click

from jwtscan.nearest import nearest


# click.Choice and click.ParamType are generic for type checkers only from 8.2 and 8.5 on.
class OneOf(click.Choice):  # type: ignore[type-arg]
    """One of a few words, with a suggestion for any other."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in self.choices:
            return value
        hint = nearest(str(value), self.choices)
        return self.fail(f"'{value}' is not one of {', '.join(self.choices)}{hint}", param, ctx)


class LevelOf(OneOf):
    """A member of an ordered enumeration by its lower-case name, or the one word that stands ``also``."""

    def __init__(self, levels: type[IntEnum], also: str | None = None) -> None:
        super().__init__([*(level.name.lower() for level in levels), *([also] if also else [])])
        self.levels = levels
        self.also = also

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, self.levels):
            return value
        word = str(super().convert(value, param, ctx))
        return word if word == self.also else self.levels[word.upper()]


class Words(click.ParamType):  # type: ignore[type-arg]
    """A comma-separated list."""

    name = "list"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(word for word in (part.strip() for part in value.split(",")) if word)


class Size(click.ParamType):  # type: ignore[type-arg]
    """A number of bytes, with or without a unit: ``8MB``, ``500kB``, ``1048576``. Units are powers of 1024."""

    name = "size"
    units = ("", "k", "m", "g")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("b").removesuffix("i")
        unit = text[-1:] if text[-1:] in self.units[1:] else ""
        number = text.removesuffix(unit).strip()
        if not number.isascii() or not number.isdigit() or int(number) == 0:
            self.fail(f"'{value}' is not a size such as 8MB, 500kB or 1048576", param, ctx)
        size: int = int(number) << 10 * self.units.index(unit)
        return size


class Target(click.ParamType):  # type: ignore[type-arg]
    """A version of the Meeting SDK for Web, such as ``2.18`` or ``6``; None for ``auto``."""

    name = "target"
    oldest = (2, 3)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | None:
        text = str(value).strip()
        if text == "auto":
            return None
        numbers = text.split(".")
        if len(numbers) > 3 or not all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers):
            self.fail(f"'{value}' is neither auto nor a version such as 2.18.3 or 6", param, ctx)
        if (len(numbers) > 1 and (int(numbers[0]), int(numbers[1])) < self.oldest) or int(numbers[0]) < self.oldest[0]:
            self.fail(f"'{value}' is older than 2.3, the first Meeting SDK whose join() takes sdkKey", param, ctx)
        return text
