"""The passes of a fix, with rules made for the purpose: deferring, giving up, going in circles, breaking down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.engine.outcome import Choice, Fixed
from jwtscan.engine.passes import MAX_PASSES
from jwtscan.finding import Applicability, Confidence, Severity
from jwtscan.fixing import Import, NewFile, Proposal, advice
from jwtscan.fixing.plan import Plan
from jwtscan.meaning.project import Project
from jwtscan.rule import Match, Rule
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span

Fixer = Callable[[Any, Plan], "Proposal | None"]


def rule_for(word: str, fixer: Fixer, identity: str = "word") -> Rule:
    """A rule that finds a word and is given the unit and the span to fix."""

    def find(unit: Unit, project: Project) -> Iterator[Match]:
        at = unit.document.source.find(word.encode())
        while at >= 0:
            span = Span(at, at + len(word))
            yield Match(span, f"says {word}", Confidence.HIGH, subject=(unit, span))
            at = unit.document.source.find(word.encode(), at + 1)

    return Rule(
        id=identity, tags=("rest",), severity=Severity.ERROR, summary="s", keywords=("zoom = ",), why="w", bad="b",
        good="g", what_to_do="d", page="", find=find, fix=fixer, anywhere=True,
    )  # fmt: skip


def replacing(
    text: str, least: Applicability = Applicability.SAFE, around: int = 0, because: str | None = None
) -> Fixer:
    """Puts ``text`` in place of the word and of so many bytes on each side of it."""

    def fixer(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        wide = Span(max(span.start - around, 0), span.end + around)
        return Proposal(least, f"write {text}", ((unit.path, Edit(wide, text.encode())),), because=because)

    return fixer


def run(tree: Path, *rules: Rule, paths: tuple[str, ...] = (".",), **settings: Any) -> Fixed:
    return fix(Options(cwd=tree, paths=paths, jobs=1), list(rules), **settings)


def text_of(fixed: Fixed, path: str = "a.py") -> str | None:
    return next((change.after.source.decode() for change in fixed.changes if change.path == path), None)


def reasons(fixed: Fixed) -> list[str | None]:
    return [finding.fix.because if finding.fix else None for finding in fixed.last.findings]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("zoom = 'old'\n")
    return tmp_path


def test_unsafe_fix_waits_to_be_asked_for(tree: Path) -> None:
    rule = rule_for("old", replacing("new", Applicability.UNSAFE, because="nobody reads it"))
    fixed = run(tree, rule)
    assert (fixed.changes, reasons(fixed)) == ([], ["nobody reads it"])
    assert text_of(run(tree, rule, least=Applicability.UNSAFE)) == "zoom = 'new'\n"


def test_fixes_that_touch_land_in_later_passes(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'oldold', 'old'\n")
    fixed = run(tree, rule_for("old", replacing("n")))
    assert text_of(fixed) == "zoom = 'nn', 'n'\n"
    assert (fixed.passes, len(fixed.fixed), fixed.converged) == (2, 3, True)


def test_whole_fix_waits_when_one_of_its_edits_meets_another(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'old', 'far'\n")

    def both(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        at = unit.document.source.find(b"old")
        more = ((unit.path, Edit(Span(at, at + 3), b"both")),) if at >= 0 else ()
        return Proposal(Applicability.SAFE, "both", ((unit.path, Edit(span, b"near")), *more))

    fixed = run(tree, rule_for("old", replacing("new"), "a"), rule_for("far", both, "b"))
    assert text_of(fixed) == "zoom = 'new', 'near'\n"
    assert fixed.passes == 2


def test_fix_whose_result_does_not_parse_is_refused_and_the_other_lands(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'old'\nzoom2 = 'bad'\n")
    fixed = run(tree, rule_for("old", replacing("new"), "a"), rule_for("bad", replacing("'(", around=1), "b"))
    assert text_of(fixed) == "zoom = 'new'\nzoom2 = 'bad'\n"
    assert reasons(fixed) == ["the result would not parse"]


def test_fix_that_does_not_take_its_finding_away_is_refused(tree: Path) -> None:
    fixed = run(tree, rule_for("old", replacing("older")))
    assert fixed.changes == []
    assert reasons(fixed) == ["the result would still have word at line 1"]


def test_fix_that_loses_a_comment_is_refused(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = ('old'  # why\n)\n")
    fixed = run(tree, rule_for("old", replacing("'new'", around=8)))
    assert fixed.changes == []


def test_rules_that_undo_each_other_come_to_rest(tree: Path) -> None:
    """A fix that brings a finding for each that it takes away is not made."""
    one, other = rule_for("old", replacing("new"), "a"), rule_for("new", replacing("old"), "b")
    fixed = run(tree, one, other)
    assert (fixed.changes, fixed.converged) == ([], True)
    assert reasons(fixed) == ["the result would still have b at line 1"]


def test_passes_end(tree: Path) -> None:
    (tree / "a.py").write_text(f"zoom = '{'old' * (2 * MAX_PASSES + 5)}'\n")

    def one(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        first = unit.document.source.find(b"old")
        edit = Edit(Span(first, first + 3), b"n")
        return Proposal(Applicability.SAFE, "n", ((unit.path, edit),)) if span.start == first else advice("n", "later")

    fixed = run(tree, rule_for("old", one))
    assert (fixed.passes, fixed.converged, len(fixed.fixed)) == (MAX_PASSES, False, MAX_PASSES)


def test_recipe_that_breaks_down_costs_its_finding_only(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'old', 1, 'bad'\n")

    def broken(subject: Any, plan: Plan) -> Proposal:
        raise LookupError("no such thing")

    fixed = run(tree, rule_for("old", replacing("new"), "a"), rule_for("bad", broken, "b"))
    assert text_of(fixed) == "zoom = 'new', 1, 'bad'\n"
    assert reasons(fixed) == ["internal error in b, please report"]
    (breakdown,) = fixed.breakdowns
    assert (breakdown.rule, "LookupError: no such thing" in breakdown.details) == ("b", True)


def test_proposal_that_cannot_be_carried_out_costs_its_finding_only(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'old', 1, 'bad'\n")

    def beyond(subject: Any, plan: Plan) -> Proposal:
        unit, _ = subject
        return Proposal(Applicability.SAFE, "t", ((unit.path, Edit(Span(10_000, 10_001), b"x")),))

    fixed = run(tree, rule_for("old", replacing("new"), "a"), rule_for("bad", beyond, "b"))
    assert text_of(fixed) == "zoom = 'new', 1, 'bad'\n"
    assert reasons(fixed) == ["internal error in b, please report"]
    assert len(fixed.breakdowns) == 1


def test_file_with_an_obstacle_keeps_its_findings(tree: Path) -> None:
    (tree / "b.py").write_text("zoom = 'old', 1, 'old'\n")
    fixed = run(tree, rule_for("old", replacing("n")), obstacle=lambda file: "is odd" if file.name == "b.py" else None)
    assert text_of(fixed) == "zoom = 'n'\n"
    assert text_of(fixed, "b.py") is None
    assert reasons(fixed) == ["b.py is odd", "b.py is odd"]


def test_new_file_with_an_obstacle_keeps_the_fix_that_needs_it(tree: Path) -> None:
    def fixer(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        intents = frozenset({NewFile("lib/helper.py", b"def token():\n    return 1\n")})
        return Proposal(Applicability.SAFE, "t", ((unit.path, Edit(span, b"new")),), intents)

    rule = rule_for("old", fixer)
    blocked = run(tree, rule, obstacle=lambda file: "cannot be made" if file.name == "helper.py" else None)
    assert (blocked.changes, reasons(blocked)) == ([], ["lib/helper.py cannot be made"])
    assert [change.path for change in run(tree, rule).changes] == ["a.py", "lib/helper.py"]


def test_only_the_given_files_are_fixed(tree: Path) -> None:
    (tree / "b.py").write_text("zoom = 'old'\n")
    fixed = run(tree, rule_for("old", replacing("new")), paths=("b.py",))
    assert [change.path for change in fixed.changes] == ["b.py"]
    assert (len(fixed.first.findings), len(fixed.last.findings)) == (1, 0)


def test_other_files_are_known_and_change_where_a_fix_needs_it(tree: Path) -> None:
    (tree / "b.py").write_text("zoom = 'old'\n")
    seen: list[set[str]] = []

    def fixer(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        seen.append({unit.path for unit in plan.project.units.values() if unit is not None})
        other = plan.project.units["a.py"]
        assert other is not None
        edits = ((unit.path, Edit(span, b"new")), ("a.py", Edit(Span(0, 4), b"ZOOM")))
        return Proposal(Applicability.SAFE, "t", edits)

    fixed = run(tree, rule_for("old", fixer), paths=("b.py",))
    assert seen[0] >= {"a.py", "b.py"}
    assert (text_of(fixed), text_of(fixed, "b.py")) == ("ZOOM = 'old'\n", "zoom = 'new'\n")


def test_choices_are_kept_apart_though_the_findings_look_the_same(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = 'old', 1, 'old', 2, 'old'\n")
    asked: list[int] = []

    def choose(choice: Choice) -> bool:
        asked.append(choice.offer.finding.span.start)
        return len(asked) != 2

    fixed = run(tree, rule_for("old", replacing("n")), choose=choose)
    assert text_of(fixed) == "zoom = 'n', 1, 'old', 2, 'n'\n"
    assert (len(asked), reasons(fixed)) == (3, ["not chosen"])
    assert [(finding.start.column, finding.fix is not None) for finding in fixed.fixed] == [(9, True), (29, True)]


def test_choice_shows_what_the_fix_alone_would_change(tree: Path) -> None:
    texts: list[tuple[tuple[str, bytes | None, bytes], ...]] = []

    def choose(choice: Choice) -> bool:
        texts.append(choice.texts)
        return False

    assert run(tree, rule_for("old", replacing("new")), choose=choose).changes == []
    assert texts == [(("a.py", b"zoom = 'old'\n", b"zoom = 'new'\n"),)]


def test_import_is_added_once_for_all_fixes(tree: Path) -> None:
    (tree / "a.py").write_text("zoom = ('old', 1, 'old')\n")

    def fixer(subject: Any, plan: Plan) -> Proposal:
        unit, span = subject
        edit = Edit(Span(span.start - 1, span.end + 1), b"token()")
        intents = frozenset({Import(unit.path, "helper", "token")})
        return Proposal(Applicability.SAFE, "t", ((unit.path, edit),), intents)

    fixed = run(tree, rule_for("old", fixer))
    assert (text_of(fixed) or "").count("import token") == 1


def test_nothing_is_written(tree: Path) -> None:
    run(tree, rule_for("old", replacing("new")))
    assert (tree / "a.py").read_text() == "zoom = 'old'\n"
    assert [path.name for path in tree.iterdir()] == ["a.py"]


def test_text_that_the_files_encoding_does_not_have_is_refused(tree: Path) -> None:
    (tree / "a.py").write_bytes(b"# coding: latin-1\nzoom = 'old', '\xe9'\n")
    fixed = run(tree, rule_for("old", replacing("日")))
    assert fixed.changes == []
    assert reasons(fixed) == ["iso8859-1 has no bytes for the new text"]
