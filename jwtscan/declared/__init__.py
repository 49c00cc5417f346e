"""Rules written in TOML: reads a rule file into a ``Rule``. What each matcher looks for is in ``matchers``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from jwtscan.declared.matchers import MATCHERS, Matcher
from jwtscan.finding import Confidence, Severity
from jwtscan.fixing import advice
from jwtscan.fixing.recipes import recipe, recipe_names
from jwtscan.nearest import nearest
from jwtscan.rule import TAGS, Find, Fixer, Match, Rule, RuleError
from jwtscan.syntax.unit import Held
from jwtscan.table import Table
from jwtscan.text import Span
from jwtscan.toml import TomlError, read_toml

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

__all__ = ["read_rule"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Clause:
    """One ``[[match]]`` table: what is looked for, and what is said about it."""

    matcher: Matcher
    message: str
    confidence: Confidence
    severity: Severity | None
    evidence: tuple[str, ...]


def read_rule(path: Path) -> Rule:
    """The rule in a TOML file; its id is the file's name. Raises ``RuleError`` with the file and the reason."""
    try:
        top = Table(read_toml(path), str(path))
    except TomlError as error:
        raise RuleError(str(error)) from error
    if not _ID.fullmatch(path.stem):
        raise RuleError(f"{path}: a rule is named in lower case with hyphens, as in jwt-mint.toml")
    rule = Rule(
        id=path.stem,
        tags=top.words("tags", TAGS),
        severity=top.level("severity", Severity),
        summary=top.text("summary"),
        keywords=_keywords(top),
        why=top.text("why"),
        bad=top.text("bad"),
        good=top.text("good"),
        what_to_do=top.text("what-to-do"),
        page=top.text("page"),
        find=_find([_clause(table) for table in top.tables("match")]),
        language=top.text("language", "text"),
        fix=_recipe(top) or _by_hand(top),
        safety=top.text("safety", ""),
        anywhere=top.flag("anywhere"),
        source=str(path),
    )
    top.close()
    return rule


def _keywords(top: Table) -> tuple[str, ...]:
    words = top.texts("keywords")
    for word in words:
        if word != word.lower():
            top.refuse(f"the keyword '{word}' has to be in lower case: files are compared in lower case")
    return words


def _recipe(top: Table) -> Fixer | None:
    """The built-in recipe that a rule names, which is given a ``Held``."""
    if not top.has("fix"):
        return None
    name = top.text("fix")
    if name not in recipe_names():
        top.refuse(f"'fix' is '{name}', which is not one of the recipes{nearest(name, recipe_names())}")
    return recipe(name)


def _by_hand(top: Table) -> Fixer | None:
    """What a rule says is to be done by a person, where no program can."""
    if not top.has("by-hand"):
        return None
    table = top.table("by-hand")
    proposal = advice(table.text("title"), table.text("because"), table.text("sketch", ""), table.texts("steps"))
    table.close()
    return lambda subject, plan: proposal  # noqa: ARG005 - it is the same for each finding


def _clause(table: Table) -> _Clause:
    name = table.one_of(tuple(MATCHERS))
    inner = table.table(name)
    matcher = MATCHERS[name](inner)
    inner.close()
    message = table.text("message")
    _check_message(table, message, matcher.fields)
    clause = _Clause(
        matcher=matcher,
        message=message,
        confidence=table.level("confidence", Confidence, Confidence.MEDIUM),
        severity=table.level("severity", Severity, None),
        evidence=table.texts("evidence", ()),
    )
    table.close()
    return clause


def _check_message(table: Table, message: str, fields: tuple[str, ...]) -> None:
    try:
        used = [
            (name, spec, conversion) for _, name, spec, conversion in Formatter().parse(message) if name is not None
        ]
    except ValueError as error:
        table.refuse(f"the message is not well formed: {error}")
    for name, spec, conversion in used:
        if name not in fields or spec or conversion:
            table.refuse(f"the message may only hold {', '.join(f'{{{field}}}' for field in fields)}, not {{{name}}}")


def _find(clauses: list[_Clause]) -> Find:
    """The rule's function. Of several tables that match one place the first one speaks."""

    def find(unit: Unit, project: Project) -> Iterator[Match]:
        seen: set[Span] = set()
        for clause in clauses:
            for hit in clause.matcher.find(unit, project):
                if hit.span in seen:
                    continue
                seen.add(hit.span)
                yield Match(
                    span=hit.span,
                    message=clause.message.format(**hit.fields),
                    confidence=clause.confidence,
                    evidence=clause.evidence,
                    severity=clause.severity,
                    secrets=hit.secrets,
                    subject=Held(unit, hit.item),
                )

    return find
