"""The hooks that the project publishes, run by the real pre-commit in real repositories.

The commands are run from this checkout: setting up an environment for them would take a package registry.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import jwtscan
from jwtscan.files.kinds import EXTENSIONS, NAMES

ROOT = Path(jwtscan.__file__).parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
MINT = """\
import os

import jwt
import requests


def users():
    token = jwt.encode({"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, os.environ["ZOOM_API_SECRET"])
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"})
"""
ENV = "ZOOM_API_KEY=FAKEkeyFAKEkeyFAKEkey0\nZOOM_API_SECRET=FAKEsecretFAKEsecretFAKEsecretFAKE00\n"


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}


class Repository:
    """A git repository whose commits pass through hooks."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
        self.environ = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PRE_COMMIT_HOME": str(home),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{one}": "tester" for one in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")},
        }
        self.run("git", "init", "-q")

    def run(self, *command: str) -> tuple[int, str]:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        return done.returncode, done.stdout

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def install(self, name: str, **settings: Any) -> None:
        """Installs one published hook, with this checkout's command in place of the installed one."""
        hook = {**hooks()[name], "language": "system", **settings}
        hook["entry"] = hook["entry"].replace("jwtscan", f"{sys.executable} -m jwtscan", 1)
        local = {"repos": [{"repo": "local", "hooks": [hook]}]}
        self.write(**{".pre-commit-config.yaml": yaml.safe_dump(local)})
        code, said = self.run(sys.executable, "-m", "pre_commit", "install")
        assert code == 0, said

    def commit(self) -> tuple[int, str]:
        self.run("git", "add", "-A")
        return self.run("git", "commit", "-m", "a change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    pytest.importorskip("pre_commit")
    (tmp_path / "tree").mkdir()
    return Repository(tmp_path / "tree", tmp_path / "home")


def test_manifest_is_valid_and_has_the_three_hooks(repository: Repository) -> None:
    code, said = repository.run(sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST))
    assert code == 0, said
    assert {name: (hook.get("require_serial"), hook.get("pass_filenames")) for name, hook in hooks().items()} == {
        "jwtscan": (True, None),
        "jwtscan-fix": (True, None),
        "jwtscan-repo": (None, False),
    }


def test_every_kind_of_file_that_is_read_reaches_the_hook() -> None:
    files = re.compile(hooks()["jwtscan"]["files"])
    assert hooks()["jwtscan-fix"]["files"] == hooks()["jwtscan"]["files"]
    names = [
        *NAMES, *(f"a.{extension}" for extension in EXTENSIONS), "Dockerfile", "Dockerfile.dev", "Pipfile",
        ".env", ".env.local", ".envrc", "prod.env", ".env.example", "env", "a/b/.env", "a/join.cts",
        "config.js.example", "settings.json-dist", "requirements.txt", "requirements/base.in",
    ]  # fmt: skip
    assert [name for name in names if not files.search(name)] == []
    assert not any(files.search(name) for name in ("logo.png", "a.md", "environment", "LICENSE"))


def test_check_blocks_a_commit_and_sees_environment_files(repository: Repository) -> None:
    repository.install("jwtscan")
    repository.write(**{".env.local": ENV, "mint.cts": "export const x = 1\n", "users.py": MINT})
    code, said = repository.commit()
    assert code == 1
    assert "users.py:8:13: jwt-mint" in said
    assert ".env.local:1:1: config-credential" in said
    assert "FAKEsecret" not in said
    repository.write(**{".env.local": "A=1\n", "users.py": "x = 1\n"})
    code, said = repository.commit()
    assert code == 0, said


def test_check_leaves_out_what_the_configuration_excludes(repository: Repository) -> None:
    repository.install("jwtscan")
    repository.write(**{"users.py": MINT, "jwtscan.toml": 'exclude = ["users.py"]\n'})
    code, said = repository.commit()
    assert code == 0, said


def test_fix_blocks_a_commit_fixes_and_passes_the_second_time(repository: Repository) -> None:
    repository.install("jwtscan-fix")
    repository.write(**{".env": ENV, "users.py": MINT})
    code, said = repository.commit()
    assert code == 1
    assert "fixed" in said
    assert "jwtscan: new to git, and needed by what was changed: 'git add' zoom_oauth.py" in said
    assert "access_token()" in (repository.folder / "users.py").read_text(encoding="utf-8")
    assert "ZOOM_CLIENT_ID=" in (repository.folder / ".env").read_text(encoding="utf-8")
    code, said = repository.commit()
    assert code == 0, said
    assert "zoom_oauth.py" in repository.run("git", "ls-files")[1].split()
    assert not any(name.startswith(".jwtscan") for name in repository.run("git", "ls-files")[1].split())


@pytest.fixture
def watched(repository: Repository) -> Repository:
    """A repository with a known finding, whose commits pass through the hook for all of it."""
    repository.write(**{"old.py": MINT, "users.py": "x = 1\n"})
    assert repository.commit()[0] == 0
    repository.install("jwtscan-repo")
    code, said = repository.commit()
    assert code == 0, said
    return repository


def test_whole_repository_blocks_new_findings_only(watched: Repository) -> None:
    watched.write(**{"notes.md": "nothing\n"})
    assert watched.commit()[0] == 0
    watched.write(**{"users.py": MINT})
    code, said = watched.commit()
    assert code == 1
    assert said.count("users.py:8:13: jwt-mint") == 1
    assert "old.py" not in said


def test_whole_repository_with_commit_a_and_commit_file(watched: Repository) -> None:
    watched.write(**{"users.py": MINT, "old.py": f"{MINT}# more\n"})
    for arguments in (["-a"], ["users.py"]):
        code, said = watched.run("git", "commit", "-m", "a change", *arguments)
        assert code == 1
        assert "users.py:8:13: jwt-mint" in said
        assert "old.py" not in said
    code, said = watched.run("git", "commit", "-m", "a change", "old.py")
    assert code == 0, said


def test_whole_repository_with_unstaged_changes(watched: Repository) -> None:
    """pre-commit puts them aside while the hooks run."""
    watched.write(**{"users.py": "x = 2\n"})
    watched.run("git", "add", "users.py")
    watched.write(**{"users.py": MINT, "old.py": "x = 1\n"})
    code, said = watched.run("git", "commit", "-m", "a change")
    assert code == 0, said
    watched.run("git", "add", "users.py")
    watched.write(**{"users.py": "x = 3\n"})
    code, said = watched.run("git", "commit", "-m", "a change")
    assert code == 1
    assert "users.py:8:13: jwt-mint" in said
    assert (watched.folder / "users.py").read_text(encoding="utf-8") == "x = 3\n"
    assert (watched.folder / "old.py").read_text(encoding="utf-8") == "x = 1\n"


def test_whole_repository_before_a_push_and_in_ci(repository: Repository, tmp_path: Path) -> None:
    """As docs/pre-commit.md has it: what the branch brings in, by --since."""
    repository.write(**{"old.py": MINT})
    repository.install("jwtscan-repo", args=["--since", "origin/main"], stages=["pre-push"])
    repository.run("git", "init", "-q", "--bare", str(tmp_path / "remote.git"))
    repository.run("git", "remote", "add", "origin", str(tmp_path / "remote.git"))
    repository.run("git", "branch", "-m", "main")
    repository.commit()
    assert repository.run("git", "push", "--no-verify", "origin", "main")[0] == 0
    repository.run(sys.executable, "-m", "pre_commit", "install", "--hook-type", "pre-push")
    repository.write(**{"users.py": MINT})
    repository.commit()
    code, said = repository.run("git", "push", "origin", "main")
    assert code == 1
    assert "users.py:8:13: jwt-mint" in said
    assert "old.py" not in said
    code, said = repository.run(
        sys.executable, "-m", "pre_commit", "run", "--all-files", "--hook-stage", "pre-push", "jwtscan-repo"
    )
    assert code == 1
    assert "users.py:8:13: jwt-mint" in said
