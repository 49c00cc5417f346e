"""What fixes replace: applied by hand it gives the text after the fix, and it never holds a secret."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from results import SECRET

from jwtscan.engine.outcome import Rewrite
from jwtscan.report.masked import Clean
from jwtscan.report.replaced import MOST, Replacement, replacements
from jwtscan.text import Lines

CLEAN = Clean({SECRET})
TEXTS = st.text(st.sampled_from("ab_ é🔑.\t\n\r"), max_size=40)


def _of(before: str | None, after: str, path: str = "a.js") -> tuple[Replacement, ...]:
    return replacements([Rewrite(path, None if before is None else before.encode(), after.encode())], CLEAN)


def _applied(before: str, found: tuple[Replacement, ...]) -> str:
    source = before.encode()
    lines = Lines(source)
    for one in reversed(found):
        start, end = lines.offset(one.start), lines.offset(one.end)
        assert one.bytes_at == (start - lines.starts[one.start.line - 1] + 1, end - lines.starts[one.end.line - 1] + 1)
        source = source[:start] + one.text.encode() + source[end:]
    return source.decode()


@given(TEXTS, TEXTS)
@example("a\n", "a\nb")
@example("a", "a\n")
@example("é", "🔑")
@example("a\r\nb\r\n", "b\r\n")
@example("a\rb\r", "a\rc\r")
@example("\r\n", "\r")
@example("\r\n", "\n")
@example("\n", "\r\n")
def test_replacements_give_the_text_after(before: str, after: str) -> None:
    found = _of(before, after)
    # A lone CR stands for nothing that is shown as it is.
    assert _applied(before, found) == after or (not found and "\r" in after)


def test_word_is_replaced_as_a_whole() -> None:
    (one,) = _of("🔑 join({ apiKey: key })\n", "🔑 join({ sdkKey: key })\n")
    assert (one.start, one.end, one.bytes_at, one.text) == ((1, 10), (1, 16), (13, 19), "sdkKey")


def test_lines_that_change_side_by_side_are_replaced_one_by_one() -> None:
    found = _of("API_KEY=\nAPI_SECRET=\n", "CLIENT_ID=\nCLIENT_SECRET=\n")
    assert [(one.start.line, one.text) for one in found] == [(1, "CLIENT_ID"), (2, "CLIENT_SECRET")]


def test_nothing_is_said_of_a_fix_with_a_new_file() -> None:
    rewrites = [Rewrite("a.js", b"a", b"b"), Rewrite("new.js", None, b"c")]
    assert replacements(rewrites, CLEAN) == ()
    assert len(replacements(rewrites[:1], CLEAN)) == 1


def test_nothing_is_said_of_a_fix_that_puts_in_what_is_masked() -> None:
    assert _of("key = x\n", f"key = '{SECRET}'\n") == ()
    assert _of("x\n", f"x\ny = 1 # {SECRET}\n") == ()
    assert _of("x\n", "x\x1b[31m\n") == ()


def test_what_stays_beside_a_secret_can_be_replaced() -> None:
    (one,) = _of(f"apiSecret: '{SECRET}'\n", f"sdkSecret: '{SECRET}'\n")
    assert one.text == "sdkSecret"


def test_nothing_is_said_of_fixes_all_over_the_place() -> None:
    before = "a\n" * MOST
    assert len(_of(before, "b\n" * MOST)) == MOST
    assert _of(before + "a\n", "b\n" * (MOST + 1)) == ()
