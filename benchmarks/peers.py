"""Times jwtscan beside ripgrep, ast-grep and semgrep on the same question and prints Markdown tables.

    python benchmarks/peers.py trees DIR [DIR ...]   every tool on every tree
    python benchmarks/peers.py linear DIR            one, two and four copies of a tree
    python benchmarks/peers.py start                 one file, --version, and a bare interpreter

Tools are taken from PATH; what is missing is said and left out. See README.md for what the figures mean.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from measure import Series, floor, interleave

from jwtscan.engine import OWN_WORD
from jwtscan.files.gate import ZOOM
from jwtscan.files.kinds import EXTENSIONS, NAMES
from jwtscan.files.selection import FILE_ENDINGS, FOLDER_ENDINGS, FOLDERS
from jwtscan.loading import load_rules

RULES = Path(__file__).with_name("rules")
TOOLS = ("jwtscan", "rg", "ast-grep", "semgrep")
JOBS = "2"

COPIES = (1, 2, 4)

CLEAN = '''\
"""Numbers of a rota."""

import datetime


def weeks(start: datetime.date, count: int) -> list[datetime.date]:
    return [start + datetime.timedelta(weeks=number) for number in range(count)]
'''
FOUND = """\
import time

import jwt
import requests

ZOOM_API_KEY = "not-a-real-api-key-000"
ZOOM_API_SECRET = "not-a-real-api-secret-0000000000000"


def token():
    return jwt.encode({"iss": ZOOM_API_KEY, "exp": time.time() + 90}, ZOOM_API_SECRET, algorithm="HS256")


def users():
    headers = {"authorization": "Bearer " + token()}
    return requests.get("https://api.zoom.us/v2/users", headers=headers, timeout=10).json()
"""


class Tool(NamedTuple):
    """A scanner on this machine: its command up to the paths, and what ``--version`` said."""

    name: str
    scan: tuple[str, ...]
    version_command: tuple[str, ...]
    version: str


def installed(wanted: Sequence[str]) -> list[Tool]:
    """The wanted tools that are here. Says on stderr which are not."""
    found = []
    for name in wanted:
        program = (sys.executable, "-m", "jwtscan") if name == "jwtscan" else (shutil.which(name) or name,)
        asked = (*program, "--version", *(("--disable-version-check",) if name == "semgrep" else ()))
        try:
            answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            print(f"{name} is missing", file=sys.stderr)
            continue
        version = answer.partition("\n")[0]
        found.append(
            Tool(name, (*program, *_arguments(name)), asked, version if name in version else f"{name} {version}")
        )
    return found


def _arguments(name: str) -> list[str]:
    """How each tool is asked the question: on the same files, with two threads or processes, output in short."""
    # What jwtscan passes over unless it is named, so that nobody else looks there either.
    passed = [*sorted(FOLDERS), *(f"*{ending}" for ending in (*FOLDER_ENDINGS, *FILE_ENDINGS))]
    if name == "jwtscan":
        return ["scan", "--no-progress", "--format", "json"]
    if name == "rg":
        names = {*NAMES, *(one.capitalize() for one in NAMES), ".env*", "requirements*.txt"}
        kinds = ",".join(sorted({f"*.{extension}" for extension in EXTENSIONS} | names))
        asked = ["--no-config", "--files-with-matches", "--threads", JOBS, "--ignore-case", "--fixed-strings"]
        asked += ["--no-ignore", "--hidden", "--max-filesize", "8M", f"--glob=!{{{','.join(passed)}}}"]
        asked += ["--type-add", f"asked:{{{kinds}}}", "--type", "asked"]
        return [*asked, *(f"--regexp={word}" for word in _words())]
    if name == "ast-grep":
        asked = ["scan", "--threads", JOBS, "--no-ignore", "hidden", "--no-ignore", "vcs", "--report-style", "short"]
        return [*asked, f"--globs=!{{{','.join(passed)}}}", "--rule", str(RULES / "ast-grep.yml")]
    asked = ["scan", "--jobs", JOBS, "--metrics", "off", "--disable-version-check", "--quiet", "--no-git-ignore"]
    asked += ["--x-ignore-semgrepignore-files", *(f"--exclude={pattern}" for pattern in passed)]
    return [*asked, "--config", str(RULES / "semgrep.yml")]


def _words() -> list[str]:
    """The words of jwtscan's first pass over every file."""
    anywhere = (word for rule in load_rules(allow_python=True) if rule.anywhere for word in rule.keywords)
    return sorted({ZOOM.decode(), OWN_WORD.decode(), *anywhere})


