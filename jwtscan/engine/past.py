"""What an earlier state of the tree had already: scanned from what git keeps, once something is found today."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from jwtscan.engine.known import Known
from jwtscan.engine.options import Options, Rules
from jwtscan.engine.scan import Scan
from jwtscan.engine.source import Kept
from jwtscan.files.git import Git, GitError, Snapshot
from jwtscan.files.git.blobs import ABSENT
from jwtscan.files.git.history import renames
from jwtscan.files.places import named_from
from jwtscan.files.walk import place_of

if TYPE_CHECKING:
    from jwtscan.rule import Rule

Lacking = Callable[[int], None]
"""Told how many files of the earlier state cannot be had."""


def known_at(
    name: str,
    git: Git,
    tree: str,
    options: Options,
    rules: Sequence[Rule] | Rules,
    *,
    lacking: Lacking,
) -> Known:
    """The findings that the same scan gives for ``tree``, a commit or tree of ``git``, called ``name``.

    A file that was renamed since has its new path. Asking for them raises GitError where git cannot read the tree.
    """

    @cache
    def fingerprints() -> frozenset[str]:
        now = options.source.snapshot if isinstance(options.source, Kept) else None
        then = Snapshot.of_tree(git, tree, like=now)
        moved = renames(git, tree)
        paths = (*options.paths, *_from_elsewhere(options, git, moved))
        scan = Scan(replace(options, paths=paths, source=Kept(then, options.source), known=()), rules)
        scan.named = _renamed(named_from(options.cwd), moved)
        result = scan.run()
        for path, reason in scan.unreadable.items():
            raise GitError(f"{path} in {name}: {reason}")
        if absent := sum(skipped.reason == ABSENT for skipped in result.skipped):
            lacking(absent)
        return frozenset(finding.fingerprint for finding in result.findings)

    return Known(name, fingerprints)


def _from_elsewhere(options: Options, git: Git, renames: Mapping[str, str]) -> Iterator[str]:
    """The old paths of files that only came to lie below the scanned ones."""
    roots = [f"{place_of(path, options.cwd).file.rstrip('/')}/" for path in options.paths]
    cwd = os.path.realpath(options.cwd)
    for old, new in renames.items():
        before, after = (any(f"{git.top}/{path}/".startswith(root) for root in roots) for path in (old, new))
        if after and not before:
            yield os.path.relpath(f"{git.top}/{old}", cwd)


def _renamed(named: Callable[[str], str], renames: Mapping[str, str]) -> Callable[[str], str]:
    def now(path: str) -> str:
        place = named(path)
        return renames.get(place, place)

    return now
