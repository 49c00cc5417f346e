"""The names of ``jwtscan.api`` with what they say of themselves."""

from __future__ import annotations

import inspect
from dataclasses import fields
from enum import Enum
from types import ModuleType

import jwtscan.api as api


def api_section() -> str:
    """A table of what a rule uses most, then every other public name with its first sentence."""
    parts = [_dataclass(name) for name in ("Rule", "Match")]
    parts.append("## Everything else")
    names = [name for name in api.__all__ if name not in ("Rule", "Match")]
    rows = [f"| `{name}` | {_about(getattr(api, name))} |" for name in sorted(names, key=str.lower)]
    parts.append("\n".join(["| Name | What it is |", "|---|---|", *rows]))
    return "\n\n".join([*parts, _methods("Project"), _methods("Unit")])


def _dataclass(name: str) -> str:
    cls: type = getattr(api, name)
    rows = [f"| `{one.name}` | `{_type(str(one.type))}` |" for one in fields(cls)]
    return f"## {name}\n\n{_text(cls)}\n\n" + "\n".join(["| Field | Type |", "|---|---|", *rows])


def _methods(name: str) -> str:
    """The public methods and properties of a class, with their own words."""
    cls = getattr(api, name)
    found = []
    for member, value in sorted(vars(cls).items()):
        about = inspect.getdoc(value.fget if isinstance(value, property) else value) if _is_asked(value) else None
        if member.startswith("_") or not about:
            continue
        found.append(f"| `{member}` | {_first(about)} |")
    return f"## {name}\n\n{_text(cls)}\n\n" + "\n".join(["| Member | What it gives |", "|---|---|", *found])


def _is_asked(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, property)


def _text(cls: type) -> str:
    return (inspect.getdoc(cls) or "").replace("``", "`")


def _about(value: object) -> str:
    if isinstance(value, type) and issubclass(value, Enum):
        return f"{_first(inspect.getdoc(value) or '')} {', '.join(f'`{member.name}`' for member in value)}."
    if isinstance(value, (ModuleType, type)) or inspect.isfunction(value):
        return _first(inspect.getdoc(value) or "")
    return ""


def _first(text: str) -> str:
    """The first paragraph, on one line of a table."""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


def _type(text: str) -> str:
    return text.replace("|", "\\|")
