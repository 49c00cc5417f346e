"""``jwtscan fix`` and ``jwtscan rollback`` as people and scripts meet them. Real processes, real files."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

import jwtscan

ROOT = Path(jwtscan.__file__).parent.parent
SCHEMA = json.loads((ROOT / "jwtscan/report/schema/report-v1.schema.json").read_text())
SECRET = "eyJGQUtFIjoiRkFLRSJ9.eyJGQUtFIjoiRkFLRSJ9.FAKE"

JOIN = """\
import { ZoomMtg } from '@zoomus/websdk'

export function start(apiKey, signature, meetingNumber) {
  ZoomMtg.join({
    meetingNumber,
    userName: 'Kiosk',
    signature,
    apiKey,
  })
}
"""
FIXED = JOIN.replace("    apiKey,\n", "    sdkKey: apiKey,\n")
"""A join whose fix changes one line of one file."""

BROKEN_RULE = """\
from jwtscan.api import Match, Confidence, Rule, Severity, Span


def find(unit, project):
    at = unit.document.source.find(b"userName")
    if at >= 0:
        yield Match(Span(at, at + 8), "a user name is given", Confidence.HIGH)


def fix(subject, plan):
    raise LookupError("token " + "SECRET")


rule = Rule(
    id="user-name", tags=("sdk",), severity=Severity.WARNING, summary="s", keywords=("username",), why="w", bad="b",
    good="g", what_to_do="Do it.", page="https://example.org", find=find, fix=fix,
)
""".replace("SECRET", SECRET)


def jwtscan_process(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "jwtscan", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with one file to fix, and one that has nothing to do with it."""
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    (root / "src/join.js").write_text(JOIN)
    (root / "src/other.js").write_text("export const x = 1\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def test_fix_writes_and_says_what(tree: Path) -> None:
    done = jwtscan_process("fix", cwd=tree)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tree / "src/join.js").read_text() == FIXED
    said = done.stderr.decode()
    assert "changed src/join.js\n  join-api-key: " in said
    assert "1 fixed, 1 file changed; 0 remaining\n" in said
    assert "Create a General app" in said
    assert "deleting is final" in said
    assert "Server-to-Server" not in said


def test_second_fix_changes_nothing(tree: Path) -> None:
    jwtscan_process("fix", cwd=tree)
    done = jwtscan_process("fix", cwd=tree)
    assert done.returncode == 0
    assert done.stderr.decode() == "0 fixed; 0 remaining\n"
    assert len(list((tree / ".jwtscan").glob("2*"))) == 1


def test_quiet_says_nothing_but_what_remains(tree: Path) -> None:
    done = jwtscan_process("fix", "-q", cwd=tree)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_rollback_brings_the_tree_back(tree: Path) -> None:
    (tree / "src/join.js").chmod(0o755)
    jwtscan_process("fix", cwd=tree)
    listed = jwtscan_process("rollback", "--list", cwd=tree / "src")
    identity = listed.stdout.decode().split()[0]
    assert listed.stdout.decode().endswith("1 file: src/join.js\n")
    done = jwtscan_process("rollback", identity, cwd=tree / "src")
    assert done.returncode == 0, done.stderr
    assert (tree / "src/join.js").read_text() == JOIN
    assert stat.S_IMODE((tree / "src/join.js").stat().st_mode) == 0o755
    again = jwtscan_process("rollback", cwd=tree)
    assert (again.returncode, b"nothing to take back" in again.stderr) == (2, True)


def test_rollback_of_what_is_not_there_says_what_there_is(tree: Path) -> None:
    jwtscan_process("fix", cwd=tree)
    done = jwtscan_process("rollback", "20200101-000000-001", cwd=tree)
    assert done.returncode == 2
    assert b"no such fix: 20200101-000000-001" in done.stderr
    assert (tree / "src/join.js").read_text() == FIXED


