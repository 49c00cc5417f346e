"""Finds the files to scan, with git's knowledge where there is some. Opens nothing but ignore files and shebangs."""

# Paths are POSIX strings here, as git gives them: there may be a hundred thousand.
# ruff: noqa: PTH100, PTH110, PTH112, PTH114, PTH116, PTH117, PTH118

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jwtscan.files.ignore import Level
from jwtscan.files.kinds import kind_of
from jwtscan.files.repository import Listing, is_ignored, is_top, listing, load, rules_around, top_of
from jwtscan.files.selection import Folder, Selection
from jwtscan.finding import Skipped


class MissingPathError(Exception):
    """A path to scan that is not there."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: no such file or directory")
        self.path = path


class Entry(NamedTuple):
    """A file to read. ``path`` is for showing: POSIX, relative to the working directory where it was named so."""

    path: str
    file: str
    kind: str


Met = Callable[[Entry], None]


def walk(
    roots: Sequence[str | Path],
    *,
    cwd: Path,
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    homes: tuple[str, str] = ("", ""),
    force_exclude: bool = False,
    gitignore: bool = True,
    met: Met | None = None,
) -> Iterator[Entry | Skipped]:
    """The files below ``roots`` of a kind that jwtscan reads, each once and sorted, and what was passed over and why.

    A root is taken whatever its name, unless ``force_exclude``. ``exclude`` and ``include`` are patterns as in a
    .gitignore, relative to ``cwd`` or to the folder that ``homes`` has for each; ``include`` brings back what a default
    leaves out. In a git work tree the files are those that git lists. ``met`` is told of each file when it is found,
    long before it is yielded.
    Raises MissingPathError before anything is yielded.
    """
    places = [_existing(os.fspath(root), cwd) for root in roots]
    selection = Selection(exclude, include, _posix(os.path.realpath(cwd)), homes)
    search = Search(selection, gitignore=gitignore, met=met)
    for place in places:
        if not (force_exclude and search.selection.forbids(*place)):
            search.root(place)
    search.follow_links([place.file for place in places])
    yield from sorted(search.found.values(), key=lambda found: found.path)


class Place(NamedTuple):
    """A folder or file on disk (``file``, absolute, links resolved) and the path under which it is shown."""

    path: str
    file: str

    @property
    def name(self) -> str:
        return (self.path or self.file).rpartition("/")[2]

    def inside(self, name: str) -> Place:
        path = f"{self.path.rstrip('/')}/{name}" if self.path else name
        return Place(path, f"{self.file.rstrip('/')}/{name}")


def _existing(root: str, cwd: Path) -> Place:
    if "\0" in root or not os.path.exists(os.path.join(cwd, root)):
        raise MissingPathError(root)
    return place_of(root, cwd)


def place_of(root: str, cwd: Path) -> Place:
    """The place of a path as it was given, whether there is anything or not."""
    absolute = os.path.abspath(os.path.join(cwd, root))
    real = os.path.realpath(absolute)
    for file, folder in ((absolute, os.path.abspath(cwd)), (real, os.path.realpath(cwd))):
        if file == folder:
            return Place("", _posix(real))
        if file.startswith(folder.rstrip(os.sep) + os.sep):
            return Place(_posix(os.path.relpath(file, folder)), _posix(real))
    return Place(_posix(absolute if os.path.isabs(root) else os.path.relpath(absolute, cwd)), _posix(real))


def _posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")


class Search:
    """One walk: what it has found so far, by real path."""

    def __init__(self, selection: Selection, *, gitignore: bool, met: Met | None = None) -> None:
        self.selection = selection
        self.met = met
        self.gitignore = gitignore
        self.found: dict[str, Entry | Skipped] = {}
        self.links: list[tuple[Place, str | None]] = []

    def root(self, place: Place) -> None:
        if not os.path.isdir(place.file):
            self.file(place, os.stat(place.file).st_mode, kind_of(place.name, place.file), named=True)
            return
        trees = {place.file: (place, Folder(self.selection.level(place.file, None)))}
        waiting = list(trees.values())
        while waiting:
            for nested, folder in self._tree(*waiting.pop()):
                if nested.file not in trees:
                    trees[nested.file] = (nested, folder)
                    waiting.append((nested, folder))

    def follow_links(self, roots: Sequence[str]) -> None:
        """Judges the links that were met: their targets are found by themselves, or stay out."""
        for link, kind in self.links:
            target, folder = self.target(link.file)
            if folder is None:
                reason = "broken symbolic link" if kind else None
            elif not any(target == root or target.startswith(f"{root}/") for root in roots):
                reason = "symbolic link out of the tree" if kind or folder else None
            else:
                known = folder or kind_of(target.rpartition("/")[2], target)
                reason = "symbolic link to another kind of file" if kind and not known else None
            if reason:
                self.skip(link, reason)

    def _tree(self, place: Place, folder: Folder) -> list[tuple[Place, Folder]]:
        """Takes one work tree, or a folder that is in none, and gives the repositories inside."""
        top = top_of(place.file) if self.gitignore else None
        # Where somebody named a folder that is ignored, what hides it from outside does not count.
        if top is None or is_ignored(place.file, top):
            return self._scan(place, folder, None)
        without = self.selection.unlisted - set(place.file[len(top) :].split("/"))
        listed = listing(place.file, top, without=sorted(without))
        if listed is None:
            return self._scan(place, folder, rules_around(place.file, top))
        return self.take(place, folder, listed)

    def take(self, place: Place, folder: Folder, listed: Listing) -> list[tuple[Place, Folder]]:
        folders: dict[str, Folder | None] = {"": folder}
        for paths, maybe_link in ((listed.files, False), (listed.others, True)):
            for path in paths:
                outer, _, name = path.rpartition("/")
                inside = folders[outer] if outer in folders else self._enter(place, outer, folders)
                if inside is not None:
                    kind = kind_of(name, f"{place.file}/{path}")
                    if kind is not None or maybe_link or "." not in name:
                        self._listed(place.inside(path), inside, kind)
        for path, reason in listed.unreadable.items():
            if self._enter(place, path, folders) is not None:
                self.skip(place.inside(path), reason.lower())
        nested = ((place.inside(path), self._enter(place, path, folders)) for path in sorted(listed.nested))
        return [(inner, inside) for inner, inside in nested if inside is not None and _is_folder(inner.file)]

    def _enter(self, place: Place, path: str, folders: dict[str, Folder | None]) -> Folder | None:
        """What holds in a folder that git speaks of; decides on all folders above it on the way."""
        at = 0
        outer = folders[""]
        while at >= 0 and outer is not None:
            at = path.find("/", at + 1)
            part = path if at < 0 else path[:at]
            if part not in folders:
                inner = place.inside(part)
                folders[part] = self.selection.enter(outer, *inner)
            outer = folders[part]
        folders[path] = outer
        return outer

    def _listed(self, place: Place, folder: Folder, kind: str | None) -> None:
        if self.selection.takes(folder, *place):
            try:
                mode = self.mode(place.file)
            except OSError:
                # Tracked, and deleted since: there is nothing to scan.
                return
            self.file(place, mode, kind)

    def _scan(self, place: Place, folder: Folder, level: Level | None) -> list[tuple[Place, Folder]]:
        nested: list[tuple[Place, Folder]] = []
        folders = [(place, folder, level)]
        while folders:
            place, folder, level = folders.pop()
            try:
                with os.scandir(place.file) as stream:
                    entries = list(stream)
            except OSError as error:
                self.skip(place, (error.strerror or str(error)).lower())
                continue
            if self.gitignore:
                level = load(f"{place.file}/.gitignore", place.file, level)
            for entry in entries:
                inner = place.inside(entry.name)
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name == ".git" or (level and level.ignores(os.fsencode(inner.file), is_folder)):
                    continue
                if not is_folder:
                    self._scanned(inner, folder, entry)
                elif (inside := self.selection.enter(folder, *inner)) is not None:
                    if self.gitignore and is_top(inner.file):
                        nested.append((inner, inside))
                    else:
                        folders.append((inner, inside, level))
        return nested

    def _scanned(self, place: Place, folder: Folder, entry: os.DirEntry[str]) -> None:
        kind = kind_of(entry.name, place.file)
        if kind is None and "." in entry.name and not entry.is_symlink():
            return
        if self.selection.takes(folder, *place):
            try:
                # The listing knows what most are; asking the disk for each would take as long as all the rest.
                plain = entry.is_file(follow_symlinks=False)
                mode = stat.S_IFREG if plain else entry.stat(follow_symlinks=False).st_mode
            except OSError:
                # Gone between the listing and now.
                return
            self.file(place, mode, kind)

    def file(self, place: Place, mode: int, kind: str | None, *, named: bool = False) -> None:
        if place.file in self.found:
            return
        if stat.S_ISLNK(mode):
            self.links.append((place, kind))
        elif not stat.S_ISREG(mode):
            if kind or named:
                self.skip(place, f"{_special(mode)}, not a file")
        else:
            if kind is None and ("." not in place.name or named):
                kind = kind_of(place.name, place.file, self.head(place.file))
            if kind is not None:
                entry = Entry(self.selection.shown(*place), place.file, kind)
                self.found[place.file] = entry
                if self.met is not None:
                    self.met(entry)
            elif named:
                self.skip(place, "not a kind of file that jwtscan reads")

    def target(self, link: str) -> tuple[str, bool | None]:
        """Where a link leads, and whether that is a folder; None where nothing is there."""
        target = _posix(os.path.realpath(link))
        return target, os.path.isdir(target) if os.path.exists(target) else None

    def mode(self, file: str) -> int:
        """What stands at an absolute path. Raises OSError where there is nothing."""
        return os.lstat(file).st_mode

    def head(self, file: str) -> bytes:
        """The first bytes of a file, for its shebang."""
        try:
            descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        except OSError:
            return b""
        try:
            return os.read(descriptor, 256)
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    def skip(self, place: Place, reason: str) -> None:
        self.found.setdefault(place.file, Skipped(self.selection.shown(*place) or ".", reason))


def _special(mode: int) -> str:
    names = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISDIR, "a folder"))
    return next((name for test, name in names if test(mode)), "a device")


def _is_folder(file: str) -> bool:
    return os.path.isdir(file) and not os.path.islink(file)
