"""The README shows what jwtscan really prints. ``python tests/test_readme.py`` writes it anew."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jwtscan
from jwtscan.loading import load_rules
from jwtscan.report.catalogue import rules_table

ROOT = Path(jwtscan.__file__).parent.parent
README = ROOT / "README.md"

_CONSOLE = re.compile(
    r"(?<=^```console\n)\$ jwtscan (?P<arguments>[^\n]*)\n(?P<output>.*?)(?=^```$)", re.MULTILINE | re.DOTALL
)
_TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


def _ran(match: re.Match[str]) -> str:
    """A console block as a terminal of 100 columns shows it, run where it may write."""
    arguments = match["arguments"].split()
    if arguments[0] in ("scan", "fix") and not {"--format", "--diff"} & set(arguments):
        arguments += ["--format", "text"]
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "fixtures/demo", Path(place, "fixtures/demo"))
        done = subprocess.run(
            [sys.executable, "-m", "jwtscan", *arguments],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert done.returncode in (0, 1), done.stderr
    return f"$ jwtscan {match['arguments']}\n{done.stdout.decode('utf-8')}"


def current(text: str) -> str:
    """The README with every output and the table of rules as they are now."""
    table = rules_table(load_rules(allow_python=False))
    return _TABLE.sub(lambda _: table, _CONSOLE.sub(_ran, text))


def test_readme_shows_what_is_printed() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(_CONSOLE.findall(text)) >= 3
    assert len(_TABLE.findall(text)) == 1
    assert text == current(text), "python tests/test_readme.py writes it anew"


def test_readme_names_no_option_that_is_not_there() -> None:
    text = README.read_text(encoding="utf-8")
    helped = "".join(
        subprocess.run(
            [sys.executable, "-m", "jwtscan", command, "--help"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for command in ("scan", "fix", "rollback")
    )
    others = {"--zoom-error", "--quiet", "--upgrade", "--editable", "--group", "--git"}
    assert {option for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text) if option not in helped} <= others


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
