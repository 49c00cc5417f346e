"""Feeds jwtscan spoiled files for as long as asked, and says what it did not survive.

    python benchmarks/fuzz.py --minutes 30 [--seed N] [--corpus DIR ...] [--failures DIR]
    python benchmarks/fuzz.py --replay FAILURE

Each input goes through the whole of jwtscan: gate, readers, analysis, rules, masks and reports. What is checked
stands in ``check``. Needs Linux (/proc) and a main thread (timers). See README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import gc
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from mutations import mutate

import jwtscan
from jwtscan.engine import Options, Result, scan
from jwtscan.files.kinds import kind_of
from jwtscan.finding import Confidence
from jwtscan.loading import load_rules
from jwtscan.report import PLAIN, masked, render
from jwtscan.rule import Rule

FIXTURES = Path(jwtscan.__file__).parent.parent / "fixtures"
FORMATS = ("text", "concise", "json")
MAX_SEED_FILE = 256 << 10
SECONDS, SECONDS_PER_MB = 5.0, 5.0
PATIENCE = 4
"""How many times its bound of processor time an input may run before the whole process is given up."""
OUTSIDE_EVERY = 400
MEASURE_EVERY = 200
GROWTH = 64.0
"""MiB that memory may grow by after a fifth of the time, for the heap's own unrest."""
SECRET = "Zq7TfAkE4mN9vB2xL6cR8yK1wP5sD3hG0jQu"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJaUTdUZkFrRTRtTjl2QjIifQ.Vx3nT7kQ9mB2rL5wZ8cY1pD4sF6hJ0gA"
HIDDEN = (SECRET[6:], TOKEN[-24:])
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PLANTS = (
    f"apiSecret = '{SECRET}'", f'const api_secret = "{SECRET}";', f"ZOOM_API_SECRET={SECRET}",
    f'"zoom_api_secret": "{SECRET}",', f"jwt.sign({{iss: k, exp: 1}}, '{SECRET}')",
    f"jwt.encode({{'iss': k, 'exp': 1}}, '{SECRET}')", f"token = '{TOKEN}'", f"Authorization: Bearer {TOKEN}",
)  # fmt: skip
NAMES = (
    "zoom.py", "zoom.js", "zoom.ts", "zoom.tsx", "zoom.vue", "zoom.svelte", "zoom.html", "zoom.ipynb", "zoom.sh",
    "zoom.json", "zoom.yml", "zoom.toml", "zoom.ini", "zoom.properties", "zoom.tf", ".env", "Dockerfile",
    "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "pyproject.toml", "Pipfile", "Pipfile.lock",
    "poetry.lock", "uv.lock", "setup.cfg", "setup.py", "environment.yml", "requirements.txt", "docker-compose.yml",
    "zoom.json5", "zoom.ejs",
)  # fmt: skip
STRANGE = ("a\nb", "\x1b[31mred", "\u202ezoom", "zoom\udcff", "a b'\"`$(x)", "zoom" * 50, "%s{0}", "-v")


class TooLong(BaseException):
    """Raised where the program stands when an input has used up its time."""


class BrokenError(Exception):
    """What a check found wrong; the text says what."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file on stdin, or the files of a project, by their paths."""

    files: dict[str, bytes]
    planted: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))

    @property
    def bound(self) -> float:
        """Seconds of processor time."""
        return len(self.files) * SECONDS + self.size / (1 << 20) * SECONDS_PER_MB


@dataclass(slots=True)
class Tally:
    """What a run has seen so far."""

    inputs: int = 0
    files: int = 0
    parsed: int = 0
    findings: int = 0
    size: int = 0
    outside: int = 0
    slowest: tuple[float, int, str] = (0.0, 0, "")
    memory: list[tuple[float, float]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)


# -- inputs ------------------------------------------------------------------------------------------------------------


Seed = tuple[Path, bytes]


def seed_files(folders: Sequence[Path]) -> list[Seed]:
    """The files under ``folders`` that jwtscan reads and that are not too large to spoil by the thousand."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    kept = [path for path in found if path.is_file() and path.stat().st_size <= MAX_SEED_FILE and _is_read(path)]
    return [(path, path.read_bytes()) for path in kept]


def _is_read(path: Path) -> bool:
    return kind_of(path.name, path.as_posix()) is not None


def make_input(draw: random.Random, pool: Sequence[Seed]) -> Input:
    """A spoiled file, now and then under another kind's name; one in eight is a project of several."""
    planted = draw.random() < 0.5
    if draw.random() < 1 / 8:
        near = _near(pool, draw.randrange(len(pool)))
        files = {}
        for number, (path, data) in enumerate(draw.sample(near, min(len(near), draw.randint(2, 6)))):
            files[_project_name(draw, path, number)] = _spoiled(draw, data, pool, planted=planted)
        return Input(files, planted)
    path, data = draw.choice(pool)
    name = draw.choice(NAMES) if draw.random() < 0.2 else "zoom/" + path.name
    return Input({name: _spoiled(draw, data, pool, planted=planted)}, planted)


