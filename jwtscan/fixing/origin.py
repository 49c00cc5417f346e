"""Where a use's credentials come from, as far as a fix has to know it."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable

from jwtscan.meaning.values import Configured, External, Value
from jwtscan.syntax import ir

_VISITOR = re.compile(
    r"\b(?:req|request|body|query|params|args|form|session|event|row|user|tenant|account|payload|ctx|context)\b", re.I
)
_LOADED = re.compile(
    r"load|open\(|config|yaml|toml|ini|environ|getenv|parser|setting|dotenv|secret_?manager|importlib|Field", re.I
)


class Origin(enum.IntEnum):
    """The later, the less a fix can do by itself."""

    ENVIRONMENT = 1
    """Environment variables, literals, a config module that is not in the repository: the helper reads its own."""
    SETTINGS = 2
    """A settings file or object of the project: the expression stays and is handed on."""
    CALLER = 3
    """A parameter that no caller in the project fills."""
    TENANT = 4
    """A request, a session, a database: there are many accounts, each with credentials of its own."""


def origin(values: Iterable[Value]) -> Origin:
    """The worst origin among the values; ENVIRONMENT where there are none."""
    return max((_of(value) for value in values), default=Origin.ENVIRONMENT)


def _of(value: Value) -> Origin:
    end = value.end
    if isinstance(end, ir.Literal):
        return Origin.ENVIRONMENT
    if isinstance(end, Configured):
        return Origin.SETTINGS
    if not isinstance(end, External):
        return Origin.CALLER
    name = end.name
    if name.startswith("env:"):
        return Origin.ENVIRONMENT
    if name.startswith("setting:"):
        return Origin.SETTINGS
    if name.startswith("?"):
        # ``?.key`` is taken out of an options object that the function names nowhere.
        visitors = _VISITOR.search(name) or ("." in name[2:] and not _LOADED.search(name))
        return Origin.TENANT if visitors else Origin.CALLER
    if "()" in name:
        return Origin.SETTINGS if _LOADED.search(name) else Origin.TENANT
    return Origin.ENVIRONMENT if end.call is None and not name.startswith("this.") else Origin.SETTINGS
