"""Which commit is meant, where two lines of history parted, and which files were renamed since."""

from __future__ import annotations

import os

from jwtscan.files.git.command import Git, GitError


class UnknownRevisionError(GitError):
    """A name that no commit has. ``names`` are the branches and tags there are, ``shallow`` that history is cut off."""

    def __init__(self, name: str, names: list[str], *, shallow: bool) -> None:
        super().__init__(f"no such revision: {name}")
        self.name = name
        self.names = names
        self.shallow = shallow


def commit_of(git: Git, name: str) -> str:
    """The commit that ``name`` names. Raises UnknownRevisionError."""
    # A name that looks like an option cannot be a revision's.
    known = name and not name.startswith("-") and "\0" not in name
    found = _named(git, name) if known else None
    # A tag is not a commit yet, and a file or a folder never is.
    commit = _named(git, f"{found}^{{commit}}") if found else None
    if commit is None:
        raise UnknownRevisionError(name, _names(git), shallow=is_shallow(git))
    return commit


def head_of(git: Git) -> str | None:
    """The commit that is checked out; None in a repository without one."""
    return _named(git, "HEAD^{commit}")


def merged(git: Git) -> str | None:
    """The commit that is being merged into HEAD, None where nothing is."""
    return _named(git, "MERGE_HEAD^{commit}")


def empty_tree(git: Git) -> str:
    """The name of the tree without a file, which git knows without having it."""
    return git.ask("hash-object", "-t", "tree", "--stdin").strip().decode()


def merge_base(git: Git, one: str, other: str) -> str | None:
    """The commit where two lines of history parted; None where they have none in common, as far as is known."""
    found = git.ask("merge-base", one, other, allowed=(0, 1))
    return found.strip().decode() or None


def is_shallow(git: Git) -> bool:
    return git.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def is_staged(git: Git, tree: str) -> bool:
    """Whether the index holds anything but ``tree``."""
    code, _ = git.run(*_DIFF, "--quiet", tree, allowed=(0, 1))
    return code == 1


def renames(git: Git, tree: str) -> dict[str, str]:
    """The new paths of files of ``tree`` that the index has under another name, by the old ones, from the top."""
    rows = (*_DIFF, "-z", "--name-status", "--diff-filter=R")
    try:
        listed = git.ask(*rows, "--find-renames", tree)
    except GitError:
        # Where content is missing (a partial clone), equal files can still be told by their names.
        listed = git.ask(*rows, "--find-renames=100%", tree)
    fields = os.fsdecode(listed).split("\0")
    return dict(zip(fields[1::3], fields[2::3], strict=False))


def added(git: Git, tree: str, *, intended: bool) -> set[str]:
    """The paths that the index has and ``tree`` has not; ``intended`` with those that only are to be added later."""
    flag = "--ita-visible-in-index" if intended else "--ita-invisible-in-index"
    listed = git.ask(*_DIFF, "-z", "--name-only", "--no-renames", "--diff-filter=A", flag, tree)
    return set(os.fsdecode(listed).split("\0"))


# Compares the index, so that no file of the work tree is read, nor a filter run that the repository names.
_DIFF = ("diff-index", "--cached", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")


def _named(git: Git, name: str) -> str | None:
    """The object that a name names."""
    found = git.ask("rev-parse", "--verify", "--quiet", name, allowed=(0, 1, 128))
    return found.strip().decode() or None


def _names(git: Git) -> list[str]:
    listed = git.ask("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    return os.fsdecode(listed).split()
