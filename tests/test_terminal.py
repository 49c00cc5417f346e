"""What jwtscan does on terminals, pipes and streams of every kind, as a real process."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from test_cli_fix import JOIN, ROOT

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

SETTINGS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI", "GITHUB_ACTIONS", "COLUMNS", "PYTHONIOENCODING")
ESCAPE = "\x1b[31m\x1b]0;title\x07\u202e"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "join.js").write_text(JOIN)
    return root


def environ(extra: Mapping[str, str]) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**bare, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LC_ALL": "C.UTF-8", **extra}


def on_terminal(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (40, 100),
    code: str = "",
    module: str = "jwtscan",
) -> tuple[int, str]:
    """Runs jwtscan on a terminal of so many rows and columns; gives its exit code and what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    command = [sys.executable, *(("-c", code) if code else ("-m", module)), *arguments]
    process = subprocess.Popen(
        command, cwd=cwd, env=environ(env or {}), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
    os.close(ours)
    return process.wait(timeout=30), shown.decode("utf-8", "replace").replace("\r\n", "\n")


def in_shell(command: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Runs a command line of bash in which ``jwtscan`` stands for the real thing."""
    script = f'jwtscan() {{ {sys.executable} -W error -m jwtscan "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-c", script], cwd=cwd, env=environ(env or {}), capture_output=True, timeout=60, check=False
    )


# -- colours -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "given", "terminal", "pipe"),
    [
        ({"NO_COLOR": "1"}, "auto", False, False),
        ({"NO_COLOR": "", "CLICOLOR_FORCE": "0"}, "auto", True, False),
        ({"FORCE_COLOR": "1"}, "auto", True, True),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, "auto", True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", False, False),
        ({"CI": "true"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({"FORCE_COLOR": "1"}, "never", False, False),
    ],
)
def test_who_decides_on_colours(tree: Path, env: dict[str, str], given: str, terminal: bool, pipe: bool) -> None:
    arguments = ("rules", "list", "--color", given)
    _, shown = on_terminal(*arguments, cwd=tree, env=env)
    assert ("\x1b[" in shown) is terminal
    piped = in_shell(f"jwtscan {' '.join(arguments)}", tree, env).stdout
    assert (b"\x1b[" in piped) is pipe


def test_scan_is_coloured_and_has_no_hyperlinks(tree: Path) -> None:
    code, shown = on_terminal("scan", cwd=tree)
    assert code == 1
    assert "\x1b[1;31merror\x1b[0m" in shown
    assert "\x1b]" not in shown


# -- widths ------------------------------------------------------------------------------------------------------------

WIDE = """\
import { ZoomMtg } from '@zoomus/websdk'
export function start(apiKey, signature, meetingNumber) {
  ZoomMtg.join({ meetingNumber, userName: '会議室 キオスク', apiKey, signature })
  ZoomMtg.join({ meetingNumber, userName: '🎥🚀', apiKey, signature })
  ZoomMtg.join({ meetingNumber, userName: 'Cafe\u0301 n\u0303', apiKey, signature })
\tZoomMtg.join({ meetingNumber,\tuserName: 'tabs',\tapiKey, signature })
  ZoomMtg.join({ meetingNumber, userName: 'plain', apiKey, signature })
}
"""


def cells(text: str) -> int:
    """How wide a terminal draws a text: an independent count."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def marked(report: str) -> list[str]:
    """What stands above each mark of a report."""
    found, lines = [], report.splitlines()
    for above, line in pairwise(lines):
        if match := re.fullmatch(r"(?P<before> +[│|] +)[━^]+", line):
            start, end = cells(match["before"]), cells(line)
            found.append("".join(c for at, c in enumerate(above) if start <= cells(above[:at]) < end))
    return found


@pytest.mark.parametrize(
    ("encoding", "width"), [("utf-8", 60), ("utf-8", 80), ("utf-8", 400), ("cp1252", 60), ("ascii", 80)]
)
def test_marks_stand_below_what_they_mark(tree: Path, width: int, encoding: str) -> None:
    (tree / "join.js").write_text(WIDE)
    done = in_shell(
        "jwtscan scan --format text", tree, {"COLUMNS": str(width), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    )
    report = done.stdout.decode(encoding)
    assert marked(report) == ["apiKey"] * 5, report
    assert all(cells(line) <= width for line in report.splitlines())
    assert done.stderr == b""


@pytest.mark.parametrize("columns", [20, 60])
def test_narrow_window_is_not_overrun(tree: Path, columns: int) -> None:
    (tree / "join.js").write_text(WIDE)
    code, shown = on_terminal("scan", "--color", "never", cwd=tree, size=(30, columns))
    assert code == 1
    assert max(cells(line) for line in shown.splitlines()) <= columns
    assert all(mark in "apiKey" for mark in marked(shown))


def test_terminal_without_a_size_gets_the_default_width(tree: Path) -> None:
    """As with ``script`` or ``docker run -t`` in a job."""
    _, shown = on_terminal("scan", "--color", "never", cwd=tree, size=(0, 0))
    assert max(map(len, shown.splitlines())) > 60


# -- encodings ---------------------------------------------------------------------------------------------------------

COMMANDS = ("fix --diff --color always", "explain jwt-mint", "config", "scan --help")


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["cp1252", "C"],
)
def test_poor_encoding_gets_plain_frames_and_no_crash(tree: Path, env: dict[str, str]) -> None:
    (tree / "jöin.js").write_text(WIDE)
    for command in COMMANDS:
        done = in_shell(f"jwtscan {command}", tree, env)
        assert done.returncode in (0, 1), done.stderr
        assert b"Traceback" not in done.stderr
    done = in_shell("jwtscan scan --format text", tree, env)
    assert b" --> " in done.stdout
    assert b"|" in done.stdout
    assert in_shell("jwtscan scan näch", tree, env).stderr.endswith(b": no such file or directory\n")


# -- streams that are full, closed, or read by nobody ------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("command", ["scan", "scan --format json", "fix --diff", "rules list", "--help", "--version"])
def test_full_disk_behind_stdout_is_an_error(tree: Path, command: str) -> None:
    done = in_shell(f"jwtscan {command} > /dev/full", tree)
    assert done.returncode == 2
    assert done.stderr == b"jwtscan: error: cannot print: no space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
def test_fix_that_cannot_print_says_that_it_has_written(tree: Path) -> None:
    done = in_shell("jwtscan fix --format text > /dev/full", tree)
    assert done.returncode == 2
    assert b"the fixes were written already; 'jwtscan rollback' takes them back" in done.stderr
    assert "sdkKey" in (tree / "join.js").read_text()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("jwtscan scan >&-", 1),
        ("jwtscan scan 2>&-", 1),
        ("jwtscan scan >&- 2>&- <&-", 1),
        ("jwtscan scan nowhere 2>&-", 2),
        ("jwtscan scan - --stdin-filename a.py <&-", 0),
        ("jwtscan --version >&-", 0),
        ("jwtscan --help >&-", 0),
        ("jwtscan fix >&- 2>&-", 0),
    ],
)
def test_closed_stream_is_no_error(tree: Path, command: str, code: int) -> None:
    done = in_shell(command, tree)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("jwtscan scan", 1),
        ("jwtscan scan 2>&1", 1),
        ("jwtscan scan nowhere 2>&1", 2),
        ("jwtscan scan --help", 0),
        ("jwtscan rules list", 0),
        ("jwtscan --version", 0),
        ("jwtscan completion bash", 0),
    ],
)
def test_reader_that_has_gone_away_is_no_error(tree: Path, command: str, code: int) -> None:
    done = in_shell(f"(sleep 0.3; {command}; echo $? > code) | true", tree)
    assert (tree / "code").read_text() == f"{code}\n"
    assert done.stderr in (b"", b"jwtscan: 1 finding in 1 file; 1 file scanned, 1 parsed\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
def test_notes_that_cannot_be_written_change_nothing(tree: Path) -> None:
    done = in_shell("jwtscan scan 2> /dev/full", tree)
    assert done.returncode == 1
    assert b"join-api-key" in done.stdout


# -- signals -----------------------------------------------------------------------------------------------------------

# Sends a signal to itself when a function of jwtscan's is called.
WHEN_CALLED = """\
import importlib, os, signal, sys
place, name, number = sys.argv[1:4]
module = importlib.import_module(place)
function = getattr(module, name)
def then(*arguments, **named):
    os.kill(os.getpid(), int(number))
    return function(*arguments, **named)
setattr(module, name, then)
sys.argv = ["jwtscan", *sys.argv[4:]]
from jwtscan.cli import main
main()
"""


@pytest.mark.parametrize(
    ("place", "name", "number"),
    [
        ("jwtscan.files.sweep", "look_at", signal.SIGINT),
        ("jwtscan.syntax.reading", "read_unit", signal.SIGINT),
        ("jwtscan.fixing.lower", "_tidy", signal.SIGINT),
        ("jwtscan.fixing.commit", "_stage", signal.SIGINT),
        ("jwtscan.fixing.commit", "_replace", signal.SIGINT),
        ("jwtscan.syntax.reading", "read_unit", signal.SIGTERM),
        ("jwtscan.fixing.commit", "_replace", signal.SIGTERM),
        ("jwtscan.fixing.commit", "_replace", signal.SIGHUP),
    ],
)
def test_signal_before_the_end_leaves_the_tree_as_it_was(tree: Path, place: str, name: str, number: int) -> None:
    code, shown = on_terminal(place, name, str(int(number)), "fix", cwd=tree, code=WHEN_CALLED)
    assert code == (130 if number == signal.SIGINT else 128 + number), shown
    assert ("interrupted" if number == signal.SIGINT else "ended by a signal") in shown
    assert "Traceback" not in shown
    assert (tree / "join.js").read_text() == JOIN
    assert [path.name for path in tree.iterdir() if path.name.startswith(".join")] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_after_the_fix_says_that_it_was_written(tree: Path, number: int) -> None:
    code, shown = on_terminal("jwtscan.report", "render_fix", str(int(number)), "fix", cwd=tree, code=WHEN_CALLED)
    assert code == 128 + number
    assert "the fixes were written already; 'jwtscan rollback' takes them back" in shown
    assert "sdkKey" in (tree / "join.js").read_text()


INSIDE_EXEC = """\
from jwtscan.cli import main
from jwtscan.engine import Scan
Scan.run = lambda self: exec("import os; os.kill(os.getpid(), 2); sum(range(100))")
import sys
sys.argv = ["jwtscan", "scan"]
main()
"""


def test_exit_code_of_an_interrupt_does_not_depend_on_where_it_struck(tree: Path) -> None:
    """Python kills itself with the signal at its end where it struck inside of an exec()."""
    (tree / "inside.py").write_text(INSIDE_EXEC)
    code, shown = on_terminal(cwd=tree, module="inside")
    assert code == 130, shown
    assert shown.endswith("jwtscan: interrupted\n")


def test_ignored_signal_stays_ignored(tree: Path) -> None:
    """``nohup jwtscan …``"""
    done = in_shell("trap '' HUP; jwtscan scan & sleep 0.3; kill -HUP $!; wait $!", tree)
    assert done.returncode == 1


def test_end_of_the_pool_is_the_end_of_its_workers(tmp_path: Path) -> None:
    for number in range(3500):
        (tmp_path / f"f{number}.py").write_text("x = 1\n")
    code, shown = on_terminal(cwd=tmp_path, code=POOLED)
    assert code == 143
    pid = int(shown.split("pid ", 1)[1].split("\n", 1)[0])
    assert "Traceback" not in shown
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


# Ends itself while the workers of its pool are busy.
POOLED = """\
import os, sys
from jwtscan.files import sweep
print("pid", os.getpid(), flush=True)
finish = sweep.Sweep.finish
def then(self, advance):
    os.kill(os.getpid(), 15)
    return finish(self, advance)
sweep.Sweep.finish = then
sys.argv = ["jwtscan", "scan", "--jobs", "2"]
from jwtscan.cli import main
main()
"""


# -- progress ----------------------------------------------------------------------------------------------------------

# A scan in which every file takes long.
SLOW = """\
import sys, time
from jwtscan.cli import progress
from jwtscan.engine import Scan
run = Scan.run
def slowly(self):
    for done in range(15):
        self.progress("reading", done * 1000, 25000)
        time.sleep(0.05)
    return run(self)
Scan.run = slowly
sys.argv = ["jwtscan", *sys.argv[1:]]
from jwtscan.cli import main
main()
"""


def test_progress_is_shown_on_a_terminal_and_taken_away(tree: Path) -> None:
    _, shown = on_terminal("scan", "--color", "never", cwd=tree, code=SLOW)
    assert re.search(r"\rreading \d+,000 of 25,000 files", shown)
    assert "\r\n" not in shown
    assert shown.rsplit("\r", 1)[1].startswith("error[join-api-key]")


def test_progress_never_wraps(tree: Path) -> None:
    _, shown = on_terminal("scan", "--color", "never", cwd=tree, size=(20, 20), code=SLOW)
    lines = [part for part in shown.split("\r") if part.startswith("reading")]
    assert lines
    assert all(len(line) < 20 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (("scan",), {"CI": "true"}),
        (("scan",), {"CI": "true", "FORCE_COLOR": "1"}),
        (("scan",), {"TERM": "dumb"}),
        (("scan", "-q"), {}),
        (("scan", "--no-progress"), {}),
    ],
)
def test_no_progress_where_nobody_watches(tree: Path, arguments: Sequence[str], env: dict[str, str]) -> None:
    _, shown = on_terminal(*arguments, cwd=tree, env=env, code=SLOW)
    assert "reading" not in shown
    assert "\r" not in shown


