"""docs/formats.md has every format, and its excerpts are of what is really printed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

import jwtscan
from jwtscan.cli import run
from jwtscan.report import FORMATS

ROOT = Path(jwtscan.__file__).parent.parent
TEXT = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"^```console\n\$ jwtscan ([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
ELSEWHERE = {"text", "html", "jsonl"}
"""Shown on other pages, or the same as another."""


@pytest.mark.parametrize(("command", "excerpt"), EXCERPTS, ids=[command for command, _ in EXCERPTS])
def test_excerpt_is_printed(
    command: str, excerpt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "fixtures/demo", tmp_path / "fixtures/demo")
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(command)) == 1
    printed, at = capsys.readouterr().out.replace("\r\n", "\n"), 0
    for part in excerpt.split("…\n"):
        assert part in printed[at:]
        at = printed.index(part, at) + len(part)
    assert printed[at:] == "" or excerpt.endswith("…\n")


def test_every_format_has_its_place() -> None:
    (table,) = re.findall(r"\n\| Format .*?\n\n", TEXT, re.DOTALL)
    listed = [name for row in table.split("\n| ") for name in re.findall(r"`(\w+)`", row.split("|")[0])]
    assert sorted(listed) == sorted(FORMATS)
    shown = {match for command, _ in EXCERPTS for match in re.findall(r"--format (\w+)", command)}
    assert shown == {*FORMATS} - ELSEWHERE
