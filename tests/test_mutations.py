"""Mistakes seeded into what fixes, one at a time: the tests named beside each have to notice.

Each runs in a copy of the package, in a process of its own. A mistake whose text is no longer there fails here too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import jwtscan

ROOT = Path(jwtscan.__file__).parent.parent
TEMPLATES = "jwtscan/fixing/templates"
PYTHON_HELPER = "tests/test_token_helper_python.py"
NODE_HELPER = "tests/test_token_helper_node.py"


@dataclass(frozen=True, slots=True)
class Mistake:
    """``old`` stands once in the file ``path`` and becomes ``new``; ``tests`` is the module, ``choose`` its ``-k``."""

    name: str
    path: str
    old: str
    new: str
    tests: str
    choose: str


MISTAKES = [
    Mistake(
        "wrong-grant-type",
        f"{TEMPLATES}/texts/python_fetch_requests.txt",
        "account_credentials",
        "client_credentials",
        PYTHON_HELPER,
        "token_is_kept and requests",
    ),
    Mistake(
        "no-cache",
        f"{TEMPLATES}/texts/python_sync.txt",
        "_tokens[credentials] = token, time.monotonic() + lifetime - MARGIN",
        "end = time.monotonic() + lifetime - MARGIN",
        PYTHON_HELPER,
        "token_is_kept and requests",
    ),
    Mistake(
        "no-expiry-margin",
        f"{TEMPLATES}/texts/python_sync.txt",
        "lifetime - MARGIN",
        "lifetime",
        PYTHON_HELPER,
        "shortly_before and requests",
    ),
    Mistake(
        "milliseconds-for-seconds",
        f"{TEMPLATES}/texts/python_async.txt",
        "lifetime - MARGIN",
        "lifetime * 1000 - MARGIN",
        PYTHON_HELPER,
        "minute_before and aiohttp",
    ),
    Mistake(
        "no-single-flight-of-threads",
        f"{TEMPLATES}/texts/python_sync.txt",
        "    with _lock:  # however many threads ask, one of them fetches",
        "    if True:",
        PYTHON_HELPER,
        "crowd_fetches_one and urllib",
    ),
    Mistake(
        "no-single-flight-of-tasks",
        f"{TEMPLATES}/texts/python_async.txt",
        "_locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())",
        "asyncio.Lock()",
        PYTHON_HELPER,
        "crowd_fetches_one and httpx-async",
    ),
    Mistake(
        "one-token-for-all-credentials",
        f"{TEMPLATES}/texts/python_sync.txt",
        '_tokens.get(credentials, ("", 0.0))',
        'next(iter(_tokens.values()), ("", 0.0))',
        PYTHON_HELPER,
        "tokens_of_their_own and requests",
    ),
    Mistake(
        "government-host-forgotten",
        f"{TEMPLATES}/python.py",
        'return "zoomgov.com" if any(',
        'return "zoom.us" if any(',
        PYTHON_HELPER,
        "government",
    ),
    Mistake(
        "missing-names-not-said",
        f"{TEMPLATES}/texts/python_sync.txt",
        "if not value]",
        "if value is None]",
        PYTHON_HELPER,
        "not_set and requests",
    ),
    Mistake(
        "javascript-milliseconds",
        f"{TEMPLATES}/javascript_text.py",
        "(expires_in - MARGIN) * 1000",
        "(expires_in - MARGIN)",
        NODE_HELPER,
        "minute_before and axios",
    ),
    Mistake(
        "javascript-refusal-kept",
        f"{TEMPLATES}/javascript_text.py",
        "entry.token.catch(() => tokens.delete(key));",
        "entry.token.catch(() => {});",
        NODE_HELPER,
        "refusal_is_not_kept and node-fetch",
    ),
    Mistake(
        "javascript-type-of-the-answer",
        f"{TEMPLATES}/javascript_text.py",
        ' as Partial<Answer>" if typed',
        '" if typed',
        NODE_HELPER,
        "typescript",
    ),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, its rules and what tests it, where the package may be changed."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for folder in ("jwtscan", "rules"):
        shutil.copytree(ROOT / folder, copy / folder)
    for name in ("tests", "fixtures", "pyproject.toml"):
        (copy / name).symlink_to(ROOT / name)
    return copy


def _tested(copy: Path, tests: str, choose: str) -> subprocess.CompletedProcess[str]:
    options = ["-x", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", f"--basetemp={copy.parent / 'temp'}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, tests, "-k", choose],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_noticed(mistake: Mistake, copy: Path, node_modules: Path) -> None:
    path = copy / mistake.path
    text = path.read_text(encoding="utf-8")
    assert text.count(mistake.old) == 1, f"{mistake.path} has {text.count(mistake.old)} times {mistake.old!r}"
    path.write_text(text.replace(mistake.old, mistake.new), encoding="utf-8")
    tested = _tested(copy, mistake.tests, mistake.choose)
    # 1: tests ran and some failed. Anything else says that the mistake kept them from running.
    assert tested.returncode == 1, tested.stdout + tested.stderr


def test_without_a_mistake_the_same_tests_pass(copy: Path, node_modules: Path) -> None:
    for tests in sorted({mistake.tests for mistake in MISTAKES}):
        chosen = sorted({f"({mistake.choose})" for mistake in MISTAKES if mistake.tests == tests})
        tested = _tested(copy, tests, " or ".join(chosen))
        assert tested.returncode == 0, tested.stdout + tested.stderr
