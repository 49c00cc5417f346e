"""One module a migration, each with ``fix(subject, plan)``. A rule names its recipe; it is imported when it fixes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jwtscan.fixing import Proposal
    from jwtscan.fixing.plan import Plan

Fixer = Callable[[Any, "Plan"], "Proposal | None"]
"""Given a match's subject. None where there is nothing to say."""


def recipe(name: str) -> Fixer:
    """The recipe of that name (``server_to_server``: the module ``fixing/recipes/server_to_server.py``)."""

    def fix(subject: Any, plan: Plan) -> Proposal | None:
        module = importlib.import_module(f"jwtscan.fixing.recipes.{name}")
        proposal: Proposal | None = module.fix(subject, plan)
        return proposal

    return fix


def recipe_names() -> tuple[str, ...]:
    """The names of all recipes."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
