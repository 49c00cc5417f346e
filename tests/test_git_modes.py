"""``--since`` and ``--staged`` on real repositories: what is new, whatever git has been made to look like."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jwtscan.cli import run

NAMES = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
MINT = """\
import os

import jwt
import requests


def {name}():
    token = jwt.encode({{"iss": os.environ["ZOOM_API_KEY"], "exp": 1}}, os.environ["ZOOM_API_SECRET"])
    return requests.get("https://api.zoom.us/v2/{name}", headers={{"Authorization": f"Bearer {{token}}"}})
"""
USERS, ROOMS = MINT.format(name="users"), MINT.format(name="rooms")


class Repository:
    """A repository, and jwtscan run in it as a user would."""

    def __init__(self, folder: Path, *options: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        if not (folder / ".git").exists():
            folder.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: bytes | None = None, environ: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **(environ or {})},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, **files: str) -> None:
        for name, text in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())

    def commit(self, **files: str) -> str:
        self.write(**files)
        self.git("add", "-A")
        self.git("commit", "-qm", "a change", "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def stage(self, **files: str) -> None:
        self.write(**files)
        self.git("add", *files)

    def say(self, *arguments: str, at: str = ".") -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command line, run in the folder ``at``."""
        self.monkeypatch.chdir(self.folder / at)
        code = run(arguments)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def report(self, *arguments: str, at: str = ".") -> dict[str, Any]:
        code, out, err = self.say("scan", "--format", "json", *arguments, at=at)
        assert code in (0, 1), err
        report: dict[str, Any] = json.loads(out)
        return report

    def found(self, *arguments: str, at: str = ".") -> list[str]:
        """The files with findings of a scan."""
        return sorted(one["path"] for one in self.report(*arguments, at=at)["findings"])

    def skipped(self, *arguments: str) -> dict[str, str]:
        return {one["path"]: one["reason"] for one in self.report(*arguments)["skipped"]}


