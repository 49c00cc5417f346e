"""Walking: git is the oracle for what is ignored, with its program and without, and nothing leads out of the tree."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Plain
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jwtscan.files.ignore import Rules
from jwtscan.files.walk import Entry, MissingPathError, walk
from jwtscan.finding import Skipped

GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="git is the oracle here")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs links, pipes and names as bytes")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the configuration of whoever runs the tests out of them."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture(params=["git", "no git"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs a test with git's program, and without it."""
    if request.param == "no git":
        monkeypatch.setenv("PATH", "")
    elif GIT is None:
        pytest.skip("git is not installed")
    return str(request.param)


def git(folder: Path, *words: str) -> str:
    assert GIT is not None
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "protocol.file.allow=always")
    return os.fsdecode(subprocess.run([GIT, *settings, *words], cwd=folder, capture_output=True, check=True).stdout)


def repository(folder: Path) -> Path:
    """An empty repository made by hand, so that it is there without git too."""
    for name in ("objects", "refs", "info"):
        (folder / ".git" / name).mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
    return folder


def plant(folder: Path, *files: str | tuple[str, str]) -> Path:
    """Makes files: names of empty ones, or names with text."""
    for item in files:
        name, text = (item, "") if isinstance(item, str) else item
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def paths(cwd: Path, *roots: str, **options: Any) -> list[str]:
    return [found.path for found in walk(roots or (".",), cwd=cwd, **options) if isinstance(found, Entry)]


def skipped(cwd: Path, *roots: str, **options: Any) -> dict[str, str]:
    found = walk(roots or (".",), cwd=cwd, **options)
    return {one.path: one.reason for one in found if isinstance(one, Skipped)}


# -- what is found ---------------------------------------------------------------------------------------------------


def test_entry_tells_all_there_is_to_know(tmp_path: Path) -> None:
    plant(tmp_path, ("src/join.js", "join()\n"))
    entry = Entry("src/join.js", str(tmp_path.resolve() / "src/join.js"), "javascript")
    assert list(walk(["src"], cwd=tmp_path)) == [entry]


def test_sorted_whatever_the_order_of_roots(tmp_path: Path) -> None:
    plant(tmp_path, "b/x.py", "a/y.py", "a.py", "c.py", "README.md")
    assert paths(tmp_path, "c.py", "b", ".", "a") == ["a.py", "a/y.py", "b/x.py", "c.py"]


def test_overlapping_roots_give_each_file_once(tmp_path: Path) -> None:
    plant(tmp_path, "a/b/x.py")
    assert paths(tmp_path, "a", "a/b", "./a/b/x.py", str(tmp_path / "a")) == ["a/b/x.py"]


@pytest.mark.parametrize(
    ("cwd", "root", "path"),
    [
        (".", ".", "a/x.py"),
        (".", "a/../a", "a/x.py"),
        ("a", ".", "x.py"),
        ("b", "../a", "../a/x.py"),
        ("b", "../a/x.py", "../a/x.py"),
        ("a", "..", "x.py"),
        ("b", "..", "../a/x.py"),
    ],
)
def test_path_is_relative_to_the_working_directory(tmp_path: Path, cwd: str, root: str, path: str) -> None:
    plant(tmp_path, "a/x.py", "b/README")
    assert paths(tmp_path / cwd, root) == [path]
    assert paths(tmp_path / cwd, root, ".") == [path]


def test_absolute_root(tmp_path: Path) -> None:
    plant(tmp_path, "a/x.py", "b/README")
    assert paths(tmp_path, str(tmp_path / "a")) == ["a/x.py"]
    assert paths(tmp_path / "b", str(tmp_path / "a")) == [(tmp_path / "a/x.py").as_posix()]


@pytest.mark.parametrize("missing", ["gone", "a/x.py/more", "a/x.pyc", "null\0byte"])
def test_missing_root_is_told_before_anything_is_found(tmp_path: Path, missing: str) -> None:
    plant(tmp_path, "a/x.py")
    with pytest.raises(MissingPathError) as caught:
        next(walk(["a", missing], cwd=tmp_path))
    assert caught.value.path == missing


def test_hidden_files_are_read(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), ".env", ".github/workflows/ci.yml", ".config/zoom.json", ".git/config.json")
    assert paths(tmp_path) == [".config/zoom.json", ".env", ".github/workflows/ci.yml"]


