"""The kinds of words that options take. What is mistyped is answered with what was probably meant."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from jwtscan.config.values import size_of, target_of
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


class FileOrNone(click.ParamType):  # type: ignore[type-arg]
    """A file; an empty text is none, and takes back what a configuration says."""

    name = "file"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> Path | None:
        return Path(value) if value != "" else None


class Size(click.ParamType):  # type: ignore[type-arg]
    """A number of bytes, with or without a unit."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return size_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Target(click.ParamType):  # type: ignore[type-arg]
    """A version of the Meeting SDK for Web; None for ``auto``."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | None:
        try:
            return target_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
