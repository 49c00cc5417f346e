"""Runs jwtscan on copies of examples and fixtures, and gives what it prints and what it changes."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jwtscan
from jwtscan.cases import Case, prepare
from jwtscan.cli import run
from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability
from jwtscan.loading import load_rules
from jwtscan.text.diff import patch

ROOT = Path(jwtscan.__file__).parent.parent
WIDTH = 80
_LEFT_OF_MARK = re.compile(rb"[ \t]*(?:#|//|/\*[ \t]*\*/|<!--[ \t]*-->|\{/\*[ \t]*\*/\})[ \t]*(?=\r?\n?$)")


class Printed(NamedTuple):
    """What a command wrote to stdout, and its exit code."""

    text: str
    code: int


class Migrated(NamedTuple):
    """What a fix makes of a case: patches by path, the helper modules that it writes, and its titles by rule."""

    patches: dict[str, str]
    helpers: list[str]
    titles: dict[str, str]


@contextmanager
def terminal(place: Path) -> Iterator[None]:
    """Runs what is inside in ``place``, as in a terminal of 80 columns without settings of its own."""
    before, environment = Path.cwd(), dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("JWTSCAN_", "GIT_")) or name in ("NO_COLOR", "CI")]:
        del os.environ[name]
    os.environ["COLUMNS"] = str(WIDTH)
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


def printed(arguments: list[str], place: Path) -> Printed:
    """Runs one command line in ``place``. An error ends the generation with its text."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    said = io.StringIO()
    with terminal(place), redirect_stdout(out), redirect_stderr(said):
        code = run(arguments)
    out.flush()
    buffer = out.buffer
    assert isinstance(buffer, io.BytesIO)
    if code not in (0, 1):
        raise SystemExit(f"jwtscan {' '.join(arguments)}: {said.getvalue()}")
    return Printed(buffer.getvalue().decode("utf-8"), code)


@contextmanager
def copied(source: Path) -> Iterator[Path]:
    """A copy of a folder, in a place that is gone afterwards. Its name stays, and it is its own work tree."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(os.path.realpath(place), source.name)
        shutil.copytree(source, folder)
        git = folder / ".git"
        git.mkdir()
        (git / "HEAD").write_text("ref: refs/heads/main\n")
        yield folder


@contextmanager
def laid_out(case: Case) -> Iterator[Path]:
    """The files of a case without its marks, in a place that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(os.path.realpath(name))
        for want in prepare(case, place):
            file = place / want.path
            lines = file.read_bytes().splitlines(keepends=True)
            if want.line <= len(lines):
                lines[want.line - 1] = _LEFT_OF_MARK.sub(b"", lines[want.line - 1])
            file.write_bytes(b"".join(lines))
        yield place


@cache
def migrated(case: Case, *, unsafe: bool = False) -> Migrated:
    """What ``fix`` makes of a case, with all rules."""
    least = Applicability.UNSAFE if unsafe else Applicability.SAFE
    with laid_out(case) as place:
        made = fix(Options(jobs=1, cwd=place), load_rules(allow_python=False), least=least)
        patches = {}
        for change in made.changes:
            if change.path not in made.templates:
                text = patch(change.path, change.before.raw if change.before else None, change.after.raw)
                # Without its first line, which is git's; a page has one kind of line ends.
                patches[change.path] = text.decode("utf-8", "replace").partition("\n")[2].replace("\r\n", "\n")
    titles = {finding.rule: finding.fix.title for finding in reversed(made.fixed) if finding.fix is not None}
    return Migrated(patches, sorted(made.templates), titles)


def write(pages: dict[Path, str]) -> None:
    """Writes pages, and says which of them have changed."""
    for path, text in pages.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: {path.relative_to(ROOT)}", file=sys.stderr)