def test_shebang_of_a_file_without_extension(tmp_path: Path, either_way: str) -> None:
    plant(
        repository(tmp_path),
        ("bin/zoom", "#!/usr/bin/env python3\n"),
        ("LICENSE", "MIT"),
        ("a.x", "#!/bin/sh\n"),
        "empty",
    )
    assert [(entry.path, entry.kind) for entry in walk(["."], cwd=tmp_path) if isinstance(entry, Entry)] == [
        ("bin/zoom", "python")
    ]


def test_requirements_in_their_folder(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), "requirements/base.txt", "notes/base.txt")
    assert paths(tmp_path) == ["requirements/base.txt"]
    assert paths(tmp_path / "requirements") == ["base.txt"]


def test_named_file_of_another_kind_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "photo.png", ("run.x", "#!/bin/sh\n"))
    assert skipped(tmp_path, "photo.png") == {"photo.png": "not a kind of file that jwtscan reads"}
    assert paths(tmp_path, "run.x") == ["run.x"]


# -- what is left out ------------------------------------------------------------------------------------------------

LEFT_OUT = [
    "node_modules/zoomus/index.js", "web/node_modules/x.js", "bower_components/x.js", ".venv/x.py", "venv/x.py",
    "lib/python3.11/site-packages/x.py", "dist/x.js", "build/lib/x.py", "vendor/x.js", ".tox/x.py", ".nox/x.py",
    ".eggs/x.py", "app.egg-info/x.json", "__pycache__/x.py", ".mypy_cache/x.json", ".next/x.js", ".nuxt/x.js",
    ".svelte-kit/x.js", ".angular/x.js", ".turbo/x.json", ".serverless/x.json", ".terraform/x.json",
    ".aws-sam/x.json", "cdk.out/x.json", "coverage/x.html", "htmlcov/x.html", ".hg/x.py", ".svn/x.py",
    "static/jquery.min.js", "static/jquery-min.js", "static/app.bundle.js", "static/1.chunk.js", ".yarn/releases/x.cjs",
    "nb/.ipynb_checkpoints/x.ipynb", ".pnp.cjs",
]  # fmt: skip


def test_what_nobody_wrote_is_left_out(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), "src/x.js", *LEFT_OUT)
    assert paths(tmp_path) == ["src/x.js"]


def test_same_without_any_repository(tmp_path: Path) -> None:
    plant(tmp_path, "src/x.js", *LEFT_OUT)
    assert paths(tmp_path) == ["src/x.js"]
    assert paths(tmp_path, gitignore=False) == ["src/x.js"]


@needs_git
def test_tracked_ones_are_left_out_too(tmp_path: Path) -> None:
    git(plant(tmp_path, "src/x.js", "dist/x.js"), "init", "-q")
    git(tmp_path, "add", ".")
    assert paths(tmp_path) == ["src/x.js"]


def test_virtual_environment_of_any_name(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), "env/pyvenv.cfg", "env/bin/x.py", "env2/x.py")
    assert paths(tmp_path) == ["env2/x.py"]


@pytest.mark.parametrize("root", ["dist", "dist/sub", "dist/sub/x.js", "a/x.min.js", "dist/node_modules/y.js"])
def test_named_root_is_taken(tmp_path: Path, either_way: str, root: str) -> None:
    plant(repository(tmp_path), "dist/sub/x.js", "dist/node_modules/y.js", "a/x.min.js")
    assert paths(tmp_path, root) == [root if root.endswith(".js") else "dist/sub/x.js"]


