"""A secret that stands in a tree stands in no output: every command and format, errors, terminals, journals."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import jwtscan
from jwtscan.cli import COMMANDS
from jwtscan.report.look import FORMATS

ROOT = Path(jwtscan.__file__).parent.parent

KEY = "kQ7xR2mVb9TzLw4HnY3dJg"
SECRET = "Wf8sJ1pXc6KvQe5GtM2bZr9NyU4hDa7LoTi3"
OTHER = "Hv3nB8qYk5RzXw2TjL9mCf6PsD1gUe4KaJo7"
CLAIMS = "eyJpc3MiOiJrUTd4UjJtVmI5VHpMdzRIblkzZEpnIiwiZXhwIjoxNzAwMDAwMDAwfQ"
TOKEN = f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{CLAIMS}.sB5kQz8vXn2LmR7cTyW4dJfG9hPa1eUo6iKx3NqVtZw"
PLANTED = (KEY, SECRET, OTHER, TOKEN.partition(".")[2])  # a token's header is the same for all
RUN = 8
"""A longer run of a secret's characters may not be seen; a hint shows the first four."""

PYTHON = f'''\
import jwt
import requests

API_KEY = "{KEY}"
API_SECRET = "{SECRET}"  # was {OTHER}, see "{TOKEN}"
JOINED = ("{SECRET[:18]}"
          "{SECRET[18:]}")


def users():
    token = jwt.encode({{"iss": API_KEY, "exp": 1}}, API_SECRET)
    return requests.get("https://api.zoom.us/v2/users", headers={{"Authorization": f"Bearer {{token}}"}})


def pasted():
    url = "https://api.zoom.us/v2/users?access_token={TOKEN}"
    return requests.get(url, headers={{"Authorization": "Bearer {TOKEN}"}})
'''
SCRIPT = f"""\
const jwt = require('jsonwebtoken'); // https://api.zoom.us/v2
const apiSecret = '{SECRET}';
module.exports = async () => jwt.sign({{ iss: '{KEY}', exp: 1 }}, apiSecret);
ZoomMtg.join({{ apiKey: '{KEY}', apiSecret: `{SECRET}`, meetingNumber: 1, signature: s }});
"""
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": ["import jwt\n", f'jwt.encode({{"iss": "{KEY}", "exp": 1}}, "{SECRET}")  # zoom.us'],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [f"{TOKEN}\n", f"zoom_secret={SECRET}\n"]}],
        }
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
FILES = {
    "app.py": PYTHON,
    "zoom.js": SCRIPT,
    "book.ipynb": json.dumps(NOTEBOOK, indent=1),
    ".env": f"ZOOM_API_KEY={KEY}\nZOOM_API_SECRET='{SECRET}' # {OTHER}\nZOOM_JWT_TOKEN={TOKEN}\n",
    "zoom.json": json.dumps({"zoom": {"api_key": KEY, "api_secret": SECRET, "jwt_token": TOKEN}}),
    "zoom.yaml": f"zoom_api_key: {KEY}\nzoom_api_secret: |\n  {SECRET}\nzoom_url: https://{KEY}:{SECRET}@api.zoom.us/v2\n",
    "Dockerfile": f"FROM a\nENV ZOOM_API_KEY={KEY} ZOOM_API_SECRET={SECRET}\n",
    "broken.json": f'{{"zoom": 1,\nZOOM_API_SECRET={SECRET}\n, "zoom_api_key": "{KEY}"',
    "broken.py": f"import jwt\ndef zoom(:\n    ZOOM_API_SECRET = '{SECRET}\n",
    f"zoom-{TOKEN}.js": SCRIPT,
    "ignored.py": f'ZOOM_API_SECRET = "{SECRET}"  # jwtscan: ignore[{SECRET}] {OTHER}\n',
}

LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "scan": (
        ("scan", "-v"), ("scan", "-v", "--min-confidence=low"), ("scan", "--statistics"), ("scan", "--staged", "-v"),
    ),
    "fix": (("fix", "-v", "--unsafe-fixes"),),
    "ci": (("ci", "-v"),),
    "rollback": (("rollback", "--list"), ("rollback",)),
    "baseline": tuple(("baseline", word) for word in ("create", "update", "show", "prune")),
    "config": (("config",), ("config", "app.py")),
    "explain": (("explain", "jwt-mint"),),
    "rules": (("rules", "list"),),
    "completion": (("completion", "bash"),),
}  # fmt: skip
"""Command lines of each command. A new command needs its own."""


def test_each_command_has_its_lines() -> None:
    assert LINES.keys() == COMMANDS.keys()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    return folder


def leaks(text: str) -> list[str]:
    """The runs of planted characters that a text shows, whole or in part."""
    found = []
    for secret in PLANTED:
        runs = {secret[at : at + RUN] for at in range(len(secret) - RUN + 1)}
        found += sorted(run for run in runs if run in text)
    return found


def run(tree: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; sys.path.insert(0, sys.argv.pop(1)); from jwtscan.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, str(ROOT), *arguments],
        cwd=tree,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written(tree: Path) -> Iterator[tuple[str, str]]:
    """What a command has written into the tree, but for the program's own text and what undoes a fix."""
    for file in tree.rglob("*"):
        inside = file.relative_to(tree).as_posix()
        if file.is_file() and not inside.startswith((".git/", ".jwtscan/")) and inside not in FILES:
            yield inside, file.read_text()


