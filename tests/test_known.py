"""Findings that are known already: one identity from wherever one looks, and what is left out because of it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from jwtscan.engine import Options, scan
from jwtscan.engine.fix import fix
from jwtscan.engine.known import Known
from jwtscan.engine.standpoint import from_top, seen_from
from jwtscan.loading import load_rules

JOIN = "import { ZoomMtg } from '@zoomus/websdk';\nZoomMtg.join({ apiKey: settings.key, signature });\n"


def _repository(folder: Path) -> Path:
    (folder / "web/app").mkdir(parents=True)
    (folder / "web/app/join.js").write_text(JOIN)
    (folder / "web/other.js").write_text(JOIN)
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def _identities(cwd: Path) -> set[str]:
    return {finding.fingerprint for finding in scan(Options(cwd=cwd), load_rules(allow_python=False)).findings}


def test_a_finding_has_one_identity_from_every_folder_of_a_repository(tmp_path: Path) -> None:
    top = _repository(tmp_path)
    inner = _identities(top / "web/app")
    assert len(inner) == 1
    assert inner < _identities(top / "web") == _identities(top)
    result = scan(Options(paths=("../other.js",), cwd=top / "web/app"), load_rules(allow_python=False))
    assert result.findings[0].fingerprint in _identities(top)


def test_a_finding_has_one_identity_when_fixed_from_a_folder(tmp_path: Path) -> None:
    top = _repository(tmp_path)
    options = Options(cwd=top / "web/app")
    fixed = seen_from(fix(from_top(options, top), load_rules(allow_python=False)), options.cwd, top)
    assert {finding.fingerprint for finding in fixed.first.findings} == _identities(top / "web/app")


def test_outside_of_a_repository_a_path_is_as_shown(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/join.js").write_text(JOIN)
    assert _identities(tmp_path).isdisjoint(_identities(tmp_path / "a"))


def test_what_a_source_knows_is_left_out_and_said(tmp_path: Path) -> None:
    top = _repository(tmp_path)
    everything = scan(Options(cwd=top), load_rules(allow_python=False)).findings
    one = Known("main", lambda: {everything[0].fingerprint})
    both = Known("both", lambda: _identities(top))
    result = scan(Options(cwd=top, known=(one,)), load_rules(allow_python=False))
    assert result.findings == everything[1:]
    assert result.known == {"main": everything[:1]}
    result = scan(Options(cwd=top, known=(one, both)), load_rules(allow_python=False))
    assert result.findings == []
    assert result.known == {"main": everything[:1], "both": everything[1:]}


def test_a_source_is_not_asked_where_nothing_is_found(tmp_path: Path) -> None:
    def asked() -> set[str]:
        raise AssertionError

    (tmp_path / "zoom.js").write_text("join({ topic })\n")
    options = Options(cwd=tmp_path, known=(Known("main", asked),))
    assert scan(options, load_rules(allow_python=False)).findings == []


def test_what_is_known_is_not_fixed(tmp_path: Path) -> None:
    top = _repository(tmp_path)
    known = [
        one for one in scan(Options(cwd=top), load_rules(allow_python=False)).findings if one.path == "web/other.js"
    ]
    options = replace(Options(cwd=top), known=(Known("main", lambda: {one.fingerprint for one in known}),))
    fixed = fix(options, load_rules(allow_python=False))
    assert [change.path for change in fixed.changes] == ["web/app/join.js"]
    assert fixed.last.findings == []


def test_the_old_app_is_to_stay_while_known_uses_need_it(tmp_path: Path) -> None:
    top = _repository(tmp_path)
    known = [one.fingerprint for one in scan(Options(cwd=top), load_rules(allow_python=False)).findings[:1]]
    some = fix(Options(cwd=top, known=(Known("main", lambda: known),)), load_rules(allow_python=False))
    every = fix(Options(cwd=top), load_rules(allow_python=False))
    old_app = [next(line for line in one.left_to_do if line.startswith("Deactivate")) for one in (some, every)]
    assert "as soon as what is left in the code" in old_app[0]
    assert "as soon as" not in old_app[1]
