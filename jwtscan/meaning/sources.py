"""What a source of credentials is, and how the code that reads one is recognised by its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jwtscan.finding import Confidence, Step
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

ENV_READ = re.compile(
    rb"(?:process\.env|import\.meta\.env|os\.environ(?:\.get)?|getenv|getEnv|\benv(?:\.\w+)?|\bconfig|get_env\w*)"
    rb"\s*(?:\?\.|[.(\[])\s*[\"'`]?(?P<name>[A-Za-z_]\w*)"
)
SETTINGS_KINDS = frozenset(
    {
        "env", "ini", "json", "yaml", "toml", "properties", "setup.cfg", "dockerfile", "shell", "terraform",
        "package.json", "pyproject.toml",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A place that gives a credential. ``part`` is key, secret or token; ``text`` a literal's value, for masking."""

    kind: str
    unit: Unit
    span: Span
    name: str
    part: str
    confidence: Confidence
    reason: str
    text: str | None = None
    trail: tuple[Step, ...] = ()