def trees(tools: Sequence[Tool], folders: Sequence[Path], chosen: argparse.Namespace) -> Iterator[str]:
    """Every tool on every tree, one table a tree."""
    for folder in folders:
        series = [Series(tool.name, (*tool.scan, "."), folder) for tool in tools]
        interleave(series, chosen.runs, limit=chosen.limit, patience=chosen.patience)
        yield from _table(f"{folder.name}: {_size(folder)}", series)


def linear(tools: Sequence[Tool], folders: Sequence[Path], chosen: argparse.Namespace) -> Iterator[str]:
    """Copies of a tree beside each other: twice the files should take twice the time."""
    for folder in folders:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="copies-") as scratch:
            series = []
            for count in COPIES:
                target = Path(scratch) / f"x{count}"
                for number in range(count):
                    shutil.copytree(folder, target / f"copy{number}", copy_function=os.link, symlinks=True)
                series += [Series(f"{tool.name} x{count}", (*tool.scan, "."), target) for tool in tools]
            interleave(series, chosen.runs, limit=chosen.limit, patience=chosen.patience)
        for tool in tools:
            own = [one for one in series if one.name.rpartition(" ")[0] == tool.name]
            yield from _table(f"{tool.name} on copies of {folder.name}: {_size(folder)} each", own)


def start(tools: Sequence[Tool], _: Sequence[Path], chosen: argparse.Namespace) -> Iterator[str]:
    """One file without and one with a finding, and ``--version``, beside an interpreter that does nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "clean.py").write_text(CLEAN, encoding="utf-8")
        (folder / "found.py").write_text(FOUND, encoding="utf-8")
        series = [Series("python -c pass", (sys.executable, "-c", "pass"), folder)]
        for tool in tools:
            series.append(Series(f"{tool.name} --version", tool.version_command, folder))
            series += [Series(f"{tool.name} {file}", (*tool.scan, file), folder) for file in ("clean.py", "found.py")]
        interleave(series, chosen.runs, limit=chosen.limit, patience=chosen.patience)
    yield from _table("Start and one file", series)


def _table(title: str, series: Sequence[Series]) -> Iterator[str]:
    """A Markdown table of medians; ratios are to its first row that has a time."""
    yield f"\n### {title}\n"
    yield "| command | median | fastest to slowest | runs | largest process | ratio |"
    yield "|---|---:|---:|---:|---:|---:|"
    base = next((one.median for one in series if one.samples), None)
    for one in series:
        if one.trouble or base is None:
            yield f"| {one.name} | {one.trouble or 'not run'} | | | | |"
            continue
        low, high = one.spread
        yield (
            f"| {one.name} | {one.median:.3f} s | {low:.3f} to {high:.3f} s | {len(one.samples)} "
            f"| {one.peak:.0f} MiB | {one.median / base:.2f} |"
        )


def _size(folder: Path) -> str:
    files = size = 0
    for path, _, names in os.walk(folder):
        files += len(names)
        size += sum(Path(path, name).lstat().st_size for name in names)
    return f"{files} files, {size / 1e6:.0f} MB"


def _about(tools: Sequence[Tool], floor: float) -> Iterator[str]:
    """What was measured where; long lists of patterns are cut short."""
    yield f"CPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}."
    yield f"Memory under {floor:.0f} MiB cannot be told from the measuring process's own.\n"
    for tool in tools:
        words = [
            Path(word).name if Path(word).is_absolute() else word for word in tool.scan if word[:10] != "--exclude="
        ]
        yield f"- {tool.version}: `{' '.join(word if len(word) < 40 else f'{word[:20]}…' for word in words)} .`"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Time jwtscan beside its peers; prints Markdown.")
    parser.add_argument("what", choices=("trees", "linear", "start"))
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--tools", default=",".join(TOOLS), help="comma separated (%(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="rounds after the warm-up (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=1800, help="seconds after which one run is stopped (%(default)s)"
    )
    parser.add_argument("--patience", type=float, default=300, help="seconds a command may use in all (%(default)s)")
    chosen = parser.parse_args(arguments)
    wanted = chosen.tools.split(",")
    folders = [folder.resolve() for folder in chosen.folders]
    for problem in _problems(chosen.what, wanted, folders):
        parser.error(problem)
    tools = installed(wanted)
    mode = {"trees": trees, "linear": linear, "start": start}[chosen.what]
    for line in itertools.chain(_about(tools, floor()), mode(tools, folders, chosen)):
        print(line, flush=True)
    return 0 if tools else 1


def _problems(what: str, wanted: Sequence[str], folders: Sequence[Path]) -> Iterator[str]:
    if what != "start" and not folders:
        yield f"{what} needs a folder"
    yield from (f"{name} is not one of {', '.join(TOOLS)}" for name in wanted if name not in TOOLS)
    yield from (f"{folder} is no folder" for folder in folders if not folder.is_dir())


if __name__ == "__main__":
    sys.exit(main())