def test_rollback_refuses_what_has_changed_since(tree: Path) -> None:
    jwtscan_process("fix", cwd=tree)
    (tree / "src/join.js").write_text(FIXED + "// later\n")
    done = jwtscan_process("rollback", cwd=tree)
    assert (done.returncode, b"changed since then: src/join.js" in done.stderr) == (2, True)
    assert (tree / "src/join.js").read_text() == FIXED + "// later\n"


def test_journal_is_never_scanned(tree: Path) -> None:
    jwtscan_process("fix", cwd=tree)
    (tree / ".jwtscan/old.js").write_text(JOIN)
    done = jwtscan_process("scan", "--no-gitignore", "--format", "json", cwd=tree)
    assert json.loads(done.stdout)["findings"] == []


# -- patches ---------------------------------------------------------------------------------------------------------


def test_diff_writes_nothing_and_git_applies_it(tree: Path) -> None:
    done = jwtscan_process("fix", "--diff", cwd=tree)
    assert done.returncode == 1
    assert (tree / "src/join.js").read_text() == JOIN
    assert not (tree / ".jwtscan").exists()
    subprocess.run(["git", "apply", "--check"], cwd=tree, input=done.stdout, check=True)
    subprocess.run(["git", "apply"], cwd=tree, input=done.stdout, check=True)
    assert (tree / "src/join.js").read_text() == FIXED
    assert jwtscan_process("fix", "--diff", cwd=tree).returncode == 0


def test_diff_of_a_folder_inside_is_for_the_top_of_the_work_tree(tree: Path) -> None:
    done = jwtscan_process("fix", "--diff", cwd=tree / "src")
    assert b"--- a/src/join.js\n" in done.stdout
    subprocess.run(["git", "apply"], cwd=tree / "src", input=done.stdout, check=True)
    assert (tree / "src/join.js").read_text() == FIXED


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="bom"),
        pytest.param(lambda text: text.rstrip().encode(), id="no-final-newline"),
        pytest.param(lambda text: text.replace("  ", "\t").encode(), id="tabs"),
        pytest.param(lambda text: text.replace("Kiosk", "Café").encode("latin-1"), id="latin-1"),
        pytest.param(lambda text: text.replace("Kiosk", "Café").encode("utf-16"), id="utf-16"),
        pytest.param(lambda text: text.replace("userName", "\r\n    userName").encode(), id="mixed-line-ends"),
    ],
)
def test_bytes_around_the_fix_stay_and_the_patch_applies(tree: Path, encode: object) -> None:
    assert callable(encode)
    file = tree / "src/with space é.js"
    (tree / "src/join.js").rename(file)
    file.write_bytes(encode(JOIN))
    patch = jwtscan_process("fix", "--diff", cwd=tree).stdout
    done = jwtscan_process("fix", cwd=tree)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == encode(FIXED)
    jwtscan_process("rollback", cwd=tree)
    assert file.read_bytes() == encode(JOIN)
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tree, input=patch, check=True)
    assert file.read_bytes() == encode(FIXED)


def test_patch_of_a_new_file_applies(tree: Path) -> None:
    case = ROOT / "fixtures/demo/server"
    for name in ("meetings.py", "requirements.txt"):
        (tree / name).write_bytes((case / name).read_bytes())
    done = jwtscan_process("fix", "--unsafe-fixes", "--diff", cwd=tree)
    assert b"new file mode 100644\n--- /dev/null\n" in done.stdout
    jwtscan_process("fix", "--unsafe-fixes", cwd=tree)
    made = {path: path.read_bytes() for path in tree.rglob("*.py")}
    assert len(made) == 2
    jwtscan_process("rollback", cwd=tree)
    subprocess.run(["git", "apply"], cwd=tree, input=done.stdout, check=True)
    assert {path: path.read_bytes() for path in tree.rglob("*.py")} == made


def test_diff_on_a_read_only_checkout(tree: Path) -> None:
    (tree / "src/join.js").chmod(0o444)
    assert b"+    sdkKey: apiKey" in jwtscan_process("fix", "--diff", cwd=tree).stdout


