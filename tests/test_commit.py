"""One transaction over several files: all or nothing at every step, and back again byte for byte."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Plain

import jwtscan
from jwtscan.fixing.commit import Write, commit, obstacle, rollback
from jwtscan.fixing.journal import FOLDER, KEPT, JournalError
from jwtscan.fixing.recovery import CommitError, history, recover

ROOT = Path(jwtscan.__file__).parent.parent

BEFORE = {
    "a.py": b"\xef\xbb\xbfkey = 1\r\n\tx = 2",
    "sub/b.js": b"const caf\xe9 = 1\r\n",
    "sub/c.txt": "key = 1\n".encode("utf-16"),
}
AFTER: dict[str, bytes | None] = {
    "a.py": b"\xef\xbb\xbfkey = 22\r\n\tx = 2",
    "sub/b.js": b"const caf\xe9 = 22\r\n",
    "sub/c.txt": "key = 22\n".encode("utf-16"),
    "lib/deep/new.py": b"new\n",
    "lib/other.py": b"",
}

CHILD = """
import os, signal, sys
from pathlib import Path
from jwtscan.fixing.commit import Write, commit, rollback
from jwtscan.fixing.recovery import history, recover

root, what, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
steps = 0

def step(name):
    global steps
    steps += 1
    if steps == last:
        print(name, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if what == "commit":
    commit(root, [Write(root / path, {before!r}.get(path), content) for path, content in {after!r}.items()], step)
else:
    rollback(root, history(root)[-1], step)
"""


def texts(root: Path) -> dict[str, bytes]:
    """Every file of the tree but the journal's."""
    files = (path for path in root.rglob("*") if path.is_file() and FOLDER not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir() and FOLDER not in path.parts}


def writes_of(root: Path) -> list[Write]:
    return [Write(root / path, BEFORE.get(path), content) for path, content in AFTER.items()]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for path, content in BEFORE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def killed_at(number: int, root: Path, what: str) -> str | None:
    """Runs a transaction in a process that dies before its step ``number``. Gives the step, None if it finished."""
    script = CHILD.format(before=BEFORE, after=AFTER)
    done = subprocess.run(
        [sys.executable, "-c", script, str(root), what, str(number)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout.strip() if done.returncode else None


def cut_off_before(name: str, root: Path) -> dict[str, bytes]:
    """Leaves the tree as a process does that dies before that step. Gives what is there then."""
    steps: list[str] = []
    commit(root, writes_of(root), steps.append)
    rollback(root, history(root)[-1])
    assert killed_at(steps.index(name) + 1, root, "commit") == name
    return texts(root)


def assert_as_before(root: Path) -> None:
    assert texts(root) == BEFORE
    assert folders(root) == {"sub"}


def test_everything_is_written_and_taken_back(tree: Path) -> None:
    record = commit(tree, writes_of(tree))
    assert texts(tree) == AFTER
    assert [known.id for known in history(tree)] == [record.id]
    rollback(tree, record)
    assert_as_before(tree)
    assert history(tree) == []


def test_killed_at_every_step_leaves_the_tree_as_before_or_as_after(tree: Path) -> None:
    seen: dict[str, str] = {}
    for number in range(1, 100):
        step = killed_at(number, tree, "commit")
        left = texts(tree)
        said = recover(tree)
        if step is None:
            assert texts(tree) == AFTER
            break
        if texts(tree) == AFTER:
            assert step == "clean up"
            rollback(tree, history(tree)[-1])
        else:
            seen[step] = "undone" if said else "untouched"
            assert said is not None or left == BEFORE
        assert_as_before(tree)
        assert recover(tree) is None
    else:
        pytest.fail("the transaction has no end")
    assert seen["open the journal"] == "untouched"
    assert seen["make lib"] == seen["replace a.py"] == seen["replace lib/other.py"] == "undone"
    assert seen["close the journal"] == "undone"


def test_killed_at_every_step_of_a_rollback(tree: Path) -> None:
    steps = []
    for number in range(1, 100):
        if texts(tree) == BEFORE:
            commit(tree, writes_of(tree))
        step = killed_at(number, tree, "rollback")
        recover(tree)
        if step is None:
            assert_as_before(tree)
            break
        steps.append(step)
        if texts(tree) == BEFORE:
            assert step == "clean up"
            assert_as_before(tree)
            assert history(tree) == []
        else:
            assert texts(tree) == AFTER
            assert len(history(tree)) == 1
    else:
        pytest.fail("the rollback has no end")
    assert {"replace lib/deep/new.py", "remove lib/deep", "close the journal", "clean up"} <= set(steps)


def test_killed_while_undoing_is_undone_by_the_next_run(tree: Path) -> None:
    half = cut_off_before("replace lib/other.py", tree)
    assert half["lib/deep/new.py"] == AFTER["lib/deep/new.py"]
    for number in range(1, 100):
        script = (
            "import os, signal, sys\nfrom pathlib import Path\nfrom jwtscan.fixing.journal import opened\n"
            "from jwtscan.fixing.recovery import undo_open\nsteps = 0\n"
            "def step(name):\n    global steps\n    steps += 1\n"
            "    if steps == int(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)\n"
            "with opened(Path(sys.argv[1]), step) as journal: undo_open(journal)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tree), str(number)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert number > 5
    assert_as_before(tree)


def failing_at(name: str, error: BaseException) -> Callable[[str], None]:
    """A step that fails, the first time."""
    errors = [error]

    def step(now: str) -> None:
        if now == name and errors:
            raise errors.pop()

    return step


@pytest.mark.parametrize("name", ["keep sub/b.js", "write sub/b.js", "replace sub/b.js", "settle", "close the journal"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_or_is_interrupted_is_undone_at_once(tree: Path, name: str, error: BaseException) -> None:
    name = f"settle {tree.resolve()}" if name == "settle" else name
    with pytest.raises(type(error)):
        commit(tree, writes_of(tree), failing_at(name, error))
    assert_as_before(tree)
    assert recover(tree) is None
    commit(tree, writes_of(tree))
    assert texts(tree) == AFTER


def test_full_disk_leaves_everything_as_before(tree: Path) -> None:
    resource = pytest.importorskip("resource")
    assert resource
    (tree / "a.py").write_bytes(b"x")
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom jwtscan.fixing.commit import Write, commit\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\nroot = Path(sys.argv[1])\n"
        "try: commit(root, [Write(root / 'sub/b.js', (root / 'sub/b.js').read_bytes(), b'small'),"
        " Write(root / 'a.py', b'x', b'y' * 100_000)])\n"
        "except OSError as error: print(type(error).__name__, error.errno, end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tree)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "OSError 27"
    assert texts(tree) == {**BEFORE, "a.py": b"x"}
    assert recover(tree) is None


def test_file_that_changed_meanwhile_stops_everything(tree: Path) -> None:
    (tree / "sub/b.js").write_bytes(b"somebody else\n")
    with pytest.raises(CommitError, match=r"sub/b\.js: changed while jwtscan ran"):
        commit(tree, writes_of(tree))
    assert texts(tree) == {**BEFORE, "sub/b.js": b"somebody else\n"}


def test_file_that_changes_during_the_transaction_keeps_its_new_text(tree: Path) -> None:
    def step(name: str) -> None:
        if name == "replace a.py":
            (tree / "sub/b.js").write_bytes(b"somebody else\n")

    with pytest.raises(CommitError, match="changed while jwtscan ran"):
        commit(tree, writes_of(tree), step)
    assert texts(tree) == {**BEFORE, "sub/b.js": b"somebody else\n"}
    assert recover(tree) is None


def test_file_that_appeared_meanwhile_is_not_overwritten(tree: Path) -> None:
    (tree / "lib").mkdir()
    (tree / "lib/other.py").write_bytes(b"mine\n")
    with pytest.raises(CommitError, match=r"lib/other\.py"):
        commit(tree, writes_of(tree))
    assert texts(tree) == {**BEFORE, "lib/other.py": b"mine\n"}


def test_cut_off_run_is_not_undone_over_a_later_change(tree: Path) -> None:
    half = cut_off_before("replace sub/c.txt", tree)
    (tree / "a.py").write_bytes(b"work of an hour\n")
    with pytest.raises(CommitError, match=r"a\.py has changed since: nothing was undone"):
        recover(tree)
    assert texts(tree) == {**half, "a.py": b"work of an hour\n"}


def test_rollback_refuses_when_a_file_has_changed_since(tree: Path) -> None:
    record = commit(tree, writes_of(tree))
    (tree / "a.py").write_bytes(b"later\n")
    (tree / "lib/other.py").unlink()
    with pytest.raises(CommitError, match=r"changed since then: a\.py, lib/other\.py"):
        rollback(tree, record)
    assert texts(tree)["sub/b.js"] == AFTER["sub/b.js"]


def test_rollback_keeps_a_folder_that_holds_more_by_now(tree: Path) -> None:
    record = commit(tree, writes_of(tree))
    (tree / "lib/mine.py").write_bytes(b"mine\n")
    rollback(tree, record)
    assert texts(tree) == {**BEFORE, "lib/mine.py": b"mine\n"}


def test_mode_is_kept_and_a_new_file_gets_the_users_own(tree: Path) -> None:
    (tree / "a.py").chmod(0o750)
    (tree / "sub/b.js").chmod(0o604)
    mask = os.umask(0o027)
    try:
        record = commit(tree, writes_of(tree))
    finally:
        os.umask(mask)
    modes = {path: stat.S_IMODE((tree / path).stat().st_mode) for path in ("a.py", "sub/b.js", "lib/other.py")}
    assert modes == {"a.py": 0o750, "sub/b.js": 0o604, "lib/other.py": 0o640}
    rollback(tree, record)
    assert stat.S_IMODE((tree / "a.py").stat().st_mode) == 0o750


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_owner_is_kept(tree: Path) -> None:
    os.chown(tree / "a.py", 12345, 54321)
    commit(tree, writes_of(tree))
    state = (tree / "a.py").stat()
    assert (state.st_uid, state.st_gid) == (12345, 54321)


def test_old_bytes_are_for_the_user_alone_and_for_no_commit(tree: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    commit(tree, writes_of(tree))
    home = tree / FOLDER
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    kept = [path for path in home.rglob("*") if path.is_file() and path.name != ".gitignore"]
    assert BEFORE["a.py"] in [path.read_bytes() for path in kept]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    listed = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=tree, capture_output=True, text=True, check=True
    )
    assert FOLDER not in listed.stdout


def test_only_the_last_transactions_are_kept(tree: Path) -> None:
    records = []
    text = BEFORE["a.py"]
    for number in range(KEPT + 3):
        new = b"%d\n" % number
        records.append(commit(tree, [Write(tree / "a.py", text, new)]).id)
        text = new
    assert [record.id for record in history(tree)] == records[-KEPT:]


def test_another_process_at_work_is_never_interrupted(tree: Path) -> None:
    def step(name: str) -> None:
        if name == "replace a.py":
            with pytest.raises(JournalError, match="another jwtscan is changing"):
                recover(tree)

    commit(tree, writes_of(tree), step)


@pytest.mark.parametrize(
    "path", ["../out.py", "/etc/passwd", ".git/hooks/pre-commit", "sub/.GIT/config", "a/../../x", ".jwtscan/x", ""]
)
def test_journal_that_came_with_the_tree_reaches_nothing_outside_of_it(tree: Path, path: str) -> None:
    place = tree / FOLDER / "20200101-000000-001"
    place.mkdir(parents=True)
    part = {"path": path, "before": "0" * 64, "after": None, "mode": None}
    about = {"version": 1, "parts": [part], "made": [], "undoes": None}
    (place / "open.json").write_text(json.dumps(about))
    with pytest.raises(JournalError, match="damaged"):
        recover(tree)
    with pytest.raises(JournalError, match="damaged"):
        commit(tree, writes_of(tree))
    assert_as_before(tree)


def test_journal_that_came_with_the_tree_follows_no_link(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tree / "link").symlink_to(outside)
    place = tree / FOLDER / "20200101-000000-001"
    place.mkdir(parents=True)
    part = {"path": "link/x", "before": "0" * 64, "after": None, "mode": None}
    (place / "open.json").write_text(json.dumps({"version": 1, "parts": [part], "made": [], "undoes": None}))
    with pytest.raises(CommitError, match="symbolic link"):
        recover(tree)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"version": 2}'])
def test_damaged_journal_is_an_error_with_a_way_out(tree: Path, content: bytes) -> None:
    place = tree / FOLDER / "20200101-000000-001"
    place.mkdir(parents=True)
    (place / "open.json").write_bytes(content)
    with pytest.raises(JournalError, match=r"is damaged; remove .*20200101-000000-001"):
        recover(tree)


def test_journal_folder_that_is_a_link_is_not_followed(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree / FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="is not a folder"):
        commit(tree, writes_of(tree))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_kept_bytes_that_were_changed_are_not_brought_back(tree: Path) -> None:
    record = commit(tree, writes_of(tree))
    (tree / FOLDER / record.id / "0").write_bytes(b"other\n")
    with pytest.raises(JournalError, match="damaged"):
        rollback(tree, record)
    assert texts(tree) == AFTER


def test_obstacles_are_named(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_bytes(b"x")
    (tree / "link.py").symlink_to(outside / "x.py")
    (tree / "linked").symlink_to(outside)
    os.link(tree / "a.py", tree / "same.py")
    os.mkfifo(tree / "pipe.py")
    assert obstacle(tree, tree / "sub/b.js") is None
    assert obstacle(tree, tree / "new/folder/x.py") is None
    assert "symbolic link" in (obstacle(tree, tree / "link.py") or "")
    assert "lies outside" in (obstacle(tree, tree / "linked/x.py") or "")
    assert "lies outside" in (obstacle(tree, tree / "linked/new.py") or "")
    assert "has 2 names" in (obstacle(tree, tree / "same.py") or "")
    assert "not a regular file" in (obstacle(tree, tree / "pipe.py") or "")
    assert "is not a folder" in (obstacle(tree, tree / "a.py/x.py") or "")


def test_read_only_file_and_folder_are_obstacles(plain: Plain) -> None:
    (plain.folder / "locked").mkdir()
    (plain.folder / "locked/x.py").write_bytes(b"x")
    (plain.folder / "a.py").write_bytes(b"x")
    (plain.folder / "a.py").chmod(0o444)
    (plain.folder / "locked").chmod(0o555)
    with plain.user():
        assert obstacle(plain.folder, plain.folder / "a.py") == "is read-only"
        assert "is read-only" in (obstacle(plain.folder, plain.folder / "locked/x.py") or "")
        with pytest.raises(CommitError, match=r"a\.py is read-only"):
            commit(plain.folder, [Write(plain.folder / "a.py", b"x", b"y")])
    assert (plain.folder / "a.py").read_bytes() == b"x"
    (plain.folder / "locked").chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write a file without a write bit")
def test_read_only_file_is_respected_by_root_too(tree: Path) -> None:
    (tree / "a.py").chmod(0o444)
    assert obstacle(tree, tree / "a.py") == "is read-only"


def test_long_names_have_room_for_the_temporary_one(tree: Path) -> None:
    file = tree / ("é" * 120 + ".py")
    commit(tree, [Write(file, None, b"x\n")])
    assert file.read_bytes() == b"x\n"
