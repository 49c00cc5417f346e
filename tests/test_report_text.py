"""The text report: frames, trails, the summary, and what narrow, plain and hostile surroundings make of them."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from results import SECRET, document, finding, result_of, step, two_files
from rich.cells import cell_len

from jwtscan.engine import Result
from jwtscan.finding import Applicability, Fix, Severity, Skipped
from jwtscan.report import Look, masked, render
from jwtscan.rule import Rule
from jwtscan.text import Span

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def shown(result: Result, look: Look | None = None, rules: tuple[Rule, ...] = (), **how: bool) -> str:
    return render(masked(result, rules), "text", look or Look(), **how)


def one(text: str, marked: str, path: str = "a.js", **rest: object) -> Result:
    doc = document(path, text)
    return result_of({path: doc}, [finding(doc, marked, **rest)])  # type: ignore[arg-type]


def test_whole_report() -> None:
    assert shown(two_files()) == (
        """\
warning[credential-literal] an API secret stands in the code: FAKE…
   ╭─ src/config.js:3:3
 2 │   apiKey: process.env.ZOOM_API_KEY,
 3 │   apiSecret: 'FAKE…',
   │   ━━━━━━━━━━━━━━━━━━
 4 │ }
   why medium confidence

error[join-api-key] join() is given an API key
   ╭─ src/join.js:6:3
 5 │ meetingNumber: meetConfig.meetingNumber,
 6 │ apiKey: meetConfig.apiKey,
   │ ━━━━━━━━━━━━━━━━━━━━━━━━━
 7 │ signature,
   from ZOOM_API_KEY, src/config.js:2 → meetConfig.apiKey, src/join.js:6
   why  high confidence: @zoomus/websdk is imported; ZOOM_API_KEY has Zoom in its name
   fix  rename the property to sdkKey (safe)
   then set ZOOM_MEETING_SDK_KEY

  1  credential-literal
  1  join-api-key

