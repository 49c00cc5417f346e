"""Finds rule files and loads them, and picks those that are wanted. What a TOML rule means is in ``declared``."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path

from jwtscan.declared import read_rule
from jwtscan.rule import TAGS, Rule, RuleError

_PACKAGE = Path(__file__).resolve().parent


class UnknownRuleError(Exception):
    """A word that is neither a rule's id nor a tag."""

    def __init__(self, word: str, known: tuple[str, ...]) -> None:
        super().__init__(word)
        self.word = word
        self.known = known


class _Uncached(SourceFileLoader):
    """Loads a Python file without leaving a ``__pycache__`` beside it."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Bytecode of other people's rules is not kept."""


@cache
def builtin_folder() -> Path:
    """Where the rules that come with jwtscan are: inside the installed package, beside it in a checkout."""
    inside = _PACKAGE / "rules"
    return inside if inside.is_dir() else _PACKAGE.parent / "rules"


def is_builtin(rule: Rule) -> bool:
    """Whether a rule comes with jwtscan."""
    return Path(rule.source).parent == builtin_folder()


def load_rules(folders: Sequence[Path] = (), *, allow_python: bool) -> list[Rule]:
    """The built-in rules and those of ``folders``, sorted by id.

    ``allow_python`` says whether ``.py`` files of ``folders`` may be run; without it they are refused.
    Raises ``RuleError`` for a folder that is missing or has no rules, an unusable file, and an id that is there twice.
    """
    rules = load_folder(builtin_folder(), allow_python=True)
    for folder in folders:
        rules += load_folder(folder, allow_python=allow_python)
    return _unique(rules)


def load_folder(folder: Path, *, allow_python: bool) -> list[Rule]:
    """The rules of one folder, by file name. Names that start with ``_`` or ``.`` are not rules."""
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder of rules")
    files = sorted(f for f in folder.iterdir() if f.suffix in {".toml", ".py"} and f.name[0] not in "_.")
    if not files:
        raise RuleError(f"{folder}: no rules in this folder (rules are .toml or .py files)")
    return [_load(file, allow_python=allow_python) for file in files]


def choose(rules: Iterable[Rule], select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Rule]:
    """The rules that ``select`` names (all where it is empty) but for those that ``ignore`` names, by id or tag.

    Raises ``UnknownRuleError``.
    """
    rules = list(rules)
    known = (*(rule.id for rule in rules), *TAGS)
    for word in (*select, *ignore):
        if word not in known:
            raise UnknownRuleError(word, known)
    return [r for r in rules if (not select or _named(r, select)) and not _named(r, ignore)]


def _named(rule: Rule, words: Sequence[str]) -> bool:
    return rule.id in words or any(tag in words for tag in rule.tags)


def _load(file: Path, *, allow_python: bool) -> Rule:
    if file.suffix == ".toml":
        return read_rule(file)
    if not allow_python:
        raise RuleError(f"{file}: a Python rule is only run from a folder named on the command line (--rules)")
    return _run(file)


def _run(file: Path) -> Rule:
    """Runs a Python file and takes its ``rule``."""
    name = f"jwtscan_rule_{file.stem.replace('-', '_')}"
    loader_type = SourceFileLoader if file.parent == builtin_folder() else _Uncached
    spec = importlib.util.spec_from_file_location(name, file, loader=loader_type(name, str(file)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise RuleError(f"{file}: {type(error).__name__}: {error}") from error
    rule = getattr(module, "rule", None)
    if not isinstance(rule, Rule):
        raise RuleError(f"{file}: a Python rule has to define 'rule', a jwtscan.rule.Rule")
    if rule.id != file.stem:
        raise RuleError(f"{file}: the rule's id is '{rule.id}', but a rule is named as its file")
    return replace(rule, source=str(file))


def _unique(rules: list[Rule]) -> list[Rule]:
    by_id: dict[str, Rule] = {}
    for rule in rules:
        other = by_id.setdefault(rule.id, rule)
        if other is not rule:
            raise RuleError(f"{rule.source}: there is a rule '{rule.id}' already ({other.source})")
    return sorted(rules, key=lambda rule: rule.id)
