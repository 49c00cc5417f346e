"""The files of one tree or index: chosen as those on disk are, looked at and read from what git keeps."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jwtscan.files.document import Document, UnreadableError, decode
from jwtscan.files.gate import Look, look
from jwtscan.files.git.blobs import Blobs
from jwtscan.files.git.command import Git, GitError
from jwtscan.files.git.listing import FILE, REPOSITORY, Items, missing, of_index, of_tree
from jwtscan.files.ignore import Level, Rules
from jwtscan.files.kinds import kind_of
from jwtscan.files.repository import Listing, is_top
from jwtscan.files.selection import ENVIRONMENT, Folder, Selection
from jwtscan.files.sweep import Advance, Seen, lowered_text
from jwtscan.files.walk import Entry, Place, Search, place_of
from jwtscan.finding import Skipped

HEAD = 256
KEPT = 64 << 20
"""How many bytes of what the gate lets through are kept, so that they need not be read again."""

_SMALL = 1 << 20


class Snapshot:
    """The files that a commit, a tree or the index has. Nothing of them is taken from the work tree.

    ``like`` is another state of the same tree, swept with the same options: equal files are not looked at again.
    """

    def __init__(self, git: Git, items: Items, homes: Mapping[str, Blobs], like: Snapshot | None = None) -> None:
        self.git = git
        self.items = items
        self.like = like
        self.folders = _folders(items)
        self._homes = homes
        self._looks: dict[tuple[str, str], Look | None] = {}
        self._kept: dict[str, bytes] = {}
        self._room = KEPT

    @classmethod
    def of_index(cls, git: Git, committed: str) -> Snapshot:
        """The index's files; ``committed`` is the tree that was committed last."""
        return cls(git, of_index(git, committed), {"": Blobs(git, missing(git, None))})

    @classmethod
    def of_tree(cls, git: Git, tree: str, like: Snapshot | None = None) -> Snapshot:
        """The files of a commit or tree, with those of the submodules that are there."""
        items, homes = Items(), dict[str, Blobs]()
        waiting = [("", git, tree)]
        while waiting:
            prefix, home, tree = waiting.pop()
            homes[prefix] = Blobs(home, missing(home, tree))
            for path, item in of_tree(home, tree).found.items():
                items.found[prefix + path] = item
                if item.mode == REPOSITORY and (inner := _submodule(f"{home.top}/{path}", item.oid)) is not None:
                    waiting.append((f"{prefix}{path}/", inner, item.oid))
        for prefix in filter(None, homes):
            del items.found[prefix[:-1]]
        return cls(git, items, homes, like)

    def path_of(self, file: str) -> str | None:
        """The path from the top of an absolute one; None outside of the work tree."""
        if file == self.git.top:
            return ""
        top = self.git.top.rstrip("/")
        return file[len(top) + 1 :] if file.startswith(f"{top}/") else None

    def has(self, file: str) -> bool:
        """Whether there is a file or a folder at the absolute path ``file``."""
        path = self.path_of(file)
        return path is not None and (path in self.items.found or path in self.items.odd or path in self.folders)

    def is_folder(self, file: str) -> bool:
        return self.path_of(file) in self.folders

    def walk(
        self,
        roots: Sequence[str | Path],
        *,
        cwd: Path,
        exclude: Sequence[str] = (),
        include: Sequence[str] = (),
        homes: tuple[str, str] = ("", ""),
        force_exclude: bool = False,
    ) -> Iterator[Entry | Skipped]:
        """As ``files.walk.walk``. A root that is not there has no files."""
        places = [place_of(str(root), cwd) for root in roots]
        selection = _Choice(self, exclude, include, place_of(".", cwd).file, homes)
        search = _Search(self, selection)
        for place in places:
            if not (force_exclude and selection.forbids(*place)):
                search.root(place)
        search.follow_links([place.file for place in places])
        yield from sorted(search.found.values(), key=lambda found: found.path)

    def look_at(self, entries: Sequence[Entry], strong: Sequence[bytes], max_size: int, advance: Advance) -> Seen:
        """Looks at the files; those that the gate lets through are kept for ``read``, as far as there is room."""
        seen, new = Seen(len(entries)), []
        known = self.like._looks if self.like is not None else {}
        for entry in entries:
            key = (entry.path, self._oid(entry))
            if key not in known:
                new.append(entry)
            elif (found := known[key]) is not None:
                seen.looks[entry.path] = found
        advance(len(entries) - len(new))
        by_home: dict[str, list[Entry]] = {}
        for entry in new:
            by_home.setdefault(self._home(self._path(entry)), []).append(entry)
        for home, files in by_home.items():
            contents = self._homes[home].each([self._oid(entry) for entry in files], max_size)
            for entry, content in zip(files, contents, strict=True):
                try:
                    self._look(entry, content, strong, seen)
                except UnreadableError as error:
                    seen.unread.append((entry.path, str(error), error.fault))
                advance(1)
        return seen

    def _look(self, entry: Entry, content: bytes | UnreadableError, strong: Sequence[bytes], seen: Seen) -> None:
        if isinstance(content, UnreadableError):
            raise content
        found = look(lowered_text(entry, content), strong, entry.path)
        self._looks[entry.path, self._oid(entry)] = found
        if found is not None:
            seen.looks[entry.path] = found
            if len(content) <= self._room:
                self._room -= len(content)
                self._kept[self._oid(entry)] = content

    def read(self, entry: Entry, max_size: int) -> Document:
        """The document of one file. Raises UnreadableError."""
        return decode(entry.path, self.content(self._path(entry), max_size), entry.kind, file=Path(entry.file))

    def bytes_of(self, file: str) -> bytes | None:
        """What the file at an absolute path holds, whatever its size; None where there is no such file."""
        path = self.path_of(file) or ""
        is_file = path in self.items.found and self.items.found[path].mode == FILE
        return self.content(path, sys.maxsize) if is_file else None

    def content(self, path: str, max_size: int) -> bytes:
        """What the file or link at a path from the top holds. Raises UnreadableError."""
        oid = self.items.found[path].oid
        kept = self._kept.get(oid)
        if kept is None and self.like is not None:
            kept = self.like._kept.get(oid)
        return self._homes[self._home(path)].read(oid, max_size) if kept is None else kept

    def _home(self, path: str) -> str:
        """The innermost repository that has a path."""
        if len(self._homes) == 1:
            return ""
        return next((prefix for outer in _above(path) if (prefix := f"{outer}/") in self._homes), "")

    def _path(self, entry: Entry) -> str:
        return self.path_of(entry.file) or ""

    def _oid(self, entry: Entry) -> str:
        return self.items.found[self._path(entry)].oid


