"""``--since`` and ``--staged``: which state of the tree is looked at, and which one has what is not new."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jwtscan.cli.ending import Failure, note
from jwtscan.engine import Options
from jwtscan.files import MissingPathError
from jwtscan.nearest import nearest

if TYPE_CHECKING:
    from jwtscan.files.git import Git
    from jwtscan.files.git.history import UnknownRevisionError
    from jwtscan.rule import Rule

_UNSHALLOW = "this clone is shallow: fetch its history first (git fetch --unshallow; fetch-depth: 0 in CI)"


def narrowed(
    options: Options, rules: list[Rule] | Callable[[], list[Rule]], given: dict[str, Any], *, wide: bool = False
) -> Options | None:
    """``options`` for new findings only, and for the index with ``--staged``; None where nothing can be new.

    ``wide`` says that more than the paths may be scanned: the whole working directory.
    """
    with _plainly():
        from jwtscan.engine.past import known_at
        from jwtscan.engine.source import Kept
        from jwtscan.files.git import Git, Snapshot

        git = Git.of(_folder(options))
        _check_inside(options, git)
        name, tree = _earlier(git, given["since"])
        if given["staged"]:
            from jwtscan.files.git.history import empty_tree, head_of, is_staged

            missing = [path for path in options.paths if not os.path.lexists(options.cwd / path)]
            if not missing and not is_staged(git, tree):
                return None
            index = Snapshot.of_index(git, head_of(git) or empty_tree(git))
            for path in missing:
                if not index.has(_place(options, path)):
                    raise Failure(str(MissingPathError(path)))
            options = replace(options, source=Kept(index))
        same = replace(options, paths=(*options.paths, ".")) if wide else options
        for state, commit in _earlier_ones(git, name, tree):
            known = known_at(state, git, commit, same, rules, lacking=partial(_say_lacking, state))
            known = replace(known, fingerprints=_said(known.fingerprints))
            options = replace(options, known=(*options.known, known))
    return options


def differs_from_index(options: Options, file: Path) -> str | None:
    """Why ``file`` cannot be written when it is the index that was fixed, None where the work tree has the same."""
    from jwtscan.engine.source import Kept
    from jwtscan.files.disk import content_of

    if not isinstance(options.source, Kept):
        return None
    staged, there = options.source.snapshot.bytes_of(file.as_posix()), content_of(file)
    if staged == there:
        return None
    if staged is None:
        return "is in the work tree and not staged: stage it, or run fix without --staged"
    if there is None:
        return "is staged and no longer in the work tree"
    if staged.replace(b"\r\n", b"\n") == there.replace(b"\r\n", b"\n"):
        return "has other line ends in the work tree than in the index: run fix without --staged"
    return "has unstaged changes: stage or stash them, or run fix without --staged"


def _folder(options: Options) -> str:
    """The folder whose repository is meant: the working directory, or where all paths lie elsewhere, that of them."""
    from jwtscan.files.repository import top_of

    here = Path(os.path.realpath(options.cwd)).as_posix()
    top = top_of(here)
    places = [_place(options, path) for path in options.paths]
    if top is not None and any(f"{place}/".startswith(f"{top}/") for place in places):
        return here
    folder = Path(places[0])
    while not folder.is_dir():
        folder = folder.parent
    return folder.as_posix()


def _place(options: Options, path: str) -> str:
    from jwtscan.files.walk import place_of

    if "\0" in path:
        raise Failure(str(MissingPathError(path)))
    return place_of(path, options.cwd).file


def _check_inside(options: Options, git: Git) -> None:
    for path in options.paths:
        if not f"{_place(options, path)}/".startswith(f"{git.top.rstrip('/')}/"):
            raise Failure(f"{path} lies outside of the git work tree {git.top}: scan it by itself")


def _earlier(git: Git, since: str | None) -> tuple[str, str]:
    """The state that has what is not new: what it is called, and its commit or tree."""
    from jwtscan.files.git.history import commit_of, empty_tree, head_of, is_shallow, merge_base

    head = head_of(git)
    if since is None:
        return "HEAD", head or empty_tree(git)
    if not since:
        raise Failure("--since: the revision's name is empty")
    if head is None and since.startswith("HEAD"):
        raise Failure(f"--since: {since}: there is no commit yet")
    commit = commit_of(git, since)
    base = merge_base(git, commit, head) if head is not None else None
    if base is None:
        why = f"; {_UNSHALLOW}" if is_shallow(git) else ""
        note(f"{since} and HEAD have no history in common: compared with {since} itself{why}")
    return since, base or commit


def _earlier_ones(git: Git, name: str, tree: str) -> Iterator[tuple[str, str]]:
    """While something is merged, what it has is not new either."""
    from jwtscan.files.git.history import merged

    yield name, tree
    if (other := merged(git)) is not None:
        yield "MERGE_HEAD", other


@contextmanager
def _plainly() -> Iterator[None]:
    from jwtscan.files.git import GitError
    from jwtscan.files.git.history import UnknownRevisionError

    try:
        yield
    except UnknownRevisionError as error:
        raise Failure(f"--since: {error}{_meant(error)}") from error
    except GitError as error:
        raise Failure(str(error)) from error


def _said(fingerprints: Callable[[], Collection[str]]) -> Callable[[], Collection[str]]:
    def asked() -> Collection[str]:
        with _plainly():
            return fingerprints()

    return asked


def _meant(error: UnknownRevisionError) -> str:
    """What was probably meant by the name of a revision."""
    fuller = next((name for name in error.names if name.endswith(f"/{error.name}")), None)
    meant = f"; did you mean '{fuller}'?" if fuller else nearest(error.name, error.names)
    if error.shallow:
        return f"{meant}; {_UNSHALLOW}"
    return meant or "; name a branch, a tag or a commit that was fetched"


def _say_lacking(name: str, count: int) -> None:
    files = "1 file" if count == 1 else f"{count:,} files"
    note(f"this partial clone lacks {files} as of {name}: what is found there counts as new")
