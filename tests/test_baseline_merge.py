"""Branches that both change a baseline, merged by the real git: without conflicts, and right afterwards."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from jwtscan.cli import run
from jwtscan.files.attributes import merge_attribute, union_line
from jwtscan.files.baseline import NAME, Record, read, write

USE = "import { ZoomMtg } from '@zoomus/websdk';\nZoomMtg.join({ apiKey: settings.key, signature });\n"

Say = Callable[..., tuple[int, str, str]]


def git(*arguments: str, code: int = 0) -> str:
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line in a new repository: exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "zero")

    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return said


def lay(names: Collection[str]) -> None:
    """Makes the tree one that has a use in each of these files and in no other."""
    for file in Path().glob("*.js"):
        file.unlink()
    for name in names:
        # Unlike enough that git takes none for another one renamed.
        own = "".join(f"// {name}{number}\n" for number in range(60))
        Path(f"{name}.js").write_text(USE + own)


def commit(branch: str) -> None:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", branch)


def listed() -> set[str]:
    return {record.path.removesuffix(".js") for record in read(Path(NAME))}


# -- the file by itself ------------------------------------------------------------------------------------------------


def test_every_merge_of_three_lines(say: Say, tmp_path: Path) -> None:
    """Each way to begin with some of three adjacent lines and to change them on two branches, in one merge of files."""
    records = [Record(f"{name}.js", "join-api-key", name * 32) for name in "abc"]
    subsets = [chosen for number in range(4) for chosen in itertools.combinations(records, number)]
    content = {}
    for subset in subsets:
        write(tmp_path / "made", subset)
        content[subset] = (tmp_path / "made").read_bytes()
    cases = {f"{number:04}.jsonl": case for number, case in enumerate(itertools.product(subsets, repeat=3))}
    (tmp_path / ".gitattributes").write_text("*.jsonl merge=union\n")
    for which, branch in enumerate(("main", "left", "right")):
        if which:
            git("checkout", "-q", "main", "-b", branch)
        for name, case in cases.items():
            (tmp_path / name).write_bytes(content[case[which]])
        commit(branch)
    git("merge", "-q", "left", "-m", "merged")
    back = 0
    for name, (base, left, right) in cases.items():
        merged, before = set(read(tmp_path / name)), set(base)
        wanted = (set(left) & set(right)) | (set(left) - before) | (set(right) - before)
        assert wanted <= merged <= set(left) | set(right)
        back += merged != wanted
    # That lines come back is the price, and why stale entries are reported.
    assert 0 < back < len(cases)


# -- with the commands -------------------------------------------------------------------------------------------------

CASES = [
    # What the base, the left and the right branch have uses in.
    ("abcd", "abce", "abdf"),
    ("abcd", "ad", "abcdef"),
    ("bdf", "abcdefg", "d"),
    ("bdf", "acdeg", "bcdh"),
    ("abc", "", "abcd"),
    ("abc", "def", "ghi"),
    ("", "ac", "bd"),
    ("", "b", "b"),
    ("ab", "a", "b"),
]


@pytest.mark.parametrize(("base", "left", "right"), CASES, ids=["-".join(part or "none" for part in c) for c in CASES])
@pytest.mark.parametrize("into", ["left", "right"])
def test_branches_that_add_and_remove_merge_without_conflicts(
    say: Say, base: str, left: str, right: str, into: str
) -> None:
    lay(base)
    say("baseline", "create")
    commit("main")
    for branch, names in (("left", left), ("right", right)):
        git("checkout", "-q", "-b", branch, "main")
        lay(names)
        say("baseline", "update")
        assert listed() == set(names)
        commit(branch)
    merge(say, {"left", "right"} - {into}, into)


@pytest.mark.parametrize("into", ["left", "right"])
def test_branches_that_both_create_a_baseline(say: Say, into: str) -> None:
    for branch, names in (("left", "ace"), ("right", "bcd")):
        git("checkout", "-q", "-b", branch, "main")
        lay(names)
        say("baseline", "create")
        commit(branch)
        git("checkout", "-q", "main")
    merge(say, {"left", "right"} - {into}, into)


def merge(say: Say, other: Collection[str], into: str) -> None:
    """Merges, and asserts that nothing new is reported, and that only what came back is stale until it is pruned."""
    git("checkout", "-q", into)
    git("merge", "-q", *other, "-m", "merged")
    there = {file.stem for file in Path().glob("*.js")}
    assert there <= listed()
    code, out, _ = say("scan", "--format", "json", "--baseline", NAME)
    assert (code, json.loads(out)["findings"]) == (0, [])
    back = listed() - there
    code, _, err = say("scan", "--baseline", NAME, "--strict-baseline")
    assert (code, "stale" in err) == (bool(back), bool(back))
    say("baseline", "prune")
    assert listed() == there
    pruned = Path(NAME).read_bytes()
    # A merge leaves lines in any order until something is written.
    say("baseline", "create", "--force")
    assert Path(NAME).read_bytes() == pruned


def test_a_merge_without_the_attribute_is_mended_by_taking_both_sides(say: Say) -> None:
    """As on a host whose merge button does not know .gitattributes."""
    lay("b")
    say("baseline", "create", "--no-gitattributes")
    commit("main")
    for branch, names in (("left", "bc"), ("right", "bd")):
        git("checkout", "-q", "-b", branch, "main")
        lay(names)
        say("baseline", "update")
        commit(branch)
    git("merge", "-q", "left", code=1)
    assert "conflict markers: take both sides" in say("scan", "--baseline", NAME)[2]
    text = Path(NAME).read_text()
    Path(NAME).write_text("".join(line for line in text.splitlines(keepends=True) if line.startswith("{")))
    assert say("baseline", "update")[1].startswith(f"{NAME}: 3 findings (")
    assert say("scan", "--baseline", NAME, "--strict-baseline")[0] == 0


# -- .gitattributes ----------------------------------------------------------------------------------------------------

LINE = f"/{NAME} merge=union"


def test_the_line_is_added_once_and_said(say: Say) -> None:
    lay("a")
    assert say("baseline", "create")[1].splitlines() == [
        f"{NAME}: 1 finding",
        f".gitattributes: added '{LINE}', so that branches merge without conflicts",
    ]
    assert Path(".gitattributes").read_text() == f"{LINE}\n"
    assert say("baseline", "create", "--force")[1] == f"{NAME}: 1 finding\n"
    assert Path(".gitattributes").read_text() == f"{LINE}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*.js text", f"*.js text\n{LINE}\n"),
        ("*.js text\n", f"*.js text\n{LINE}\n"),
        ("*.js text\r\n", f"*.js text\r\n{LINE}\r\n"),
        ("*.jsonl merge=union\n", "*.jsonl merge=union\n"),
        ("*.jsonl merge=ours\n", "*.jsonl merge=ours\n"),
        ("*.jsonl binary\n", "*.jsonl binary\n"),
    ],
)
def test_attributes_that_are_there_stay(say: Say, before: str, after: str) -> None:
    Path(".gitattributes").write_bytes(before.encode())
    _, _, err = say("baseline", "create")
    assert Path(".gitattributes").read_bytes() == after.encode()
    assert ("git merges" in err) == (before == after and "union" not in before)


def test_it_can_be_left_out(say: Say) -> None:
    say("baseline", "create", "--no-gitattributes")
    assert not Path(".gitattributes").exists()


def test_nothing_outside_of_a_repository(say: Say, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plain")
    assert say("baseline", "create", "--baseline", str(folder / NAME))[0] == 0
    assert [file.name for file in folder.iterdir()] == [NAME]


def test_the_file_beside_the_baseline_is_meant(say: Say) -> None:
    Path("known").mkdir()
    lay("a")
    out = say("baseline", "create", "--baseline", f"known/{NAME}")[1]
    assert f"known/.gitattributes: added '{LINE}'" in out
    assert merge_attribute(Path("known", NAME)) == "union"


def test_a_link_for_gitattributes_is_left_alone(say: Say, tmp_path: Path) -> None:
    """Git does not read it either."""
    (tmp_path / "other").write_text("")
    (tmp_path / ".gitattributes").symlink_to("other")
    code, _, err = say("baseline", "create")
    assert (code, (tmp_path / "other").read_text()) == (0, "")
    assert f"put '{LINE}' into .gitattributes" in err


def test_without_git_the_line_is_said(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/absent")
    code, _, err = say("baseline", "create")
    assert code == 0
    assert f"git is not installed): put '{LINE}' into .gitattributes" in err


@pytest.mark.parametrize(
    "name",
    ["known.jsonl", "with space.jsonl", 'a"b.jsonl', "a*b[1]?.jsonl", "back\\slash.jsonl", "ü.jsonl", "#x", "a\tb"],
)
def test_git_understands_the_line_for_any_name(say: Say, tmp_path: Path, name: str) -> None:
    say("baseline", "create", "--baseline", name)
    assert (tmp_path / ".gitattributes").read_text() == f"{union_line(name)}\n"
    assert merge_attribute(tmp_path / name) == "union"
    assert merge_attribute(tmp_path / "other") == "unspecified"
    assert merge_attribute(tmp_path / "aXb1X.jsonl") == "unspecified"
