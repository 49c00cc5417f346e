"""What git knows of a folder: its work tree, its files, and the ignore files that hold for it. Only ever reads."""

# Paths are POSIX strings here, as git gives them: there may be a hundred thousand.
# ruff: noqa: PTH111, PTH113, PTH117, PTH118

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jwtscan.files.ignore import Level, Rules

# A hook's environment points at the repository it runs in, whichever folder is asked about.
_OF_A_HOOK = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
        "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE",
        "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)  # fmt: skip
# A repository's own configuration may name programs and servers; reading a list of files needs none of them.
HARMLESS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")
PATIENCE = 60.0
"""Seconds that git may take to list the files of a work tree."""
_LARGEST = 16 << 20
_UNREADABLE = re.compile(r"^warning: could not open directory '(.*?)/?': (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listing:
    """What git lists below a folder, relative to it and POSIX.

    ``files`` are tracked as files; ``others`` are untracked or links. ``nested`` are folders that are repositories of
    their own, ``unreadable`` ones that could not be opened, with the reason.
    """

    files: set[str]
    others: set[str]
    nested: set[str]
    unreadable: dict[str, str] = field(default_factory=dict)


def program() -> str | None:
    """git's absolute path. Never from the current folder, which may belong to whoever wrote the scanned files."""
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in os.get_exec_path():
        for name in names:
            file = os.path.join(folder, name)
            if os.path.isabs(folder) and os.path.isfile(file) and os.access(file, os.X_OK):
                return file
    return None


def environment() -> dict[str, str]:
    """The environment in which to run git on whatever folder it is run in."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    offline = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
    return kept | offline | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def top_of(folder: str) -> str | None:
    """The top of the work tree that the absolute POSIX path ``folder`` lies in, None where there is none."""
    while not is_top(folder):
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return folder


def is_top(folder: str) -> bool:
    """Whether ``folder`` is the top of a work tree: a repository, a linked work tree or a submodule."""
    dot_git = f"{folder}/.git"
    return os.path.isfile(dot_git) or os.path.isfile(f"{dot_git}/HEAD")


def listing(folder: str, top: str, *, without: Sequence[str] = ()) -> Listing | None:
    """Tracked files, and untracked ones that are not ignored, below ``folder``; None where git cannot tell.

    ``without`` are names of folders whose untracked files are left out.
    """
    git = program()
    if git is None:
        return None
    import subprocess

    command = [git, *HARMLESS, "ls-files", "-z"]
    excluded = [f"--exclude={name}/" for name in without]
    # A repository's configuration may say that its work tree is elsewhere: then git would list that.
    environ = environment() | {"GIT_WORK_TREE": top or "/"}
    # Side by side: one waits for the index, the other for the disk.
    running = [
        subprocess.Popen(  # noqa: S603
            [*command, *call],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for call in (["--cached", "--stage"], ["--others", "--exclude-standard", *excluded])
    ]
    try:
        (cached, _), (others, complaints) = [process.communicate(timeout=PATIENCE) for process in running]
    except subprocess.TimeoutExpired:
        # A pipe in place of a file of git's own: it waits for ever.
        for process in running:
            process.kill()
            process.communicate()
        return None
    if any(process.returncode for process in running):
        return None
    result = _read(os.fsdecode(cached), os.fsdecode(others))
    if "." in result.nested:
        # The folder is a submodule that was never fetched: to the repository around it, it is a thing of its own.
        return None
    prefix = f"{folder}/"[len(top) + 1 :]
    for path, reason in _UNREADABLE.findall(os.fsdecode(complaints)):
        result.unreadable[path.removeprefix(prefix)] = reason
    return result


def _read(cached: str, others: str) -> Listing:
    result = Listing(set(), set(), set())
    for line in cached.split("\0"):
        about, _, path = line.partition("\t")
        if about.startswith("160000"):
            result.nested.add(path.rstrip("/"))
        elif path:
            (result.others if about.startswith("120000") else result.files).add(path)
    for path in others.split("\0"):
        if path.endswith("/"):
            result.nested.add(path.rstrip("/"))
        elif path:
            result.others.add(path)
    return result


def rules_around(folder: str, top: str) -> Level | None:
    """The ignore rules that hold in ``folder`` from outside of it: git's own, and of the folders down from ``top``."""
    own = _own_rules(top)
    return [own, *(level for _, level in _levels(folder, top, own))][-1]


def is_ignored(folder: str, top: str) -> bool:
    """Whether ``folder``, or one around it below ``top``, is ignored by the rules that hold there."""
    levels = _levels(folder, top, _own_rules(top))
    return any(level is not None and level.ignores(os.fsencode(inner), True) for inner, level in levels)


def _levels(folder: str, top: str, level: Level | None) -> Iterator[tuple[str, Level | None]]:
    """Each folder from below ``top`` down to ``folder``, and the rules that hold for it from outside."""
    inner = top
    for name in folder[len(top) :].split("/"):
        if name:
            level = load(f"{inner}/.gitignore", inner, level)
            inner = f"{inner}/{name}"
            yield inner, level


def load(file: str, folder: str, outer: Level | None, *, linked: bool = False) -> Level | None:
    """The level of the ignore file ``file``, which speaks for ``folder``; ``outer`` where there is none to be read.

    As in git, a file inside of the tree may not be a link (``linked``): that could lead anywhere.
    """
    text = _content(file, linked=linked)
    return outer if text is None else Level(os.fsencode(folder), Rules.parse(text), outer)


def _content(file: str, *, linked: bool = True) -> bytes | None:
    """What a small file of git's holds, None where there is none: a pipe or a device may stand in its place."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(file, flags if linked else flags | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(_LARGEST)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _text(file: str) -> str:
    return (_content(file) or b"").decode("utf-8", "surrogateescape")


def _own_rules(top: str) -> Level | None:
    """What holds in a whole work tree: the user's ignore file, and the repository's own on top of it."""
    level = load(_global_ignores(top), top, None, linked=True)
    return load(f"{_git_folder(top)}/info/exclude", top, level, linked=True)


def _git_folder(top: str) -> str:
    """Where the repository of a work tree keeps what all of its work trees share."""
    folder = f"{top}/.git"
    if os.path.isfile(folder):
        pointer = _first_line(folder).removeprefix("gitdir:").strip()
        folder = os.path.join(top, pointer)
        shared = _first_line(f"{folder}/commondir")
        folder = os.path.join(folder, shared) if shared else folder
    return folder


def _first_line(file: str) -> str:
    return _text(file).partition("\n")[0].strip()


_SECTION = re.compile(r"\s*\[([^\]]*)\]\s*(.*)")
_EXCLUDES = re.compile(r"\s*excludesfile\s*=\s*(.*)", re.IGNORECASE)


def _global_ignores(top: str) -> str:
    home = os.path.expanduser("~")
    settings = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    result = f"{settings}/git/ignore"
    for file in ("/etc/gitconfig", f"{settings}/git/config", f"{home}/.gitconfig", f"{_git_folder(top)}/config"):
        for value in _configured(file):
            result = os.path.join(top, os.path.expanduser(value))
    return result


def _configured(file: str) -> Iterator[str]:
    """Each value of core.excludesFile in one of git's configuration files."""
    inside = False
    for line in _text(file).splitlines():
        rest = line
        if header := _SECTION.match(line):
            inside, rest = header[1].strip().lower() == "core", header[2]
        if inside and (match := _EXCLUDES.match(rest)):
            yield _unquoted(match[1])


def _unquoted(value: str) -> str:
    if value.startswith('"') and (end := value.find('"', 1)) > 0:
        return value[1:end].replace("\\\\", "\\")
    return re.split(r"\s*[#;]", value, maxsplit=1)[0].strip()
