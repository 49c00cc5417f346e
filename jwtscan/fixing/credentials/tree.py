"""The files of a tree that have given words in them. A file without any is opened once, and never parsed."""

from __future__ import annotations

import re
from collections.abc import Collection

from jwtscan.meaning.project import Project
from jwtscan.syntax.unit import Unit

HISTORY = re.compile(r"(?:^|/)(?:migrations|revisions|versions|alembic)/[^/]*$", re.I)
"""Migrations of a database: they say what was, and are not changed afterwards."""


def binds(unit: Unit, name: str) -> bool:
    """Whether a program gives a value to a name of its own, in any scope."""
    module = unit.module
    if module is None:
        return False
    scopes = (module.scope, *(cls.scope for cls in module.classes), *(func.scope for func in module.functions))
    return any(name in scope.bindings for scope in scopes)


def defines(unit: Unit, name: str) -> bool:
    """Whether a module or one of its classes gives a value to a name."""
    module = unit.module
    scopes = () if module is None else (module.scope, *(cls.scope for cls in module.classes))
    return any(row.kind in {"assign", "field"} for scope in scopes for row in scope.bindings.get(name, ()))


class Words:
    """Remembers which files are idle: they have none of the words that are ever asked for."""

    def __init__(self, words: Collection[str]) -> None:
        joined = b"|".join(re.escape(word.encode()) for word in sorted(words, key=len, reverse=True))
        self._any = re.compile(joined) if joined else None
        self._idle: dict[str, bytes | None] = {}

    def units(self, project: Project, words: Collection[str]) -> list[Unit]:
        """The units, by path, whose bytes have one of ``words``. What cannot be read as a unit is left out."""
        wanted = [word.encode() for word in words]
        found = []
        for path in sorted(project.modules.files):
            # Only a unit's text can be another one the next time: a fix may have changed it.
            text = project.units[path].document.source if path in project.units else None
            if path in self._idle and self._idle[path] is text:
                continue
            source = project.text(path)
            if source is None or self._any is None or self._any.search(source) is None:
                self._idle[path] = text
            elif any(word in source for word in wanted):
                unit = project.load(path)
                if unit is not None:
                    found.append(unit)
        return found
