"""The keys of a configuration: how each is read, what a JSON schema says of it, and which option it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from jwtscan.config.values import size_of, target_of
from jwtscan.finding import Confidence, Severity
from jwtscan.meaning.zoom import credential_part
from jwtscan.nearest import nearest
from jwtscan.report.look import FORMATS
from jwtscan.table import Table

Read = Callable[[Table, str], Any]
"""Takes the value of a key out of a table, checked. Raises RuleError."""

_SEVERITIES = tuple(level.name.lower() for level in Severity)
_CONFIDENCES = tuple(level.name.lower() for level in Confidence)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_PATH = {**_TEXT, "pattern": "^[^\\u0000]*$"}
_PATHS = {"anyOf": [_PATH, {"type": "array", "items": _PATH}]}


class Key(NamedTuple):
    """``option`` is the parameter of the commands that has the value; None for what no option says."""

    name: str
    read: Read
    schema: dict[str, Any]
    about: str
    option: str | None = None


def _texts(table: Table, name: str) -> tuple[str, ...]:
    return table.texts(name, empty=True)


def _flag(table: Table, name: str) -> bool:
    return table.flag(name)


def _jobs(table: Table, name: str) -> int:
    return table.number(name, 0)


def _path(table: Table, name: str) -> str:
    path = table.text(name)
    if "\0" in path:
        table.refuse(f"'{name}' has a NUL in it")
    return path


def _paths(table: Table, name: str) -> tuple[str, ...]:
    paths = _texts(table, name)
    if any("\0" in path for path in paths):
        table.refuse(f"'{name}' has a NUL in it")
    return paths


def _target(table: Table, name: str) -> str:
    target = table.text(name)
    try:
        target_of(target)
    except ValueError as error:
        table.refuse(f"'{name}': {error}")
    return target


def _size(table: Table, name: str) -> int:
    """A number of bytes, or a text with a unit."""
    if not (table.holds(name, int) or table.holds(name, str)):
        table.refuse(f"'{name}' has to be a whole number of bytes or a text such as '8MB'")
    try:
        return size_of(table.number(name, 0) if table.holds(name, int) else table.text(name))
    except ValueError as error:
        table.refuse(f"'{name}': {error}")


def _word(*allowed: str) -> Read:
    def word(table: Table, name: str) -> str:
        found = table.text(name)
        if found not in allowed:
            table.refuse(f"'{name}' is '{found}', which is not one of {', '.join(allowed)}{nearest(found, allowed)}")
        return found

    return word


def _entries(read: Read) -> Read:
    """A table of which each entry is read alike."""

    def entries(table: Table, name: str) -> dict[str, Any]:
        inner = table.table(name)
        return {key: read(inner, key) for key in inner.left}

    return entries


def _new_name(table: Table, old: str) -> str:
    new = table.text(old)
    if credential_part(old) not in ("key", "secret"):
        table.refuse(f"'{old}' is no name of an old API key or secret")
    if _VARIABLE.fullmatch(new) is None:
        table.refuse(f"'{old}' has '{new}', which is no name of a variable")
    return new


_FLAG = {"type": "boolean"}
_LEVELS = {"enum": [*_SEVERITIES]}
_SIZE = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string", "pattern": "^ *0*[1-9][0-9]* *([kKmMgG][iI]?)?[bB]? *$"},
    ]
}

KEYS = (
    Key("extend", _path, _PATH, "Another configuration, which holds where this one says nothing."),
    Key("select", _texts, _TEXTS, "Only these rules: ids or tags.", "select"),
    Key("ignore", _texts, _TEXTS, "Not these rules: ids or tags.", "ignore"),
    Key("min-severity", _word(*_SEVERITIES), _LEVELS, "Leave out what is less severe.", "min_severity"),
    Key(
        "min-confidence",
        _word(*_CONFIDENCES),
        {"enum": [*_CONFIDENCES]},
        "Leave out what is less sure.",
        "min_confidence",
    ),
    Key("exclude", _texts, _TEXTS, "Paths not to look at, as in a .gitignore beside this file.", "exclude"),
    Key("include", _texts, _TEXTS, "Paths to look at although a default would leave them out.", "include"),
    Key("force-exclude", _flag, _FLAG, "Apply excludes to files that are named, too.", "force_exclude"),
    Key("no-gitignore", _flag, _FLAG, "Look at files that git ignores.", "no_gitignore"),
    Key(
        "require-ignore-reason",
        _flag,
        _FLAG,
        "Ignore comments have to give a reason; others silence nothing.",
        "require_ignore_reason",
    ),
    Key("max-file-size", _size, _SIZE, "Skip larger files.", "max_file_size"),
    Key("baseline", _path, _PATH, "A file of findings to leave out, relative to this file.", "baseline"),
    Key("rules", _paths, _PATHS, "Folders of your own rules in TOML, relative to this file.", "folders"),
    Key("target", _target, _TEXT, "The Meeting SDK to migrate to: auto, or a version from 2.3 on.", "target"),
    Key("format", _word(*FORMATS), {"enum": [*FORMATS]}, "How to report on stdout.", "outlets"),
    Key(
        "fail-on",
        _word(*_SEVERITIES, "never"),
        {"enum": [*_SEVERITIES, "never"]},
        "Lowest severity that gives exit code 1.",
        "fail_on",
    ),
    Key("jobs", _jobs, {"type": "integer", "minimum": 0}, "Processes to use; 0 decides itself.", "jobs"),
    Key("unsafe-fixes", _flag, _FLAG, "Also apply fixes that are right under a stated assumption.", "unsafe_fixes"),
    Key(
        "helper",
        _path,
        _PATH,
        "Where the helper module goes that fetches OAuth tokens: a folder or file, relative to this file.",
    ),
    Key(
        "per-file-ignores",
        _entries(_texts),
        {"type": "object", "additionalProperties": _TEXTS},
        "Rules (ids or tags) not to report in the files that match a glob.",
    ),
    Key(
        "severity",
        _entries(_word(*_SEVERITIES)),
        {"type": "object", "additionalProperties": _LEVELS},
        "How severe the findings of a rule are.",
    ),
    Key(
        "env-names",
        _entries(_new_name),
        {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}},
        "The environment variable that takes the place of an old one.",
    ),
)


def schema() -> dict[str, Any]:
    """A JSON schema of the table, as it stands in jwtscan.toml and under ``tool.jwtscan`` of pyproject.toml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of jwtscan",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {"description": key.about, **key.schema} for key in KEYS},
    }