def test_formats_do_not_mix_with_a_patch(tree: Path) -> None:
    done = jwtscan_process("fix", "--diff", "--format", "json", cwd=tree)
    assert (done.returncode, b"stdout has the changes" in done.stderr) == (2, True)
    done = jwtscan_process("fix", "--diff", "--format", "json=report.json", cwd=tree)
    assert done.returncode == 1
    assert json.loads((tree / "report.json").read_text())["changes"] == [{"path": "src/join.js", "created": False}]


# -- stdin -----------------------------------------------------------------------------------------------------------


def test_stdin_is_fixed_on_stdout(tree: Path) -> None:
    text = JOIN.replace("\n", "\r\n").replace("Kiosk", "Café").encode("latin-1")
    done = jwtscan_process("fix", "-", "--stdin-filename", "src/join.js", cwd=tree, stdin=text)
    assert (done.returncode, done.stdout) == (0, text.replace(b"    apiKey,", b"    sdkKey: apiKey,"))
    assert b"1 fixed" in done.stderr
    assert (tree / "src/join.js").read_text() == JOIN
    assert not (tree / ".jwtscan").exists()


@pytest.mark.parametrize("name", ["src/x.js", "notes.unknown", "src/other.js"])
@pytest.mark.parametrize("text", [b"", b"x = 1", b"\xff\xfe\x00\x01\x02", b"a\r\nb\rc\n"])
def test_stdin_with_nothing_to_fix_comes_out_as_it_went_in(tree: Path, name: str, text: bytes) -> None:
    done = jwtscan_process("fix", "-", "--stdin-filename", name, cwd=tree, stdin=text)
    assert (done.returncode, done.stdout) == (0, text)


def test_stdin_is_left_alone_where_another_file_would_have_to_change(tree: Path) -> None:
    text = (ROOT / "fixtures/demo/server/meetings.py").read_bytes()
    done = jwtscan_process("fix", "-", "--stdin-filename", "meetings.py", cwd=tree, stdin=text)
    assert (done.returncode, done.stdout) == (1, text)
    assert b"fix the files instead" in done.stderr


# -- which files -----------------------------------------------------------------------------------------------------

KEY = "export const zoom = { meetingKey: 'x' }\n"


def test_given_file_is_fixed_with_the_whole_tree_in_view(tree: Path) -> None:
    (tree / "src/second.js").write_text(JOIN)
    done = jwtscan_process("fix", "src/join.js", cwd=tree)
    assert done.returncode == 0
    assert (tree / "src/join.js").read_text() == FIXED
    assert (tree / "src/second.js").read_text() == JOIN
    assert b"1 fixed, 1 file changed; 0 remaining" in done.stderr


def test_callers_in_files_that_were_not_given_are_changed_too(tree: Path) -> None:
    (tree / "package.json").write_text('{"dependencies": {"jsonwebtoken": "9.0.0", "axios": "1.0.0"}}\n')
    (tree / "token.js").write_text(
        "const jwt = require('jsonwebtoken')\n\n"
        "function zoomToken() {\n"
        "  return jwt.sign({ iss: process.env.ZOOM_API_KEY, exp: Date.now() / 1000 + 60 },\n"
        "    process.env.ZOOM_API_SECRET)\n"
        "}\n\nmodule.exports = { zoomToken }\n"
    )
    (tree / "users.js").write_text(
        "const axios = require('axios')\nconst { zoomToken } = require('./token')\n\n"
        "async function users() {\n"
        "  const token = zoomToken()\n"
        "  return axios.get('https://api.zoom.us/v2/users', { headers: { Authorization: `Bearer ${token}` } })\n"
        "}\n\nmodule.exports = { users }\n"
    )
    jwtscan_process("fix", "--unsafe-fixes", "token.js", cwd=tree)
    assert "jwt.sign" not in (tree / "token.js").read_text()
    assert "await zoomToken()" in (tree / "users.js").read_text()
    assert (tree / "src/join.js").read_text() == JOIN


