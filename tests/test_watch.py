"""``jwtscan scan --watch``: a real process, and files that change under its eyes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_cli_fix import FIXED, JOIN, ROOT, jwtscan_process

pty = pytest.importorskip("pty")


class Watching:
    """A run of ``scan --watch``. ``shown`` is what it has written so far, to a terminal or to two pipes."""

    def __init__(self, cwd: Path, *options: str, terminal: bool = False, term: str = "xterm") -> None:
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self.stream, self.shown, self.rounds = ours, "", 0
        environ = {name: value for name, value in os.environ.items() if name != "CI"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "jwtscan", "scan", "--watch", "--no-progress", *options],
            cwd=cwd,
            env={**environ, "PYTHONPATH": str(ROOT), "TERM": term, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def round(self) -> str:
        """What is shown up to the end of the next scan."""
        before, end = len(self.shown), time.monotonic() + 60
        while self.shown.count("; Ctrl-C ends") <= self.rounds:
            assert time.monotonic() < end, f"nothing new: {self.shown}"
            assert self.read(0.2) or self.process.poll() is None, self.shown
        self.rounds = self.shown.count("; Ctrl-C ends")
        return self.shown[before:]

    def read(self, seconds: float) -> bool:
        if not select.select([self.stream], [], [], seconds)[0]:
            return False
        try:
            text = os.read(self.stream, 65536)
        except OSError:
            return False
        self.shown += text.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(text)

    def quiet(self, seconds: float) -> bool:
        """Whether nothing is shown for so long."""
        return not self.read(seconds)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        while self.read(0.1):
            pass
        return code


Start = Callable[..., Watching]


@pytest.fixture
def start(tree: Path) -> Iterator[Start]:
    running: list[Watching] = []

    def started(*options: str, terminal: bool = False, term: str = "xterm") -> Watching:
        running.append(Watching(tree, *options, terminal=terminal, term=term))
        return running[-1]

    yield started
    for one in running:
        one.process.kill()
        one.process.wait()
        os.close(one.stream)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    (root / "src/join.js").write_text(JOIN)
    (root / "notes.txt").write_text("not scanned\n")
    return root


def test_each_change_is_a_report(tree: Path, start: Start) -> None:
    run = start()
    first = run.round()
    assert "src/join.js:8:5: join-api-key" in first
    assert "---" not in first

    saved = tree / "src/.join.js.swp"
    saved.write_text(FIXED)
    saved.replace(tree / "src/join.js")  # as editors do it
    second = run.round()
    assert second.startswith("---\n")
    assert "no findings; 1 file scanned" in second

    (tree / "src/other.js").write_text(JOIN)
    assert "src/other.js:8:5: join-api-key" in run.round()
    (tree / "src/other.js").write_text(JOIN[:60])  # half-typed
    assert "src/other.js" not in run.round()
    (tree / "src/other.js").unlink()
    assert "1 file scanned" in run.round()
    assert run.end() == 130
    assert run.shown.endswith("interrupted\n")
    assert "Traceback" not in run.shown


def test_file_in_a_new_folder_is_found(tree: Path, start: Start) -> None:
    run = start()
    run.round()
    (tree / "lib/deep").mkdir(parents=True)
    assert run.quiet(1.5)
    (tree / "lib/deep/join.js").write_text(JOIN)
    assert "lib/deep/join.js:8:5" in run.round()


def test_what_is_not_scanned_starts_nothing(tree: Path, start: Start) -> None:
    """Not even the report that the scan writes itself."""
    run = start("--format", "json=report.json", "--format", "concise")
    run.round()
    (tree / "notes.txt").write_text("changed\n")
    (tree / "src/x.png").write_bytes(b"\x89PNG")
    assert run.quiet(2.5)
    assert '"join-api-key"' in (tree / "report.json").read_text()
    (tree / "src/join.js").write_text(FIXED)
    run.round()
    assert '"join-api-key"' not in (tree / "report.json").read_text()


def test_configuration_that_goes_wrong_is_said_and_comes_right_again(tree: Path, start: Start) -> None:
    run = start()
    run.round()
    config = tree / "jwtscan.toml"
    config.write_text('exclude = ["src"\n')
    wrong = run.round()
    assert "jwtscan: error: " in wrong
    assert "jwtscan.toml" in wrong
    assert "still watching" in wrong
    assert run.quiet(1.5)
    config.write_text('exclude = ["src"]\n')
    assert "no findings; 1 file scanned" in run.round()
    config.unlink()
    assert "src/join.js:8:5" in run.round()


def test_folder_that_goes_and_comes_back(tree: Path, start: Start) -> None:
    """As with a switch of branches."""
    run = start("src")
    run.round()
    (tree / "src").rename(tree / "away")
    assert "src: no such file or directory" in run.round()
    (tree / "away").rename(tree / "src")
    assert "src/join.js:8:5" in run.round()


def test_many_changes_are_one_round(tree: Path, start: Start) -> None:
    run = start()
    run.round()
    for number in range(20):
        (tree / f"src/more{number}.js").write_text(JOIN)
        time.sleep(0.05)
    assert "21 findings" in run.round()
    assert run.quiet(1.5)


def test_terminal_is_cleared_between_reports(tree: Path, start: Start) -> None:
    run = start(terminal=True)
    assert "\x1b[2J" not in run.round()
    (tree / "src/join.js").write_text(FIXED)
    second = run.round()
    assert "\x1b[2J" in second
    assert "---" not in second
    assert run.end() == 130


def test_dumb_terminal_is_not_cleared(tree: Path, start: Start) -> None:
    run = start(terminal=True, term="dumb")
    run.round()
    (tree / "src/join.js").write_text(FIXED)
    assert "\x1b" not in run.round()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-", "--stdin-filename", "a.py"), "a text on stdin does not change"),
        (("--staged",), "--watch does not go with --staged"),
        (("--format", "json"), "give json a file (--format json=PATH)"),
        (("nowhere",), "nowhere: no such file or directory"),
        (("--min-severity", "hgih"), "is not one of"),
    ],
)
def test_what_cannot_be_watched_ends_at_once(options: tuple[str, ...], said: str, tree: Path) -> None:
    done = jwtscan_process("scan", "--watch", *options, cwd=tree)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert done.stdout == b""


def test_broken_configuration_at_the_start_ends_it(tree: Path) -> None:
    (tree / "jwtscan.toml").write_text("nonsense = 1\n")
    done = jwtscan_process("scan", "--watch", cwd=tree)
    assert done.returncode == 2
    assert b"nonsense" in done.stderr
