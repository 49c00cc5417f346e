"""Baselines as people meet them: what is in the file, what a scan leaves out, what is stale, and what goes wrong."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Plain

from jwtscan.cli import run

NAME = "jwtscan-baseline.jsonl"
HEAD = "import { ZoomMtg } from '@zoomus/websdk';\n"
JOIN = "ZoomMtg.join({ apiKey: settings.key, signature });\n"
MINT = """\
import jwt
import requests

API_KEY = "FAKEkeyFAKEkeyFAKEkey0"
API_SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"


def users():
    token = jwt.encode({"iss": API_KEY, "exp": 1}, API_SECRET, algorithm="HS256")
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"})
"""
SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"

Say = Callable[..., tuple[int, str, str]]


def uses(number: int) -> str:
    """A program with that many uses of the old key, one like the other."""
    return HEAD + JOIN * number


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line in a folder with one use in each of two files: exit code, stdout and stderr."""
    (tmp_path / "a.js").write_text(uses(1))
    (tmp_path / "web").mkdir()
    (tmp_path / "web/b.js").write_text(uses(1))
    monkeypatch.chdir(tmp_path)

    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return said


def records(file: str | Path = NAME) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


def scanned(say: Say, *options: str) -> tuple[int, int, int]:
    """The exit code of a scan with the baseline, the number of findings, and how many are known."""
    code, out, _ = say("scan", "--format", "json", "--baseline", NAME, *options)
    summary = json.loads(out)["summary"]
    return code, summary["findings"], summary.get("known", 0)


