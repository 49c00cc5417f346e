"""Runs commands in turn and takes their wall time and peak memory. Knows nothing of what they do."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds from start to end, and the memory in MiB that its largest single process held.

    A parent's figure covers the children it waited for (``wait4``), but as the largest of them, not as their sum.
    """

    seconds: float
    mebibytes: float


@dataclass(slots=True)
class Series:
    """One command, its samples, and why it has no more of them."""

    name: str
    command: tuple[str, ...]
    folder: Path
    samples: list[Sample] = field(default_factory=list)
    trouble: str = ""

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(sample.seconds for sample in self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest run in seconds."""
        seconds = [sample.seconds for sample in self.samples]
        return min(seconds), max(seconds)

    @property
    def peak(self) -> float:
        """MiB."""
        return max(sample.mebibytes for sample in self.samples)


def interleave(series: Sequence[Series], runs: int, *, limit: float, patience: float) -> None:
    """Runs every command once to warm up and then ``runs`` times, one after the other in each round.

    A run is stopped after ``limit`` seconds. A command that has used up ``patience`` seconds sits out the later rounds;
    one whose warm-up alone did keeps that run as its only sample.
    """
    for one in series:
        _add(one, limit)
    spent = {id(one): sum(sample.seconds for sample in one.samples) for one in series}
    for one in series:
        if spent[id(one)] < patience:
            one.samples.clear()
    for _ in range(runs):
        for one in series:
            if not one.trouble and spent[id(one)] < patience:
                _add(one, limit)
                spent[id(one)] += one.samples[-1].seconds if one.samples else 0


def _add(series: Series, limit: float) -> None:
    try:
        series.samples.append(run(series.command, series.folder, limit=limit))
    except (RuntimeError, OSError) as error:
        series.trouble = str(error)


def run(command: Sequence[str], folder: Path, *, limit: float, env: Mapping[str, str] | None = None) -> Sample:
    """Runs a command in ``folder``, its output thrown away. Exit codes 0 and 1 are fine: scanners exit 1 on findings.

    Raises ``RuntimeError`` with the last line of its errors for any other exit, and after ``limit`` seconds.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        stopper = threading.Timer(limit, os.killpg, (child.pid, signal.SIGKILL))
        stopper.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        stopper.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode == -signal.SIGKILL:
            raise RuntimeError(f"stopped after {seconds:.0f} s")
        if child.returncode not in (0, 1):
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise RuntimeError(f"exit {child.returncode}: {lines[-1] if lines else 'no message'}")
    return Sample(seconds, usage.ru_maxrss / 1024)


def floor() -> float:
    """The MiB below which no figure can be: a child starts as a copy of this process."""
    return run(("true",), Path.cwd(), limit=60).mebibytes
