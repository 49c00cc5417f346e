"""Library models: every call in them is hit by a fixture, so that no line of data is without a proof."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import jwtscan
from jwtscan.cases import find_cases
from jwtscan.files import Document
from jwtscan.files.kinds import kind_of
from jwtscan.meaning import models
from jwtscan.meaning.project import Project
from jwtscan.meaning.sites import Sites
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit

FIXTURES = Path(jwtscan.__file__).parent.parent / "fixtures"


def hit() -> set[str]:
    """The patterns of the models that the calls of the fixtures match."""
    found: set[str] = set()
    for case in find_cases(FIXTURES):
        files = {file.relative_to(case.path.parent).as_posix(): file for file in _files(case.path)}

        def read(path: str, files: dict[str, Path] = files) -> Unit | None:
            source = files[path].read_bytes()
            kind = kind_of(PurePosixPath(path).name, path, source[:200])
            return None if kind is None else read_unit(Document(path, source, source), kind)

        project = Project(files, read)
        project.look_at(files)
        sites = Sites(project)
        found.update(site.model.pattern for unit in project.candidates() for site in sites.of(unit))
    return found


def _files(path: Path) -> list[Path]:
    return [file for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]


def test_every_modelled_call_is_in_a_fixture() -> None:
    known = {model.pattern for rows in models.builtin().by_last.values() for model in rows}
    assert sorted(known - hit()) == []


def test_last_part_of_a_name() -> None:
    assert models.last_part("crypto.createHmac().update") == "update"
    assert models.last_part("@zoomus/websdk") == "websdk"
    assert models.last_part("axios.create()") == "create"
    assert models.last_part("fetch") == "fetch"


def test_patterns() -> None:
    assert models.matches("jwt.encode", "jwt.encode")
    assert not models.matches("jwt.encode", "my.jwt.encode")
    assert models.matches("*.KJUR.jws.JWS.sign", "rs.KJUR.jws.JWS.sign")
    assert models.matches("*.KJUR.jws.JWS.sign", "KJUR.jws.JWS.sign")
    assert models.matches("*zoom-us-bridge.createJWT", "@acme/react-native-zoom-us-bridge.createJWT")
    assert models.matches("jose.SignJWT().**.sign", "jose.SignJWT().setIssuer().sign")
