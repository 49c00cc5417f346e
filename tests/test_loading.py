"""Finding and loading rule files, and picking rules by id and tag."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jwtscan.loading import UnknownRuleError, builtin_folder, choose, load_folder, load_rules
from jwtscan.rule import TAGS, RuleError

TOML = """\
tags = ["rest"]
severity = "warning"
summary = "something old"
keywords = ["zoom"]
why = "It is old."
bad = "old"
good = "new"
what-to-do = "Renew it."
page = "https://example.org/"

[[match]]
text = {regex = "old"}
message = "found"
"""

PYTHON = """\
from dataclasses import dataclass

from jwtscan.finding import Severity
from jwtscan.rule import Rule


@dataclass(frozen=True)
class Words:
    old: "str" = "old"


rule = Rule(
    id="my-rule", tags=("rest",), severity=Severity.NOTE, summary="s", keywords=(Words().old,), why="w", bad="b",
    good="g", what_to_do="d", page="p", find=lambda unit, project: (),
)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    return own


def test_builtin_rules_are_sorted_and_whole() -> None:
    rules = load_rules(allow_python=False)
    assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)
    files = {path.stem for path in builtin_folder().iterdir() if path.suffix in {".toml", ".py"}}
    assert {rule.id for rule in rules} == {name for name in files if not name.startswith("_")}


def test_builtin_rules_say_everything() -> None:
    for rule in load_rules(allow_python=False):
        texts = (rule.summary, rule.why, rule.bad, rule.good, rule.what_to_do)
        assert all(text.strip() for text in texts), rule.id
        assert all(word == word.lower() for word in rule.keywords), rule.id
        # The tool's own rules wait for no word and have no page of Zoom's.
        own = rule.tags == ("tool",)
        assert own or all(rule.keywords), rule.id
        assert own or rule.page.startswith("https://"), rule.id
        assert rule.tags, rule.id
        assert set(rule.tags) <= set(TAGS), rule.id


def test_own_rules_join_the_builtin_ones(folder: Path) -> None:
    (folder / "aa-first.toml").write_text(TOML)
    (folder / "my-rule.py").write_text(PYTHON)
    (folder / "_shared.py").write_text("raise SystemExit")
    (folder / "README.md").write_text("no rule")
    rules = load_rules([folder], allow_python=True)
    assert rules[0].id == "aa-first"
    assert {rule.id for rule in rules} - {rule.id for rule in load_rules(allow_python=True)} == {"aa-first", "my-rule"}
    assert next(rule for rule in rules if rule.id == "my-rule").source == str(folder / "my-rule.py")


def test_python_rule_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "my-rule.py").write_text(PYTHON)
    load_folder(folder, allow_python=True)
    assert [path.name for path in folder.iterdir()] == ["my-rule.py"]


def test_python_rule_that_may_not_run(folder: Path) -> None:
    (folder / "my-rule.py").write_text("raise SystemExit")
    with pytest.raises(RuleError, match=r"my-rule\.py: a Python rule is only run from a folder named on the command"):
        load_folder(folder, allow_python=False)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def", "SyntaxError: "),
        ("x = 1", "a Python rule has to define 'rule'"),
        ("rule = 'my-rule'", "a Python rule has to define 'rule'"),
        (PYTHON.replace('"my-rule"', '"other"'), "the rule's id is 'other', but a rule is named as its file"),
        ("exit(3)", "SystemExit: 3"),
    ],
)
def test_python_file_that_is_no_rule(folder: Path, source: str, reason: str) -> None:
    (folder / "my-rule.py").write_text(source)
    with pytest.raises(RuleError) as raised:
        load_folder(folder, allow_python=True)
    assert str(raised.value).startswith(f"{folder / 'my-rule.py'}: {reason}")


def test_folder_without_rules_is_an_error(folder: Path) -> None:
    (folder / "README.md").write_text("no rule")
    with pytest.raises(RuleError, match="no rules in this folder"):
        load_rules([folder], allow_python=True)


def test_missing_folder_is_an_error(folder: Path) -> None:
    with pytest.raises(RuleError, match="no such folder of rules"):
        load_rules([folder / "absent"], allow_python=True)


def test_id_that_is_there_twice(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (folder / "my-rule.py").write_text(PYTHON)
    (other / "my-rule.toml").write_text(TOML)
    with pytest.raises(RuleError) as raised:
        load_rules([folder, other], allow_python=True)
    assert str(raised.value) == (
        f"{other / 'my-rule.toml'}: there is a rule 'my-rule' already ({folder / 'my-rule.py'})"
    )


def test_rule_that_shadows_a_builtin_one(folder: Path) -> None:
    (folder / "outdated-wrapper.toml").write_text(TOML)
    with pytest.raises(RuleError, match="there is a rule 'outdated-wrapper' already"):
        load_rules([folder], allow_python=True)


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), (), {"mine", "yours", "theirs"}),
        (("mine",), (), {"mine"}),
        (("rest",), (), {"mine", "yours"}),
        (("rest",), ("yours",), {"mine"}),
        ((), ("rest",), {"theirs"}),
        (("mine", "sdk"), (), {"mine", "theirs"}),
    ],
)
def test_choice_by_id_and_tag(
    folder: Path, select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]
) -> None:
    (folder / "mine.toml").write_text(TOML)
    (folder / "yours.toml").write_text(TOML.replace('["rest"]', '["rest", "credentials"]'))
    (folder / "theirs.toml").write_text(TOML.replace('["rest"]', '["sdk"]'))
    rules = load_folder(folder, allow_python=False)
    assert {rule.id for rule in choose(rules, select, ignore)} == expected


def test_unknown_word_is_named_with_all_that_is_known(folder: Path) -> None:
    (folder / "mine.toml").write_text(TOML)
    with pytest.raises(UnknownRuleError) as raised:
        choose(load_folder(folder, allow_python=False), ("mine", "mime"))
    assert raised.value.word == "mime"
    assert set(raised.value.known) == {"mine", *TAGS}
