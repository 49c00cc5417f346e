"""Files that have no word of a credential's: they are looked through once, until a fix changes them."""

from __future__ import annotations

from pathlib import Path

from reports import RULES

from jwtscan.engine import Options, Scan
from jwtscan.fixing.credentials.tree import Words
from jwtscan.meaning.project import Project


def _project(folder: Path) -> Project:
    scan = Scan(Options(paths=(".",), cwd=folder, jobs=1), RULES)
    scan.run()
    assert scan.project is not None
    return scan.project


def test_text_that_was_idle_is_looked_through_again_when_it_is_another(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text('import os  # zoom.us\nKEY = os.environ["ZOOM_API_KEY"]\n')
    (tmp_path / "other.py").write_text("x = 1\n")
    words = Words({"ZOOM_API_KEY"})
    before = _project(tmp_path)
    before.load("other.py")
    for _ in range(2):
        assert [unit.path for unit in words.units(before, ["ZOOM_API_KEY"])] == ["use.py"]
    (tmp_path / "other.py").write_text('x = "ZOOM_API_KEY"\n')
    after = _project(tmp_path)
    after.load("other.py")
    assert [unit.path for unit in words.units(after, ["ZOOM_API_KEY"])] == ["other.py", "use.py"]
    assert words.units(after, ["ZOOM_API_SECRET"]) == []
