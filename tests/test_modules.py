"""Which file an import means."""

from __future__ import annotations

from pathlib import Path

import pytest

from jwtscan.files import Document
from jwtscan.meaning.modules import Modules
from jwtscan.syntax import ir
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

NOWHERE = Span(0, 0)


def unit_of(path: str, text: str = "") -> Unit:
    suffix = Path(path).suffix
    kind = {".py": "python", ".ts": "typescript", ".tsx": "tsx", ".json": "json"}.get(suffix, "javascript")
    if path.endswith("package.json"):
        kind = "package.json"
    source = text.encode()
    return read_unit(Document(path, source, source), kind)


def target(files: dict[str, str], importer: str, module: str, name: str | None = None, level: int = 0) -> object:
    modules = Modules(files, lambda path: unit_of(path, files[path]) if path in files else None)
    return modules.target(unit_of(importer), ir.Import(NOWHERE, module, name, level))


def names(*paths: str) -> dict[str, str]:
    return dict.fromkeys(paths, "")


@pytest.mark.parametrize(
    ("files", "importer", "module", "name", "level", "expected"),
    [
        pytest.param(names("config.py"), "app.py", "config", None, 0, ("config.py", None), id="sibling"),
        pytest.param(names("config.py"), "jobs/run.py", "config", "KEY", 0, ("config.py", "KEY"), id="from-above"),
        pytest.param(names("pkg/a.py"), "pkg/b.py", "a", "K", 1, ("pkg/a.py", "K"), id="relative"),
        pytest.param(names("pkg/a.py"), "pkg/sub/b.py", "a", "K", 2, ("pkg/a.py", "K"), id="relative-above"),
        pytest.param(names("pkg/__init__.py", "pkg/a.py"), "x.py", "pkg", "a", 0, ("pkg/a.py", None), id="submodule"),
        pytest.param(names("pkg/__init__.py"), "x.py", "pkg", "K", 0, ("pkg/__init__.py", "K"), id="package-name"),
        pytest.param(names("pkg/a.py"), "pkg/b.py", "", "a", 1, ("pkg/a.py", None), id="from-dot-import"),
        pytest.param(names("src/pkg/a.py"), "tests/t.py", "pkg.a", "K", 0, ("src/pkg/a.py", "K"), id="src-layout"),
        pytest.param(names("config.py"), "app.py", "jwt", None, 0, None, id="not-in-the-project"),
        pytest.param(names("/srv/app/config.py"), "/srv/app/x.py", "jwt", None, 0, None, id="absolute-paths-end"),
        pytest.param(names("../lib/config.py"), "../lib/x.py", "jwt", None, 0, None, id="paths-above-end"),
    ],
)
def test_python(
    files: dict[str, str], importer: str, module: str, name: str | None, level: int, expected: object
) -> None:
    assert target(files, importer, module, name, level) == expected


@pytest.mark.parametrize(
    ("files", "importer", "module", "expected"),
    [
        pytest.param(names("config.js"), "app.js", "./config", "config.js", id="without-suffix"),
        pytest.param(names("config.js"), "app.js", "./config.js", "config.js", id="with-suffix"),
        pytest.param(names("config/index.js"), "app.js", "./config", "config/index.js", id="index"),
        pytest.param(names("lib/index.ts"), "lib/a.ts", ".", "lib/index.ts", id="own-folder"),
        pytest.param(names("index.js"), "routes/a.js", "..", "index.js", id="folder-above"),
        pytest.param(names("a.ts"), "b.ts", "./a.js", "a.ts", id="output-name-of-typescript"),
        pytest.param(names("config.json"), "app.js", "./config", "config.json", id="json"),
        pytest.param(names("package.json", "src/zoom.js"), "src/p/a.js", "@/zoom", "src/zoom.js", id="at-is-src"),
        pytest.param(names("package.json", "lib/zoom.js"), "pages/a.js", "~/lib/zoom", "lib/zoom.js", id="tilde"),
        pytest.param(names("a.js"), "b.js", "jsonwebtoken", None, id="package"),
        pytest.param(names("styles.css", "a.js"), "b.js", "./missing", None, id="missing"),
    ],
)
def test_javascript(files: dict[str, str], importer: str, module: str, expected: str | None) -> None:
    found = target(files, importer, module)
    assert found == (None if expected is None else (expected, None))


def test_aliases_of_the_nearest_tsconfig() -> None:
    files = {
        "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@env/*": ["src/environments/*"]}}}',
        "src/environments/environment.ts": "",
    }
    assert target(files, "src/app/zoom.ts", "@env/environment") == ("src/environments/environment.ts", None)


def test_base_url_makes_plain_names_files() -> None:
    files = {"tsconfig.json": '{"compilerOptions": {"baseUrl": "src"}}', "src/lib/zoom.ts": ""}
    assert target(files, "src/pages/a.ts", "lib/zoom") == ("src/lib/zoom.ts", None)


def test_package_of_the_same_workspace() -> None:
    files = {
        "package.json": '{"name": "root"}',
        "packages/zoom/package.json": '{"name": "@acme/zoom"}',
        "packages/zoom/src/index.js": "",
    }
    assert target(files, "packages/web/a.js", "@acme/zoom") == ("packages/zoom/src/index.js", None)
