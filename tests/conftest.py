"""What several test modules need from the machine."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings
from nodejs import NODE_MODULES, PROVE, missing
from standin.serving import Authority

# How long an example takes says more of the machine than of the code.
settings.register_profile("jwtscan", deadline=None)
settings.load_profile("jwtscan")

NOBODY = 65534
UNPROVED = "fixed programs and validators were not run"
UNTRIED = "the HTML report was not tried"


class Plain:
    """A folder that belongs to somebody without rights, and a way to be that somebody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def user(self) -> Iterator[None]:
        """Drops root's rights, which open every file; for anybody else nothing changes."""
        if os.geteuid() != 0:
            yield
            return
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plain]:
    """A temporary folder that an unprivileged user can reach, unlike pytest's own under root."""
    folder = Path(tempfile.mkdtemp(prefix="jwtscan-test-"))
    folder.chmod(0o755)
    monkeypatch.setenv("HOME", str(folder))
    yield Plain(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The Node packages of the tests; without them the test is skipped, or fails where all has to be proved."""
    reason = missing()
    if reason is not None:
        (pytest.fail if PROVE else pytest.skip)(f"{UNPROVED}: {reason}")
    return NODE_MODULES


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA that programs under test trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


def pytest_configure() -> None:
    """Takes signals as a terminal sends them: what a shell starts in the background is told to ignore some."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Says once and loudly what was left out for want of Node or Chromium."""
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    for what in (UNPROVED, UNTRIED):
        unproved = [reason for reason in skipped if what in reason]
        if unproved:
            terminalreporter.write_line(f"skipped: {len(unproved)} tests; {unproved[0]}", red=True, bold=True)
