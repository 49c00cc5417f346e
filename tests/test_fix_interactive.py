"""``jwtscan fix --interactive`` on a terminal of its own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from test_cli_fix import FIXED, JOIN, ROOT

Editor = Callable[[str], dict[str, str]]

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

SECRET = "FAKEsecretFAKEsecretFAKEsecretFAKE00"
FILES = ("a.js", "b.js", "c.js")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three files with a fix each; the first has two."""
    for name in FILES:
        (tmp_path / name).write_text(JOIN)
    (tmp_path / "a.js").write_text(JOIN + JOIN.split("\n", 2)[2].replace("start", "again"))
    return tmp_path


def talk(answers: str, cwd: Path, *options: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Runs the command on a terminal and types one answer at each question. Gives its exit code and what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jwtscan", "fix", "--interactive", "--no-progress", *options],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", "TERM": "xterm", **(env or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is one
    )
    os.close(theirs)
    shown, waiting = "", list(answers)
    end = time.monotonic() + 100
    asked = 0
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536).decode("utf-8", "replace")
            except OSError:
                break
        if shown.count("Apply this fix [") > asked:
            asked += 1
            assert waiting, f"one question more than answers: {shown}"
            os.write(ours, waiting.pop(0).encode() + b"\n")
    os.close(ours)
    return process.wait(timeout=60), shown.replace("\r\n", "\n")


def fixed(tree: Path) -> dict[str, int]:
    """How many joins of each file are fixed."""
    return {name: (tree / name).read_text().count("sdkKey") for name in FILES}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ("nnnn", (0, 0, 0)),
        ("yyyy", (2, 1, 1)),
        ("ynny", (1, 0, 1)),
        ("ydny", (1, 0, 1)),
        ("dyn", (0, 1, 0)),
        ("nA", (1, 1, 1)),
        ("na", (1, 1, 1)),
        ("a", (2, 1, 1)),
        ("?syn?yn", (1, 1, 0)),
    ],
)
def test_answers(tree: Path, answers: str, outcome: tuple[int, int, int]) -> None:
    code, shown = talk(answers, tree)
    assert tuple(fixed(tree).values()) == outcome, shown
    assert code == (0 if sum(outcome) == 4 else 1)
    if sum(outcome) < 4:
        assert "not chosen" in shown


def test_quit_writes_nothing_at_all(tree: Path) -> None:
    code, shown = talk("yyq", tree)
    assert (code, sum(fixed(tree).values())) == (1, 0)
    assert "nothing was written" in shown


def test_end_of_input_writes_nothing_at_all(tree: Path) -> None:
    code, shown = talk("y\x04", tree)
    assert (code, sum(fixed(tree).values())) == (130, 0)
    assert "interrupted" in shown


def test_each_fix_is_shown_with_its_patch_and_on_demand_its_finding(tree: Path) -> None:
    (tree / "b.js").unlink()
    (tree / "c.js").unlink()
    (tree / "a.js").write_text(JOIN)
    _, shown = talk("sn", tree)
    assert "a.js:8: join-api-key" in shown
    assert "-    apiKey,\n+    sdkKey: apiKey,\n" in shown
    assert "high confidence" in shown


def test_secrets_around_a_fix_are_masked(tree: Path) -> None:
    text = JOIN.replace("    userName: 'Kiosk',", f"    apiSecret: '{SECRET}',")
    (tree / "a.js").write_text(text)
    _, shown = talk("dnn", tree)
    assert SECRET not in shown
    assert "apiSecret: 'FAKE" in shown


def test_patch_on_a_terminal_is_masked(tree: Path) -> None:
    (tree / "a.js").write_text(JOIN.replace("    userName: 'Kiosk',", f"    apiSecret: '{SECRET}',"))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "jwtscan", "fix", "--diff", "a.js"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode().replace("\r\n", "\n")
    os.close(ours)
    assert done.returncode == 1
    assert "+    sdkKey: apiKey,\n" in shown
    assert SECRET not in shown
    assert SECRET not in done.stderr.decode()


def test_fixed_text_starts_from_what_was_there(tree: Path) -> None:
    talk("dyd", tree)
    assert (tree / "b.js").read_text() == FIXED


# An editor that is a program of Python, run on the file with the patch.
EDITOR = """\
import os, stat, sys
from pathlib import Path
file = Path(sys.argv[-1])
text = file.read_text()
with open({log!r}, "a") as log:
    print(f"{{file}} {{stat.S_IMODE(file.stat().st_mode):o}} {{stat.S_IMODE(file.parent.stat().st_mode):o}}", file=log)
    print(text, file=log)
Path(str(file) + "~").write_text(text)
{body}
"""