Make = Callable[..., Repository]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Make:
    """Makes repositories in folders of their own, with no configuration but theirs."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for name in NAMES:
        monkeypatch.setenv(f"GIT_{name}", "tester")

    def made(name: str = "tree", *options: str) -> Repository:
        return Repository(tmp_path / name, *options, monkeypatch=monkeypatch, capsys=capsys)

    return made


@pytest.fixture
def repository(make: Make) -> Repository:
    """One with a known finding in its only commit."""
    repository = make()
    repository.commit(**{"old.py": USERS, "clean.py": "x = 1\n"})
    return repository


# -- what is new -------------------------------------------------------------------------------------------------------


def test_since_reports_only_what_is_new_and_counts_the_rest(repository: Repository) -> None:
    repository.write(**{"new.py": ROOMS})
    report = repository.report("--since", "main")
    assert [one["path"] for one in report["findings"]] == ["new.py"]
    assert report["summary"]["known"] == 1
    code, _, err = repository.say("scan", "--since", "main", "--format", "concise")
    assert code == 1
    assert "1 finding in 1 file, 1 known (in main)" in err


def test_since_without_anything_new_is_clean(repository: Repository) -> None:
    code, out, err = repository.say("scan", "--since", "HEAD", "--format", "concise")
    assert (code, out) == (0, "")
    assert "no findings, 1 known (in HEAD)" in err


def test_since_goes_by_where_the_branches_parted(repository: Repository) -> None:
    repository.git("checkout", "-qb", "feature")
    repository.commit(**{"new.py": ROOMS})
    repository.git("checkout", "-q", "main")
    (repository.folder / "old.py").unlink()
    repository.commit()
    repository.git("checkout", "-q", "feature")
    assert repository.found("--since", "main") == ["new.py"]


def test_a_second_equal_use_in_a_known_file_is_new(repository: Repository) -> None:
    again = USERS.partition("\n\n\n")[2].replace("users():", "more():")
    repository.write(**{"old.py": f"{USERS}\n\n{again}"})
    assert repository.found("--since", "main") == ["old.py"]


def test_known_use_that_moved_within_its_file_is_not_new(repository: Repository) -> None:
    repository.write(**{"old.py": f"# a comment\n\n\n\n{USERS}"})
    assert repository.found("--since", "main") == []


def test_use_whose_comment_went_is_new(repository: Repository) -> None:
    repository.commit(**{"old.py": USERS.replace("    token", "    # jwtscan: ignore[jwt-mint] later\n    token")})
    repository.write(**{"old.py": USERS})
    assert repository.found("--since", "HEAD") == ["old.py"]


def test_without_history_in_common_the_revision_itself_counts(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit(**{"new.py": ROOMS})
    code, out, err = repository.say("scan", "--since", "main", "--format", "concise")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["new.py"]
    assert "jwtscan: main and HEAD have no history in common: compared with main itself\n" in err


def test_since_in_a_repository_without_a_commit_of_its_own(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.write(**{"new.py": ROOMS})
    assert repository.found("--since", "main") == ["new.py"]


def test_what_is_being_merged_is_not_new(repository: Repository) -> None:
    repository.git("checkout", "-qb", "feature")
    repository.commit(**{"clean.py": "x = 2\n"})
    repository.git("checkout", "-q", "main")
    repository.commit(**{"theirs.py": ROOMS, "clean.py": "x = 3\n"})
    repository.git("checkout", "-q", "feature")
    with pytest.raises(AssertionError):
        repository.git("merge", "main")
    repository.stage(**{"clean.py": "x = 4\n"})
    repository.stage(**{"mine.py": MINT.format(name="groups")})
    for mode in (("--staged",), ("--since", "HEAD"), ("--staged", "--since", "main")):
        assert repository.found(*mode) == ["mine.py"]


@pytest.mark.parametrize("name", ["v1", ":/first", "HEAD~1", "main@{1}"])
def test_since_takes_whatever_names_a_commit(make: Make, name: str) -> None:
    repository = make()
    repository.write(**{"old.py": USERS})
    repository.git("add", "-A")
    repository.git("commit", "-qm", "first")
    repository.git("tag", "-a", "v1", "-m", "annotated")
    repository.commit(**{"new.py": ROOMS})
    assert repository.found("--since", name) == ["new.py"]


def test_detached_head(repository: Repository) -> None:
    repository.commit(**{"new.py": ROOMS})
    repository.git("checkout", "-q", "--detach")
    assert repository.found("--since", "HEAD~1") == ["new.py"]
    repository.stage(**{"newer.py": ROOMS})
    assert repository.found("--staged") == ["newer.py"]


# -- the index ---------------------------------------------------------------------------------------------------------


def test_staged_sees_the_index_and_not_the_work_tree(repository: Repository) -> None:
    repository.stage(**{"staged.py": ROOMS, "later.py": "x = 1\n"})
    repository.write(**{"staged.py": "x = 1\n", "later.py": ROOMS, "untracked.py": ROOMS})
    assert repository.found("--staged") == ["staged.py"]
    (repository.folder / "staged.py").unlink()
    assert repository.found("--staged") == ["staged.py"]
    assert repository.found("--staged", "staged.py") == ["staged.py"]


def test_evidence_is_taken_from_the_index_too(repository: Repository) -> None:
    """Nothing but the other file says what the signature is for."""
    repository.commit(**{"old.py": "x = 1\n"})
    join = 'import { ZoomMtg } from "@zoom/meetingsdk";\nZoomMtg.join({ apiKey: KEY, signature, meetingNumber });\n'
    repository.stage(**{"join.js": join})
    repository.write(**{"join.js": "// nothing\n"})
    assert set(repository.found("--staged")) == {"join.js"}
    assert repository.found() == []


def test_in_a_repository_without_a_commit_everything_staged_is_new(make: Make) -> None:
    repository = make()
    repository.stage(**{"new.py": ROOMS})
    assert repository.found("--staged") == ["new.py"]


def test_nothing_staged_ends_at_once(repository: Repository) -> None:
    repository.write(**{"old.py": ROOMS, "untracked.py": ROOMS})
    code, out, err = repository.say("scan", "--staged", "--format", "concise")
    assert (code, out, err) == (0, "", "jwtscan: nothing new is staged\n")
    code, out, err = repository.say("fix", "--staged", "--diff")
    assert (code, out) == (0, "")


def test_staged_since_compares_the_index_with_a_branch(repository: Repository) -> None:
    repository.git("checkout", "-qb", "feature")
    repository.commit(**{"committed.py": ROOMS})
    repository.stage(**{"staged.py": ROOMS})
    repository.write(**{"untracked.py": ROOMS})
    assert repository.found("--staged", "--since", "main") == ["committed.py", "staged.py"]
    assert repository.found("--staged") == ["staged.py"]


def test_identities_are_the_same_in_every_mode(repository: Repository) -> None:
    repository.stage(**{"sub/new.py": ROOMS})
    reports = [
        repository.report("sub"),
        repository.report("--staged"),
        repository.report("--since", "main"),
        repository.report("--since", "main", at="sub"),
        repository.report("--staged", at="sub"),
    ]
    assert len({one["fingerprint"] for report in reports for one in report["findings"]}) == 1
    assert all(len(report["findings"]) == 1 for report in reports)


def test_what_is_passed_over_is_said(repository: Repository, make: Make) -> None:
    other = make("other")
    other.commit(**{"inner.py": ROOMS})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "module")
    for name, leads in (("out.py", "/etc/passwd"), ("gone.py", "nowhere.py"), ("same.py", "old.py")):
        (repository.folder / name).symlink_to(leads)
    repository.git("add", "-A")
    repository.write(**{"intended.py": ROOMS, "new.py": ROOMS, "empty.py": ""})
    repository.git("add", "new.py", "empty.py")
    repository.git("add", "--intent-to-add", "intended.py")
    assert repository.found("--staged") == ["new.py"]
    assert repository.skipped("--staged") == {
        "gone.py": "broken symbolic link",
        "intended.py": "only intended to be added",
        "module": "a submodule: go there to scan what is staged in it",
        "out.py": "symbolic link out of the tree",
    }
    assert repository.skipped("--staged", "module/inner.py") == {
        "module/inner.py": "lies in a submodule: go there to scan what is staged in it"
    }


def test_conflict_is_passed_over(repository: Repository) -> None:
    repository.git("checkout", "-qb", "feature")
    repository.commit(**{"old.py": ROOMS})
    repository.git("checkout", "-q", "main")
    repository.commit(**{"old.py": "x = 1\n"})
    with pytest.raises(AssertionError):
        repository.git("merge", "-q", "feature")
    repository.stage(**{"new.py": ROOMS})
    assert repository.found("--staged") == ["new.py"]
    assert repository.skipped("--staged") == {"old.py": "not merged yet"}


# -- renames -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["", "# one more line\n"])
def test_renamed_file_has_nothing_new(repository: Repository, change: str) -> None:
    repository.git("mv", "old.py", "renamed.py")
    repository.stage(**{"renamed.py": USERS + change})
    assert repository.found("--staged") == []
    assert repository.found("--since", "main") == []
    repository.commit()
    assert repository.found("--since", "HEAD~1") == []


def test_renamed_folder_has_nothing_new_but_what_is(repository: Repository) -> None:
    repository.commit(**{"one/a.py": USERS, "one/b.py": ROOMS})
    repository.git("mv", "one", "two")
    repository.stage(**{"two/c.py": ROOMS.replace("rooms", "groups")})
    assert repository.found("--staged") == ["two/c.py"]
    assert repository.found("--staged", at="two") == ["c.py"]
    assert repository.found("--staged", "two/a.py") == []
    assert repository.found("--since", "main", "two/a.py", "two/c.py") == ["two/c.py"]


def test_copy_is_new(repository: Repository) -> None:
    repository.stage(**{"copy.py": USERS})
    assert repository.found("--staged") == ["copy.py"]


# -- which file, which line end ----------------------------------------------------------------------------------------


def test_line_ends_make_nothing_new(repository: Repository) -> None:
    """With core.autocrlf the work tree has CRLF where the blob has LF."""
    use = 'token = jwt.encode(\n        {"iss": os.environ["ZOOM_API_KEY"], "exp": 1},\n        '
    repository.commit(
        **{"old.py": USERS.replace('token = jwt.encode({"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, ', use)}
    )
    repository.git("config", "core.autocrlf", "true")
    (repository.folder / "old.py").unlink()
    repository.git("checkout", "-q", "old.py")
    assert b"\r\n" in (repository.folder / "old.py").read_bytes()
    assert repository.found() == ["old.py"]
    assert repository.found("--since", "main") == []
    repository.stage(**{"new.py": ROOMS})
    assert repository.found("--staged") == ["new.py"]


def test_selection_holds_alike(repository: Repository) -> None:
    script = f"#!/usr/bin/env python3\n{ROOMS}"
    repository.stage(
        **{
            "a.py": ROOMS,
            "node_modules/x.py": ROOMS,
            "mine/pyvenv.cfg": "home = /usr\n",
            "mine/x.py": ROOMS,
            "quiet/.ignore": "x.py\n",
            "quiet/x.py": ROOMS,
            "bin/script": script,
            "bin/notes": ROOMS,
            "large.py": ROOMS + "#" * 3000,
        }
    )
    for name in ("quiet/.ignore", "mine/pyvenv.cfg"):
        (repository.folder / name).unlink()
    repository.write(**{".ignore": "a.py\n", "bin/pyvenv.cfg": "not staged\n"})
    both = ("--staged", "--since", "main")
    for mode in (("--staged",), both):
        assert repository.found(*mode) == ["a.py", "bin/script", "large.py"]
        assert repository.found(*mode, "--max-file-size", "2KB") == ["a.py", "bin/script"]
        assert repository.found(*mode, "--exclude", "bin/") == ["a.py", "large.py"]
        assert repository.found(*mode, "--include", "node_modules/") == [
            "a.py",
            "bin/script",
            "large.py",
            "node_modules/x.py",
        ]
        assert repository.found(*mode, "node_modules/x.py") == ["node_modules/x.py"]
        assert repository.found(*mode, "--force-exclude", "node_modules/x.py", "a.py") == ["a.py"]
        assert repository.found(*mode, "bin") == ["bin/script"]
    assert "too large" in repository.skipped("--staged", "--max-file-size", "2KB")["large.py"]


def test_odd_names(make: Make, tmp_path: Path) -> None:
    repository = make()
    names = [b"new\nline.py", b"tab\t.py", b"invalid\xff.py", "héllo wörld.py".encode(), b'quote".py']
    folder = os.fsencode(repository.folder)
    for name in names:
        with open(folder + b"/" + name, "wb") as stream:
            stream.write(USERS.encode())
    repository.git("add", "-A")
    assert len(repository.found("--staged")) == len(names)
    repository.commit()
    assert repository.found("--since", "HEAD") == []
    repository.git("mv", "new\nline.py", "no longer.py")
    assert repository.found("--staged") == []


def test_repository_with_sha256(make: Make) -> None:
    repository = make("tree", "--object-format=sha256")
    repository.stage(**{"empty.py": "", "old.py": USERS})
    assert repository.found("--staged") == ["old.py"]
    repository.commit()
    repository.stage(**{"new.py": ROOMS})
    assert repository.found("--staged") == ["new.py"]
    assert repository.found("--since", "main") == ["new.py"]


# -- where it is run ---------------------------------------------------------------------------------------------------


def test_in_a_subfolder_paths_are_relative_to_it(repository: Repository) -> None:
    repository.stage(**{"sub/new.py": ROOMS, "top.py": ROOMS})
    for mode in (("--staged",), ("--since", "main")):
        assert repository.found(*mode, at="sub") == ["new.py"]
        assert repository.found(*mode, "..", at="sub") == ["../top.py", "new.py"]
        assert repository.found(*mode, "../old.py", at="sub") == []


def test_from_outside_of_the_repository(repository: Repository, tmp_path: Path) -> None:
    repository.stage(**{"new.py": ROOMS})
    for mode in (("--staged",), ("--since", "main")):
        assert repository.found(*mode, "tree", at="..") == ["tree/new.py"]


def test_in_a_linked_work_tree(repository: Repository, make: Make, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    linked = make("linked")
    linked.stage(**{"new.py": ROOMS})
    assert linked.found("--staged") == ["new.py"]
    assert linked.found("--since", "main") == ["new.py"]
    assert repository.say("scan", "--staged")[2] == "jwtscan: nothing new is staged\n"


@pytest.fixture
def nested(repository: Repository, make: Make) -> tuple[Repository, Repository]:
    """A repository, and a submodule of it with a known finding."""
    other = make("other")
    other.commit(**{"inner.py": USERS})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "module")
    repository.commit()
    return repository, make("tree/module")


def test_in_a_submodule(nested: tuple[Repository, Repository]) -> None:
    module = nested[1]
    module.stage(**{"new.py": ROOMS})
    assert module.found("--staged") == ["new.py"]
    assert module.found("--since", "HEAD") == ["new.py"]


def test_what_a_submodule_had_already_is_known(nested: tuple[Repository, Repository]) -> None:
    repository, module = nested
    module.commit(**{"new.py": ROOMS})
    assert repository.found() == ["module/inner.py", "module/new.py", "old.py"]
    assert repository.found("--since", "main") == ["module/new.py"]


# -- hooks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_relative", [True, False])
def test_index_of_a_hook_is_the_one_that_counts(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, *, is_relative: bool
) -> None:
    """``git commit -a`` and ``git commit FILE`` make an index of their own."""
    other = repository.folder / ".git" / "next-index-1.lock"
    other.write_bytes((repository.folder / ".git" / "index").read_bytes())
    repository.write(**{"new.py": ROOMS})
    repository.git("add", "new.py", environ={"GIT_INDEX_FILE": str(other)})
    assert repository.say("scan", "--staged")[0] == 0
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock" if is_relative else str(other))
    monkeypatch.setenv("GIT_PREFIX", "")
    assert repository.found("--staged") == ["new.py"]
    monkeypatch.setenv("GIT_DIR", ".git" if is_relative else str(repository.folder / ".git"))
    assert repository.found("--staged") == ["new.py"]


def test_environment_of_another_repository_is_ignored(
    repository: Repository, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make("other")
    other.commit(**{"a.py": "x = 1\n"})
    repository.stage(**{"new.py": ROOMS})
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.folder / ".git" / "objects"))
    found = repository.report("--staged")["findings"]
    assert [one["path"] for one in found] == ["new.py"]
    assert [one["path"] for one in repository.report("--since", "main")["findings"]] == ["new.py"]


def test_objects_in_quarantine_are_seen(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    objects = repository.folder / ".git" / "objects"
    aside = tmp_path / "aside"
    aside.mkdir()
    quarantine = {"GIT_OBJECT_DIRECTORY": str(aside), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
    repository.write(**{"new.py": ROOMS})
    repository.git("add", "new.py", environ=quarantine)
    for name, value in quarantine.items():
        monkeypatch.setenv(name, value)
    assert [one["path"] for one in repository.report("--staged")["findings"]] == ["new.py"]


def test_repository_beside_its_work_tree(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some keep their settings: no .git in the work tree, all said by the environment."""
    repository = make()
    repository.commit(**{"old.py": USERS})
    (repository.folder / ".git").rename(tmp_path / "beside.git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "beside.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository.folder))
    repository.stage(**{"new.py": ROOMS})
    assert repository.found("--staged") == ["new.py"]
    assert repository.found("--since", "HEAD") == ["new.py"]