def test_callers_above_the_working_directory_are_known(tree: Path) -> None:
    (tree / "src/minting.py").write_text(
        "import os\nimport time\n\nimport jwt\n\n\ndef zoom_token(key, secret):\n"
        "    return jwt.encode({'iss': key, 'exp': time.time() + 60}, secret, algorithm='HS256')\n"
    )
    (tree / "users.py").write_text(
        "import os\n\nimport requests\n\nfrom src.minting import zoom_token\n\n\ndef users():\n"
        "    token = zoom_token(os.environ['ZOOM_API_KEY'], os.environ['ZOOM_API_SECRET'])\n"
        "    return requests.get('https://api.zoom.us/v2/users', headers={'Authorization': f'Bearer {token}'})\n"
    )
    jwtscan_process("fix", "--unsafe-fixes", ".", "../users.py", cwd=tree / "src")
    assert "jwt.encode" not in (tree / "src/minting.py").read_text()
    assert "ZOOM_API_KEY" not in (tree / "users.py").read_text()


def test_paths_are_shown_from_where_the_command_is_run(tree: Path) -> None:
    (tree / "top.js").write_text(JOIN)
    (tree / "top.js").chmod(0o444)
    inside = tree / "src/inner"
    inside.mkdir()
    known = json.loads(jwtscan_process("scan", "--format", "json", "../join.js", "../../top.js", cwd=inside).stdout)
    done = jwtscan_process("fix", "--format", "json", "../join.js", "../../top.js", cwd=inside)
    report = json.loads(done.stdout)
    assert [one["path"] for one in report["findings"]] == ["../../top.js"]
    assert [one["path"] for one in report["fixed"]] == ["../join.js"]
    assert report["changes"] == [{"path": "../join.js", "created": False}]
    both = {one["path"]: one["fingerprint"] for one in (*report["findings"], *report["fixed"])}
    assert both == {one["path"]: one["fingerprint"] for one in known["findings"]}


def test_patterns_are_meant_from_the_working_directory(tree: Path) -> None:
    (tree / "join.js").write_text(JOIN)
    (tree / "src/deep").mkdir()
    (tree / "src/deep/join.js").write_text(JOIN)
    jwtscan_process("fix", "--exclude", "./deep/join.js", "--exclude", "/src", "..", cwd=tree / "src")
    assert (tree / "join.js").read_text() == FIXED
    assert (tree / "src/join.js").read_text() == FIXED
    assert (tree / "src/deep/join.js").read_text() == JOIN


@pytest.mark.parametrize("name", ["/nowhere/at/all/join.js", "../../join.js", "none/join.js"])
def test_name_of_a_text_on_stdin_need_not_be_a_file(tree: Path, name: str) -> None:
    done = jwtscan_process("fix", "-", "--stdin-filename", name, cwd=tree, stdin=JOIN.encode())
    assert (done.returncode, done.stdout.decode()) == (0, FIXED)


def test_paths_in_two_trees_are_refused(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "join.js").write_text(JOIN)
    done = jwtscan_process("fix", "src", "../other", cwd=tree)
    assert (done.returncode, b"different trees" in done.stderr) == (2, True)
    assert (other / "join.js").read_text() == JOIN


def test_another_tree_has_its_own_journal(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "join.js").write_text(JOIN)
    done = jwtscan_process("fix", "../other", cwd=tree)
    assert done.returncode == 0, done.stderr
    assert (other / "join.js").read_text() == FIXED
    assert (other / ".jwtscan").is_dir()
    assert not (tree / ".jwtscan").exists()
    assert b"changed ../other/join.js\n" in done.stderr
    assert jwtscan_process("rollback", cwd=other).returncode == 0
    assert (other / "join.js").read_text() == JOIN


def test_missing_path_is_an_error(tree: Path) -> None:
    done = jwtscan_process("fix", "src/none.js", cwd=tree)
    assert (done.returncode, done.stderr.decode()) == (2, "jwtscan: error: src/none.js: no such file or directory\n")