@pytest.fixture
def editor(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """Gives the environment with an editor that does what its ``body`` says with ``file`` and its ``text``."""
    folder = tmp_path_factory.mktemp("an editor")

    def made(body: str) -> dict[str, str]:
        script = folder / "edit.py"
        script.write_text(EDITOR.format(log=str(folder / "log"), body=body))
        (folder / "tmp").mkdir(exist_ok=True)
        return {"VISUAL": f"{sys.executable} '{script}' --wait", "EDITOR": "false", "TMPDIR": str(folder / "tmp")}

    return made


def log_of(env: Mapping[str, str]) -> str:
    return (Path(env["TMPDIR"]).parent / "log").read_text()


@pytest.fixture
def one(tree: Path) -> Path:
    """A tree with one file to fix, which holds a secret near the fix."""
    for name in FILES[1:]:
        (tree / name).unlink()
    (tree / "a.js").write_text(JOIN.replace("    userName: 'Kiosk',", f"    apiSecret: '{SECRET}',"))
    return tree


def test_edited_patch_is_applied_in_place_of_the_fix(tree: Path, editor: Editor) -> None:
    env = editor("file.write_text(text.replace('+    sdkKey: apiKey,', '+    sdkKey: apiKey, // mine'))")
    code, shown = talk("eyyy", tree, env=env)
    assert code == 0, shown
    assert (tree / "a.js").read_text().count("    sdkKey: apiKey, // mine\n") == 1
    assert fixed(tree) == {"a.js": 2, "b.js": 1, "c.js": 1}
    assert "4 fixed" in shown


def test_patch_in_the_editor_has_the_secrets_of_the_file_and_nobody_else_may_read_it(one: Path, editor: Editor) -> None:
    env = editor("pass")
    code, shown = talk("e", one, "--select", "join-api-key", env=env)
    assert code == 0, shown
    assert SECRET in (one / "a.js").read_text()
    assert "sdkKey: apiKey" in (one / "a.js").read_text()
    assert SECRET not in shown
    log = log_of(env)
    assert SECRET in log
    assert "fix.diff 600 700\n" in log
    assert list(Path(env["TMPDIR"]).iterdir()) == []


def test_line_copied_from_the_masked_screen_is_refused(one: Path, editor: Editor) -> None:
    env = editor(
        f"masked = \"apiSecret: '{SECRET[:4]}\\u2026',\"\n"
        f"file.write_text(text.replace(\" {' ' * 4}apiSecret\", '-    apiSecret', 1)"
        ".replace('+    sdkKey', f'+    {masked}\\n+    sdkKey', 1))"
    )
    code, shown = talk("en", one, env=env)
    assert code == 1
    assert "is masked, as on the screen" in shown
    assert SECRET in (one / "a.js").read_text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("file.write_text(text.replace('+    sdkKey: apiKey,', '+    sdkKey: (apiKey'))", "would not parse"),
        ("file.write_text(text.replace('     signature,', '     signatures,'))", "the hunk at line 4 does not fit"),
        ("file.write_text('')", "nothing is left of the patch"),
        ("file.write_bytes(text.replace('sdkKey', 'sdkK\\xe9y').encode('latin-1'))", "did not save it as UTF-8"),
        ("sys.exit(3)", "ended with 3; the fix is as it was"),
        ("file.unlink()", "no such file or directory"),
    ],
)
def test_edit_that_cannot_be_taken_is_said_and_asked_again(one: Path, editor: Editor, body: str, said: str) -> None:
    before = (one / "a.js").read_text()
    env = editor(body)
    code, shown = talk("en", one, env=env)
    assert code == 1
    assert said in shown
    assert (one / "a.js").read_text() == before
    assert list(Path(env["TMPDIR"]).iterdir()) == []


def test_second_try_starts_from_the_first_one(one: Path, editor: Editor) -> None:
    env = editor(
        "draft = text.replace('sdkKey: (apiKey', 'sdkKey: apiKey,  //')\n"
        "file.write_text(draft if draft != text else text.replace('sdkKey: apiKey', 'sdkKey: (apiKey'))"
    )
    code, shown = talk("een", one, "--select", "join-api-key", env=env)
    assert "would not parse" in shown
    assert code == 0, shown
    assert "sdkKey: apiKey,  //," in (one / "a.js").read_text()


def test_edit_that_leaves_the_finding_is_written_and_reported_as_remaining(one: Path, editor: Editor) -> None:
    env = editor("file.write_text(text.replace('+    sdkKey: apiKey,', '+    apiKey, // keep for now'))")
    code, shown = talk("en", one, env=env)
    assert code == 1
    assert "apiKey, // keep for now" in (one / "a.js").read_text()
    assert "0 fixed" in shown
    assert "the patch as it was edited leaves this" in shown
    assert shown.count("Apply this fix") == 1