def test_real_hooks_see_what_is_committed(repository: Repository) -> None:
    hook = repository.folder / ".git" / "hooks" / "pre-commit"
    root = Path(__file__).parent.parent
    hook.write_text(f"#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m jwtscan scan --staged --format concise .\n")
    hook.chmod(0o755)
    repository.stage(**{"tracked.py": "x = 1\n", "other.py": "x = 1\n"})
    repository.git("commit", "-qm", "clean")
    repository.write(**{"tracked.py": ROOMS, "other.py": ROOMS})

    def refused(*arguments: str) -> str:
        with pytest.raises(AssertionError) as error:
            repository.git("commit", "-qm", "more", *arguments)
        return str(error.value)

    assert "tracked.py:8:13" in refused("-a")
    assert "other.py:8:13" in refused("-a")
    assert "tracked.py:8:13" not in refused("other.py")
    repository.git("commit", "--allow-empty", "-qm", "nothing")


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mian", "no such revision: mian; did you mean 'main'?"),
        ("v1.0", "no such revision: v1.0; did you mean 'v1.0.0'?"),
        ("trunk", "no such revision: trunk; did you mean 'origin/trunk'?"),
        ("nothing-like-it", "no such revision: nothing-like-it; name a branch, a tag or a commit that was fetched\n"),
        ("--output=x", "no such revision: --output=x"),
        ("main:old.py", "no such revision: main:old.py"),
        ("", "the revision's name is empty"),
    ],
)
def test_unknown_revision(repository: Repository, name: str, message: str) -> None:
    repository.git("tag", "v1.0.0")
    repository.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    for command in ("scan", "fix"):
        code, out, err = repository.say(command, f"--since={name}")
        assert (code, out) == (2, "")
        assert err.startswith(f"jwtscan: error: --since: {message}")
        assert err.count("\n") == 1
    assert not (repository.folder / "x").exists()