def test_an_ignore_of_no_use_is_known_in_a_scan_of_its_file_alone(say: Say) -> None:
    Path("idle.py").write_text("x = 1  # jwtscan: ignore[jwt-mint] gone\n")
    say("baseline", "create")
    assert scanned(say) == (0, 0, 3)
    assert scanned(say, "idle.py", "a.js") == (0, 0, 2)
    assert scanned(say, "idle.py") == (0, 0, 1)
    say("scan", "--baseline", NAME, "--format", "sarif=out.sarif", "idle.py")
    assert json.loads(Path("out.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "unused-ignore"


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_line_has_rule_path_and_fingerprint_and_lines_are_sorted(say: Say) -> None:
    assert say("baseline", "create")[:2] == (0, f"{NAME}: 2 findings\n")
    lines = Path(NAME).read_text().splitlines(keepends=True)
    assert [list(json.loads(line)) for line in lines] == [["rule", "path", "fingerprint"]] * 2
    assert [record["path"] for record in records()] == ["a.js", "web/b.js"]
    assert re.fullmatch(r'\{"rule":"join-api-key","path":"a.js","fingerprint":"[0-9a-f]{32}"\}\n', lines[0])


def test_the_same_findings_are_the_same_bytes(say: Say) -> None:
    say("baseline", "create")
    first = Path(NAME).read_bytes()
    say("baseline", "create", "--force", "web/b.js", "a.js", "--jobs", "2")
    assert Path(NAME).read_bytes() == first
    # Lines that move are no other findings.
    Path("a.js").write_text("\n\n// more\n" + uses(1))
    say("baseline", "create", "--force")
    assert Path(NAME).read_bytes() == first


def test_nothing_is_written_when_nothing_changes(say: Say) -> None:
    say("baseline", "create")
    before = Path(NAME).stat()
    assert say("baseline", "update") == (0, f"{NAME}: 2 findings (nothing to do)\n", "")
    after = Path(NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_reader_takes_any_order_doubles_blank_lines_and_line_ends(say: Say) -> None:
    say("baseline", "create")
    written = Path(NAME).read_bytes()
    first, second = written.splitlines()
    Path(NAME).write_bytes(b"\xef\xbb\xbf" + second + b"\r\n\r\n  " + first + b" \n\n" + second)
    assert scanned(say) == (0, 0, 2)
    assert say("baseline", "update")[1] == f"{NAME}: 2 findings (put in order)\n"
    assert Path(NAME).read_bytes() == written


def test_an_empty_file_is_an_empty_baseline(say: Say) -> None:
    Path(NAME).write_bytes(b"")
    assert scanned(say) == (1, 2, 0)
    assert say("baseline", "update")[1] == f"{NAME}: 2 findings (2 added)\n"


def test_no_findings_make_an_empty_file(say: Say) -> None:
    Path("a.js").unlink()
    assert say("baseline", "create", "a_folder")[0] == 2
    Path("a_folder").mkdir()
    assert say("baseline", "create", "a_folder")[1] == f"{NAME}: 0 findings\n"
    assert Path(NAME).read_bytes() == b""


def test_a_baseline_is_no_program_to_be_scanned(say: Say) -> None:
    say("baseline", "create")
    assert json.loads(say("scan", "--format", "json")[1])["summary"]["files"] == 2


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[]",
        "{}",
        '"a"',
        '{"rule": "r", "path": "p"}',
        '{"rule": "r", "path": "p", "fingerprint": 1}',
        '{"rule": "r", "path": "p", "fingerprint": "f", "line": 3}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_line_of_something_else_is_named(say: Say, line: str) -> None:
    say("baseline", "create")
    Path(NAME).write_text(Path(NAME).read_text() + line + "\n")
    said = f"jwtscan: error: {NAME}:3: this is no line of a baseline: each has a rule, a path and a fingerprint, "
    assert say("scan", "--baseline", NAME) == (2, "", f"{said}and nothing else\n")


def test_a_baseline_in_another_encoding_is_named(say: Say) -> None:
    Path(NAME).write_bytes('{"rule": "r", "path": "ü", "fingerprint": "f"}\n'.encode("latin-1"))
    assert f"{NAME}:1: this is no line of a baseline" in say("baseline", "update")[2]


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| base"])
def test_conflict_markers_are_told_from_other_lines(say: Say, marker: str) -> None:
    say("baseline", "create")
    Path(NAME).write_text(marker + "\r\n" + Path(NAME).read_text())
    code, _, err = say("scan", "--baseline", NAME)
    what = "conflict markers: take both sides, without the markers, then 'jwtscan baseline update'"
    assert (code, err) == (2, f"jwtscan: error: {NAME}:1: {what}\n")


@pytest.mark.parametrize("command", [["scan"], ["fix"], ["config"], ["baseline", "update"], ["baseline", "show"]])
def test_a_baseline_that_is_not_there_is_an_error(say: Say, command: list[str]) -> None:
    code, out, err = say(*command, "--baseline", "absent.jsonl")
    said = "jwtscan: error: absent.jsonl: no such file; 'jwtscan baseline create' writes it\n"
    assert (code, out, err) == (2, "", said)


def test_a_folder_is_no_baseline(say: Say) -> None:
    assert say("scan", "--baseline", "web")[0] == 2
    assert say("scan", "--baseline", "web")[2] == "jwtscan: error: web is no regular file\n"
    assert say("baseline", "create", "--baseline", "web")[2].startswith("jwtscan: error: web exists; ")
    assert say("baseline", "create", "--baseline", "absent/b.jsonl")[0] == 2


def test_a_baseline_that_cannot_be_written_stays_as_it_was(
    plain: Plain, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("baseline", "create")
    folder = plain.folder
    for name in ("a.js", NAME):
        (folder / name).write_bytes(Path(name).read_bytes())
    before = (folder / NAME).read_bytes()
    monkeypatch.chdir(folder)
    with plain.user():
        folder.chmod(0o555)
        code, _, err = say("baseline", "create", "--force")
        folder.chmod(0o755)
    assert (code, err.splitlines()[-1]) == (2, f"jwtscan: error: cannot write {NAME}: permission denied")
    assert (folder / NAME).read_bytes() == before
    assert sorted(file.name for file in folder.iterdir() if file.name.startswith(".")) == []


def test_the_mode_stays(say: Say) -> None:
    Path(NAME).touch()
    Path(NAME).chmod(0o640)
    say("baseline", "update")
    assert len(records()) == 2
    assert Path(NAME).stat().st_mode & 0o777 == 0o640


def test_nothing_is_written_through_a_link(say: Say, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It may have come with the tree, and lead anywhere."""
    target = tmp_path_factory.mktemp("home") / "profile"
    Path(NAME).symlink_to(target)
    assert say("baseline", "create")[0] == 2
    target.touch()
    for command in (["create", "--force"], ["update"]):
        code, _, err = say("baseline", *command)
        what = f"cannot write: {NAME} is a symbolic link: name the file that it leads to"
        assert (code, err) == (2, f"jwtscan: error: {what}\n")
        assert target.read_bytes() == b""


def test_a_configuration_names_nothing_to_write_outside_of_its_tree(
    say: Say, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("home") / "b.jsonl"
    Path("out").symlink_to(target.parent)
    for name in (target.as_posix(), "out/b.jsonl"):
        Path("jwtscan.toml").write_text(f'baseline = "{name}"\n')
        code, _, err = say("baseline", "create")
        assert (code, "is outside of" in err, target.exists()) == (2, True, False)
    assert say("baseline", "create", "--baseline", str(target))[0] == 0
    # It may be read there: the team's, perhaps.
    assert say("scan")[0] == 0


def test_a_pipe_is_not_waited_for(say: Say) -> None:
    os.mkfifo("pipe")
    assert say("scan", "--baseline", "pipe")[2] == "jwtscan: error: pipe is no regular file\n"


# -- create, update, prune, show ---------------------------------------------------------------------------------------


def test_create_does_not_write_over_a_baseline(say: Say) -> None:
    say("baseline", "create")
    code, out, err = say("baseline", "create")
    said = f"{NAME} exists; 'jwtscan baseline update' brings it up to date (--force: writes it anew)"
    assert (code, out, err) == (2, "", f"jwtscan: error: {said}\n")


def test_create_says_what_to_do_with_the_file(say: Say) -> None:
    said = f"'jwtscan scan --baseline {NAME}' leaves them out; always, with baseline = \"{NAME}\" in jwtscan.toml"
    assert say("baseline", "create")[2] == f"jwtscan: {said}\n"
    assert say("baseline", "create", "--force", "-q") == (0, "", "")


def test_update_adds_what_is_new_and_removes_what_is_gone(say: Say) -> None:
    say("baseline", "create")
    Path("web/b.js").unlink()
    Path("c.js").write_text(uses(2))
    out = say("baseline", "update", "-v")[1]
    assert out.splitlines() == [
        f"{NAME}: 3 findings (2 added, 1 removed)",
        "+ c.js: join-api-key",
        "+ c.js: join-api-key",
        "- web/b.js: join-api-key",
    ]
    assert [record["path"] for record in records()] == ["a.js", "c.js", "c.js"]


def test_prune_removes_and_never_adds(say: Say) -> None:
    say("baseline", "create")
    Path("a.js").write_text("x = 1\n")
    Path("c.js").write_text(uses(1))
    assert say("baseline", "prune")[1] == f"{NAME}: 1 finding (1 removed)\n"
    assert [record["path"] for record in records()] == ["web/b.js"]


def test_show_lists_and_says_what_is_stale(say: Say) -> None:
    say("baseline", "create")
    before = Path(NAME).read_bytes()
    assert say("baseline", "show")[1] == f"a.js: join-api-key\nweb/b.js: join-api-key\n{NAME}: 2 findings\n"
    Path("a.js").unlink()
    out = say("baseline", "show")[1]
    assert out == f"a.js: join-api-key (stale)\nweb/b.js: join-api-key\n{NAME}: 2 findings, 1 stale\n"
    assert Path(NAME).read_bytes() == before


def test_only_what_is_in_the_paths_changes(say: Say) -> None:
    say("baseline", "create")
    Path("a.js").write_text("x = 1\n")
    Path("c.js").write_text(uses(1))
    Path("web/d.js").write_text(uses(1))
    Path("web/b.js").unlink()
    assert say("baseline", "update", "web")[1] == f"{NAME}: 2 findings (1 added, 1 removed)\n"
    assert [record["path"] for record in records()] == ["a.js", "web/d.js"]
    # A file by its name: others are scanned with it, but not touched.
    assert say("baseline", "update", "c.js")[1] == f"{NAME}: 3 findings (1 added)\n"
    assert say("baseline", "prune", "a.js")[1] == f"{NAME}: 2 findings (1 removed)\n"
    assert [record["path"] for record in records()] == ["c.js", "web/d.js"]


@pytest.mark.parametrize(
    "options",
    [
        ["--select", "jwt-mint"],
        ["--ignore", "sdk"],
        ["--exclude", "*.js"],
        ["--max-file-size", "10"],
        ["--min-confidence", "high"],
        ["--select", "tool"],
    ],
)
def test_what_was_not_looked_for_stays(say: Say, options: list[str]) -> None:
    say("baseline", "create")
    assert say("baseline", "update", *options)[:2] == (0, f"{NAME}: 2 findings (nothing to do)\n")
    code, _, err = say("scan", "--strict-baseline", "--baseline", NAME, *options)
    assert code == 0
    assert "stale" not in err


def test_what_the_configuration_does_not_want_stays(say: Say) -> None:
    say("baseline", "create")
    Path("jwtscan.toml").write_text('[per-file-ignores]\n"web/" = ["sdk"]\n')
    assert "nothing to do" in say("baseline", "update")[1]
    Path("web/b.js").write_text("x = 1\n")
    assert "1 removed" in say("baseline", "update")[1]


def test_a_finding_that_a_comment_silences_is_stale(say: Say) -> None:
    """Else it would come back unseen when the comment goes."""
    say("baseline", "create")
    Path("a.js").write_text(HEAD + "// jwtscan: ignore[join-api-key] until next week\n" + JOIN)
    assert "1 entry" in say("scan", "--baseline", NAME)[2]


def test_text_on_stdin_has_no_baseline_commands(say: Say) -> None:
    assert "'-' (stdin)" in say("baseline", "create", "-")[2]


def test_a_mistyped_action_is_answered(say: Say) -> None:
    code, _, err = say("baseline", "craete")
    assert code == 2
    assert err.startswith("jwtscan: error: no such command: baseline craete; did you mean 'create'?\n")


def test_what_cannot_be_read_is_no_finding_to_live_with(
    say: Say, plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plain.folder)
    Path("a.js").write_text(uses(1))
    Path("c.js").write_text(uses(1))
    with plain.user():
        Path("c.js").chmod(0)
        code, out, err = say("baseline", "create")
        assert (code, out) == (2, f"{NAME}: 1 finding\n")
        assert "jwtscan: cannot read c.js: permission denied\n" in err
        Path("c.js").chmod(0o644)
        assert say("baseline", "update")[1] == f"{NAME}: 2 findings (1 added)\n"
        # What was found there before may still be there.
        Path("c.js").chmod(0)
        assert say("baseline", "update")[:2] == (2, f"{NAME}: 2 findings (nothing to do)\n")


# -- scanning and fixing with it ---------------------------------------------------------------------------------------


def test_known_findings_are_left_out_and_counted(say: Say) -> None:
    say("baseline", "create")
    assert scanned(say) == (0, 0, 2)
    assert say("scan", "--baseline", NAME)[2] == (
        f"jwtscan: no findings, 2 known (in {NAME}); 2 files scanned, 2 parsed\n"
    )
    Path("c.js").write_text(uses(1))
    code, out, err = say("scan", "--baseline", NAME)
    assert (code, out.count("join-api-key")) == (1, 1)
    assert f"1 finding in 1 file, 2 known (in {NAME}); 3 files scanned" in err


def test_stale_entries_are_said_and_fail_a_strict_run(say: Say) -> None:
    say("baseline", "create")
    Path("a.js").write_text("x = 1\n")
    said = f"jwtscan: 1 entry of {NAME} is stale: 'jwtscan baseline prune' removes it\n"
    code, _, err = say("scan", "--baseline", NAME)
    assert (code, err.startswith(said)) == (0, True)
    Path("web/b.js").unlink()
    code, _, err = say("scan", "--baseline", NAME, "--strict-baseline", "-v")
    assert code == 1
    assert f"stale in {NAME}: a.js: join-api-key" in err
    assert f"2 entries of {NAME} are stale: 'jwtscan baseline prune' removes them" in err
    assert say("scan", "--baseline", NAME, "--strict-baseline", "--exit-zero")[0] == 0
    assert "stale" in say("scan", "--baseline", NAME, "--strict-baseline", "-q")[2]
    assert say("scan", "--baseline", NAME, "-q") == (0, "", "")


def test_strict_without_a_baseline_is_a_mistake(say: Say) -> None:
    assert say("scan", "--strict-baseline")[0] == 2


def test_a_file_named_by_itself_makes_nothing_stale(say: Say) -> None:
    """What is found in one file may depend on others: a hook that is given some must not call the rest stale."""
    Path("web/b.js").write_text(HEAD + "import { key } from './key.js';\nZoomMtg.join({ apiKey: key, signature });\n")
    Path("web/key.js").write_text('export const key = "FAKEkeyFAKEkeyFAKEkey0";\n')
    say("baseline", "create")
    assert "web/key.js" in {record["path"] for record in records()}
    code, _, err = say("scan", "--baseline", NAME, "--strict-baseline", "web/key.js")
    assert (code, "stale" in err) == (0, False)
    assert say("baseline", "prune", "web/key.js")[1] == f"{NAME}: 3 findings (nothing to do)\n"


def test_a_part_of_what_is_known_makes_nothing_stale(
    say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("web/b.js").write_text(
        HEAD + "import { key } from '../conf/key.js';\nZoomMtg.join({ apiKey: key, signature });\n"
    )
    Path("conf").mkdir()
    Path("conf/key.js").write_text('export const key = "FAKEkeyFAKEkeyFAKEkey0";\n')
    say("baseline", "create")
    assert "conf/key.js" in {record["path"] for record in records()}
    file = f"../{NAME}"
    monkeypatch.chdir("conf")
    # By itself it is a key of anything.
    assert say("scan", "--format", "csv")[1].count("key.js") == 0
    code, _, err = say("scan", "--baseline", file, "--strict-baseline")
    assert (code, "stale" in err) == (0, False)
    assert "nothing to do" in say("baseline", "update", "--baseline", file)[1]
    Path("key.js").unlink()
    Path("c.js").write_text(uses(1))
    assert "(1 added, 1 removed)" in say("baseline", "update", "--baseline", file)[1]
    monkeypatch.chdir("..")
    assert scanned(say, "--strict-baseline")[:2] == (0, 0)


def test_one_of_three_equal_ones_is_fixed(say: Say) -> None:
    Path("a.js").write_text(uses(3))
    say("baseline", "create")
    Path("a.js").write_text(HEAD + JOIN + "\n" + JOIN)
    assert scanned(say) == (0, 0, 3)
    assert "1 entry" in say("scan", "--baseline", NAME)[2]
    # And it comes back: nobody hides it once the baseline is pruned.
    say("baseline", "prune")
    Path("a.js").write_text(uses(3))
    assert scanned(say) == (1, 1, 3)


def test_an_equal_one_above_others_is_one_new_finding(say: Say) -> None:
    Path("a.js").write_text(uses(2))
    say("baseline", "create")
    Path("a.js").write_text(HEAD + JOIN + "function more() {}\n" + JOIN * 2)
    assert scanned(say) == (1, 1, 3)


def test_an_equal_one_in_another_file_is_new(say: Say) -> None:
    say("baseline", "create")
    Path("a.js").rename("c.js")
    assert scanned(say) == (1, 1, 1)


def test_another_secret_in_the_same_place_is_new(say: Say) -> None:
    Path("app.py").write_text(MINT)
    say("baseline", "create")
    Path("app.py").write_text(MINT.replace(SECRET, SECRET.replace("FAKE", "SHAM")))
    code, out, err = say("scan", "--baseline", NAME)
    assert (code, out.count("credential-literal")) == (1, 1)
    assert "1 entry" in err


def test_a_text_on_stdin_has_the_findings_of_its_file(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    say("baseline", "create")
    for name in ("web/b.js", str(tmp_path / "web/b.js")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(uses(2).encode())))
        options = ("-", "--stdin-filename", name, "--strict-baseline")
        code, out, err = say("scan", "--baseline", NAME, *options)
        assert (code, out.count("join-api-key")) == (1, 1)
        assert "stale" not in err


def test_ci_has_a_baseline_too(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)
    say("baseline", "create")
    assert say("ci", "--baseline", NAME)[0] == 0
    assert json.loads(Path("jwtscan.sarif").read_text())["runs"][0]["results"] == []
    results = json.loads(say("scan", "--baseline", NAME, "--format", "sarif")[1])["runs"][0]["results"]
    assert [one["suppressions"][0]["kind"] for one in results] == ["external", "external"]
    Path("a.js").unlink()
    assert say("ci", "--baseline", NAME, "--strict-baseline")[0] == 1


def test_equal_ones_of_less_confidence_do_not_count_for_others(say: Say) -> None:
    say("baseline", "create", "--min-confidence", "low")
    assert scanned(say, "--strict-baseline") == (0, 0, 2)


def test_fix_changes_only_what_is_new(say: Say) -> None:
    say("baseline", "create")
    Path("c.js").write_text(uses(1))
    code, _, err = say("fix", "--unsafe-fixes", "--baseline", NAME)
    assert code == 0
    assert f"0 remaining, 2 known (in {NAME})" in err
    assert Path("a.js").read_text() == Path("web/b.js").read_text() == uses(1)
    assert Path("c.js").read_text() != uses(1)


def test_fix_of_a_file_leaves_its_known_findings(say: Say) -> None:
    say("baseline", "create")
    Path("a.js").write_text(uses(1) + "ZoomMtg.join({ apiKey: settings.other, signature });\n")
    code, _, err = say("fix", "--unsafe-fixes", "--baseline", NAME, "a.js")
    assert (code, f"1 known (in {NAME})" in err) == (0, True)
    assert JOIN in Path("a.js").read_text()
    assert "settings.other" in Path("a.js").read_text()


def test_fix_of_equal_ones_leaves_as_many_as_are_known(say: Say) -> None:
    Path("a.js").write_text(uses(2))
    say("baseline", "create")
    Path("a.js").write_text(uses(4))
    assert say("fix", "--unsafe-fixes", "--baseline", NAME)[0] == 0
    assert Path("a.js").read_text().count(JOIN) == 2
    assert scanned(say, "--strict-baseline") == (0, 0, 3)


def test_fix_does_not_rename_what_a_known_use_still_reads(say: Say) -> None:
    Path("a.py").write_text(
        MINT.replace(f'"{SECRET}"', 'os.environ["ZOOM_API_SECRET"]').replace("import jwt", "import os\nimport jwt")
    )
    say("baseline", "create")
    Path(".env").write_text("ZOOM_API_SECRET=\n")
    say("fix", "--unsafe-fixes", "--baseline", NAME)
    assert Path(".env").read_text() == "ZOOM_API_SECRET=\n"


# -- where it comes from, and what is looked at ------------------------------------------------------------------------


def test_the_configuration_and_the_environment_name_it(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("jwtscan.toml").write_text('baseline = "known/all.jsonl"\n')
    Path("known").mkdir()
    assert say("baseline", "create", "web")[1] == "known/all.jsonl: 1 finding\n"
    assert "1 known (in known/all.jsonl)" in say("scan")[2]
    assert 'baseline = "known/all.jsonl"' in say("config")[1]
    git("init", "-q")
    monkeypatch.chdir("web")
    assert "no findings, 1 known (in ../known/all.jsonl)" in say("scan")[2]
    monkeypatch.chdir("..")
    assert "2 findings in 2 files; " in say("scan", "--baseline", "")[2]
    monkeypatch.setenv("JWTSCAN_BASELINE", "other.jsonl")
    assert say("baseline", "create")[1].startswith("other.jsonl: 2 findings\n")
    assert "2 known (in other.jsonl)" in say("scan")[2]
    assert "baseline" not in say("config", "--isolated", "--baseline", "")[1]


def test_outside_of_a_repository_another_folder_says_nothing(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to where it was made: elsewhere nothing of it is there, which is no reason to remove it."""
    say("baseline", "create")
    monkeypatch.chdir("web")
    assert say("baseline", "prune", "--baseline", f"../{NAME}")[1] == f"../{NAME}: 2 findings (nothing to do)\n"


@pytest.fixture
def repository(tmp_path: Path, say: Say) -> Path:
    """The folder as a git repository, all of it committed."""
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    return tmp_path


def git(*arguments: str) -> str:
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_same_bytes_from_any_folder(say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say("baseline", "create")
    first = Path(NAME).read_bytes()
    monkeypatch.chdir("web")
    file = f"../{NAME}"
    assert say("baseline", "create", "--force", "--baseline", file, "..", "-q") == (0, "", "")
    assert Path(file).read_bytes() == first
    assert "no findings, 1 known" in say("scan", "--baseline", file)[2]
    # From a folder, only what is in it can be gone.
    Path("../a.js").unlink()
    assert "nothing to do" in say("baseline", "prune", "--baseline", file)[1]
    Path("b.js").unlink()
    assert "1 removed" in say("baseline", "prune", "--baseline", file)[1]


def test_known_when_fixing_from_a_folder(say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say("baseline", "create")
    monkeypatch.chdir("web")
    Path("b.js").write_text(uses(3))
    code, _, err = say("fix", "--unsafe-fixes", "--baseline", f"../{NAME}")
    assert (code, f"1 known (in ../{NAME})" in err) == (0, True)
    assert Path("b.js").read_text().count(JOIN) == 1
    assert Path("../a.js").read_text() == uses(1)


def test_known_in_another_work_tree_of_the_repository(
    say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    say("baseline", "create")
    git("add", ".")
    git("commit", "-q", "-m", "two")
    other = tmp_path_factory.mktemp("linked") / "tree"
    git("worktree", "add", "-q", str(other))
    monkeypatch.chdir(other)
    assert scanned(say, "--strict-baseline") == (0, 0, 2)
    assert say("baseline", "update")[1] == f"{NAME}: 2 findings (nothing to do)\n"


def test_known_from_outside_of_the_repository(say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say("baseline", "create")
    monkeypatch.chdir(repository.parent)
    name = repository.name
    options = ("--baseline", f"{name}/{NAME}", "--strict-baseline", name)
    code, _, err = say("scan", *options)
    assert (code, "no findings, 2 known" in err) == (0, True)
    (repository / "a.js").unlink()
    assert say("scan", *options)[0] == 1


def test_known_in_what_is_staged_and_since_a_revision(say: Say, repository: Path) -> None:
    say("baseline", "create")
    Path("c.js").write_text(uses(1))
    Path("a.js").write_text(uses(2))
    git("add", "c.js", "a.js")
    say("baseline", "update", "c.js")
    # Not the work tree's, which has none.
    Path("c.js").unlink()
    for mode in (["--staged"], ["--since", "HEAD"]):
        code, found, known = scanned(say, *mode)
        assert (code, found) == (1, 1)
        assert known == (3 if mode == ["--staged"] else 2)
    say("baseline", "update")
    assert scanned(say, "--staged", "--strict-baseline")[1] == 1


# -- secrets and odd names ---------------------------------------------------------------------------------------------


def test_no_secret_is_in_it(say: Say) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJGQUtFIn0.FAKEFAKEFAKEFAKEFAKEFAKE"
    for folder in (SECRET, token):
        Path(folder).mkdir()
        Path(folder, "app.py").write_text(MINT)
    out = say("baseline", "create", "-v")[1]
    said = out + say("baseline", "show")[1] + Path(NAME).read_text()
    assert SECRET not in said
    assert token not in said
    assert scanned(say, "--strict-baseline") == (0, 0, len(records()))
    Path(SECRET, "app.py").unlink()
    assert SECRET not in "".join(map(str, say("scan", "--baseline", NAME, "-v")))
    assert "removed" in say("baseline", "update")[1]


@pytest.mark.parametrize("name", ["ü 日本.js", "a\nb.js", "\x1b[31mred.js", "\u202eright.js", '"quoted".js'])
def test_odd_names_are_one_line_and_plain(say: Say, name: str) -> None:
    Path(name).write_text(uses(1))
    say("baseline", "create")
    assert len(records()) == 3
    assert name in {record["path"] for record in records()}
    assert all(char.isprintable() for line in Path(NAME).read_text().split("\n") for char in line)
    assert scanned(say) == (0, 0, 3)
    out = say("baseline", "show")[1]
    assert (out.count("\n"), "\x1b" in out, "\u202e" in out) == (4, False, False)


def test_a_name_that_is_no_unicode(say: Say) -> None:
    Path(os.fsdecode(b"\xff.js")).write_text(uses(1))
    say("baseline", "create")
    assert b'"path":"\\udcff.js"' in Path(NAME).read_bytes()
    assert scanned(say) == (0, 0, 3)
    Path(os.fsdecode(b"\xff.js")).unlink()
    assert "1 removed" in say("baseline", "update")[1]