@pytest.mark.parametrize("root", ["dist", "dist/sub", "dist/sub/x.js", "a/x.min.js", "secret.py"])
def test_force_exclude_holds_for_named_roots(tmp_path: Path, root: str) -> None:
    plant(tmp_path, "dist/sub/x.js", "a/x.min.js", "secret.py", "a/y.py")
    options = {"exclude": ["secret.*"], "force_exclude": True}
    assert paths(tmp_path, root, "a/y.py", **options) == ["a/y.py"]
    assert skipped(tmp_path, root, **options) == {}
    assert len(paths(tmp_path, root, exclude=["secret.*"])) == 1


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ("node_modules/zoomus/", ["a.py", "node_modules/zoomus/i.js"]),
        ("node_modules/*/i.js", ["a.py", "node_modules/other/i.js", "node_modules/zoomus/i.js"]),
        ("*.min.js", ["a.py", "s/x.min.js"]),
        ("dist", ["a.py", "dist/x.js"]),
        ("/dist", ["a.py", "dist/x.js"]),
        ("./dist/", ["a.py", "dist/x.js"]),
        ("nothing", ["a.py"]),
    ],
)
def test_include_brings_back_what_a_default_leaves_out(
    tmp_path: Path, either_way: str, include: str, expected: list[str]
) -> None:
    files = ["node_modules/zoomus/i.js", "node_modules/other/i.js", "s/x.min.js", "dist/x.js", "dist/build/y.js"]
    plant(repository(tmp_path), "a.py", *files)
    assert paths(tmp_path, include=[include]) == expected


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        (["*.js"], ["src/b.py"]),
        (["src/"], ["a.js", "web/src.js"]),
        (["src/*.py", "!src/b.py"], ["a.js", "src/b.py", "web/src.js"]),
        (["/a.js", "./web/**"], ["src/b.py"]),
        (["{cwd}/src"], ["a.js", "web/src.js"]),
    ],
)
def test_exclude_is_relative_to_the_working_directory(
    tmp_path: Path, either_way: str, exclude: list[str], left: list[str]
) -> None:
    plant(repository(tmp_path), "a.js", "src/b.py", "web/src.js")
    patterns = [pattern.format(cwd=tmp_path.as_posix()) for pattern in exclude]
    assert paths(tmp_path, exclude=patterns) == left
    assert paths(tmp_path / "src", "..", exclude=["b.py"]) == ["../a.js", "../web/src.js"]


def test_exclude_wins_over_include(tmp_path: Path) -> None:
    plant(tmp_path, "dist/a.js", "dist/b.js")
    assert paths(tmp_path, include=["dist"], exclude=["b.js"]) == ["dist/a.js"]


# -- ignore files ----------------------------------------------------------------------------------------------------


def test_ignore_files_of_all_sorts(tmp_path: Path, either_way: str) -> None:
    home = Path(os.environ["HOME"])
    plant(
        home,
        (".gitconfig", '[core]\n\texcludesFile = "~/mine"\n[user]\n\tname = x\n'),
        ("mine", "*.global.js\n!keep.js\n"),
    )
    plant(
        repository(tmp_path),
        (".gitignore", "*.log.js\n/only-top.js\nfolder/\n!kept.log.js\n"),
        ("sub/.gitignore", "!again.log.js\nlocal.js\n"),
        (".git/info/exclude", "info.js\n"),
        (".ignore", "ours.js\n"),
        ("sub/.ignore", "!ours.js\n"),
    )
    hidden = [
        "a.log.js",
        "only-top.js",
        "folder/x.js",
        "sub/local.js",
        "info.js",
        "x.global.js",
        "sub/b.log.js",
        "ours.js",
    ]
    shown = ["folder.js", "kept.log.js", "local.js", "sub/again.log.js", "sub/only-top.js", "sub/ours.js"]
    plant(tmp_path, *hidden, *shown)
    assert paths(tmp_path) == shown
    assert paths(tmp_path / "sub") == ["again.log.js", "only-top.js", "ours.js"]
    assert paths(tmp_path, gitignore=False) == sorted({*hidden, *shown} - {"ours.js"})


def test_user_ignore_file_in_its_usual_place(tmp_path: Path, either_way: str) -> None:
    plant(Path(os.environ["HOME"]), (".config/git/ignore", "*.tmp.js\n"))
    plant(repository(tmp_path), "a.tmp.js", "b.js")
    assert paths(tmp_path) == ["b.js"]


def test_ignored_folder_that_is_named(tmp_path: Path, either_way: str) -> None:
    plant(
        repository(tmp_path),
        (".gitignore", "out/\n*.js\n"),
        "out/deep/x.js",
        ("out/deep/.gitignore", "y.js"),
        "out/deep/y.js",
    )
    assert paths(tmp_path) == []
    assert paths(tmp_path, "out") == ["out/deep/x.js"]
    assert paths(tmp_path, "out/deep") == ["out/deep/x.js"]
    assert paths(tmp_path, "out/deep/y.js") == ["out/deep/y.js"]


