"""The wheel: built without a network, complete, and usable where nothing of the checkout is."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import jwtscan
from jwtscan.loading import load_rules

ROOT = Path(jwtscan.__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    backend = importlib.import_module("hatchling.build")
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        name = str(backend.build_wheel(str(place)))
    finally:
        os.chdir(here)
    return place / name


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_is_for_any_python_and_platform(wheel: Path) -> None:
    assert wheel.name == f"jwtscan-{jwtscan.__version__}-py3-none-any.whl"


def test_wheel_has_what_is_no_python(wheel: Path) -> None:
    names = _names(wheel)
    assert "jwtscan/py.typed" in names
    assert "jwtscan/report/schema/report-v1.schema.json" in names
    assert "jwtscan/config/schema/config.schema.json" in names
    assert "jwtscan/zoom_errors.toml" in names
    assert {"jwtscan/report/html/page.css", "jwtscan/report/html/page.js"} <= names
    assert {f"jwtscan/rules/{path.name}" for path in (ROOT / "rules").glob("*.*")} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_wheel_has_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in _names(wheel)}
    assert tops == {"jwtscan", f"jwtscan-{jwtscan.__version__}.dist-info"}
    assert not [name for name in _names(wheel) if "__pycache__" in name or name.endswith(".pyc")]


def test_installed_package_has_its_rules(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-m", "jwtscan", "rules", "list", "--format", "json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = [rule["id"] for rule in json.loads(done.stdout)]
    assert listed == [rule.id for rule in load_rules(allow_python=False)]
