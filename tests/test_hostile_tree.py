"""One tree of everything that hurts, scanned, fixed and rolled back by real processes within bounds.

Bounds are of processor time and memory, and wide: what they are after takes many times as much.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import hostile_tree as hostile
import pytest
from conftest import Plain
from hostile_tree import DEEP, ENV, JS, JS_USE, PY, PY_USE

import jwtscan
from jwtscan.files import repository
from jwtscan.files.gate import ZOOM, look
from jwtscan.files.walk import walk
from jwtscan.mask import printable
from jwtscan.report.look import FORMATS
from jwtscan.syntax.python import lower_python

pytestmark = pytest.mark.skipif(os.name == "nt", reason="skipped: pipes, devices and such names are not Windows's")

ROOT = Path(jwtscan.__file__).parent.parent
MEBIBYTE = 1 << 20
MEMORY = 400 * MEBIBYTE
SECONDS = 60
# ``-P`` came with Python 3.11; a console script never has the working directory in its path.
SCRIPT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from jwtscan.__main__ import main; main()"
# Measured around a small process: a child starts with the memory of whoever starts it.
METER = """
import json, resource, subprocess, sys
_, seconds, report, *command = sys.argv
resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
code = subprocess.call(command, stdin=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
json.dump([code, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024], open(report, "w"))
"""
# What a terminal acts on, and what turns text around. JSON and the formats made of it write them as escapes.
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Ran:
    code: int
    out: bytes
    err: str
    seconds: float
    memory: int

    def json(self) -> dict[str, list[dict[str, str]]]:
        read: dict[str, list[dict[str, str]]] = json.loads(self.out)
        return read


def run(folder: Path, *arguments: str, seconds: int = SECONDS, env: Mapping[str, str] | None = None) -> Ran:
    """Runs the console script in a folder, which has to end as it should."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "used.json"
        command = [sys.executable, "-I", "-c", SCRIPT, str(ROOT), *arguments]
        done = subprocess.run(
            [sys.executable, "-I", "-c", METER, str(seconds), str(report), *command],
            cwd=folder,
            env={**os.environ, **(env or {})},
            capture_output=True,
            timeout=90,
            check=False,
        )
        err = done.stderr.decode()
        code, used, memory = json.loads(report.read_bytes())
    assert "Traceback" not in err
    assert "internal error" not in err
    assert not UNSAFE.search(err)
    assert code in (0, 1, 2), err
    assert used < seconds
    return Ran(code, done.stdout, err, used, memory)


def state(folder: Path) -> dict[bytes, tuple[int, bytes]]:
    """Each file, link and node with its mode and content; what jwtscan keeps for itself is left out."""
    found: dict[bytes, tuple[int, bytes]] = {}
    for here, folders, files, descriptor in os.fwalk(os.fsencode(folder)):
        folders[:] = [name for name in folders if name != b".jwtscan"]
        for name in (*folders, *files):
            about = os.lstat(name, dir_fd=descriptor)
            content = b""
            if stat.S_ISLNK(about.st_mode):
                content = os.readlink(name, dir_fd=descriptor)
            elif stat.S_ISREG(about.st_mode):
                with open(os.open(name, os.O_RDONLY, dir_fd=descriptor), "rb") as stream:
                    content = hashlib.sha256(stream.read()).digest()
            found[here + b"/" + name] = (about.st_mode, content)
    return found


def shown(path: bytes) -> str:
    return printable(os.fsdecode(path))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("hostile")
    (place / "tree").mkdir()
    yield place / "tree"
    shutil.rmtree(place)


def test_everything_at_once(tree: Path) -> None:
    marker = tree.parent / "marker"
    every = hostile.everything()
    hostile.lay(tree, every.files, marker)
    said = hostile.lay_nodes(tree, tree.parent / "outside")
    before = state(tree)
    reports = tree.parent / "reports"
    reports.mkdir()
    others = [f"--format={name}={reports / name}" for name in FORMATS if name not in ("json", "html")]

    scanned = run(tree, "scan", "--min-confidence=low", "--format=json", *others, ".")

    assert scanned.code == 1
    assert scanned.memory < MEMORY
    found: dict[str, set[str]] = {}
    for finding in scanned.json()["findings"]:
        found.setdefault(finding["path"], set()).add(finding["rule"])
    uses = {shown(path): rule for path, rule in every.uses.items()}
    assert {path: rule for path, rule in uses.items() if rule not in found.get(path, ())} == {}
    skipped = {one["path"]: one["reason"] for one in scanned.json()["skipped"]}
    silent = {**every.skipped, **said}
    assert {path: words for path, words in silent.items() if words not in skipped.get(shown(path), "")} == {}
    for report in (*reports.iterdir(),):
        text = report.read_bytes().decode()
        assert text
        assert not UNSAFE.search(text), report.name
    assert not UNSAFE.search(scanned.out.decode())
    assert state(tree) == before
    assert not marker.exists()

    fixed = run(tree, "fix", ".")

    assert fixed.code == 1
    assert "fixed" in fixed.err
    assert fixed.memory < MEMORY
    assert state(tree) != before
    listed = run(tree, "rollback", "--list")
    assert not UNSAFE.search(listed.out.decode())
    assert run(tree, "rollback").code == 0
    assert state(tree) == before
    assert not marker.exists()


def test_patch_of_hostile_names_and_encodings_changes_nothing(tmp_path: Path) -> None:
    for make in (hostile.names, hostile.encodings):
        hostile.lay(tmp_path, make().files, tmp_path / "marker")
    before = state(tmp_path)
    page = run(tmp_path, "scan", "--format=html", ".")  # shows what fixes would do, and so takes as long as they
    assert page.code == 1
    assert not UNSAFE.search(page.out.decode())
    patch = run(tmp_path, "fix", "--diff", ".")
    assert patch.code == 1
    assert patch.out.count(b"diff --git") > 20
    assert state(tmp_path) == before


def test_fifty_thousand_small_files(tmp_path: Path) -> None:
    for number in range(500):
        folder = tmp_path / f"f{number}"
        folder.mkdir()
        descriptor = os.open(folder, os.O_RDONLY)
        for name in range(100):
            with open(os.open(f"m{name}.js", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=descriptor), "wb") as stream:
                stream.write(b"export const a = 1;\n")
        os.close(descriptor)
    for number in (0, 250, 499):
        (tmp_path / f"f{number}" / "zoom.js").write_text(JS + JS_USE)
    scanned = run(tmp_path, "scan", "--format=json", ".")
    assert len(scanned.json()["findings"]) == 3, scanned.err
    assert scanned.memory < MEMORY
    shutil.rmtree(tmp_path)


# -- nothing of the tree is run --------------------------------------------------------------------------------------


def test_programs_and_modules_of_the_tree_are_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    tree = tmp_path / "tree"
    tree.mkdir()
    hostile.lay(tree, hostile.programs().files, marker)
    (tree / "app.py").write_text(PY + PY_USE)
    path = os.pathsep.join([".", "", str(tree)[: -len("tree")], os.environ["PATH"]])
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    as_module = [sys.executable, "-m", "jwtscan"] if ROOT / "jwtscan" in map(Path, _importable()) else None
    for arguments in (["scan", "."], ["fix", "--diff", "."], ["config"], ["rules", "list"], ["explain", "jwt-mint"]):
        assert run(tree, *arguments, env={"PATH": path, "EDITOR": "./editor", "PAGER": "./less"}).code in (0, 1)
        if as_module is not None:
            done = subprocess.run([*as_module, *arguments], cwd=tree, env=environ, capture_output=True, check=False)
            assert done.returncode in (0, 1), done.stderr
    assert not marker.exists()


def _importable() -> list[str]:
    """Where a fresh interpreter, away from this checkout, has jwtscan from."""
    script = "import jwtscan, os; print(os.path.dirname(jwtscan.__file__))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.split()


def test_own_rules_that_come_with_the_tree_are_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "evil.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (tmp_path / "jwtscan.toml").write_text('rules = ["own"]\n')
    (tmp_path / "app.py").write_text(PY + PY_USE)
    for command in (["scan"], ["fix"], ["fix", "--diff"], ["config"]):
        run(tmp_path, *command)
        run(tmp_path, *command, "--config=jwtscan.toml") if command != ["config"] else None
    assert not marker.exists()


def test_configuration_that_extends_itself_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.jwtscan.toml").write_text('extend = "b.jwtscan.toml"\n')
    (tmp_path / "b.jwtscan.toml").write_text('extend = "a.jwtscan.toml"\n')
    (tmp_path / "jwtscan.toml").write_text('extend = "a.jwtscan.toml"\n')
    done = run(tmp_path, "scan")
    assert done.code == 2
    assert "leads back" in done.err


@pytest.mark.parametrize("name", ["jwtscan.toml", "pyproject.toml"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_configuration_that_never_ends_is_passed_over(name: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / name)
    (tmp_path / "app.py").write_text(PY + PY_USE)
    assert run(tmp_path, "scan", "--format=json").code in (1, 2)


# -- repositories ----------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def _pipe_for_head(folder: Path) -> None:
    (folder / ".git").mkdir()
    os.mkfifo(folder / ".git" / "HEAD")


def _pipe_for_configuration(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    os.mkfifo(folder / ".git" / "config")


def _endless_configuration(folder: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".git" / "config").unlink()
    (folder / ".git" / "config").symlink_to("/dev/zero")


def _endless_excludes(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "config", "core.excludesFile", "/dev/zero")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").unlink(missing_ok=True)
    (folder / ".git" / "info" / "exclude").symlink_to("/dev/zero")
    (folder / ".gitignore").symlink_to("/dev/zero")


def _link_to_itself(folder: Path) -> None:
    (folder / ".git").symlink_to(".git")


def _file_that_points_to_itself(folder: Path) -> None:
    (folder / ".git").write_text("gitdir: .git\n")


def _file_of_gigabytes(folder: Path) -> None:
    (folder / ".git").touch()
    os.truncate(folder / ".git", 3 << 30)


def _pipe_for_common_folder(folder: Path) -> None:
    (folder / "x").mkdir()
    (folder / "x" / "HEAD").write_text("ref: a\n")  # git itself stops here, before the pipe
    os.mkfifo(folder / "x" / "commondir")
    (folder / ".git").write_text("gitdir: x\n")


def _work_tree_elsewhere(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "config", "core.worktree", "/usr/share/doc")


def _programs_in_the_configuration(folder: Path) -> None:
    git(folder, "init", "-q")
    script = folder / "evil.sh"
    script.write_text('#!/bin/sh\necho ran "$0" >> "$(dirname "$0")/marker"\n')
    script.chmod(0o755)
    wanted = {
        "core": "fsmonitor pager sshCommand askPass editor gitProxy alternateRefsCommand",
        "diff": "external",
        "gpg": "program",
        "credential": "helper",
        'filter "x"': "clean smudge process",
        'diff "x"': "textconv command",
        'merge "x"': "driver",
        "alias": "ls-files diff cat-file rev-parse",
    }
    text = f"[core]\n\thooksPath = {folder}\n"
    for section, names in wanted.items():
        text += f"[{section}]\n" + "".join(f"\t{n} = {'!' * (section == 'alias')}{script}\n" for n in names.split())
    with (folder / ".git" / "config").open("a") as stream:
        stream.write(text)
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    for hook in ("post-index-change", "reference-transaction", "pre-commit", "post-checkout"):
        shutil.copy(script, folder / hook)


REPOSITORIES = (
    _pipe_for_head, _pipe_for_configuration, _endless_configuration, _endless_excludes, _link_to_itself,
    _file_that_points_to_itself, _file_of_gigabytes, _pipe_for_common_folder, _work_tree_elsewhere,
    _programs_in_the_configuration,
)  # fmt: skip


@pytest.mark.parametrize("make", REPOSITORIES)
def test_repository_that_is_a_trap(make: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "zoom.js").write_text(JS + JS_USE)
    make(tmp_path)
    # Most of them would wait for ever, which takes no processor time.
    scanned = run(tmp_path, "scan", "--format=json", ".")
    assert [finding["path"] for finding in scanned.json()["findings"]] == ["zoom.js"]
    assert run(tmp_path, "fix", ".").code == 0
    assert run(tmp_path, "rollback").code == 0
    assert (tmp_path / "zoom.js").read_text() == JS + JS_USE
    assert not (tmp_path / "marker").exists()


def test_programs_of_a_repository_are_not_run_for_revisions(tmp_path: Path) -> None:
    (tmp_path / "zoom.js").write_text("a\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")
    (tmp_path / "zoom.js").write_text(JS + JS_USE)
    git(tmp_path, "add", ".")
    _programs_in_the_configuration(tmp_path)
    for option in ("--staged", "--since=HEAD"):
        assert run(tmp_path, "scan", option, ".").code == 1
        assert run(tmp_path, "fix", "--diff", option, ".").code in (0, 1)
    assert not (tmp_path / "marker").exists()


def test_git_that_never_answers_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "zoom.js").write_text(JS)
    nested = tmp_path / "inner" / ".git"
    (nested / "objects").mkdir(parents=True)
    (nested / "refs").mkdir()
    os.mkfifo(nested / "HEAD")
    monkeypatch.setattr(repository, "PATIENCE", 1.0)
    assert [found.path for found in walk(["."], cwd=tmp_path)] == ["zoom.js"]


# -- files that cannot be read, or not for long ----------------------------------------------------------------------


def test_unreadable_files_and_folders_are_said(plain: Plain) -> None:
    for name in ("file.js", "folder/file.js", "zoom.js"):
        (plain.folder / name).parent.mkdir(exist_ok=True)
        (plain.folder / name).write_text(JS + JS_USE)
    with plain.user():
        (plain.folder / "file.js").chmod(0)
        (plain.folder / "folder").chmod(0)
        found = list(walk(["."], cwd=plain.folder))
    assert ("folder", "permission denied") in {(one.path, getattr(one, "reason", "")) for one in found}
    (plain.folder / "folder").chmod(0o700)


def test_file_that_changes_all_the_time(tmp_path: Path) -> None:
    file = tmp_path / "zoom.py"
    texts = [b"", (PY + PY_USE * 50).encode(), b"\xff\xfe\0", (PY + PY_USE).encode()]
    (tmp_path / "app.js").write_text(JS + JS_USE)
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            file.write_bytes(texts[number % len(texts)])
            number += 1
            if number % 7 == 0:
                file.unlink()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for command in (["scan", "--format=json"], ["fix"], ["fix", "--diff"]):
            run(tmp_path, *command, ".")
    finally:
        stop.set()
        thread.join()


# -- what one file may cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a=b\n", "f(a)\n", "!", "a?b:", "a+"])
def test_dense_code_is_given_up_before_it_takes_gigabytes(text: str, tmp_path: Path) -> None:
    name, use = ("zoom.py", PY + PY_USE) if text.endswith("\n") else ("zoom.js", JS + JS_USE)
    (tmp_path / name).write_text(use + text * (2_000_000 // len(text)))
    scanned = run(tmp_path, "scan", "--format=json", ".", seconds=10)
    assert "words and signs" in scanned.json()["skipped"][0]["reason"]
    assert scanned.memory < MEMORY


def test_fix_of_dense_python_is_left_to_people(tmp_path: Path) -> None:
    """libcst takes 2 KB of memory a node."""
    (tmp_path / "zoom.py").write_text(PY + PY_USE + "a=b\n" * 45_000)
    fixed = run(tmp_path, "fix", "--diff", ".")
    assert "1 remaining" in fixed.err
    assert fixed.memory < MEMORY


@pytest.mark.parametrize("count", [290, 320, 500, 2000])
def test_long_chain_of_elif_is_no_internal_error(count: int, tmp_path: Path) -> None:
    """Each one is deeper than the one before; ``run`` refuses internal errors."""
    (tmp_path / "zoom.py").write_text(PY + PY_USE + "if 1: pass\n" + "elif 2: pass\n" * count)
    assert run(tmp_path, "fix", "--diff", ".").code in (0, 1)


def test_tokens_beside_calls_in_calls_are_linear(tmp_path: Path) -> None:
    """Each call was asked whether a token is inside of it, for each token."""
    inner = "<a>" * 5_000 + "</a>" * 5_000
    (tmp_path / "zoom.jsx").write_text(f"{JS}{JS_USE * 30}x = {inner};\n")
    run(tmp_path, "scan", "--format=concise", ".", seconds=12)


def test_lines_that_end_with_carriage_returns_alone() -> None:
    module = lower_python("a.py", b"import jwt\r# a comment\rjwt.encode({}, 'a')\r")
    assert len(module.calls) == 1
    assert len(module.comments) == 1


def test_deep_setting_is_found_beside_what_is_too_deep(tmp_path: Path) -> None:
    (tmp_path / "zoom.json").write_text(
        '{"a": ' + "[" * DEEP + "]" * DEEP + ', "zoom_api_key": "FAKEapiKeyFAKEapiKey00"}'
    )
    (tmp_path / ".env").write_text(ENV)
    scanned = run(tmp_path, "scan", "--format=json", ".")
    assert {finding["path"] for finding in scanned.json()["findings"]} >= {".env"}
    assert any("nested" in one["reason"] for one in scanned.json()["skipped"])


def test_file_whose_name_says_zoom_speaks_in_a_large_tree() -> None:
    """Its name decided that it is looked at, and its words were no longer asked what they are sure of."""
    text = (JS + JS_USE).lower().encode()
    assert look(text, [ZOOM], "zoom.js") == look(text, [ZOOM], "app.js")


def test_limits_are_of_processes(tmp_path: Path) -> None:
    """The bound itself holds: a process that runs for ever is ended by it."""
    limits = (1, 1)
    done = subprocess.run(
        [sys.executable, "-I", "-c", "while True: pass"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limits),
        check=False,
    )
    assert done.returncode < 0
