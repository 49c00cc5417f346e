"""``jwtscan completion`` in the real shells: what Tab makes of a line."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from test_start_up import imported

import jwtscan
from jwtscan.cli import COMMANDS, commands
from jwtscan.cli.completion import SHELLS
from jwtscan.cli.completion.places import places
from jwtscan.loading import load_rules
from jwtscan.report.look import FORMATS

pty = pytest.importorskip("pty")

ROOT = Path(jwtscan.__file__).parent.parent
RULES = [rule.id for rule in load_rules(allow_python=False)]


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("JWTSCAN_PROOF"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jwtscan", "completion", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@cache
def script_for(name: str) -> str:
    script: str = import_module(f"jwtscan.cli.completion.{name}").script(places(commands))
    return script


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A git work tree to complete files and branches in, with the scripts beside it."""
    root = tmp_path / "tree"
    (root / "folder one").mkdir(parents=True)
    for name in ("app.py", "jwtscan.toml", "space here.js"):
        (root / name).write_text("")
    git = ("git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q", "-b", "trunk"), ("commit", "-q", "--allow-empty", "-m", "x"), ("branch", "feature/x")):
        subprocess.run([*git, *words], check=True)
    for name in SHELLS:
        (tmp_path / name).write_text(script_for(name))
    return root


# What a shell is told first. ``\x18p`` writes the line as it stands into a file, ``\x18a`` inserts all that fits.
SET_UP = {
    "bash": r"""
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind '"\C-xa": insert-completions'
bind -x '"\C-xp": printf "%s\n" "$READLINE_LINE" >> ../lines'
source ../bash
""",
    "zsh": r"""
unsetopt beep
autoload -U compinit; compinit -u -D
show() { print -r -- "$BUFFER" >> ../lines }
zle -N show; bindkey '^Xp' show
zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
source ../zsh
""",
}
START = {"bash": ("--noprofile", "--rcfile", "../.zshrc", "-i"), "zsh": ("-d", "-i")}


