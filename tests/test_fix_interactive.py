"""``jwtscan fix --interactive`` on a terminal of its own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_cli_fix import FIXED, JOIN, ROOT

pty = pytest.importorskip("pty")

SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"
FILES = ("a.js", "b.js", "c.js")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three files with a fix each; the first has two."""
    for name in FILES:
        (tmp_path / name).write_text(JOIN)
    (tmp_path / "a.js").write_text(JOIN + JOIN.split("\n", 2)[2].replace("start", "again"))
    return tmp_path


def talk(answers: str, cwd: Path, *options: str) -> tuple[int, str]:
    """Runs the command on a terminal and types one answer at each question. Gives its exit code and what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jwtscan", "fix", "--interactive", "--no-progress", *options],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, waiting = "", list(answers)
    end = time.monotonic() + 100
    asked = 0
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536).decode("utf-8", "replace")
            except OSError:
                break
        if shown.count("Apply this fix [") > asked and waiting:
            asked += 1
            os.write(ours, waiting.pop(0).encode() + b"\n")
    os.close(ours)
    return process.wait(timeout=60), shown.replace("\r\n", "\n")


def fixed(tree: Path) -> dict[str, int]:
    """How many joins of each file are fixed."""
    return {name: (tree / name).read_text().count("sdkKey") for name in FILES}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ("nnnn", (0, 0, 0)),
        ("yyyy", (2, 1, 1)),
        ("ynny", (1, 0, 1)),
        ("any", (2, 0, 1)),
        ("dyn", (0, 1, 0)),
        ("nA", (1, 1, 1)),
        ("r", (2, 1, 1)),
        ("?syn?yn", (1, 1, 0)),
    ],
)
def test_answers(tree: Path, answers: str, outcome: tuple[int, int, int]) -> None:
    code, shown = talk(answers, tree)
    assert tuple(fixed(tree).values()) == outcome, shown
    assert code == (0 if sum(outcome) == 4 else 1)
    if sum(outcome) < 4:
        assert "not chosen" in shown


def test_quit_writes_nothing_at_all(tree: Path) -> None:
    code, shown = talk("yyq", tree)
    assert (code, sum(fixed(tree).values())) == (1, 0)
    assert "nothing was written" in shown


def test_end_of_input_writes_nothing_at_all(tree: Path) -> None:
    code, shown = talk("y\x04", tree)
    assert (code, sum(fixed(tree).values())) == (130, 0)
    assert "interrupted" in shown


def test_each_fix_is_shown_with_its_patch_and_on_demand_its_finding(tree: Path) -> None:
    (tree / "b.js").unlink()
    (tree / "c.js").unlink()
    (tree / "a.js").write_text(JOIN)
    _, shown = talk("sn", tree)
    assert "a.js:8: join-api-key" in shown
    assert "-    apiKey,\n+    sdkKey: apiKey,\n" in shown
    assert "high confidence" in shown


def test_secrets_around_a_fix_are_masked(tree: Path) -> None:
    text = JOIN.replace("    userName: 'Kiosk',", f"    apiSecret: '{SECRET}',")
    (tree / "a.js").write_text(text)
    _, shown = talk("d", tree)
    assert SECRET not in shown
    assert "apiSecret: 'FAKE" in shown


def test_patch_on_a_terminal_is_masked(tree: Path) -> None:
    (tree / "a.js").write_text(JOIN.replace("    userName: 'Kiosk',", f"    apiSecret: '{SECRET}',"))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "jwtscan", "fix", "--diff", "a.js"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode().replace("\r\n", "\n")
    os.close(ours)
    assert done.returncode == 1
    assert "+    sdkKey: apiKey,\n" in shown
    assert SECRET not in shown
    assert SECRET not in done.stderr.decode()


def test_fixed_text_starts_from_what_was_there(tree: Path) -> None:
    talk("dyd", tree)
    assert (tree / "b.js").read_text() == FIXED