@pytest.mark.parametrize(
    ("obstruct", "reason"),
    [
        pytest.param(lambda file: file.chmod(0o444), "src/join.js is read-only", id="read-only"),
        pytest.param(lambda file: os.link(file, file.with_name("b.txt")), "has 2 names", id="hard-link"),
        pytest.param(
            lambda file: (file.rename(file.parents[2] / "real.js"), file.symlink_to(file.parents[2] / "real.js")),
            "symbolic link",
            id="symlink",
        ),
    ],
)
def test_file_that_cannot_be_replaced_is_left_with_the_reason(tree: Path, obstruct: object, reason: str) -> None:
    assert callable(obstruct)
    (tree / "src/second.js").write_text(JOIN)
    obstruct(tree / "src/join.js")
    done = jwtscan_process("fix", "src/join.js", "src/second.js", cwd=tree)
    assert done.returncode == 1
    assert reason in done.stdout.decode()
    assert (tree / "src/join.js").read_text() == JOIN
    assert (tree / "src/second.js").read_text() == FIXED


def test_pipe_is_passed_over(tree: Path) -> None:
    os.mkfifo(tree / "src/pipe.js")
    done = jwtscan_process("fix", "-v", "src/join.js", "src/pipe.js", cwd=tree)
    assert done.returncode == 0
    assert (tree / "src/join.js").read_text() == FIXED
    assert b"skipped src/pipe.js: a pipe, not a file" in done.stderr


# -- options and endings ---------------------------------------------------------------------------------------------


def test_exit_codes(tree: Path) -> None:
    assert jwtscan_process("fix", "--exit-non-zero-on-fix", cwd=tree).returncode == 1
    assert jwtscan_process("fix", "--exit-non-zero-on-fix", cwd=tree).returncode == 0
    (tree / "src/join.js").write_text(JOIN)
    assert jwtscan_process("fix", "--exit-non-zero-on-fix", "--exit-zero", cwd=tree).returncode == 0
    (tree / "src/join.js").write_text(JOIN)
    (tree / "src/join.js").chmod(0o444)
    assert jwtscan_process("fix", cwd=tree).returncode == 1
    assert jwtscan_process("fix", "--exit-zero", cwd=tree).returncode == 0
    assert jwtscan_process("fix", "--fail-on", "never", cwd=tree).returncode == 0


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2.2", "is older than 2.3, the first Meeting SDK whose join() takes sdkKey"),
        ("1", "is older than 2.3"),
        ("new", "is neither auto nor a version"),
        ("2.18.3.1", "is neither auto nor a version"),
        ("", "is neither auto nor a version"),
    ],
)
def test_target_that_is_none(tree: Path, value: str, reason: str) -> None:
    done = jwtscan_process("fix", "--target", value, cwd=tree)
    assert (done.returncode, reason in done.stderr.decode()) == (2, True)


@pytest.mark.parametrize("value", ["auto", "2.3", "2.18.3", "6"])
def test_target_that_is_one(tree: Path, value: str) -> None:
    assert jwtscan_process("fix", "--target", value, cwd=tree).returncode == 0
    assert "    apiKey,\n" not in (tree / "src/join.js").read_text()


def test_selection_holds_for_fixes_too(tree: Path) -> None:
    done = jwtscan_process("fix", "--ignore", "join-api-key", cwd=tree)
    assert done.returncode == 0
    assert (tree / "src/join.js").read_text() == JOIN


def test_interactive_needs_a_terminal(tree: Path) -> None:
    done = jwtscan_process("fix", "--interactive", cwd=tree)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"--interactive needs a terminal" in done.stderr
    assert jwtscan_process("fix", "--interactive", "--diff", cwd=tree).returncode == 2


def test_json_says_what_was_done_and_what_is_left(tree: Path) -> None:
    (tree / "src/second.js").write_text(JOIN.replace("Kiosk", "Other"))
    (tree / "src/second.js").chmod(0o444)
    done = jwtscan_process("fix", "--format", "json", cwd=tree)
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    assert [(one["path"], one["fix"]["applicability"]) for one in report["fixed"]] == [("src/join.js", "safe")]
    assert report["changes"] == [{"path": "src/join.js", "created": False}]
    (left,) = report["findings"]
    assert (left["path"], left["fix"]["applicability"]) == ("src/second.js", "display")
    assert left["fix"]["because"] == "src/second.js is read-only"
    assert any("General app" in line for line in report["left_to_do"])
    assert report["troubles"] == []