def test_no_colour_hides_no_progress_and_forced_colour_shows_none(tree: Path) -> None:
    _, shown = on_terminal("scan", cwd=tree, env={"NO_COLOR": "1"}, code=SLOW)
    assert "\rreading" in shown
    done = subprocess.run(
        [sys.executable, "-c", SLOW, "scan"],
        cwd=tree,
        env=environ({"FORCE_COLOR": "1"}),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"reading" not in done.stdout + done.stderr


# -- escapes of terminals ----------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(tree: Path) -> Path:
    """A tree with escapes in a name, in code, in a configuration and in a rule."""
    (tree / f"a{ESCAPE}\nb.js").write_text(JOIN.replace("'Kiosk'", f"'{ESCAPE}'"))
    quoted = "".join(f"\\u{ord(c):04x}" for c in ESCAPE)
    (tree / "jwtscan.toml").write_text(f'exclude = ["{quoted}"]\n[per-file-ignores]\n"{quoted}" = []\n')
    return tree


def is_neutral(text: str, *, coloured: bool = False) -> bool:
    if coloured:
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "--format", "text"),
        ("scan", "--format", "concise"),
        ("scan", "-v", "--format", "markdown"),
        ("fix", "--diff"),
        ("fix",),
        ("config",),
        ("explain", ESCAPE),
        ("explain", "--zoom-error", ESCAPE),
        ("scan", ESCAPE),
        (f"scan{ESCAPE}",),
        ("scan", f"--{ESCAPE}"),
        ("scan", "--select", ESCAPE),
        ("scan", "--min-severity", ESCAPE),
        ("scan", "--format", ESCAPE),
        ("scan", "--config", ESCAPE),
        ("scan", "--since", ESCAPE),
        ("rules", "test", ESCAPE),
        ("rollback", ESCAPE),
        ("completion", ESCAPE),
    ],
    ids=lambda arguments: " ".join(map(repr, arguments)),
)
def test_escapes_never_reach_the_terminal(hostile: Path, arguments: Sequence[str]) -> None:
    is_coloured = "text" in arguments
    _, shown = on_terminal(*arguments, cwd=hostile, env={} if is_coloured else {"NO_COLOR": "1"})
    assert is_neutral(shown, coloured=is_coloured), repr(shown)


