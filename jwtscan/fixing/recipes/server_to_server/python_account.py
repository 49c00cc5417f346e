"""The account id where what reads the environment file keeps it to itself: pydantic's settings, ``dotenv_values()``.

There the helper would look for it in vain, so it is read beside the key, and the settings class gets a field for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing.names import Names, Purpose, is_distinctive, new_names
from jwtscan.fixing.python.tree import Tree
from jwtscan.meaning import zoom
from jwtscan.meaning.values import External, Value
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use

_LAST = re.compile(r"(?P<before>.+(?:\.|\[[\"']))(?P<name>\w+)(?P<after>[\"']\])?", re.DOTALL)
_SETTINGS = re.compile(rb"class[ \t]+\w+[ \t]*\([^)]*\bBaseSettings\b")
_WORD = re.compile(r"\w+")


def account_of(use: Use, plan: Plan, tree: Tree, key: cst.BaseExpression) -> tuple[str | None, list[tuple[str, Edit]]]:
    """The expression of the account id, None where the helper reads it itself; and the edits that make it one."""
    match = _LAST.fullmatch(tree.text(_given(tree, key)))
    if match is None or not _is_key(match["name"]) or len(use.keys) != 1:
        return None, []
    name, value = match["name"], use.keys[0]
    if not isinstance(value.end, External):
        return None, []
    text = match["before"] + _account(name, plan.names) + (match["after"] or "")
    if value.end.name.endswith(f"dotenv_values().{name}"):
        return text, []
    edit = _field(plan, value, name) if value.end.name == f"this.{name}" else None
    return (text, [(value.unit.path, edit)]) if edit is not None else (None, [])


def _given(tree: Tree, key: cst.BaseExpression) -> cst.CSTNode:
    """What a local name was given, else the expression itself."""
    scope = tree.scope(key) if isinstance(key, cst.Name) else None
    found = [one.node for one in scope[tree.text(key)] if isinstance(one, Assignment)] if scope is not None else []
    around = tree.parent(tree.parent(found[0]) or found[0]) if len(found) == 1 else None
    return around.value if isinstance(around, cst.Assign) else key


def _is_key(name: str) -> bool:
    return is_distinctive(name) and zoom.credential_part(name) == "key"


def _account(name: str, names: Names) -> str:
    return new_names(name, "key", Purpose.REST, names, variable=name.isupper())[0]


def _field(plan: Plan, value: Value, name: str) -> Edit | None:
    """A field like the key's above it, in a class that pydantic fills; None where there is one, or it takes lines."""
    unit, lines = value.unit, value.unit.document.lines
    source = unit.document.source
    found = [
        binding
        for cls in (unit.module.classes if unit.module is not None else ())
        if _SETTINGS.match(source, unit.span(cls.span).start)
        for binding in cls.scope.bindings.get(name, ())
    ]
    if len(found) != 1:
        return None
    line = lines.span(lines.line_of(unit.span(found[0].span).start))
    text = source[line.start : line.end].decode("utf-8", "replace")
    if not re.match(rf"[ \t]+{name}[ \t]*:", text) or any(text.count(a) != text.count(b) for a, b in ("()", "[]")):
        return None
    made = _WORD.sub(lambda word: _account(word[0], plan.names) if _is_key(word[0]) else word[0], text)
    if re.search(rb"\b%s\b" % _account(name, plan.names).encode(), source):
        return None
    return Edit(Span(line.start, line.start), (made + plan.layout(unit).newline).encode())
