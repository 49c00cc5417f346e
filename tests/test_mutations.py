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
FIXING = "jwtscan/fixing"
TEMPLATES = f"{FIXING}/templates"
RECIPES = f"{FIXING}/recipes"
PYTHON_HELPER = "tests/test_token_helper_python.py"
NODE_HELPER = "tests/test_token_helper_node.py"
RUN_PYTHON = "tests/test_run_python.py"
RUN_NODE = "tests/test_run_node.py"
SIGNATURES = "tests/test_signatures_run.py"
CASES = "tests/test_rules.py"
NODE = {NODE_HELPER, RUN_NODE, SIGNATURES}
"""These need the Node packages."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """``old`` stands once in the file or folder ``path`` and becomes ``new``.

    ``tests`` is the module of tests, ``choose`` its ``-k``.
    """

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
    # What was done to the old token
    Mistake(
        "decode-left",
        FIXING,
        'parent.attr.value == "decode"',
        'parent.attr.value == "decoded"',
        RUN_PYTHON,
        "decode-elsewhere",
    ),
    Mistake(
        "slice-left",
        FIXING,
        "_CUT.fullmatch(cut.strip())",
        "_CUT.fullmatch(cut.strip() * 2)",
        RUN_PYTHON,
        "run-http-client",
    ),
    Mistake(
        "callers-in-other-files-forgotten",
        FIXING,
        "self.plan.project.callers.of(known)",
        "[one for one in self.plan.project.callers.of(known) if one[0] is unit]",
        RUN_PYTHON,
        "decode-elsewhere",
    ),
    # Where the token comes from
    Mistake(
        "helper-not-written",
        f"{TEMPLATES}/python.py",
        "        intents.append(NewFile(",
        "        (NewFile(",
        RUN_PYTHON,
        "run-requests",
    ),
    Mistake(
        "import-of-the-helper-forgotten",
        f"{TEMPLATES}/python.py",
        "    if not is_imported:",
        "    if is_imported:",
        RUN_PYTHON,
        "run-requests",
    ),
    Mistake(
        "own-credentials-not-handed-on",
        f"{RECIPES}/server_to_server/python.py",
        "client_secret=given.client_secret",
        "client_secret=given.client_id",
        RUN_PYTHON,
        "run-class-parameters",
    ),
    Mistake(
        "constant-keeps-its-token",
        RECIPES,
        "if not self.tree.path_of(self.root) and lasts(",
        "if self.tree.path_of(self.root) and lasts(",
        RUN_PYTHON,
        "run-import-time",
    ),
    Mistake(
        "field-keeps-its-token",
        RECIPES,
        "if constructor_of(self.tree, self.root) is not None:\n            made",
        "if constructor_of(self.tree, self.root) is None:\n            made",
        RUN_PYTHON,
        "run-init-headers",
    ),
    Mistake(
        "header-keeps-a-stored-token",
        FIXING,
        "    if lifting.is_needed(target):",
        "    if not lifting.is_needed(target):",
        RUN_PYTHON,
        "run-stored",
    ),
    Mistake(
        "import-that-is-still-read-taken-out",
        FIXING,
        "return all(any(span.holds(read) for span in spans) for read in held.reads)",
        "return bool(spans)",
        RUN_PYTHON,
        "run-hand-made",
    ),
    # Asynchrony
    Mistake(
        "await-missed",
        FIXING,
        'else ("await ", "")',
        'else ("", "")',
        RUN_NODE,
        "run-node-class",
    ),
    Mistake(
        "callers-left-synchronous",
        FIXING,
        "        self.suspend(unit, tree, call)\n",
        "",
        CASES,
        "run-node-class and fixed",
    ),
    Mistake(
        "types-left-synchronous",
        FIXING,
        'f"Promise<{text}>".encode()',
        "text.encode()",
        RUN_NODE,
        "run-typescript and not fetch",
    ),
    # The SDK's signature and key
    Mistake(
        "claim-by-another-name",
        RECIPES,
        '"tokenExp": exp}',
        '"token_exp": exp}',
        SIGNATURES,
        "documented",
    ),
    Mistake(
        "claim-in-milliseconds",
        RECIPES,
        '"Math.floor(Date.now() / 1000) - 30")',
        '"Math.floor(Date.now()) - 30")',
        SIGNATURES,
        "route",
    ),
    Mistake(
        "sdk-key-missing-below-4",
        RECIPES,
        "_ALONE: Release = (4, 0, 0)",
        "_ALONE: Release = (0, 0, 0)",
        CASES,
        "sdk-3 and fixed",
    ),
    Mistake(
        "bare-rename-of-a-shorthand",
        FIXING,
        "if short else new.encode()",
        "if not entry else new.encode()",
        CASES,
        "join-api-key and first and fixed",
    ),
    Mistake(
        "key-taken-out-below-4",
        RECIPES,
        "release >= zoom.NO_JOIN_KEY else",
        "release < zoom.NO_JOIN_KEY else",
        CASES,
        "with-the-package and fixed",
    ),
    # Credentials and manifests
    Mistake(
        "old-value-carried-over",
        FIXING,
        '    if quoted:\n        return b""',
        "    return source[span.start : span.end]",
        CASES,
        "run-dotenv and fixed",
    ),
    Mistake(
        "variable-left-in-the-settings-file",
        FIXING,
        "text = word_of(old).sub(new.encode(), text)",
        "text = word_of(old).sub(old.encode(), text)",
        RUN_PYTHON,
        "run-dotenv",
    ),
    Mistake(
        "requirement-not-raised",
        FIXING,
        """return f"{pin['before']}{least}{pin['after']}\"""",
        "return requirement.specifier",
        CASES,
        "run-zoomus and fixed",
    ),
    Mistake(
        "third-place-not-by-keyword",
        RECIPES,
        '{"api_key": "client_id", "api_secret": "client_secret"},\n    "api_account_id",',
        '{"api_key": "client_secret", "api_secret": "client_id"},\n    "api_account_id",',
        RUN_PYTHON,
        "run-zoomus",
    ),
    Mistake(
        "comma-left-in-the-manifest",
        FIXING,
        "        yield Span(before - 1, span.end)",
        "        yield Span(before, span.end)",
        CASES,
        "run-node-axios and fixed",
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
def test_mistake_is_noticed(mistake: Mistake, copy: Path, request: pytest.FixtureRequest) -> None:
    if mistake.tests in NODE:
        request.getfixturevalue("node_modules")
    place = copy / mistake.path
    files = [place] if place.is_file() else [*place.rglob("*.py"), *place.rglob("*.txt")]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    found = [file for file, text in texts.items() for _ in range(text.count(mistake.old))]
    assert len(found) == 1, f"{mistake.path} has {len(found)} times {mistake.old!r}"
    found[0].write_text(texts[found[0]].replace(mistake.old, mistake.new), encoding="utf-8")
    tested = _tested(copy, mistake.tests, mistake.choose)
    # 1: tests ran and some failed. Anything else says that the mistake kept them from running.
    assert tested.returncode == 1, tested.stdout + tested.stderr


@pytest.mark.parametrize("tests", sorted({mistake.tests for mistake in MISTAKES}))
def test_without_a_mistake_the_same_tests_pass(tests: str, copy: Path, request: pytest.FixtureRequest) -> None:
    if tests in NODE:
        request.getfixturevalue("node_modules")
    chosen = sorted({f"({mistake.choose})" for mistake in MISTAKES if mistake.tests == tests})
    tested = _tested(copy, tests, " or ".join(chosen))
    assert tested.returncode == 0, tested.stdout + tested.stderr
