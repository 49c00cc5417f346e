"""How fixtures are read: marks, lists beside files, and what reaches the scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from jwtscan.cases import Case, CaseError, Want, find_cases, prepare


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    return place


def _file(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_cases_are_files_and_folders(tmp_path: Path) -> None:
    _file(tmp_path / "a-rule" / "one.json", "{}")
    _file(tmp_path / "a-rule" / "one.json.want", "")
    _file(tmp_path / "a-rule" / ".env", "")
    _file(tmp_path / "b-rule" / "many" / "deep" / "x.py", "")
    _file(tmp_path / "README.md", "")
    assert [case.name for case in find_cases(tmp_path)] == ["a-rule/.env", "a-rule/one.json", "b-rule/many"]


def test_marks_are_read_and_blanked(tmp_path: Path, place: Path) -> None:
    file = _file(tmp_path / "a.py", "x = 1  # want: jwt-mint, half-migrated\r\ny = 2\r\nz = 3  # want:jwt-mint\r\n")
    wants = prepare(Case("jwt-mint", file), place)
    assert wants == [Want("a.py", 1, "half-migrated"), Want("a.py", 1, "jwt-mint"), Want("a.py", 3, "jwt-mint")]
    copy = (place / "a.py").read_bytes()
    assert len(copy) == len(file.read_bytes())
    assert b"want" not in copy
    assert b"jwt" not in copy


def test_list_beside_a_file_in_a_folder(tmp_path: Path, place: Path) -> None:
    _file(tmp_path / "case" / "conf" / "a.json", '{\n"a": 1}')
    _file(tmp_path / "case" / "conf" / "a.json.want", "2 one-rule\n\n1 other-rule\n")
    wants = prepare(Case("one-rule", tmp_path / "case"), place)
    assert wants == [Want("conf/a.json", 1, "other-rule"), Want("conf/a.json", 2, "one-rule")]
    assert [path.relative_to(place).as_posix() for path in sorted(place.rglob("*"))] == ["conf", "conf/a.json"]


def test_list_that_cannot_be_read(tmp_path: Path, place: Path) -> None:
    file = _file(tmp_path / "a.json", "{}")
    _file(tmp_path / "a.json.want", "one-rule")
    with pytest.raises(CaseError, match=r"a\.json\.want: 'one-rule' is not 'line rule-id'"):
        prepare(Case("one-rule", file), place)