def test_ignore_files_outside_of_a_repository(tmp_path: Path) -> None:
    plant(tmp_path, (".gitignore", "x.js\n"), "x.js", "y.js")
    assert paths(tmp_path) == ["y.js"]


@needs_git
def test_tracked_file_is_never_ignored(tmp_path: Path) -> None:
    git(plant(tmp_path, "tracked.env", "other.env"), "init", "-q")
    git(tmp_path, "add", "tracked.env")
    plant(tmp_path, (".gitignore", "*.env\n"))
    assert paths(tmp_path) == ["tracked.env"]


@needs_git
def test_tracked_file_that_is_gone(tmp_path: Path) -> None:
    git(plant(tmp_path, "a.py", "b/c.py"), "init", "-q")
    git(tmp_path, "add", ".")
    shutil.rmtree(tmp_path / "b")
    assert (paths(tmp_path), skipped(tmp_path)) == (["a.py"], {})


@needs_git
def test_conflicted_file_comes_once(tmp_path: Path) -> None:
    git(plant(tmp_path, ("a.py", "1\n")), "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "1")
    git(tmp_path, "switch", "-qc", "other")
    git(plant(tmp_path, ("a.py", "2\n")), "commit", "-qam", "2")
    git(tmp_path, "switch", "-q", "main")
    git(plant(tmp_path, ("a.py", "3\n")), "commit", "-qam", "3")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "other")
    assert paths(tmp_path) == ["a.py"]


def test_repository_inside_has_its_own_rules(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), (".gitignore", "*.log.js\nhidden/\n"), "a.js")
    plant(repository(tmp_path / "deep/inner"), (".gitignore", "b.js\n"), "a.log.js", "b.js", "c.js")
    plant(repository(tmp_path / "deep/inner/most"), "b.js")
    plant(repository(tmp_path / "hidden/repo"), "x.js")
    plant(repository(tmp_path / "node_modules/repo"), "x.js")
    assert paths(tmp_path) == ["a.js", "deep/inner/a.log.js", "deep/inner/c.js", "deep/inner/most/b.js"]


@needs_git
def test_submodule_is_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = plant(tmp_path / "source", "lib.py", "node_modules/x.js")
    git(source, "init", "-q")
    git(source, "add", ".")
    git(source, "commit", "-qm", "1")
    outer = plant(tmp_path / "outer", "a.py")
    git(outer, "init", "-q")
    git(outer, "submodule", "--quiet", "add", str(source), "mods/lib.js")
    git(outer, "add", ".")
    assert paths(outer) == ["a.py", "mods/lib.js/lib.py"]
    git(outer, "submodule", "--quiet", "deinit", "-f", "--all")
    assert (paths(outer), skipped(outer)) == (["a.py"], {})


@needs_git
def test_linked_work_tree_shares_the_excludes(tmp_path: Path, either_way: str) -> None:
    if either_way == "git":
        main = plant(tmp_path / "main", "a.py")
        git(main, "init", "-q")
        git(main, "add", ".")
        git(main, "commit", "-qm", "1")
        git(main, "worktree", "add", "-q", "../linked")
    else:
        main = repository(tmp_path / "main")
        plant(
            main, (".git/worktrees/linked/commondir", "../..\n"), (".git/worktrees/linked/HEAD", "ref: refs/heads/x\n")
        )
        plant(tmp_path / "linked", (".git", f"gitdir: {main}/.git/worktrees/linked\n"), "a.py")
    plant(main, (".git/info/exclude", "b.py\n"))
    plant(tmp_path / "linked", "b.py")
    assert paths(tmp_path / "linked") == ["a.py"]


@needs_git
def test_environment_of_a_hook_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        git(plant(tmp_path / name, f"{name}.py"), "init", "-q")
        git(tmp_path / name, "add", ".")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "one/.git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "one"))
    monkeypatch.setenv("GIT_PREFIX", "x/")
    assert paths(tmp_path / "two") == ["two.py"]