def test_since_head_before_the_first_commit(make: Make) -> None:
    code, _, err = make().say("scan", "--since", "HEAD")
    assert (code, err) == (2, "jwtscan: error: --since: HEAD: there is no commit yet\n")


def shallow(repository: Repository, make: Make, tmp_path: Path) -> Repository:
    repository.git(
        "clone", "-q", "--depth=1", "--no-single-branch", repository.folder.as_uri(), str(tmp_path / "clone")
    )
    return make("clone")


def test_shallow_clone_is_told_to_fetch_its_history(repository: Repository, make: Make, tmp_path: Path) -> None:
    repository.git("branch", "other")
    lost = repository.commit()
    repository.commit(**{"new.py": ROOMS})
    clone = shallow(repository, make, tmp_path)
    code, _, err = clone.say("scan", "--since", lost)
    assert code == 2
    assert "this clone is shallow: fetch its history first (git fetch --unshallow; fetch-depth: 0 in CI)" in err
    code, out, err = clone.say("scan", "--since", "origin/other", "--format", "concise")
    assert code == 1
    assert out.startswith("new.py:")
    assert "compared with origin/other itself; this clone is shallow" in err


@pytest.mark.parametrize("mode", [("--staged",), ("--since", "main")])
def test_outside_of_git(tmp_path: Path, make: Make, mode: tuple[str, ...]) -> None:
    repository = make()
    repository.commit(**{"old.py": USERS})
    (tmp_path / "plain").mkdir()
    code, _, err = repository.say("scan", *mode, at="../plain")
    assert (code, err) == (2, f"jwtscan: error: {tmp_path}/plain is not in a git work tree\n")
    code, _, err = repository.say("scan", *mode, ".", "../plain")
    assert code == 2
    assert "../plain lies outside of the git work tree" in err


