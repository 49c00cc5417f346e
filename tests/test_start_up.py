"""What is imported before anything is found: nearly all of the time of a short run goes there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import jwtscan

ROOT = Path(jwtscan.__file__).parent.parent

# Everything that costs more than a few milliseconds, ours and others'.
HEAVY = {
    "asyncio",
    "concurrent",
    "csv",
    "difflib",
    "email",
    "http",
    "importlib.metadata",
    "jwtscan.cases",
    "jwtscan.fixing",
    "jwtscan.report.catalogue",
    "jwtscan.report.linehash",
    "jwtscan.syntax.javascript",
    "jwtscan.syntax.manifest",
    "jwtscan.syntax.notebook",
    "jwtscan.syntax.pages",
    "jwtscan.syntax.python",
    "jwtscan.syntax.settings",
    "jwtscan.zoom_errors",
    "libcst",
    "logging",
    "multiprocessing",
    "rich",
    "socket",
    "ssl",
    "tempfile",
    "traceback",
    "tree_sitter",
    "unittest",
    "urllib.request",
    "xml",
    "yaml",
}


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules that are there when a command line has run, but not in a bare interpreter."""
    script = (
        "import sys; bare = set(sys.modules); from jwtscan.cli import run; "
        f"code = run({list(arguments)!r}); "
        "print('\\n'.join(sorted(set(sys.modules) - bare)), file=sys.stderr); sys.exit(code)"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_version_imports_click_and_nothing_of_the_scanner(tmp_path: Path) -> None:
    found = imported("--version", cwd=tmp_path)
    ours = {name for name in found if name.startswith("jwtscan")}
    assert ours == {"jwtscan", "jwtscan.cli", "jwtscan.cli.ending", "jwtscan.cli.signals", "jwtscan.nearest"}
    assert "click" in found
    assert not found & HEAVY


@pytest.mark.parametrize("name", ["concise", "json"])
def test_clean_scan_imports_no_parser_and_no_screen(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.js").write_text("const zoom = 12\n")
    (tmp_path / "c.yaml").write_text("a: 1\n")
    found = imported("scan", "--format", name, cwd=tmp_path)
    assert not found & HEAVY


def test_text_report_on_a_clean_tree_has_rich_and_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    found = imported("scan", "--format", "text", cwd=tmp_path)
    assert "rich" in found
    assert not any(name.startswith(("tree_sitter", "libcst", "yaml")) for name in found)


def test_python_tree_needs_no_other_grammar(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import jwt\n# zoom.us\nx = jwt.encode({}, 'secret')\n")
    found = imported("scan", "--format", "json", cwd=tmp_path)
    assert "tree_sitter_python" in found
    assert not found & {"tree_sitter_javascript", "tree_sitter_typescript", "tree_sitter_html", "libcst", "rich"}


@pytest.mark.parametrize("name", ["token", "html", "click", "dataclasses", "libcst", "difflib"])
def test_module_of_the_scanned_tree_is_never_run(name: str, tmp_path: Path) -> None:
    """``python -m`` looks for modules in the working directory first."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the scanned tree was run')\n", encoding="utf-8")
    minting = (
        'URL = "https://api.zoom.us/v2"\nimport jwt\njwt.encode({"iss": ZOOM_API_KEY, "exp": 1}, ZOOM_API_SECRET)\n'
    )
    (tmp_path / "app.py").write_text(minting, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "jwtscan", "fix", "--diff", "."]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert "was run" not in done.stdout + done.stderr
    assert done.returncode == 1


def test_a_configuration_loads_no_rule(tmp_path: Path) -> None:
    (tmp_path / "jwtscan.toml").write_text('min-severity = "warning"\nexclude = ["old/"]\n')
    (tmp_path / "a.py").write_text("x = 1\n")
    found = imported("scan", "--format", "concise", cwd=tmp_path)
    assert "jwtscan.config.keys" in found
    assert not found & {*HEAVY, "jwtscan.declared", "jwtscan.syntax.ir", "jwtscan.loading"}
