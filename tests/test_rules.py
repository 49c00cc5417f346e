"""Every rule over every case: what is found is what the marks want, and each rule can fire and can be silent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import jwtscan
from jwtscan.cases import Case, check, check_fix, find_cases, prepare
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

FIXTURES = Path(jwtscan.__file__).parent.parent / "fixtures"
# Not cases: what the README scans.
APART = {"demo"}
CASES = [case for case in find_cases(FIXTURES) if case.group not in APART]


@cache
def rules() -> list[Rule]:
    return load_rules(allow_python=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_gives_what_its_marks_want(case: Case, tmp_path: Path) -> None:
    assert check(case, rules(), tmp_path) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.is_fixed], ids=lambda case: case.name)
def test_case_is_fixed_as_wanted_and_a_second_run_changes_nothing(case: Case, tmp_path: Path) -> None:
    assert check_fix(case, rules(), tmp_path) == []


# What the tool's own rules look at is not in the files: permissions, and comments that silence nothing.
SEEING = [rule for rule in load_rules(allow_python=False) if rule.tags != ("tool",)]


@pytest.mark.parametrize("rule", SEEING, ids=lambda rule: rule.id)
def test_rule_has_a_case_that_fires_and_one_that_is_silent(rule: Rule, tmp_path: Path) -> None:
    fires: list[str] = []
    silent: list[str] = []
    for number, case in enumerate(case for case in CASES if case.group == rule.id):
        place = tmp_path / str(number)
        place.mkdir()
        wants = {want.rule for want in prepare(case, place)}
        (fires if rule.id in wants else silent).append(case.name)
    assert fires, f"fixtures/{rule.id} has no case that fires"
    assert silent, f"fixtures/{rule.id} has no case that stays silent"