skipped 1 file: 1 generated · -v lists them
2 findings in 2 files; 3 files scanned, 2 parsed, 1 skipped
"""
    )


def test_nothing_found() -> None:
    assert shown(Result(files=12, parsed=1)) == "no findings; 12 files scanned, 1 parsed\n"


def test_quiet_has_no_summary() -> None:
    assert shown(Result(files=12), quiet=True) == ""
    assert "findings" not in shown(two_files(), quiet=True)


def test_verbose_lists_each_skipped_file() -> None:
    result = two_files()
    result.skipped.append(Skipped("big.json", "too large: 9,000,000 bytes"))
    text = shown(result, verbose=True)
    assert "skipped big.json: too large: 9,000,000 bytes\nskipped dist/app.min.js: generated\n" in text


def test_skipped_files_are_counted_by_reason() -> None:
    result = Result(skipped=[Skipped("a", "too large: 9"), Skipped("b", "too large: 8"), Skipped("c", "binary")])
    assert "skipped 3 files: 1 binary, 2 too large" in shown(result)


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_no_line_of_code_or_notes_is_wider_than_the_terminal(width: int) -> None:
    lines = shown(two_files(), Look(width=width)).splitlines()
    assert [line for line in lines if cell_len(line) > width and "╭─" not in line] == []


def test_long_path_is_never_cut() -> None:
    path = "packages/" + "very-" * 20 + "long/join.js"
    assert f"╭─ {path}:1:1\n" in shown(one("apiKey", "apiKey", path), Look(width=40))


def test_mark_on_a_long_line_stays_in_sight() -> None:
    text = "var a=1;" * 400 + "join({apiKey:k})" + ";var b=2" * 400
    lines = shown(one(text, "apiKey:k"), Look(width=60)).splitlines()
    code, under = lines[2], lines[3]
    assert code[under.index("━") :].startswith("apiKey:k")
    assert under.count("━") == len("apiKey:k")


def test_mark_longer_than_the_screen() -> None:
    lines = shown(one("x = " + "a" * 500, "a" * 500), Look(width=60)).splitlines()
    assert cell_len(lines[2]) <= 60
    assert "━" in lines[3]


@pytest.mark.parametrize("before", ["\t\t", "'日本語', ", "'é', ", "'🔑', ", "\t'日本', "])
def test_mark_under_wide_characters_and_tabs(before: str) -> None:
    lines = shown(one(f"x\n{before}apiKey\n", "apiKey")).splitlines()
    code, under = lines[3], lines[4]
    assert cell_len(code[: code.index("apiKey")]) == under.index("━")
    assert under.count("━") == 6


def test_finding_of_several_lines_has_a_bar_and_no_underline() -> None:
    text = "a\nsign(\n  one,\n  two,\n)\nb\n"
    assert shown(one(text, "sign(\n  one,\n  two,\n)")).splitlines()[2:8] == [
        " 1 │ a",
        " 2 ┃ sign(",
        " 3 ┃   one,",
        " 4 ┃   two,",
        " 5 ┃ )",
        " 6 │ b",
    ]


def test_middle_of_a_long_finding_is_left_out() -> None:
    body = "".join(f"  line{number},\n" for number in range(2, 40))
    text = f"sign(\n{body})\n"
    rows = shown(one(text, text.rstrip("\n"))).splitlines()[2:10]
    assert [row.split(maxsplit=1)[0] for row in rows] == ["1", "2", "3", "4", "5", "┃", "39", "40"]


def test_finding_whose_text_is_not_at_hand() -> None:
    result = two_files()
    result.documents = {}
    assert "error[join-api-key] join() is given an API key\n   ╭─ src/join.js:6:3\n   from" in shown(result)


def test_empty_file() -> None:
    assert "╭─ a.js:1:1\n" in shown(one("", ""))


def test_advice_of_a_rule_comes_once() -> None:
    doc = document("a.js", "apiKey\nother\n")
    rule = _rule("join-api-key", "Give it an sdkKey instead. And more.")
    result = result_of({"a.js": doc}, [finding(doc, "apiKey"), finding(doc, "other")])
    assert shown(result, rules=(rule,)).count("   do  Give it an sdkKey instead.\n") == 1


def test_fix_stands_in_for_the_advice_and_says_its_assumption() -> None:
    fix = Fix(Applicability.UNSAFE, "rename it", "nobody else reads it")
    text = shown(one("apiKey", "apiKey", fix=fix), rules=(_rule("join-api-key", "Do it."),))
    assert "   fix rename it (unsafe)\n       because nobody else reads it\n" in text
    assert "Do it." not in text


def test_severities_have_colours_and_plain_text_has_none() -> None:
    coloured = shown(two_files(), Look(colour=True))
    assert "\x1b[1;31merror" in coloured
    assert "\x1b[1;33mwarning" in coloured
    assert ESCAPE.sub("", coloured) == shown(two_files())
    assert "\x1b" not in shown(two_files())


def test_without_unicode_there_is_only_ascii() -> None:
    result = two_files()
    result.findings = [replace(one, severity=Severity.NOTE) for one in result.findings]
    text = shown(result, Look(unicode=False), verbose=True)
    frames = [line for line in text.splitlines() if " | " in line or "-->" in line]
    assert len(frames) >= 8
    assert all(frame.isascii() for frame in frames)
    assert "src/config.js:2 -> meetConfig.apiKey" in text


def test_mark_fits_the_mask_in_ascii() -> None:
    text = shown(one(f"secret: '{SECRET}', next", f"'{SECRET}'"), Look(unicode=False))
    code, under = text.splitlines()[2:4]
    assert code[under.index("^") : under.rindex("^") + 1] == "'FAKE...'"


def test_secrets_and_escapes_never_get_out() -> None:
    hostile = f"\x1b]0;owned\x07\x1b[2J apiKey: '{SECRET}' \u202e\u2066 // end"
    doc = document("src/\x1b[31mred.js", hostile)
    made = finding(
        doc,
        "apiKey",
        message=f"message \x1b[5m {SECRET}",
        evidence=(f"evidence \x07 {SECRET}",),
        trail=(step(doc, "apiKey", f"trail \x9b31m {SECRET}"),),
        fix=Fix(Applicability.SAFE, f"title\x1b {SECRET}", f"because\r {SECRET}", (f"then\x00 {SECRET}",)),
    )
    result = result_of({doc.path: doc}, [made], secrets=frozenset({SECRET}), skipped=[Skipped("\x1b.js", "a\x1bb")])
    for look in (Look(), Look(colour=True), Look(unicode=False, width=40)):
        text = shown(result, look, verbose=True)
        assert SECRET not in text
        assert SECRET[6:] not in text
        bare = ESCAPE.sub("", text)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", bare)


def test_markup_in_code_is_only_text() -> None:
    text = shown(one("x = '[red]apiKey[/red] :key:'", "apiKey"), Look(colour=True))
    assert "[red]apiKey[/red] :key:" in ESCAPE.sub("", text)


def test_many_findings_on_one_long_line_are_quick() -> None:
    doc = document("a.js", "join({apiKey:k});" * 30_000)
    made = finding(doc, "apiKey")
    spans = [Span(start, start + 6) for start in range(6, 17 * 30_000, 17 * 100)]
    position = doc.lines.position
    many = [replace(made, span=s, start=position(s.start), end=position(s.end)) for s in spans]
    before = time.perf_counter()
    text = shown(result_of({"a.js": doc}, many))
    assert time.perf_counter() - before < 20
    assert text.count("━━━━━━\n") == 300


def _rule(name: str, what_to_do: str) -> Rule:
    return Rule(name, ("sdk",), Severity.ERROR, "s", ("k",), "w", "b", "g", what_to_do, "p", lambda unit, project: ())