@pytest.mark.parametrize("command", LINES)
def test_command_shows_no_secret(command: str, tree: Path) -> None:
    summary = tree.parent / "summary.md"
    ci = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(tree.parent / "output")}
    if command == "rollback":
        assert run(tree, "fix", "--unsafe-fixes").returncode == 1
    for line in LINES[command]:
        done = run(tree, *line, **(ci if command == "ci" else {}))
        assert done.returncode in (0, 1, 2), done.stderr
        assert leaks(done.stdout + done.stderr) == [], line
    for name, text in (*written(tree), *((str(file), file.read_text()) for file in tree.parent.glob("*.*"))):
        assert leaks(text) == [], name


def test_no_format_shows_a_secret(tree: Path) -> None:
    reports = tree.parent / "reports"
    reports.mkdir()
    formats = [f"--format={name}={reports / name}" for name in FORMATS]
    for line in (("scan",), ("scan", "--min-confidence=low", "-v"), ("fix",)):
        done = run(tree, *line, *formats)
        assert leaks(done.stdout + done.stderr) == []
        for name in FORMATS:
            text = (reports / name).read_text()
            assert leaks(text) == [], name


def test_patch_has_the_bytes_in_a_pipe_and_is_masked_on_a_terminal(tree: Path) -> None:
    piped = run(tree, "fix", "--diff", "--unsafe-fixes")
    assert SECRET in piped.stdout  # or git apply would not find the line
    assert leaks(piped.stderr) == []
    applies = subprocess.run(["git", "apply", "--check"], cwd=tree, input=piped.stdout, text=True, check=False)
    assert applies.returncode == 0
    shown = on_terminal(tree, "fix", "--diff", "--unsafe-fixes")
    assert "@@" in shown
    assert leaks(shown) == []


def test_terminal_shows_no_secret(tree: Path) -> None:
    """With progress, source frames and questions."""
    assert leaks(on_terminal(tree, "scan", "--format=text")) == []
    asked = on_terminal(tree, "fix", "--interactive", "--unsafe-fixes", answers=b"ddyynnydq")
    assert "Apply" in asked or "?" in asked
    assert leaks(asked) == []


def on_terminal(tree: Path, *arguments: str, answers: bytes = b"") -> str:
    leader, follower = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100"}
    command = [sys.executable, "-c", "from jwtscan.cli import main; main()", *arguments]
    with subprocess.Popen(
        command, cwd=tree, env=environ, stdin=follower, stdout=follower, stderr=follower, start_new_session=True
    ) as process:
        os.close(follower)
        stop = threading.Timer(60, process.kill)
        stop.start()
        os.write(leader, b"".join(bytes([one]) + b"\n" for one in answers))
        shown = b""
        try:
            while chunk := os.read(leader, 65536):
                shown += chunk
        except OSError:
            pass  # the terminal's other end is closed
        stop.cancel()
    os.close(leader)
    return shown.decode("utf-8", "replace")


@pytest.mark.parametrize("where", ["find", "fix"])
def test_mistake_of_a_rule_shows_no_secret(where: str, tree: Path) -> None:
    """A rule of the user's that raises with the secret in its message."""
    rules = tree.parent / "own"
    rules.mkdir()
    fails = f'raise ValueError("no value: {SECRET} in {TOKEN}")'
    (rules / "own-rule.py").write_text(
        "from jwtscan.api import Confidence, Match, Rule, Severity\n\n\n"
        f"def find(unit, project):\n    {fails if where == 'find' else 'pass'}\n"
        "    yield Match(unit.span(unit.module.calls[0].span), 'own')\n\n\n"
        f"def fix(subject, plan):\n    {fails}\n\n\n"
        "RULE = Rule(id='own-rule', tags=('rest',), severity=Severity.ERROR, summary='s', keywords=('zoom',), why='w', "
        "bad='b', good='g', what_to_do='d', page='https://example.org', find=find, fix=fix)\n"
    )
    for arguments in (["scan", "--format=json"], ["scan", "-v", "--format=json"], ["fix", "-v"]):
        done = run(tree, *arguments, f"--rules={rules}")
        assert leaks(done.stdout + done.stderr) == []
        assert done.returncode in (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        f'min-severity = "{SECRET}"',
        f"{SECRET} = 1",
        f'select = ["{TOKEN}"]',
        f'zoom_secret = "{SECRET}',
        f'extend = "{SECRET}.jwtscan.toml"',
    ],
)
def test_mistake_in_a_configuration_shows_no_token(text: str, tree: Path) -> None:
    (tree / "jwtscan.toml").write_text(text + "\n")
    for arguments in (["scan"], ["config"], ["fix"]):
        done = run(tree, *arguments)
        assert done.returncode == 2
        assert leaks(done.stdout + done.stderr) == []


def test_what_undoes_a_fix_is_for_the_user_alone(tree: Path) -> None:
    """It holds the old bytes, and so the old secrets: nobody else may read it, and git passes it over."""
    run(tree, "fix", "--unsafe-fixes")
    kept = tree / ".jwtscan"
    assert any(SECRET in file.read_text() for file in kept.rglob("*") if file.is_file())
    for path in (kept, *kept.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == 0o700 if path.is_dir() else not mode & 0o077 or path.name == ".gitignore", path
    ignored = subprocess.run(["git", "check-ignore", "-q", ".jwtscan/lock"], cwd=tree, check=False)
    assert ignored.returncode == 0