def test_fix_of_several_files_is_one_patch(tmp_path: Path, editor: Editor) -> None:
    (tmp_path / "app.py").write_text(
        "import jwt, requests\nfrom keys import key, secret\n\n\ndef users():\n"
        '    token = jwt.encode({"iss": key, "exp": 1}, secret)\n'
        '    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"})\n'
    )
    (tmp_path / "keys.py").write_text(
        'import os\nkey = os.environ["ZOOM_API_KEY"]\nsecret = os.environ["ZOOM_API_SECRET"]\n'
    )
    env = editor("file.write_text(text.replace('+    token = access_token()', '+    token = access_token()  # mine'))")
    _, shown = talk("e" + "n" * 9, tmp_path, env=env)
    assert "token = access_token()  # mine" in (tmp_path / "app.py").read_text(), shown
    assert "def access_token" in (tmp_path / "zoom_oauth.py").read_text()
    log = log_of(env)
    assert log.count("diff --git") > 1
    assert "# mine" not in log


def test_new_file_edited_into_what_would_not_parse(tmp_path: Path, editor: Editor) -> None:
    test_fix_of_several_files_is_one_patch(tmp_path, editor)
    (tmp_path / "zoom_oauth.py").unlink()
    (tmp_path / "app.py").write_text(
        'import jwt, os\nURL = "https://api.zoom.us/v2"\n'
        'jwt.encode({"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, os.environ["ZOOM_API_SECRET"])\n'
    )
    env = editor("file.write_text(text.replace('+def access_token(', '+def access_token(('))")
    _, shown = talk("e" + "n" * 9, tmp_path, env=env)
    assert "zoom_oauth.py: it would not parse" in shown
    assert not (tmp_path / "zoom_oauth.py").exists()


def test_editor_that_is_not_there_is_said(one: Path) -> None:
    _, shown = talk("en", one, env={"VISUAL": "no-such-editor --wait"})
    assert "cannot start the editor no-such-editor: no such file or directory" in shown
    _, shown = talk("en", one, env={"VISUAL": "", "EDITOR": "vi 'unfinished"})
    assert "EDITOR cannot be read: no closing quotation" in shown
    _, shown = talk("en", one, env={"TERM": "dumb", "VISUAL": "false", "EDITOR": ""})
    assert "the terminal is dumb, and EDITOR is not set" in shown


def test_interrupt_at_the_question_writes_nothing(tree: Path) -> None:
    code, shown = talk("yy\x03", tree)
    assert (code, sum(fixed(tree).values())) == (130, 0)
    assert "interrupted" in shown
    assert "Traceback" not in shown


def test_interrupt_while_the_editor_runs_is_the_editors(one: Path, editor: Editor) -> None:
    """As with git. The terminal sends it to both; an editor that stays is not left alone."""
    env = editor("import signal; signal.signal(2, signal.SIG_IGN); os.killpg(os.getpgid(0), 2)")
    code, shown = talk("e", one, "--select", "join-api-key", env=env)
    assert code == 0, shown
    assert "sdkKey" in (one / "a.js").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_end_while_the_editor_runs_leaves_no_patch_behind(one: Path, editor: Editor, number: int) -> None:
    env = editor(f"os.kill(os.getppid(), {int(number)}); import time; time.sleep(30)")
    before = (one / "a.js").read_text()
    code, shown = talk("e", one, env=env)
    assert code == 128 + number, shown
    assert "ended by a signal" in shown
    assert (one / "a.js").read_text() == before
    assert list(Path(env["TMPDIR"]).iterdir()) == []


def test_editor_that_is_interrupted_ends_the_run(one: Path, editor: Editor) -> None:
    env = editor("import signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)")
    before = (one / "a.js").read_text()
    code, shown = talk("e", one, env=env)
    assert code == 130, shown
    assert "interrupted" in shown
    assert (one / "a.js").read_text() == before
    assert list(Path(env["TMPDIR"]).iterdir()) == []


def test_escapes_in_a_name_never_reach_the_terminal(one: Path, editor: Editor) -> None:
    (one / "a.js").rename(one / "a\x1b[31m\x9b\u202eb.js")
    env = editor("file.write_text(text.replace('+    sdkKey: apiKey,', '+    sdkKey: (apiKey'))")
    _, shown = talk("esn", one, "--select", "join-api-key", env=env)
    assert "would not parse" in shown
    assert not set("\x1b\x9b\u202e") & set(shown), repr(shown)


def test_shell_signs_in_the_editors_name_mean_nothing(one: Path) -> None:
    _, shown = talk("en", one, env={"VISUAL": f"true; touch {one}/made"})
    assert "cannot start the editor true;" in shown
    assert not (one / "made").exists()