def _submodule(folder: str, commit: str) -> Git | None:
    """The submodule that is checked out at ``folder``, if it has that commit."""
    if not is_top(folder):
        return None
    try:
        git = Git.of(folder)
    except GitError:
        return None
    return git if git.has(commit) else None


def _folders(items: Items) -> frozenset[str]:
    found = {""}
    for path in (*items.found, *items.odd):
        while (path := path.rpartition("/")[0]) not in found:
            found.add(path)
    return frozenset(found)


class _Choice(Selection):
    """A selection that takes its ``.ignore`` files, and what tells virtual environments, from a snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        exclude: Sequence[str],
        include: Sequence[str],
        cwd: str,
        homes: tuple[str, str],
    ) -> None:
        super().__init__(exclude, include, cwd, homes)
        self.snapshot = snapshot

    def level(self, file: str, outer: Level | None) -> Level | None:
        path = self.snapshot.path_of(f"{file.rstrip('/')}/.ignore") or ""
        item = self.snapshot.items.found.get(path)
        if item is None or item.mode != FILE:
            return outer
        try:
            text = self.snapshot.content(path, _SMALL)
        except UnreadableError:
            return outer
        return Level(file.encode("utf-8", "surrogateescape"), Rules.parse(text), outer)

    def is_environment(self, file: str) -> bool:
        return self.snapshot.path_of(f"{file.rstrip('/')}/{ENVIRONMENT}") in self.snapshot.items.found


class _Search(Search):
    """A walk over a snapshot."""

    def __init__(self, snapshot: Snapshot, selection: Selection) -> None:
        super().__init__(selection, gitignore=False)
        self.snapshot = snapshot

    def root(self, place: Place) -> None:
        path, items = self.snapshot.path_of(place.file), self.snapshot.items
        if path is None:
            return
        if path in items.found or path in items.odd:
            self.file(place, self.mode(place.file), kind_of(place.name, place.file), named=True)
        elif path in self.snapshot.folders:
            prefix = f"{path}/" if path else ""
            inside = Listing(set(), set(), set())
            for name, item in items.found.items():
                if name.startswith(prefix):
                    (inside.files if item.mode == FILE else inside.others).add(name[len(prefix) :])
            inside.others.update(name[len(prefix) :] for name in items.odd if name.startswith(prefix))
            self.take(place, Folder(self.selection.level(place.file, None)), inside)
        elif any(items.found[outer].mode == REPOSITORY for outer in _above(path) if outer in items.found):
            self.skip(place, "lies in a submodule: go there to scan what is staged in it")

    def file(self, place: Place, mode: int, kind: str | None, *, named: bool = False) -> None:
        reason = self.snapshot.items.odd.get(self.snapshot.path_of(place.file) or "")
        if reason is not None:
            if kind is not None or named:
                self.skip(place, reason)
        elif mode == REPOSITORY:
            self.skip(place, "a submodule: go there to scan what is staged in it")
        else:
            super().file(place, mode, kind, named=named)

    def mode(self, file: str) -> int:
        item = self.snapshot.items.found.get(self.snapshot.path_of(file) or "")
        return FILE if item is None else item.mode

    def head(self, file: str) -> bytes:
        try:
            return self.snapshot.content(self.snapshot.path_of(file) or "", _SMALL)[:HEAD]
        except UnreadableError:
            return b""

    def target(self, link: str) -> tuple[str, bool | None]:
        try:
            content = self.snapshot.content(self.snapshot.path_of(link) or "", _SMALL)
        except UnreadableError:
            return link, None
        leads = content.decode("utf-8", "surrogateescape")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(link), leads))
        if self.snapshot.path_of(target) is None:
            # It leads out of the tree; whether anything is there is nothing that the tree says.
            return target, False
        return target, self.snapshot.is_folder(target) if self.snapshot.has(target) else None


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
