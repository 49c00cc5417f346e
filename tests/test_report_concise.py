"""The one-line report, the counts, the sentence at the end, and the pages of rules."""

from __future__ import annotations

import json

from results import SECRET, document, finding, result_of, two_files

from jwtscan.engine import Result
from jwtscan.finding import Silenced, Skipped
from jwtscan.loading import load_rules
from jwtscan.report import Look, masked, render, summary_line
from jwtscan.report.catalogue import page, rules_json, rules_list, rules_table
from jwtscan.text import Position


def test_one_line_a_finding() -> None:
    assert render(masked(two_files()), "concise", Look()) == (
        "src/config.js:3:3: credential-literal an API secret stands in the code: FAKE… [warning, medium]\n"
        "src/join.js:6:3: join-api-key join() is given an API key [error, high]\n"
    )


def test_line_stays_one_line_whatever_the_path() -> None:
    doc = document("a\nb.js", "apiKey")
    text = render(masked(result_of({doc.path: doc}, [finding(doc, "apiKey")])), "concise", Look())
    assert text.count("\n") == 1
    assert text.startswith("a\\nb.js:1:1: ")


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[1;31mjoin-api-key\x1b[0m" in render(masked(two_files()), "concise", Look(colour=True))
    assert "\x1b" not in render(masked(two_files()), "concise", Look())


def test_secret_is_masked() -> None:
    assert SECRET not in render(masked(two_files()), "concise", Look())


def test_nothing_found_prints_nothing() -> None:
    assert render(masked(Result(files=3)), "concise", Look()) == ""


def test_statistics_count_the_most_frequent_first() -> None:
    doc = document("a.js", "one two three")
    found = [finding(doc, "one", "b-rule"), finding(doc, "two", "b-rule"), finding(doc, "three", "a-rule")]
    report = masked(result_of({"a.js": doc}, found))
    for name in ("text", "concise"):
        assert render(report, name, Look(), statistics=True) == "2  b-rule\n1  a-rule\n"
    assert len(json.loads(render(report, "json", Look(), statistics=True))["findings"]) == 3


def test_summary_line() -> None:
    result = two_files()
    assert summary_line(masked(result)) == "2 findings in 2 files; 3 files scanned, 2 parsed, 1 skipped"
    result.findings.pop()
    result.skipped = []
    result.silenced = [
        Silenced(finding(document("b.js", "one two"), word), "", Position(1, 1)) for word in ("one", "two")
    ]
    assert summary_line(masked(result)) == "1 finding in 1 file; 3 files scanned, 2 parsed, 2 silenced"
    assert summary_line(masked(Result(files=1))) == "no findings; 1 file scanned, 0 parsed"
    many = Result(files=1234, skipped=[Skipped(str(number), "binary") for number in range(1001)])
    assert summary_line(masked(many)) == "no findings; 1,234 files scanned, 0 parsed, 1,001 skipped"


def test_every_rule_is_listed_under_its_tag() -> None:
    rules = load_rules(allow_python=False)
    lines = rules_list(rules, Look()).splitlines()
    assert lines[0] == "sdk"
    assert {line.split()[0] for line in lines if line.startswith("  ")} == {rule.id for rule in rules}
    assert {entry["id"] for entry in json.loads(rules_json(rules))} == {rule.id for rule in rules}
    assert all(f"| `{rule.id}` |" in rules_table(rules) for rule in rules)


def test_page_says_everything_about_a_rule() -> None:
    rule = next(rule for rule in load_rules(allow_python=False) if rule.id == "outdated-wrapper")
    text = page(rule)
    for part in (rule.summary, rule.why, rule.bad.strip(), rule.good.strip(), rule.what_to_do, rule.page):
        assert part in text
    assert text.startswith("# outdated-wrapper\n")
