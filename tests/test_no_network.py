"""No command opens a socket, runs anything but git, or writes outside of the tree: the interpreter itself is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jwtscan
from jwtscan.cli import COMMANDS

ROOT = Path(jwtscan.__file__).parent.parent

# Ends the process at the first forbidden act: what an exception would say could be caught.
GUARD = """
import os, sys

TREE, REFUSED = os.environ.get("GUARD_TREE", ""), os.environ.get("GUARD_REFUSED", "")
ALLOWED = os.environ.get("GUARD_WRITES", "").split(os.pathsep)
RUNS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn", "webbrowser.open"}
TALKS = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "telnetlib.", "nntplib.")
CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"}


def refuse(event, args):
    descriptor = os.open(REFUSED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{event} {args!r}\\n".encode())
    os._exit(97)


def outside(path):
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    file = os.path.realpath(os.fsdecode(path))
    return file != os.devnull and file != REFUSED and not any(file.startswith(one) for one in ALLOWED)


def comes_with_the_tree(file):
    return os.path.exists(file) and os.path.realpath(file).startswith(TREE + os.sep)


def guard(event, args):
    if event.startswith(TALKS) or event in RUNS:
        refuse(event, args)
    elif event == "subprocess.Popen":
        program = os.fsdecode(args[1][0]) if not isinstance(args[1], str) else args[1]
        if not (os.path.isabs(program) and os.path.basename(program) == "git"):
            refuse(event, args)
    elif event == "open":
        writes = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND) if args[2] else 0
        if writes and outside(args[0]):
            refuse(event, args)
    elif event in CHANGES and outside(args[0]):
        refuse(event, args)
    elif event == "exec" and comes_with_the_tree(getattr(args[0], "co_filename", "")):
        refuse(event, args)


if TREE:
    sys.dont_write_bytecode = True
    sys.addaudithook(guard)
"""
MINT = """\
import os
import jwt
import requests

def users():
    token = jwt.encode({"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, os.environ["ZOOM_API_SECRET"])
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"})
"""
JOIN = "ZoomMtg.join({ apiKey: process.env.ZOOM_API_KEY, meetingNumber: 1, signature: s });\n"

LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "scan": (
        ("scan", "--format=text"), ("scan", "--format=html=page.html", "--format=sarif"), ("scan", "--staged"),
        ("scan", "--since=HEAD"), ("scan", "--jobs=2"), ("scan", "--statistics"), ("scan", "--baseline=base.jsonl"),
    ),
    "fix": (("fix", "--diff"), ("fix", "--unsafe-fixes"), ("fix", "--diff", "--staged")),
    "ci": (("ci",),),
    "rollback": (("rollback", "--list"), ("rollback",)),
    "baseline": tuple(("baseline", word) for word in ("create", "update", "prune", "show")),
    "config": (("config",), ("config", "app.py")),
    "explain": (("explain", "jwt-mint"), ("explain", "--zoom-error", "124")),
    "rules": (("rules", "list"),),
    "completion": (("completion", "bash"), ("completion", "zsh"), ("completion", "fish")),
}  # fmt: skip
"""Command lines of each command. A new command needs its own."""


def test_each_command_has_its_lines() -> None:
    assert LINES.keys() == COMMANDS.keys()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with uses, some committed and some not."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "app.py").write_text(MINT)
    (folder / ".env").write_text("ZOOM_API_KEY=FAKEapiKeyFAKEapiKey00\n")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    (folder / "join.js").write_text(JOIN)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    return folder


def guarded(tree: Path, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    place = tree.parent / "guard"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(GUARD)
    (tree.parent / "tmp").mkdir(exist_ok=True)
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (place, ROOT))),
        "TMPDIR": str(tree.parent / "tmp"),
        "HOME": str(tree.parent),
        "GUARD_TREE": os.path.realpath(tree),
        "GUARD_WRITES": os.pathsep.join(os.path.realpath(one) for one in (tree, tree.parent / "tmp")),
        "GUARD_REFUSED": str(tree.parent / "refused"),
        "GITHUB_ACTIONS": "",
        "GITHUB_STEP_SUMMARY": "",
        "GITHUB_OUTPUT": "",
    }
    command = [*before, sys.executable, "-m", "jwtscan", *arguments]
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", LINES)
def test_command_neither_talks_nor_runs_nor_writes_elsewhere(command: str, tree: Path) -> None:
    first: tuple[tuple[str, ...], ...] = (("baseline", "create", "--baseline=base.jsonl"),) if command == "scan" else ()
    first = (("fix",),) if command == "rollback" else first
    for line in (*first, *LINES[command]):
        done = guarded(tree, *line)
        refused = tree.parent / "refused"
        assert not refused.exists(), f"{line}: {refused.read_text()}"
        assert done.returncode in (0, 1, 2), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])",
        "import subprocess; subprocess.run(['git', 'status'])",
        "import os; os.system('true')",
        "open('../elsewhere', 'w')",
        "import runpy; runpy.run_path('app.py')",
    ],
)
def test_guard_refuses(act: str, tree: Path) -> None:
    """What the other tests rest on."""
    guarded(tree, "--version")
    environ = {
        **os.environ,
        "PYTHONPATH": str(tree.parent / "guard"),
        "GUARD_TREE": os.path.realpath(tree),
        "GUARD_WRITES": os.path.realpath(tree),
        "GUARD_REFUSED": str(tree.parent / "refused"),
    }
    done = subprocess.run([sys.executable, "-c", act], cwd=tree, env=environ, capture_output=True, check=False)
    assert done.returncode == 97, done.stderr
    assert (tree.parent / "refused").exists()


def test_all_works_without_a_network(tree: Path) -> None:
    unshare = shutil.which("unshare")
    probe = subprocess.run([unshare or "false", "-n", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("skipped: network namespaces need root")
    for line in (("scan",), ("fix", "--diff"), ("ci",)):
        with_network, without = guarded(tree, *line), guarded(tree, *line, before=(str(unshare), "-n"))
        assert (without.returncode, without.stdout) == (with_network.returncode, with_network.stdout)