@pytest.mark.parametrize("text", [f'x = "{ESCAPE}"\n', f'"{ESCAPE}" = 1\n', f"exclude = 3 # {ESCAPE}\n"])
def test_escapes_in_a_broken_configuration_are_shown(tree: Path, text: str) -> None:
    quoted = "".join(f"\\u{ord(c):04x}" for c in ESCAPE)
    for content in (text, text.replace(ESCAPE, quoted)):
        (tree / "jwtscan.toml").write_text(content)
        code, shown = on_terminal("scan", cwd=tree)
        assert code == 2
        assert is_neutral(shown), repr(shown)


def test_escapes_of_own_rules_are_neutral_in_lists_and_pages(tree: Path) -> None:
    folder = tree / "rules"
    folder.mkdir()
    quoted = "".join(f"\\u{ord(c):04x}" for c in ESCAPE)
    own = (ROOT / "rules/epic-connection.toml").read_text()
    for key in ("summary", "why", "what-to-do"):
        own = re.sub(rf'^({key} = "+)', rf"\1{quoted}".replace("\\u", "\\\\u"), own, flags=re.MULTILINE)
    (folder / "own-rule.toml").write_text(own)
    _, shown = on_terminal("rules", "list", "--rules", "rules", cwd=tree)
    assert "own-rule" in shown
    assert is_neutral(shown, coloured=True), repr(shown)
    _, shown = on_terminal("explain", "own-rule", "--rules", "rules", cwd=tree)
    assert is_neutral(shown, coloured=True), repr(shown)
    assert is_neutral(in_shell("jwtscan explain own-rule --rules rules", tree).stdout.decode())
