"""What several test modules need from the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("jwtscan", deadline=None)
settings.load_profile("jwtscan")

NOBODY = 65534


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