@needs_git
@needs_posix
def test_no_program_of_the_repository_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(plant(tmp_path, "a.py"), "init", "-q")
    trap = tmp_path / "trap.x"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.x.clean"):
        git(tmp_path, "config", key, str(trap))
    plant(tmp_path, (".gitattributes", "*.py filter=x\n"))
    (tmp_path / "git").symlink_to(trap)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    assert paths(tmp_path) == ["a.py"]
    assert not (tmp_path / "sprung").exists()


@needs_git
def test_broken_repository_is_walked_without_git(tmp_path: Path) -> None:
    plant(
        repository(tmp_path),
        (".git/config", "[core]\n\trepositoryformatversion = 99\n"),
        (".gitignore", "b.py"),
        "a.py",
        "b.py",
    )
    assert paths(tmp_path) == ["a.py"]


# -- git as the oracle -----------------------------------------------------------------------------------------------

PIECES = [
    "a", "b", "ab", "c", "*", "?", "**", "***", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[[:alpha:]]", "[[:space:]]",
    "[[:nope:]]", "[:a]", "[--b]", "[b-]", "[a-", "[!/]", "[\\]a]", "\\a", "\\*", "\\ ", "\\", "é", " ", ".py", "*.py",
    "-", "!", "#", ".", "/",
]  # fmt: skip
PATTERNS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), min_size=1, max_size=3).map(
        "/".join
    ),
    st.sampled_from(["", "", "/", "/*", "/**"]),
    st.sampled_from(["", "", "", " ", "  ", "\r", "\\ ", "\t", "\\"]),
)
IGNORE_FILES = st.lists(PATTERNS, max_size=5).map("\n".join)
NAMES = ["a", "b", "ab", "é", " ", "a b", "a-b", "!a", "#a", "[a]", "\\a", "a ", "-", "*"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = repository(tmp_path_factory.mktemp("oracle") / "tree")
    for outer in ["", "a/", "b/", "ab/", "a/ab/", "a/ab/a/", "é/"]:
        plant(folder, *(f"{outer}{name}.py" for name in (NAMES if outer.count("/") < 2 else NAMES[:3])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder.parent))
        patch.delenv("XDG_CONFIG_HOME", raising=False)
        yield folder


@needs_git
@needs_posix
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(*([IGNORE_FILES] * 5))
@example("a/*\n!a/ab\n", "!a.py", "", "b.py", "*.py")
@example("/a**/a.py\n", "", "", "", "")
@example("a/\n!a/a.py\n", "!*", "", "", "")
@example("\ufeffa.py\r\n\\!a.py\n\\#a.py\na\\ .py\n", "", "", "", "")
@example("**/ab*/*a/a.py\n**/a/**/b.py\n", "**\n!*.py", "", "", "")
def test_ignores_what_git_ignores(tree: Path, top: str, sub: str, deep: str, own: str, users: str) -> None:
    home = tree.parent
    files = ((".gitignore", top), ("a/.gitignore", sub), ("a/ab/.gitignore", deep), (".git/info/exclude", own))
    plant(tree, *files)
    plant(home, (".config/git/ignore", users))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        listed = git(tree, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
        expected = sorted(path for path in listed if path.endswith(".py"))
        assert paths(tree) == expected
        patch.setenv("PATH", "")
        assert paths(tree) == expected


HOSTILE = [
    "*a" * 60 + "b",
    "**/a/" * 40 + "b",
    "**/*a*a*a*a/" * 10 + "b",
    "*" * 5000 + "b",
    "[a-z]*" * 60 + "!",
    "**/" * 900 + "!",
]


@pytest.mark.parametrize("pattern", HOSTILE, ids=lambda pattern: pattern[:12])
def test_hostile_pattern_stays_cheap(pattern: str) -> None:
    rules = Rules.parse(pattern.encode())
    before = time.process_time()
    assert rules.verdict(b"a/" * 400 + b"a" * 250, b"a" * 250, False) is None
    assert time.process_time() - before < 2


# -- links, pipes and odd names --------------------------------------------------------------------------------------


@needs_posix
def test_links_are_never_followed(tmp_path: Path, either_way: str) -> None:
    outside = plant(tmp_path / "outside", "far.py", "folder/x.py")
    tree = plant(repository(tmp_path / "tree"), "real.py", "sub/y.py", "notes.txt", "node_modules/z.js")
    links: dict[str, str | Path] = {
        "inside.py": "real.py", "folder": "sub", "out.py": outside / "far.py", "far": outside / "folder",
        "gone.py": "nothing.py", "loop.py": "loop.py", "up": "..", "self": ".", "notes.py": "notes.txt",
        "other.txt": outside / "far.py", "sub/z.js": "../node_modules/z.js",
    }  # fmt: skip
    for name, target in links.items():
        (tree / name).symlink_to(target)
    assert paths(tree) == ["real.py", "sub/y.py"]
    assert skipped(tree) == {
        "out.py": "symbolic link out of the tree",
        "far": "symbolic link out of the tree",
        "up": "symbolic link out of the tree",
        "gone.py": "broken symbolic link",
        "loop.py": "broken symbolic link",
        "notes.py": "symbolic link to another kind of file",
    }


@needs_git
@needs_posix
def test_tracked_links_are_told_as_well(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    tree = plant(tmp_path / "tree", "real.py")
    (tree / "far").symlink_to("../elsewhere")
    (tree / "again.py").symlink_to("real.py")
    git(tree, "init", "-q")
    git(tree, "add", ".")
    assert (paths(tree), skipped(tree)) == (["real.py"], {"far": "symbolic link out of the tree"})


@needs_posix
def test_root_that_is_a_link(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path / "real"), "sub/x.py")
    (tmp_path / "link").symlink_to("real/sub")
    (tmp_path / "file.py").symlink_to("real/sub/x.py")
    assert paths(tmp_path, "link") == ["link/x.py"]
    assert paths(tmp_path, "file.py") == ["file.py"]
    assert paths(tmp_path, "link", "real", "file.py") == ["link/x.py"]
    assert paths(tmp_path / "link", ".") == ["x.py"]


@needs_posix
def test_pipe_and_socket_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.env"))
        assert skipped(tmp_path) == {"pipe.py": "a pipe, not a file", "s.env": "a socket, not a file"}
    assert skipped(tmp_path, "pipe") == {"pipe": "a pipe, not a file"}
    assert skipped(tmp_path, "/dev/null") == {"/dev/null": "a device, not a file"}


@needs_posix
def test_ignore_file_that_is_a_folder_or_a_link(tmp_path: Path, either_way: str) -> None:
    plant(repository(tmp_path), "b/.gitignore/y.json", "b/x.py", "c/x.py", ("rules", "x.py\n"))
    (tmp_path / "c/.gitignore").symlink_to("../rules")
    assert paths(tmp_path) == ["b/.gitignore/y.json", "b/x.py", "c/x.py"]


@needs_posix
def test_ignore_file_that_is_a_pipe(tmp_path: Path) -> None:
    plant(tmp_path, "a.py")
    os.mkfifo(tmp_path / ".gitignore")
    os.mkfifo(tmp_path / ".ignore")
    assert paths(tmp_path) == ["a.py"]


@needs_posix
@pytest.mark.parametrize(
    "name", [b"new\nline.py", b"caf\xe9.py", b"tab\t.py", b"-rf.py", b'quote".py', b"\\n.py", b" .py"]
)
def test_odd_names(tmp_path: Path, either_way: str, name: bytes) -> None:
    folder = os.fsencode(repository(tmp_path))
    try:
        with open(folder + b"/" + name, "wb") as stream:
            stream.write(b"x")
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    (entry,) = walk(["."], cwd=tmp_path)
    assert isinstance(entry, Entry)
    assert os.fsencode(entry.path) == name
    assert Path(entry.file).read_bytes() == b"x"


def test_folder_that_cannot_be_opened_is_told(plain: Plain, either_way: str) -> None:
    tree = plain.folder
    plant(repository(tree), "sub/locked/x.py", "sub/y.py")
    (tree / "sub/locked").chmod(0)
    try:
        with plain.user():
            assert paths(tree) == ["sub/y.py"]
            assert skipped(tree) == {"sub/locked": "permission denied"}
            assert skipped(tree / "sub") == {"locked": "permission denied"}
    finally:
        (tree / "sub/locked").chmod(0o755)


def test_deep_tree(tmp_path: Path, either_way: str) -> None:
    deep = repository(tmp_path)
    for _ in range(150):
        deep = deep / "abcdefgh"
    plant(deep, "x.py")
    assert paths(tmp_path) == ["abcdefgh/" * 150 + "x.py"]
