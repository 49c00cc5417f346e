"""The command line as people and scripts meet it: options, streams, exit codes, errors. Mostly real processes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Plain

import jwtscan
from jwtscan.cli import run
from jwtscan.cli.outlets import look_of
from jwtscan.cli.words import Size

ROOT = Path(jwtscan.__file__).parent.parent
MINT = """\
import time

import jwt
import requests

API_KEY = "FAKEkeyFAKEkeyFAKEkey0"
API_SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"


def token():
    return jwt.encode({"iss": API_KEY, "exp": time.time() + 60}, API_SECRET, algorithm="HS256")


def users():
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token()}"})
"""
API_HOST = """\
tags = ["rest"]
severity = "note"
summary = "s"
keywords = ["api.zoom.us"]
why = "w"
bad = "b"
good = "g"
what-to-do = "d"
page = "https://example.org"
anywhere = true
[[match]]
text = {regex = "api.zoom.us"}
message = "found"
"""
SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one finding of ``jwt-mint`` and more in it."""
    (tmp_path / "app.py").write_text(MINT)
    (tmp_path / "clean.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def jwtscan_process(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "jwtscan", *arguments],
        cwd=cwd,
        env=surroundings,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command line."""
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


Capture = pytest.CaptureFixture[str]


def own_rule(tree: Path, name: str, body: str) -> None:
    """A Python rule in the folder ``own`` whose ``find`` is ``body``."""
    (tree / "own").mkdir()
    (tree / "own" / f"{name}.py").write_text(
        f"from jwtscan.api import Rule, Severity\ndef find(unit, project):\n    {body}\n"
        f"rule = Rule(id='{name}', tags=('rest',), severity=Severity.NOTE, summary='s', keywords=('zoom',), why='w',\n"
        "            bad='b', good='g', what_to_do='d', page='p', find=find)\n"
    )


# -- exit codes ------------------------------------------------------------------------------------------


def test_findings_exit_with_1(tree: Path, capsys: Capture) -> None:
    code, out, err = said(capsys, "scan")
    assert code == 1
    assert "app.py:11:12: jwt-mint " in out
    assert "clean.py" not in out
    assert "2 files scanned" in err


def test_clean_tree_exits_with_0_and_says_so(tree: Path, capsys: Capture) -> None:
    assert said(capsys, "scan", "clean.py") == (0, "", "jwtscan: no findings; 1 file scanned, 0 parsed\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--exit-zero"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "note"], 1),
        (["--select", "outdated-wrapper", "--fail-on", "error"], 0),
        (["--select", "outdated-wrapper", "--fail-on", "warning"], 1),
        (["--select", "outdated-wrapper"], 1),
        (["--ignore", "rest,credentials,sdk"], 0),
        (["--select", "outdated-wrapper", "--min-severity", "error"], 0),
    ],
)
def test_gate(tree: Path, capsys: Capture, options: list[str], code: int) -> None:
    (tree / "requirements.txt").write_text("zoomus==1.1.6\n")
    assert said(capsys, "scan", *options)[0] == code


def test_missing_path_is_one_line_and_exit_2(tree: Path, capsys: Capture) -> None:
    code, out, err = said(capsys, "scan", "app.py", "absent.py")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "absent.py" in err


def test_empty_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(capsys, "scan") == (0, "", "jwtscan: no files to scan\n")


def test_unreadable_file_exits_with_2(plain: Plain, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(plain.folder)
    (plain.folder / "app.py").write_text(MINT)
    # This also loads all that is needed: the user without rights may not reach jwtscan's own files.
    assert said(capsys, "scan", "app.py")[0] == 1
    (plain.folder / "app.py").chmod(0)
    with plain.user():
        code, out, _ = said(capsys, "scan", "app.py")
    assert code == 2
    assert out.startswith("app.py:1:1: unreadable-file ")


def test_ctrl_c_exits_with_130(tree: Path) -> None:
    own_rule(tree, "started", "open('started', 'w').close(); import time; time.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-m", "jwtscan", "scan", "--rules", "own", "--jobs", "1"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not (tree / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    # click ends the line that the terminal shows ^C on.
    assert err.decode().split() == ["jwtscan:", "interrupted"]


def test_internal_error_is_short_and_masked(tree: Path, capsys: Capture) -> None:
    own_rule(tree, "broken", f"raise ValueError('api_secret = \"{SECRET}\"')")
    code, out, err = said(capsys, "scan", "--rules", "own")
    assert (code, out) == (2, "")
    assert "jwtscan: internal error: " in err
    assert "please report it" in err
    assert "Traceback" not in err
    assert SECRET not in err
    code, _, err = said(capsys, "scan", "--rules", "own", "-v")
    assert code == 2
    assert "Traceback" in err
    assert "broken.py" in err
    assert SECRET not in err


# -- usage errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scna"], "no such command: scna; did you mean 'scan'?"),
        (["rules", "lst"], "no such command: rules lst; did you mean 'list'?"),
        (["scan", "--selct", "sdk"], "--select"),
        (["scan", "--format", "jsn"], "markdown, html; did you mean 'json'?"),
        (["scan", "--format", "json="], "names no file"),
        (["scan", "--format", "json", "--format", "text"], "two formats for stdout"),
        (["scan", "--format", "json=absent/out.json"], "there is no folder absent"),
        (["scan", "--select", "jwt-mnt"], "no such rule or tag: jwt-mnt; did you mean 'jwt-mint'?"),
        (["scan", "--ignore", "credential"], "no such rule or tag: credential; did you mean 'credentials'?"),
        (["scan", "--min-severity", "warn"], "'warn' is not one of note, warning, error; did you mean 'warning'?"),
        (["scan", "--fail-on", "nevr"], "'nevr' is not one of note, warning, error, never; did you mean 'never'?"),
        (["scan", "--max-file-size", "big"], "'big' is not a size such as 8MB"),
        (["scan", "--rules", "absent"], "absent: no such folder of rules"),
        (["rules", "test", "absent"], "absent: no such folder"),
        (["rules", "test", "."], "no fixtures: there is no folder fixtures or "),
        (["scan", "-"], "'-' needs --stdin-filename"),
        (["scan", "-", "app.py", "--stdin-filename", "a.py"], "'-' (stdin) cannot be combined with paths"),
        (["scan", "--stdin-filename", "a.py"], "--stdin-filename is for text on stdin"),
        (["explain", "jwt-mnt"], "no such rule: jwt-mnt; did you mean 'jwt-mint'?"),
        (["explain"], "give a rule, or --zoom-error"),
        (["explain", "jwt-mint", "--zoom-error", "124"], "give a rule, or --zoom-error"),
        (["explain", "--zoom-error", "99999"], "nothing is known about the Zoom error '99999'"),
    ],
)
def test_usage_error(tree: Path, capsys: Capture, arguments: list[str], message: str) -> None:
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("jwtscan: error: ")
    assert message in err
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize(("arguments", "offered"), [([], "scan "), (["rules"], "list ")])
def test_no_command_shows_the_help(capsys: Capture, arguments: list[str], offered: str) -> None:
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: jwtscan")
    assert f"\n  {offered}" in err


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["scan", "-h"], ["explain", "-h"], ["rules", "list", "-h"]])
def test_help(capsys: Capture, arguments: list[str]) -> None:
    code, out, err = said(capsys, *arguments)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: jwtscan")


def test_version(capsys: Capture) -> None:
    assert said(capsys, "--version") == (0, f"jwtscan {jwtscan.__version__}\n", "")


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("2k", 2048), ("2kB", 2048), ("3 MiB", 3 << 20), ("8MB", 8 << 20), ("1g", 1 << 30)]
)
def test_size(text: str, size: int) -> None:
    assert Size().convert(text, None, None) == size


# -- what is scanned ------------------------------------------------------------------------------------------


def test_stdin_by_its_name(tree: Path) -> None:
    process = jwtscan_process("scan", "-", "--stdin-filename", "lib/a.py", cwd=tree, stdin=MINT.encode())
    assert process.returncode == 1
    assert b"lib/a.py:11:12: jwt-mint " in process.stdout
    assert b"app.py" not in process.stdout


def test_exclude_and_force_exclude(tree: Path, capsys: Capture) -> None:
    assert said(capsys, "scan", "--exclude", "app.py")[0] == 0
    assert said(capsys, "scan", "app.py", "--exclude", "app.py")[0] == 1
    assert said(capsys, "scan", "app.py", "--exclude", "app.py", "--force-exclude")[0] == 0


def test_max_file_size_is_said(tree: Path, capsys: Capture) -> None:
    code, out, _ = said(capsys, "scan", "--max-file-size", "100", "-v", "--format", "text")
    assert code == 0
    assert "skipped app.py: too large" in out


def test_min_confidence(tree: Path, capsys: Capture) -> None:
    low = json.loads(said(capsys, "scan", "--format", "json", "--min-confidence", "low")[1])
    high = json.loads(said(capsys, "scan", "--format", "json", "--min-confidence", "high")[1])
    assert {finding["confidence"] for finding in high["findings"]} == {"high"}
    assert len(low["findings"]) >= len(high["findings"])


def test_own_rules(tree: Path, capsys: Capture) -> None:
    (tree / "own").mkdir()
    (tree / "own" / "api-host.toml").write_text(API_HOST)
    code, out, _ = said(capsys, "scan", "--rules", "own", "--select", "api-host", "app.py")
    assert code == 0
    assert out == "app.py:15:25: api-host found [note, medium]\n"


# -- reports ------------------------------------------------------------------------------------------


def test_reports_into_files_beside_the_one_on_stdout(tree: Path, capsys: Capture) -> None:
    code, out, _ = said(capsys, "scan", "--format", "json=out.json", "--format", "text=out.txt")
    assert code == 1
    assert out.startswith("app.py:")
    assert json.loads((tree / "out.json").read_text(encoding="utf-8"))["version"] == 1
    assert "╭─ app.py:" in (tree / "out.txt").read_text(encoding="utf-8")


def test_statistics(tree: Path, capsys: Capture) -> None:
    _, out, _ = said(capsys, "scan", "--statistics", "--select", "jwt-mint")
    assert out == "1  jwt-mint\n"


def test_quiet_says_nothing_but_findings(tree: Path, capsys: Capture) -> None:
    _, out, err = said(capsys, "scan", "-q")
    assert out.startswith("app.py:")
    assert err == ""
    assert said(capsys, "scan", "-q", "clean.py") == (0, "", "")


def test_same_bytes_for_any_number_of_jobs(tree: Path) -> None:
    for number in range(40):
        (tree / f"m{number}.py").write_text(MINT.replace("token", f"token{number}"))
    outputs = {jwtscan_process("scan", "--format", "json", "--jobs", jobs, cwd=tree).stdout for jobs in "123"}
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["summary"]["by_rule"]["jwt-mint"] == 41


@pytest.mark.parametrize("name", ["text", "concise", "json"])
def test_no_secret_in_any_format(tree: Path, capsys: Capture, name: str) -> None:
    _, out, err = said(capsys, "scan", "--format", name, "-v", "--min-confidence", "low")
    assert "credential" in out
    assert SECRET not in out + err
    assert SECRET[8:] not in out + err


# -- streams ------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "color", "environ", "colour"),
    [
        (True, "auto", {"TERM": "xterm"}, True),
        (True, "auto", {"TERM": "dumb"}, False),
        (True, "auto", {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, "auto", {"TERM": "xterm", "NO_COLOR": ""}, True),
        (True, "never", {"FORCE_COLOR": "1"}, False),
        (False, "auto", {}, False),
        (False, "auto", {"FORCE_COLOR": "1"}, True),
        (False, "auto", {"CLICOLOR_FORCE": "1"}, True),
        (False, "auto", {"FORCE_COLOR": "0"}, False),
        (False, "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (False, "always", {"NO_COLOR": "1"}, True),
    ],
)
def test_colour(terminal: bool, color: str, environ: dict[str, str], colour: bool) -> None:
    stream = Terminal() if terminal else io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert look_of(stream, color, environ).colour is colour


@pytest.mark.parametrize(("encoding", "drawn"), [("utf-8", True), ("cp1252", False), ("ascii", False), ("no", False)])
def test_drawn_frames_need_an_encoding_that_has_them(encoding: str, drawn: bool) -> None:
    assert look_of(Terminal(encoding), "auto", {}).unicode is drawn


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
@pytest.mark.parametrize("name", ["text", "concise"])
def test_any_encoding_of_stdout(tree: Path, encoding: str, name: str) -> None:
    (tree / "mü日.py").write_text(MINT, encoding="utf-8")
    process = jwtscan_process("scan", "--format", name, cwd=tree, env={"PYTHONIOENCODING": encoding})
    assert process.returncode == 1
    assert b"Traceback" not in process.stderr
    process.stdout.decode(encoding)
    assert b"app.py:11:12" in process.stdout


def test_json_is_utf_8_whatever_the_encoding(tree: Path) -> None:
    (tree / "mü.py").write_text(MINT, encoding="utf-8")
    process = jwtscan_process("scan", "--format", "json", cwd=tree, env={"PYTHONIOENCODING": "cp1252"})
    assert "mü.py" in {finding["path"] for finding in json.loads(process.stdout.decode("utf-8"))["findings"]}


def test_piped_output_is_concise_and_plain(tree: Path) -> None:
    process = jwtscan_process("scan", cwd=tree)
    assert process.stdout.startswith(b"app.py:")
    assert b"\x1b" not in process.stdout + process.stderr


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.parametrize(
    ("environ", "colour"), [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False)]
)
def test_terminal_gets_frames(tree: Path, environ: dict[str, str], colour: bool) -> None:
    text = _on_terminal(["scan"], tree, {"COLUMNS": "60", **environ})
    assert "╭─ " in text
    assert ("\x1b[" in text) is colour


def _on_terminal(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jwtscan", *arguments],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environ},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    os.close(theirs)
    found = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        found += piece
    process.wait(timeout=60)
    os.close(ours)
    return found.decode()


@pytest.mark.skipif(os.name == "nt", reason="no signals of this kind")
@pytest.mark.parametrize("name", ["text", "concise", "json"])
def test_reader_that_goes_away_is_no_error(tree: Path, name: str) -> None:
    for number in range(200):
        (tree / f"m{number}.py").write_text(MINT)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "jwtscan", "scan", "--format", name],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1, err
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


# -- explain and rules ------------------------------------------------------------------------------------------


def test_explain_a_rule(capsys: Capture) -> None:
    code, out, err = said(capsys, "explain", "outdated-wrapper")
    assert (code, err) == (0, "")
    assert out.startswith("# outdated-wrapper\n")
    assert "## What to do" in out


def test_explain_on_a_terminal_is_drawn(tmp_path: Path) -> None:
    text = _on_terminal(["explain", "outdated-wrapper"], tmp_path, {"COLUMNS": "50"})
    assert "outdated-wrapper" in text
    assert "# outdated" not in text
    assert "\x1b[" in text


def test_explain_an_error_of_zooms(capsys: Capture) -> None:
    code, out, _ = said(capsys, "explain", "--zoom-error", "3712")
    assert code == 0
    assert out.startswith("# 3712: Signature is invalid\n")


def test_rules_list(capsys: Capture) -> None:
    code, out, _ = said(capsys, "rules", "list")
    assert code == 0
    assert "outdated-wrapper" in out
    listed: list[dict[str, Any]] = json.loads(said(capsys, "rules", "list", "--format", "json")[1])
    assert [rule["id"] for rule in listed] == sorted(rule["id"] for rule in listed)


def test_rules_test(tree: Path, capsys: Capture) -> None:
    rules = tree / "own"
    cases = rules / "fixtures" / "api-host"
    cases.mkdir(parents=True)
    (rules / "api-host.toml").write_text(API_HOST)
    (cases / "host.py").write_text("u = 'https://api.zoom.us'  # want: api-host\n")
    assert said(capsys, "rules", "test", "own") == (0, "", "jwtscan: 1 case, 0 failed\n")
    (cases / "host.py").write_text("u = 'https://api.zoom.us'\nv = 1  # want: api-host\n")
    code, out, err = said(capsys, "rules", "test", "own")
    assert code == 1
    assert out == (
        "api-host/host.py: missing  host.py:2: api-host\napi-host/host.py: unwanted host.py:1: api-host: found\n"
    )
    assert err == "jwtscan: 1 case, 1 failed\n"
    (cases / "host.py").write_text("u = 'https://api.zoom.us'  # want: api-hst\n")
    assert "there is no such rule" in said(capsys, "rules", "test", "own")[2]