def typed(name: str, lines: Sequence[str], cwd: Path) -> list[str]:
    """Types each line into an interactive shell, with Tab where it has one, and gives what then stands there."""
    path = shell(name)
    home, written = cwd.parent, cwd.parent / "lines"
    written.write_text("")
    (home / ".zshrc").write_text(f"{SET_UP[name]}PS1='READY> '\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "ZDOTDIR": str(home), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [path, *START[name]], cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    waiting, shown, end = list(lines), b"", time.monotonic() + 60
    while time.monotonic() < end and len(written.read_text().splitlines()) < len(lines):
        if select.select([ours], [], [], 0.01)[0]:
            shown += os.read(ours, 65536)
        # One after the other: between two lines the terminal is not in the shell's hands.
        if waiting and b"READY> " in shown and len(written.read_text().splitlines()) + len(waiting) == len(lines):
            os.write(ours, f"\x15{waiting.pop(0)}\x18p".encode())
    os.close(ours)
    process.kill()
    process.wait(timeout=30)
    found = written.read_text().splitlines()
    assert len(found) == len(lines), shown.decode("utf-8", "replace")
    return found


ALL = "\x18a"
# A line as it is typed, and the words that are to stand in it then.
LINES = {
    "jwtscan expl\t": "jwtscan explain",
    "jwtscan rules te\t": "jwtscan rules test",
    "jwtscan scan --min-sev\t": "jwtscan scan --min-severity",
    "jwtscan scan --min-severity war\t": "jwtscan scan --min-severity warning",
    "jwtscan scan --min-severity=war\t": "jwtscan scan --min-severity=warning",
    "jwtscan fix --inter\t": "jwtscan fix --interactive",
    "jwtscan scan --select join\t": "jwtscan scan --select join-api-key",
    "jwtscan scan --select sdk,join\t": "jwtscan scan --select sdk,join-api-key",
    "jwtscan scan --ignore=sdk,jwt-m\t": "jwtscan scan --ignore=sdk,jwt-mint",
    "jwtscan explain wrap\t": "jwtscan explain wrapper-client",
    "jwtscan scan --format sar\t": "jwtscan scan --format sarif",
    "jwtscan scan --format sarif=ap\t": "jwtscan scan --format sarif=app.py",
    "jwtscan scan --format=sarif=ap\t": "jwtscan scan --format=sarif=app.py",
    "jwtscan rules list --format js\t": "jwtscan rules list --format json",
    "jwtscan scan ap\t": "jwtscan scan app.py",
    "jwtscan scan -q sp\t": "jwtscan scan -q space\\ here.js",
    "jwtscan scan --config jwt\t": "jwtscan scan --config jwtscan.toml",
    "jwtscan scan --config=jwt\t": "jwtscan scan --config=jwtscan.toml",
    "jwtscan scan --rules fol\t": "jwtscan scan --rules folder\\ one/",
    "jwtscan rules test fol\t": "jwtscan rules test folder\\ one/",
    "jwtscan rules test ap\t": "jwtscan rules test ap",
    "jwtscan scan --since fea\t": "jwtscan scan --since feature/x",
    "jwtscan completion fi\t": "jwtscan completion fish",
    f"jwtscan {ALL}": f"jwtscan {' '.join(sorted(COMMANDS))}",
    f"jwtscan scan --color {ALL}": "jwtscan scan --color always auto never",
    f"jwtscan rollback -{ALL}": "jwtscan rollback --help --list -h",
}


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_line_after_tab(name: str, tree: Path) -> None:
    found = typed(name, list(LINES), tree)

    def comparable(line: str) -> str:
        head, *rest = line.rstrip(" =,").split(" ") if "\\" not in line else [line.rstrip(" /")]
        return " ".join([head, *sorted(rest)])

    wrong = {
        line: got
        for (line, wanted), got in zip(LINES.items(), found, strict=True)
        if comparable(got) != comparable(wanted)
    }
    assert wrong == {}


OFFERED = {
    "jwtscan ": sorted(COMMANDS),
    "jwtscan rules ": ["list", "test"],
    "jwtscan scan --min-sev": ["--min-severity"],
    "jwtscan scan --min-severity ": ["error", "note", "warning"],
    "jwtscan scan --min-severity=w": ["--min-severity=warning"],
    "jwtscan scan --select join": ["join-api-key"],
    "jwtscan scan --select sdk,join": ["sdk,join-api-key"],
    "jwtscan scan --ignore=sdk,join": ["--ignore=sdk,join-api-key"],
    "jwtscan explain wrap": ["wrapper-client"],
    "jwtscan scan --format ": sorted(FORMATS),
    "jwtscan scan --format sarif=ap": ["sarif=app.py"],
    "jwtscan rules list --format ": ["json", "text"],
    "jwtscan scan ap": ["app.py"],
    "jwtscan scan --config jwt": ["jwtscan.toml"],
    "jwtscan scan --rules fol": ["folder one/"],
    "jwtscan scan --since fea": ["feature/x"],
    "jwtscan scan --target ": [],
    "jwtscan completion ": ["bash", "fish", "zsh"],
    "jwtscan scan ../ba": ["../bash"],
}


def test_fish_offers(tree: Path) -> None:
    script = "source ../fish\n" + "".join(f"echo '>'\ncomplete -C {line!r}\n" for line in OFFERED)
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", script],
        cwd=tree,
        env={**os.environ, "HOME": str(tree.parent), "XDG_CONFIG_HOME": str(tree.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    parts = [part.splitlines()[1:] for part in f"\n{done.stdout}".split("\n>")[1:]]
    found = [sorted(row.partition("\t")[0] for row in part) for part in parts]
    assert dict(zip(OFFERED, found, strict=True)) == OFFERED


def test_fish_says_what_things_do() -> None:
    script = script_for("fish")
    assert "-l staged -d" in script
    assert "complete -c jwtscan -n '__jwtscan_at' -a scan -d 'Find uses" in script


@pytest.mark.parametrize("name", SHELLS)
def test_script_says_how_to_install_it_and_can_be_read(name: str, tmp_path: Path) -> None:
    done = run(name)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", script_for(name))
    assert f"#   {'mkdir'} -p" in done.stdout
    script = tmp_path / "script"
    script.write_text(done.stdout)
    subprocess.run([shell(name), "-n", str(script)], check=True)


def test_every_rule_option_and_command_is_known() -> None:
    found = places(commands)
    assert {place.path[0] for place in found if place.path} == set(COMMANDS)
    scan = next(place for place in found if place.name == "scan")
    select = next(flag for flag in scan.flags if "--select" in flag.names)
    assert select.slot is not None
    assert select.slot.kind == "list"
    assert set(RULES) < set(select.slot.words)
    options = {name for flag in scan.flags for name in flag.names}
    assert {"--format", "-q", "--quiet", "-h"} < options
    assert all({"-h", "--help"} <= {name for flag in place.flags for name in flag.names} for place in found)


def test_shell_is_that_of_the_user_where_none_is_given() -> None:
    assert run(env={"SHELL": "/usr/bin/fish"}).stdout == run("fish").stdout
    done = run(env={"SHELL": "/bin/tcsh"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "which shell? jwtscan completion bash|zsh|fish" in done.stderr


def test_unknown_shell_is_answered_with_the_nearest() -> None:
    done = run("zhs")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'zhs' is not one of bash, zsh, fish; did you mean 'zsh'?" in done.stderr


def test_script_is_made_without_the_scanner(tmp_path: Path) -> None:
    """``eval "$(jwtscan completion bash)"`` is run by each new shell."""
    found = imported("completion", "bash", cwd=tmp_path)
    parsers = {"tree_sitter", "libcst", "rich", "yaml", "jwtscan.syntax.python", "jwtscan.engine.passes"}
    assert not found & parsers