def _near(pool: Sequence[Seed], at: int) -> Sequence[Seed]:
    """Files that stand near one in the pool: most likely of the same project."""
    return pool[max(at - 4, 0) : at + 5]


def _project_name(draw: random.Random, path: Path, number: int) -> str:
    folder = draw.choice(("", "", "src/", "zoom/", draw.choice(STRANGE) + "/"))
    return folder + (f"{draw.choice(STRANGE)}{number}{path.suffix}" if draw.random() < 0.1 else path.name)


def _spoiled(draw: random.Random, data: bytes, pool: Sequence[Seed], *, planted: bool) -> bytes:
    if draw.random() < 0.97:
        data = mutate(draw, data, [draw.choice(pool)[1]])
    if planted:
        lines = data.splitlines(keepends=True)
        at = draw.randint(0, len(lines))
        data = b"".join([*lines[:at], b"\n" + draw.choice(PLANTS).encode() + b"\n", *lines[at:]])
    return data


# -- checks ------------------------------------------------------------------------------------------------------------


def run(given: Input, rules: Sequence[Rule]) -> tuple[Result, dict[str, str]]:
    """Scans an input and renders it in each format."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        options = _options(given, Path(folder))
        result = scan(options, rules)
        report = masked(result, rules)
        return result, {name: render(report, name, PLAIN) for name in FORMATS}


def _options(given: Input, folder: Path) -> Options:
    if len(given.files) == 1:
        ((name, data),) = given.files.items()
        # The folder's name is random and may be evidence, so one that is always the same stands in for it.
        return Options(cwd=Path("/"), stdin=data, stdin_filename=name, min_confidence=Confidence.LOW, jobs=1)
    place = folder / "zoom"
    for name, data in given.files.items():
        path = place / os.fsdecode(name.encode("utf-8", "surrogateescape"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Options(cwd=place, min_confidence=Confidence.LOW, jobs=1, gitignore=False)


def check(given: Input, rules: Sequence[Rule]) -> tuple[Result, float]:
    """Runs an input and holds what came out against what must be so. Gives the result and its processor seconds.

    Raises ``BrokenError`` for a wrong result and ``TooLong``; anything else that comes up is jwtscan's own error.
    """
    start = time.process_time()
    with limited(given.bound):
        result, texts = run(given, rules)
    seconds = time.process_time() - start
    _check_places(result)
    _check_texts(given, texts)
    if seconds < given.bound / 2:
        with limited(given.bound):
            _, again = run(given, rules)
        if again != texts:
            raise BrokenError("a second run says something else")
    return result, seconds


def _check_places(result: Result) -> None:
    for finding in result.findings:
        for path, span, place in [
            (finding.path, finding.span, finding.start),
            *((step.path, step.span, step.position) for step in finding.trail),
        ]:
            document = result.documents.get(path)
            if document is None:
                raise BrokenError(f"{finding.rule}: no document for {path!r}")
            if not 0 <= span.start <= span.end <= len(document.source):
                raise BrokenError(f"{finding.rule}: {span} is not inside of {path!r}")
            lines = document.lines
            if not (1 <= place.line <= lines.count and 1 <= place.column <= len(lines.text(place.line)) + 2):
                raise BrokenError(f"{finding.rule}: {place} is not in {path!r}")
        if finding.end < finding.start:
            raise BrokenError(f"{finding.rule}: ends before it starts")


def _check_texts(given: Input, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        text.encode()
        raw = _RAW.search(text.replace("\n", ""))
        if raw:
            raise BrokenError(f"{name} shows a control character, {raw[0]!r}")
        if given.planted and any(secret in text for secret in HIDDEN):
            raise BrokenError(f"{name} shows a secret")
    report = json.loads(texts["json"])
    if report["summary"]["findings"] != len(report["findings"]) or len(texts["concise"].splitlines()) < len(
        report["findings"]
    ):
        raise BrokenError("the formats do not agree")


def check_outside(given: Input, rules: Sequence[Rule]) -> None:
    """The same input through the command line, in a process whose hashes are others: the same bytes."""
    ((name, data),) = given.files.items()
    _, texts = run(given, rules)
    command = [sys.executable, "-m", "jwtscan", "scan", "-", "--stdin-filename", name, "--min-confidence", "low"]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(FIXTURES.parent)}
    done = subprocess.run(
        [*command, "--format", "json"], input=data, capture_output=True, cwd="/", env=environment, check=False
    )
    if done.returncode not in (0, 1) and not (done.returncode == 2 and json.loads(texts["json"])["skipped"]):
        raise BrokenError(f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    if done.stdout != texts["json"].encode():
        raise BrokenError("the command line says something else than the same code in this process")


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises ``TooLong`` after so much processor time. What never comes back to Python ends the run with a stack."""
    faulthandler.dump_traceback_later(seconds * PATIENCE * 4, exit=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def _out_of_time(_: int, __: FrameType | None) -> None:
    raise TooLong


# -- the run -----------------------------------------------------------------------------------------------------------


def memory() -> float:
    """MiB that this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def fuzz(minutes: float, seed: int, pool: Sequence[Seed], failures: Path) -> Tally:
    """Runs inputs until the time is up. Every failing one is saved in a folder of ``failures``."""
    rules = load_rules(allow_python=False)
    tally = Tally()
    start = time.monotonic()
    at_work = failures / "at-work"
    while (gone := time.monotonic() - start) < minutes * 60:
        number = tally.inputs
        given = make_input(random.Random(f"{seed}:{number}"), pool)
        _save(at_work, given, "running")
        _one(given, rules, tally, failures / f"{seed}-{number}")
        if number % MEASURE_EVERY == MEASURE_EVERY - 1:
            tally.memory.append((gone, memory()))
            print(_progress(gone, tally), flush=True)
    shutil.rmtree(at_work, ignore_errors=True)
    tally.memory.append((minutes * 60, memory()))
    return tally


def _one(given: Input, rules: Sequence[Rule], tally: Tally, home: Path) -> None:
    number = tally.inputs
    tally.inputs += 1
    tally.files += len(given.files)
    tally.size += given.size
    try:
        result, seconds = check(given, rules)
        tally.parsed += result.parsed
        tally.findings += len(result.findings)
        tally.slowest = max(tally.slowest, (seconds, given.size, home.name))
        if number % OUTSIDE_EVERY == OUTSIDE_EVERY - 1 and len(given.files) == 1:
            tally.outside += 1
            check_outside(given, rules)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        story = traceback.format_exc()
        cause = _cause(error)
        tally.failures[cause] += 1
        if tally.failures[cause] <= 20:
            _save(home, given, story)
        print(f"FAILED {home.name}: {cause}", flush=True)


def _cause(error: BaseException) -> str:
    """What failures of one kind have in common: the error and the innermost line of jwtscan."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/jwtscan/" in frame.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "fuzz.py"
    if isinstance(error, TooLong):
        where = " < ".join(f"{Path(frame.filename).name}:{frame.name}" for frame in frames[-5:][::-1])
    return f"{type(error).__name__} {str(error)[:120]} at {where}"


def _save(home: Path, given: Input, story: str) -> None:
    """The files by number, since their names may be strange, the names, and what went wrong."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for number, data in enumerate(given.files.values()):
        (home / str(number)).write_bytes(data)
    (home / "names.json").write_text(json.dumps([list(given.files), given.planted]))
    (home / "failure.txt").write_text(story)


def _load(home: Path) -> Input:
    names, planted = json.loads((home / "names.json").read_text())
    return Input({name: (home / str(number)).read_bytes() for number, name in enumerate(names)}, planted)


def _progress(gone: float, tally: Tally) -> str:
    return (
        f"{gone / 60:5.1f} min  {tally.inputs} inputs  {tally.findings} findings  {tally.memory[-1][1]:.0f} MiB  "
        f"slowest {tally.slowest[0]:.1f} s  failures {tally.failures.total()}"
    )


def plateau(samples: Sequence[tuple[float, float]]) -> float:
    """The most memory that was held in the first fifth of the time."""
    last = samples[-1][0]
    return max((held for when, held in samples if when <= last / 5), default=samples[0][1])


def summary(tally: Tally, seconds: float) -> str:
    """A table of the run's figures, and each cause of failure with its count."""
    rows = [
        f"inputs {tally.inputs}, each run twice ({tally.inputs / seconds:.1f}/s)",
        f"files {tally.files}, parsed {tally.parsed}, {tally.size / (1 << 20):.0f} MiB",
        f"findings {tally.findings}; by the command line too {tally.outside} inputs",
        f"slowest {tally.slowest[0]:.2f} s of processor time for {tally.slowest[1]} bytes (input {tally.slowest[2]})",
        f"memory {tally.memory[0][1]:.0f} MiB at first, {plateau(tally.memory):.0f} after a fifth of the time, "
        f"{tally.memory[-1][1]:.0f} at the end",
        f"failures {tally.failures.total()}",
        *(f"  {count} x {cause}" for cause, count in tally.failures.most_common()),
    ]
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, nargs="*", default=[], metavar="DIR", help="folders beside fixtures/")
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"), metavar="DIR")
    parser.add_argument("--replay", type=Path, metavar="FAILURE", help="run one saved input again")
    given = parser.parse_args()
    signal.signal(signal.SIGPROF, _out_of_time)
    if given.replay:
        result, seconds = check(_load(given.replay), load_rules(allow_python=False))
        print(f"survived: {len(result.findings)} findings in {seconds:.2f} s")
        return 0
    pool = seed_files([FIXTURES, *given.corpus])
    print(f"seed {given.seed}, {len(pool)} files to spoil", flush=True)
    tally = fuzz(given.minutes, given.seed, pool, given.failures)
    print(summary(tally, given.minutes * 60))
    grown = tally.memory[-1][1] - plateau(tally.memory)
    if grown > GROWTH:
        print(f"memory grew by {grown:.0f} MiB")
    return 1 if tally.failures or grown > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