@pytest.mark.parametrize("mode", [("--staged",), ("--since", "main")])
def test_bare_repository(make: Make, mode: tuple[str, ...]) -> None:
    code, _, err = make("bare.git", "--bare").say("scan", *mode)
    assert code == 2
    assert "is not in a git work tree" in err


def test_without_git(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = repository.say("scan", "--staged")
    assert (code, err) == (2, "jwtscan: error: git is needed for this, and there is none in PATH\n")


def test_repository_of_somebody_else(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    code, _, err = repository.say("scan", "--staged")
    assert code == 2
    assert "dubious ownership" in err
    assert "git config --global --add safe.directory" in err
    assert err.count("\n") == 1


def test_broken_repository_is_one_line(repository: Repository) -> None:
    (repository.folder / ".git" / "index").write_bytes(b"rubbish")
    code, _, err = repository.say("scan", "--staged")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("jwtscan: error: git: ")


def test_content_that_git_has_lost_is_an_error(repository: Repository) -> None:
    repository.stage(**{"new.py": ROOMS})
    name = repository.git("rev-parse", ":new.py")
    file = repository.folder / ".git" / "objects" / name[:2] / name[2:]
    file.chmod(0o644)
    file.write_bytes(b"rubbish")
    code, _, err = repository.say("scan", "--staged", "--format", "concise")
    assert code == 2, err


def test_path_that_is_nowhere(repository: Repository) -> None:
    code, _, err = repository.say("scan", "--staged", "nowhere.py")
    assert (code, err) == (2, "jwtscan: error: nowhere.py: no such file or directory\n")
    repository.stage(**{"new.py": ROOMS})
    code, _, err = repository.say("scan", "--staged", "nowhere.py")
    assert (code, err) == (2, "jwtscan: error: nowhere.py: no such file or directory\n")
    repository.write(**{"untracked.py": ROOMS})
    assert repository.found("--staged", "untracked.py") == []


@pytest.mark.parametrize("command", ["scan", "fix"])
@pytest.mark.parametrize("mode", [("--staged",), ("--since", "main")])
def test_text_on_stdin_has_no_history(repository: Repository, command: str, mode: tuple[str, ...]) -> None:
    code, _, err = repository.say(command, *mode, "--stdin-filename", "a.py", "-")
    assert code == 2
    assert "'-' (stdin) goes neither with --since nor with --staged" in err


# -- harmless ----------------------------------------------------------------------------------------------------------


def state(folder: Path) -> Iterator[tuple[str, str, int]]:
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        yield str(path), hashlib.sha256(content).hexdigest(), path.lstat().st_mtime_ns


@pytest.mark.parametrize(
    "mode",
    [
        ("scan", "--since", "main"),
        ("scan", "--staged"),
        ("scan", "--staged", "--since", "main"),
        ("fix", "--diff", "--since", "main"),
        ("fix", "--diff", "--staged"),
    ],
)
def test_nothing_is_written(
    repository: Repository, mode: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage(**{"new.py": ROOMS})
    repository.write(**{"new.py": f"{ROOMS}\n", "untracked.py": ROOMS})
    # What a status or diff would bring up to date.
    os.utime(repository.folder / "old.py")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    before = list(state(tmp_path))
    assert repository.say(*mode)[0] == 1
    assert list(state(tmp_path)) == before


def test_nothing_that_the_repository_names_is_run(repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    trap.chmod(0o755)
    repository.write(**{".gitattributes": "*.py filter=trap diff=trap merge=trap\n"})
    repository.stage(**{"new.py": ROOMS})
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
        "core.alternateRefsCommand", "diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean",
        "filter.trap.smudge", "filter.trap.process", "pager.diff-index", "uploadpack.packObjectsHook",
        "credential.helper", "gpg.program", "remote.origin.uploadpack",
    ):  # fmt: skip
        repository.git("config", key, str(trap))
    for name in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        (repository.folder / ".git" / "hooks" / name).symlink_to(trap)
    repository.write(**{"old.py": f"{USERS}\n"})
    assert repository.found("--staged") == ["new.py"]
    assert repository.found("--since", "main") == ["new.py"]
    repository.say("fix", "--diff", "--staged")
    assert not (tmp_path / "ran").exists()


def test_work_tree_stays_where_it_is(repository: Repository, tmp_path: Path) -> None:
    """Whatever the repository's own configuration says of it."""
    (tmp_path / "elsewhere").mkdir()
    repository.stage(**{"new.py": ROOMS})
    repository.git("config", "core.worktree", str(tmp_path / "elsewhere"))
    assert repository.found("--staged") == ["new.py"]
    assert repository.found("--staged", "new.py") == ["new.py"]
    assert repository.found("--since", "main") == ["new.py"]


def test_partial_clone_fetches_nothing(repository: Repository, make: Make, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    first = repository.commit(**{"gone.py": ROOMS})
    (repository.folder / "gone.py").unlink()
    repository.commit(**{"old.py": f"# new\n{USERS}"})
    repository.git("clone", "-q", "--filter=blob:none", repository.folder.as_uri(), str(tmp_path / "clone"))
    clone = make("clone")
    clone.stage(**{"new.py": MINT.format(name="groups")})
    before = list(state(clone.folder / ".git"))
    code, out, err = clone.say("scan", "--since", first, "--format", "concise")
    assert code == 1
    # What was not fetched cannot be compared: it is said, and not taken for known.
    assert sorted(line.split(":")[0] for line in out.splitlines()) == ["new.py", "old.py"]
    assert f"jwtscan: this partial clone lacks 2 files as of {first}: what is found there counts as new\n" in err
    assert clone.found("--staged") == ["new.py"]
    assert list(state(clone.folder / ".git")) == before


# -- fixing ------------------------------------------------------------------------------------------------------------


def test_clone_without_folders_says_what_is_missing(repository: Repository, make: Make, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    first = repository.commit(**{"sub/gone.py": ROOMS})
    repository.commit(**{"sub/gone.py": "x = 1\n"})
    repository.git("clone", "-q", "--filter=tree:0", repository.folder.as_uri(), str(tmp_path / "clone"))
    clone = make("clone")
    clone.write(**{"new.py": MINT.format(name="groups")})
    code, _, err = clone.say("scan", "--since", first, "--format", "concise")
    assert (code, err.count("\n")) == (2, 1)
    assert "this partial clone lacks folders" in err


def text(repository: Repository, name: str) -> str:
    return (repository.folder / name).read_text(encoding="utf-8")


def test_fix_since_leaves_known_findings_alone(repository: Repository) -> None:
    repository.write(**{"new.py": ROOMS})
    code, _, err = repository.say("fix", "--since", "main")
    assert code == 0
    assert "1 fixed" in err
    assert "1 known (in main)" in err
    assert "access_token()" in text(repository, "new.py")
    assert text(repository, "old.py") == USERS


def test_fix_since_fixes_the_new_one_of_two_in_a_file(repository: Repository) -> None:
    """What the known one needs stays: imports, names, settings."""
    env = "ZOOM_API_KEY=FAKEkeyFAKEkeyFAKEkey0\nZOOM_API_SECRET=FAKEsecretFAKEsecretFAKEsecretFAKE00\n"
    repository.commit(**{".env": env})
    repository.write(**{"old.py": f"{USERS}\n\n{ROOMS.partition(chr(10) * 3)[2]}"})
    assert repository.found("--since", "main") == ["old.py"]
    assert repository.say("fix", "--since", "main")[0] == 0
    after = text(repository, "old.py")
    assert USERS.partition("\n\n\n")[2] in after
    assert "import jwt\n" in after
    assert after.count("access_token()") == 1
    assert text(repository, ".env") == env
    assert repository.found("--since", "main") == []


def test_fix_since_of_one_file_knows_what_the_others_say(repository: Repository) -> None:
    repository.write(**{"new.py": ROOMS})
    assert repository.say("fix", "--since", "main", "old.py")[0] == 0
    assert text(repository, "old.py") == USERS
    assert repository.say("fix", "--since", "main", "new.py")[0] == 0
    assert "access_token()" in text(repository, "new.py")


@pytest.mark.parametrize("at", [".", "sub"])
def test_patch_of_what_is_staged_applies_to_the_index(repository: Repository, at: str) -> None:
    repository.stage(**{"sub/new.py": ROOMS})
    repository.write(**{"sub/new.py": "nothing like it\n"})
    code, patch, _ = repository.say("fix", "--staged", "--diff", at=at)
    assert code == 1
    repository.git("apply", "--cached", "-", stdin=patch.encode())
    assert "access_token()" in repository.git("show", ":sub/new.py")
    assert text(repository, "sub/new.py") == "nothing like it\n"
    assert text(repository, "old.py") == USERS
    assert repository.found("--staged") == []


def test_patch_of_a_staged_file_that_is_gone_from_disk(repository: Repository) -> None:
    repository.stage(**{"new.py": ROOMS})
    (repository.folder / "new.py").unlink()
    code, patch, _ = repository.say("fix", "--staged", "--diff", "new.py")
    assert code == 1
    assert "access_token()" in patch
    code, _, err = repository.say("fix", "--staged", "--diff", "nowhere.py")
    assert (code, err) == (2, "jwtscan: error: nowhere.py: no such file or directory\n")


def test_fix_staged_writes_files_without_other_changes(repository: Repository) -> None:
    repository.stage(**{"new.py": ROOMS})
    code, _, err = repository.say("fix", "--staged")
    assert code == 0
    assert "the index is as it was: 'git add' the files that were fixed" in err
    assert "new to git, and needed by what was changed: 'git add' zoom_oauth.py" in err
    assert "access_token()" in text(repository, "new.py")
    assert repository.git("show", ":new.py") == ROOMS.removesuffix("\n")
    assert repository.git("diff", "--cached", "--name-only") == "new.py"
    assert repository.say("rollback")[0] == 0
    assert text(repository, "new.py") == ROOMS


def left_because(repository: Repository) -> str:
    code, out, err = repository.say("fix", "--staged", "--format", "json")
    assert code == 1, err
    return str(json.loads(out)["findings"][0]["fix"]["because"])


def test_fix_staged_does_not_touch_unstaged_changes(repository: Repository) -> None:
    repository.stage(**{"new.py": ROOMS})
    repository.write(**{"new.py": f"{ROOMS}# more\n"})
    reason = left_because(repository)
    assert reason == "new.py has unstaged changes: stage or stash them, or run fix without --staged"
    assert text(repository, "new.py") == f"{ROOMS}# more\n"
    (repository.folder / "new.py").unlink()
    assert left_because(repository) == "new.py is staged and no longer in the work tree"
    assert not (repository.folder / "new.py").exists()
    repository.write(**{"new.py": ROOMS.replace("\n", "\r\n")})
    assert "other line ends in the work tree" in left_because(repository)


def test_fix_staged_does_not_overwrite_what_is_not_staged(repository: Repository) -> None:
    repository.stage(**{"new.py": ROOMS})
    repository.write(**{"zoom_oauth.py": "mine = 1\n"})
    reason = left_because(repository)
    assert reason == "zoom_oauth.py is in the work tree and not staged: stage it, or run fix without --staged"
    assert text(repository, "zoom_oauth.py") == "mine = 1\n"
    assert text(repository, "new.py") == ROOMS
