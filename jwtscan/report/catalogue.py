"""The rules themselves as people and machines read them: a list, JSON, a Markdown table, and one page a rule."""

from __future__ import annotations

import json
from collections.abc import Sequence

from jwtscan.finding import Severity
from jwtscan.mask import printable
from jwtscan.report.ansi import BOLD, CYAN, DIM, RED, YELLOW, styled
from jwtscan.report.look import Look
from jwtscan.rule import TAGS, Rule

_COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.NOTE: CYAN}


def grouped(rules: Sequence[Rule]) -> list[tuple[str, list[Rule]]]:
    """The rules under their first tag, in the order of the tags."""
    groups = [(tag, [rule for rule in rules if rule.tags[0] == tag]) for tag in TAGS]
    return [(tag, members) for tag, members in groups if members]


def rules_list(rules: Sequence[Rule], look: Look) -> str:
    """One line a rule under its tag: id, severity, summary."""
    wide = max((len(rule.id) for rule in rules), default=0)
    lines: list[str] = []
    for tag, members in grouped(rules):
        lines += [*([""] if lines else []), styled(tag, DIM, look)]
        for rule in members:
            name = styled(rule.id, BOLD, look) + " " * (wide - len(rule.id))
            severity = styled(f"{rule.severity!s:<7}", _COLOURS[rule.severity], look)
            lines.append(f"  {name}  {severity}  {printable(rule.summary)}")
    return "\n".join(lines) + "\n"


def rules_json(rules: Sequence[Rule]) -> str:
    """A JSON list of the rules by id, with what is short."""
    listed = [
        {
            "id": rule.id,
            "tags": list(rule.tags),
            "severity": str(rule.severity),
            "summary": rule.summary,
            "page": rule.page,
        }
        for rule in rules
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def rules_table(rules: Sequence[Rule]) -> str:
    """A Markdown table, for the README."""
    lines = ["| rule | tag | severity | finds |", "|---|---|---|---|"]
    for tag, members in grouped(rules):
        lines += [f"| `{rule.id}` | {tag} | {rule.severity} | {_cell(rule.summary)} |" for rule in members]
    return "\n".join(lines) + "\n"


def page(rule: Rule) -> str:
    """Everything that is to be said about a rule, in Markdown. Somebody else's rule may hold what a terminal obeys."""
    parts = [
        f"# {rule.id}",
        f"{rule.summary}",
        f"Severity: {rule.severity} · Tags: {', '.join(rule.tags)}",
        f"## Why\n\n{rule.why.strip()}",
        f"## Bad\n\n```{rule.language}\n{rule.bad.strip(chr(10))}\n```",
        f"## Good\n\n```{rule.language}\n{rule.good.strip(chr(10))}\n```",
        f"## What to do\n\n{rule.what_to_do.strip()}",
    ]
    if rule.safety:
        parts.append(f"## How safe the fix is\n\n{rule.safety.strip()}")
    if rule.page:
        parts.append(f"See <{rule.page}>.")
    return "\n".join(map(printable, "\n\n".join(parts).split("\n"))) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
