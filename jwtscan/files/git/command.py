"""Runs git on one repository: the one a folder lies in, whatever a hook's environment speaks of."""

# Paths are POSIX strings here, as git gives them.
# ruff: noqa: PTH109, PTH118

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jwtscan.files.repository import HARMLESS, environment, program, top_of

# What a hook is given for the very repository that it runs in: the index of the commit, and objects in quarantine.
_INDEX = "GIT_INDEX_FILE"
_OBJECTS = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")

PATIENCE = 300.0


class GitError(Exception):
    """What keeps git from answering, in one line."""


@dataclass(frozen=True, slots=True)
class Git:
    """One repository with a work tree. ``top`` is the work tree's absolute POSIX path without links."""

    program: str
    top: str
    environ: Mapping[str, str]

    @classmethod
    def of(cls, folder: str) -> Git:
        """The repository whose work tree the absolute POSIX path ``folder`` (without links) lies in.

        Raises GitError where there is none, or no git.
        """
        git = program()
        if git is None:
            raise GitError("git is needed for this, and there is none in PATH")
        environ = environment()
        top = top_of(folder)
        if top is None:
            return _given(git, folder, environ)
        # The repository's own configuration may put it elsewhere, where nobody has asked to look.
        environ["GIT_WORK_TREE"] = top
        return cls(git, top, environ | _of_hook(git, top, environ))

    def ask(self, *arguments: str, allowed: Sequence[int] = (0,)) -> bytes:
        """What git prints. Raises GitError with git's own words where its exit code is none of ``allowed``."""
        return self.run(*arguments, allowed=allowed)[1]

    def run(self, *arguments: str, allowed: Sequence[int] = (0,)) -> tuple[int, bytes]:
        """git's exit code and what it prints, as ``ask``."""
        try:
            done = subprocess.run(  # noqa: S603
                self.command(*arguments),
                cwd=self.top,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitError(f"git {arguments[0]} has not answered for {PATIENCE:.0f} seconds") from None
        if done.returncode not in allowed:
            raise GitError(_said(done.stderr, arguments[0]))
        return done.returncode, done.stdout

    def has(self, name: str) -> bool:
        """Whether the object of that name is there."""
        return self.run("cat-file", "-e", name, allowed=(0, 1, 128))[0] == 0

    def command(self, *arguments: str) -> list[str]:
        return [self.program, *HARMLESS, "--no-pager", *arguments]


def _given(git: str, folder: str, environ: dict[str, str]) -> Git:
    """The repository of the environment, if ``folder`` lies in its work tree: its folder need not be called .git."""
    nowhere = GitError(f"{folder} is not in a git work tree")
    if "GIT_DIR" not in os.environ:
        raise nowhere
    here = Git(git, os.getcwd(), _inherited())
    try:
        top = _line(here.ask("rev-parse", "--show-toplevel"))
        own = _line(here.ask("rev-parse", "--absolute-git-dir"))
    except GitError:
        raise nowhere from None
    if not f"{folder}/".startswith(f"{top}/"):
        raise nowhere
    return Git(git, top, environ | {"GIT_DIR": own, "GIT_WORK_TREE": top} | _kept(top))


def _of_hook(git: str, top: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What of a hook's environment counts: nothing, if it speaks of another repository than that of ``top``."""
    if not any(name in os.environ for name in (_INDEX, *_OBJECTS)):
        return {}
    try:
        spoken_of = _line(Git(git, os.getcwd(), _inherited()).ask("rev-parse", "--absolute-git-dir"))
        own = _line(Git(git, top, environ).ask("rev-parse", "--absolute-git-dir"))
    except GitError:
        return {}
    return _kept(top) if os.path.realpath(spoken_of) == os.path.realpath(own) else {}


def _kept(top: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _OBJECTS if name in os.environ}
    if os.environ.get(_INDEX):
        # git takes it from the top of the work tree, wherever it is run.
        kept[_INDEX] = os.path.join(top, os.environ[_INDEX])
    return kept


def _inherited() -> dict[str, str]:
    return {**os.environ, **{name: value for name, value in environment().items() if name not in os.environ}}


def _line(output: bytes) -> str:
    return os.fsdecode(output.removesuffix(b"\n").removesuffix(b"\r"))


def _said(stderr: bytes, command: str) -> str:
    lines = os.fsdecode(stderr).strip().splitlines()
    about = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[0] if lines else "")
    reason = about.removeprefix("fatal: ").removeprefix("error: ") or f"git {command} failed without a word"
    if "dubious ownership" in reason:
        advice = next((line.strip() for line in lines if "safe.directory" in line), "")
        reason = f"{reason}; if you trust it: {advice}" if advice else reason
    return f"git: {reason}"