def test_scan_says_what_a_fix_would_do(tree: Path) -> None:
    report = json.loads(jwtscan_process("scan", "--format", "json", cwd=tree).stdout)
    jsonschema.validate(report, SCHEMA)
    assert [one["fix"]["applicability"] for one in report["findings"]] == ["safe"]
    assert "fixed" not in report
    assert (tree / "src/join.js").read_text() == JOIN


# -- mistakes of our own ---------------------------------------------------------------------------------------------


@pytest.fixture
def broken_rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "user-name.py").write_text(BROKEN_RULE)
    return folder


def test_fix_that_breaks_down_leaves_its_finding_and_no_other(tree: Path, broken_rules: Path) -> None:
    done = jwtscan_process("fix", "--rules", str(broken_rules), cwd=tree)
    assert done.returncode == 2
    assert (tree / "src/join.js").read_text() == FIXED
    assert b"user-name a user name is given" in done.stdout
    assert b"internal error in user-name, please report" in done.stdout
    assert b"Traceback" not in done.stderr
    assert b"1 fixed, 1 file changed; 1 remaining: 1 by hand" in done.stderr


def test_traceback_comes_when_asked_for_and_masked(tree: Path, broken_rules: Path) -> None:
    done = jwtscan_process("fix", "-v", "--rules", str(broken_rules), cwd=tree)
    assert b"LookupError" in done.stderr
    assert SECRET.encode() not in done.stderr


def test_scan_goes_on_where_a_fix_breaks_down(tree: Path, broken_rules: Path) -> None:
    done = jwtscan_process("scan", "--format", "json", "--rules", str(broken_rules), cwd=tree)
    assert done.returncode == 1
    fixes = {one["rule"]: one["fix"] for one in json.loads(done.stdout)["findings"]}
    assert fixes["user-name"]["because"] == "internal error in user-name, please report"
    assert fixes["join-api-key"]["applicability"] == "safe"
    assert b"internal error in user-name" in done.stderr


def test_cut_off_run_is_undone_and_said_before_the_next(tree: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom jwtscan.fixing.commit import Write, commit\n"
        "root = Path(sys.argv[1])\n"
        "def step(name):\n    if name.startswith('settle'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "commit(root, [Write(root / 'src/other.js', b'export const x = 1\\n', b'half\\n')], step)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    died = subprocess.run([sys.executable, "-c", script, str(tree)], env=environ, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL
    assert (tree / "src/other.js").read_text() == "half\n"
    done = jwtscan_process("fix", cwd=tree)
    assert b"an earlier run was cut off; its changes were undone" in done.stderr
    assert (tree / "src/other.js").read_text() == "export const x = 1\n"
    assert (tree / "src/join.js").read_text() == FIXED


def test_interrupted_fix_leaves_the_tree_as_it_was(tree: Path) -> None:
    script = (
        "import os, signal, sys\nfrom jwtscan.cli import run\n"
        "def step(event, details):\n"
        "    if event == 'os.rename' and str(details[1]).endswith('join.js'): os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(step)\nsys.exit(run(['fix']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr.decode().strip()) == (130, "jwtscan: interrupted")
    assert (tree / "src/join.js").read_text() == JOIN
    assert jwtscan_process("fix", cwd=tree).returncode == 0


def test_fix_of_a_clean_file_imports_nothing_that_fixes(tree: Path) -> None:
    script = (
        "import sys\nfrom jwtscan.cli import run\ncode = run(['fix', 'src/other.js'])\n"
        "print(*sorted(sys.modules), sep='\\n')\nsys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    heavy = {"libcst", "tree_sitter", "rich", "yaml", "jwtscan.engine.passes", "jwtscan.fixing.credentials"}
    assert not heavy & set(done.stdout.split())
