"""The files of a tree or of the index, by path. Contents are read elsewhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from jwtscan.files.git.command import Git, GitError
from jwtscan.files.git.history import added

FILE, REPOSITORY = 0o100000, 0o160000
EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The name of a file without content."""


class Item(NamedTuple):
    """A file, link or submodule: which of them (a mode without permissions), and the object that has its content."""

    mode: int
    oid: str


@dataclass(frozen=True, slots=True)
class Items:
    """What stands in a tree or an index, by path from the top. ``odd`` are paths without content, with the reason."""

    found: dict[str, Item] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)


def of_tree(git: Git, tree: str) -> Items:
    """The files of a commit or tree."""
    items = Items()
    for line in _lines(git.ask("ls-tree", "-r", "-z", "--full-tree", tree)):
        about, _, path = line.partition("\t")
        mode, _, oid = about.split(" ")
        items.found[path] = Item(int(mode, 8) & ~0o777, oid)
    return items


def of_index(git: Git, tree: str) -> Items:
    """The files of the index; ``tree`` is what was committed last."""
    items = Items()
    for line in _lines(git.ask("ls-files", "-z", "--cached", "--stage")):
        about, _, path = line.partition("\t")
        mode, oid, stage = about.split(" ")
        if stage != "0":
            items.odd[path] = "not merged yet"
        else:
            items.found[path] = Item(int(mode, 8) & ~0o777, oid)
    if any(item.oid in EMPTY for item in items.found.values()):
        for path in added(git, tree, intended=True) - added(git, tree, intended=False):
            if path in items.found:
                del items.found[path]
                items.odd[path] = "only intended to be added"
    return items


def missing(git: Git, tree: str | None) -> frozenset[str]:
    """The objects of a tree, or of the index, that a partial clone has not fetched. They are not fetched now either."""
    promised = git.ask("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$", allowed=(0, 1))
    if not promised.strip():
        return frozenset()
    asked = [f"{tree}^{{tree}}"] if tree is not None else ["--indexed-objects"]
    try:
        listed = git.ask("rev-list", "--objects", "--no-object-names", "--missing=print", *asked)
    except GitError as error:
        raise GitError(f"{error}; this partial clone lacks folders: fetch them first") from error
    return frozenset(re.findall(r"^\?([0-9a-f]+)$", listed.decode("ascii", "replace"), re.MULTILINE))


def _lines(listed: bytes) -> list[str]:
    return [line for line in os.fsdecode(listed).split("\0") if line]
