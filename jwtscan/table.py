"""Reads TOML tables strictly: a missing, unknown or ill-typed key is refused by name. Knows nothing of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import NoReturn, TypeVar

from jwtscan.nearest import nearest
from jwtscan.rule import RuleError

Level = TypeVar("Level", bound=IntEnum)
Default = TypeVar("Default")

_REQUIRED = object()
_TYPES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Table:
    """One table. Each key is taken out once; ``close()`` then refuses what nobody asked for."""

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        self.where = where
        self._left = dict(data)
        self._known: set[str] = set()

    def refuse(self, reason: str) -> NoReturn:
        raise RuleError(f"{self.where}: {reason}")

    def close(self) -> None:
        """Refuses the keys that are left."""
        for key in self._left:
            self.refuse(f"unknown key '{key}'{nearest(key, sorted(self._known))}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text, stripped of surrounding blank lines. Without ``default`` it has to be there and not empty."""
        if default is not None and not self.has(key):
            return default
        value = self._typed(key, str).strip("\n")
        if not value.strip():
            self.refuse(f"'{key}' is empty")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None, *, empty: bool = False) -> tuple[str, ...]:
        """A list of texts, which may be ``empty``; one text stands for a list of one."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        items = [value] if isinstance(value, str) else value
        if (
            not isinstance(items, list)
            or not (items or empty)
            or not all(isinstance(item, str) and item for item in items)
        ):
            self.refuse(f"'{key}' has to be a text or a list of texts, not {_list_name(value)}")
        return tuple(items)

    def words(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts, each one of ``allowed``."""
        found = self.texts(key)
        for word in found:
            if word not in allowed:
                self.refuse(f"'{key}' has '{word}', which is not one of {', '.join(allowed)}{nearest(word, allowed)}")
        return found

    def level(self, key: str, levels: type[Level], default: Default | object = _REQUIRED) -> Level | Default:
        """A member of an ordered enumeration by its lower-case name."""
        if default is not _REQUIRED and not self.has(key):
            return default  # type: ignore[return-value]
        names = tuple(level.name.lower() for level in levels)
        word = self._typed(key, str)
        if word not in names:
            self.refuse(f"'{key}' is '{word}', which is not one of {', '.join(names)}{nearest(word, names)}")
        return levels[word.upper()]

    def regex(self, key: str, *, optional: bool = False) -> re.Pattern[str] | None:
        """A regular expression, to be searched for."""
        if optional and not self.has(key):
            return None
        text = self._typed(key, str)
        try:
            return re.compile(text)
        except re.error as error:
            self.refuse(f"'{key}' is no regular expression: {error}")

    def flag(self, key: str) -> bool:
        """True or false; false where it is absent."""
        return self._typed(key, bool) if self.has(key) else False

    def number(self, key: str, default: Default) -> int | Default:
        """A whole number, not negative."""
        if not self.has(key):
            return default
        value = self._typed(key, int)
        if value < 0:
            self.refuse(f"'{key}' is negative")
        return value

    def table(self, key: str) -> Table:
        return Table(self._typed(key, dict), f"{self.where}: {key}")

    def tables(self, key: str, *, optional: bool = False) -> list[Table]:
        """A list of tables; at least one unless ``optional``."""
        if optional and not self.has(key):
            return []
        items = self._typed(key, list)
        if not items or not all(isinstance(item, dict) for item in items):
            self.refuse(f"'{key}' has to be a list of tables")
        return [Table(item, f"{self.where}: {key} {number}") for number, item in enumerate(items, 1)]

    def one_of(self, keys: tuple[str, ...]) -> str:
        """Which one of ``keys`` is there. None and two are refused."""
        found = [key for key in keys if self.has(key)]
        if len(found) != 1:
            there = " and ".join(f"'{key}'" for key in found) or "none of them"
            self.refuse(f"needs exactly one of {', '.join(keys)}, but has {there}")
        return found[0]

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self._left

    @property
    def left(self) -> tuple[str, ...]:
        """The keys that nobody has asked for yet."""
        return tuple(self._left)

    def holds(self, key: str, kind: type) -> bool:
        """Whether the value of ``key`` is of exactly that type."""
        return self.has(key) and type(self._left[key]) is kind

    def _take(self, key: str) -> object:
        if not self.has(key):
            close = nearest(key, sorted(self._left))
            self.refuse(f"'{key}' is missing{close}")
        return self._left.pop(key)

    def _typed(self, key: str, kind: type[Default]) -> Default:
        value = self._take(key)
        if type(value) is not kind:
            self.refuse(f"'{key}' has to be {_TYPES[kind]}, not {_type_name(value)}")
        return value


def _list_name(value: object) -> str:
    """What a value is that is no list of texts; of a list, what in it is wrong."""
    if not isinstance(value, list):
        return "empty" if value == "" else _type_name(value)
    wrong = next((item for item in value if not isinstance(item, str) or not item), None)
    if wrong is None:
        return "an empty list"
    return "a list with an empty text in it" if wrong == "" else f"a list with {_type_name(wrong)} in it"


def _type_name(value: object) -> str:
    return _TYPES.get(type(value), f"a {type(value).__name__}")
