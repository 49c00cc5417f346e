"""Manifests edited in place: requirements that go, and such that are raised, in every format and style."""

from __future__ import annotations

import pytest

from jwtscan.files import Document
from jwtscan.files.kinds import kind_of
from jwtscan.fixing import Unrequired
from jwtscan.fixing.manifest import unrequire
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.raising import raises, raising, refreshes
from jwtscan.fixing.removal import removal
from jwtscan.meaning.project import Project
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit
from jwtscan.text import apply

PYJWT = Unrequired("pypi", "PyJWT", ("jwt",))
JSONWEBTOKEN = Unrequired("npm", "jsonwebtoken", ("jsonwebtoken",))


def unit_of(path: str, text: str) -> Unit:
    kind = kind_of(path.rpartition("/")[2], path)
    assert kind is not None
    return read_unit(Document(path, text.encode(), text.encode()), kind)


def plan_of(files: dict[str, str]) -> Plan:
    units = {path: unit_of(path, text) for path, text in files.items()}
    project = Project(units, units.get)
    for path in units:
        project.load(path)
    return Plan(project)


def without(path: str, text: str, name: str) -> str:
    unit = unit_of(path, text)
    (requirement,) = [found for found in unit.requirements if found.name == name]
    return apply(text.encode(), removal(unit, requirement)).decode()


def raised(path: str, text: str, name: str = "zoomus", to: str = "zoomus", least: str = "1.2.1") -> str:
    unit = unit_of(path, text)
    (requirement,) = [found for found in unit.requirements if found.name == name]
    return apply(text.encode(), raising(unit, requirement, least, to)).decode()


SETUP = """setup(name="x", install_requires=["requests", "pyjwt>=1"{end}])\n"""


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        ("requirements.txt", "a==1\nPyJWT==1.7.1\nb\n", "a==1\nb\n"),
        ("requirements.txt", "a==1\r\npyjwt[crypto] >= 2 ; python_version > '3'\r\nb\r\n", "a==1\r\nb\r\n"),
        ("requirements.txt", "a\nPyJWT", "a\n"),
        ("requirements/base.in", "PyJWT\n# of b\nb\n", "# of b\nb\n"),
        (
            "pyproject.toml",
            '[project]\ndependencies = ["a", "pyjwt>=2", "b"]\n',
            '[project]\ndependencies = ["a", "b"]\n',
        ),
        ("pyproject.toml", '[project]\ndependencies = ["pyjwt", "b"]\n', '[project]\ndependencies = ["b"]\n'),
        ("pyproject.toml", '[project]\ndependencies = ["a", "pyjwt"]\n', '[project]\ndependencies = ["a"]\n'),
        ("pyproject.toml", '[project]\ndependencies = ["a", "pyjwt",]\n', '[project]\ndependencies = ["a",]\n'),
        ("pyproject.toml", '[project]\ndependencies = ["pyjwt"]\n', "[project]\ndependencies = []\n"),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\n  'a',\n  'pyjwt ; python_version < \"4\"',  \n  'b'\n]\n",
            "[project]\ndependencies = [\n  'a',\n  'b'\n]\n",
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\n  'a',\n  'pyjwt'\n]\n",
            "[project]\ndependencies = [\n  'a'\n]\n",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\npython = "^3.10"\nPyJWT = {version = "^2", extras = ["crypto"]}\nb = "1"\n',
            '[tool.poetry.dependencies]\npython = "^3.10"\nb = "1"\n',
        ),
        ("Pipfile", '[packages]\na = "*"\npyjwt = "==1.7.1"\n', '[packages]\na = "*"\n'),
        ("setup.cfg", "[options]\ninstall_requires =\n    a\n    pyjwt>=1\n", "[options]\ninstall_requires =\n    a\n"),
        ("environment.yml", "dependencies:\n  - python=3.9\n  - pyjwt=2.1\n", "dependencies:\n  - python=3.9\n"),
        (
            "environment.yml",
            "dependencies:\n  - pip\n  - pip:\n    - pyjwt==2.1\n    - b\n",
            "dependencies:\n  - pip\n  - pip:\n    - b\n",
        ),
        ("setup.py", SETUP.format(end=""), SETUP.format(end="").replace(', "pyjwt>=1"', "")),
        ("setup.py", SETUP.format(end=","), SETUP.format(end=",").replace(' "pyjwt>=1",', "")),
    ],
)
def test_requirement_goes_with_its_line_or_comma(path: str, text: str, left: str) -> None:
    assert without(path, text, "pyjwt") == left


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "PyJWT==1.7.1  # newer ones break the login\n"),
        ("requirements.txt", "pyjwt==1.7.1 \\\n    --hash=sha256:00\n"),
        ("requirements.txt", "pyjwt==1.7.1\n    # via zoomus\n"),
        ("pyproject.toml", "[project]\ndependencies = [\n  'pyjwt',  # for the login\n]\n"),
        ("pyproject.toml", '[tool.poetry.dependencies.PyJWT]\nversion = "^2"\n'),
        ("setup.cfg", "[options]\ninstall_requires = pyjwt\n"),
        ("environment.yml", "dependencies:\n  - pip:\n    - pyjwt\n"),
        ("setup.py", 'setup(install_requires="""\n  a\n  pyjwt\n""")\n'),
    ],
)
def test_requirement_stays_where_more_than_itself_would_go(path: str, text: str) -> None:
    assert without(path, text, "pyjwt") == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '{\n  "dependencies": {\n    "axios": "^1.0.0",\n    "jsonwebtoken": "^9.0.0"\n  }\n}\n',
            '{\n  "dependencies": {\n    "axios": "^1.0.0"\n  }\n}\n',
        ),
        (
            '{\n\t"dependencies": {\n\t\t"jsonwebtoken": "9",\n\t\t"axios": "1"\n\t}\n}',
            '{\n\t"dependencies": {\n\t\t"axios": "1"\n\t}\n}',
        ),
        ('{"dependencies": {"jsonwebtoken": "9"}}', '{"dependencies": {}}'),
        ('{"dependencies": {\n  "jsonwebtoken": "9"\n}}', '{"dependencies": {}}'),
        ('{"dependencies": {"a": "1", "jsonwebtoken": "9"}}', '{"dependencies": {"a": "1"}}'),
        ('{"overrides": {"jsonwebtoken": "9"}}', '{"overrides": {"jsonwebtoken": "9"}}'),
    ],
)
def test_npm_requirement_goes_with_its_comma(text: str, left: str) -> None:
    assert without("package.json", text, "jsonwebtoken") == left


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.txt", "zoomus==1.1.6\n", "zoomus==1.2.1\n"),
        ("requirements.txt", "zoomus~=1.1.3 # old\n", "zoomus~=1.2.1 # old\n"),
        ("requirements.txt", "zoomus >=1.0,<1.2\n", "zoomus >=1.2.1\n"),
        ("requirements.txt", "zoomus\n", "zoomus>=1.2.1\n"),
        ("requirements.txt", "zoomus==1.1.*\n", "zoomus>=1.2.1\n"),
        ("requirements.txt", "zoomus[x]\n", "zoomus[x]>=1.2.1\n"),
        ("requirements.txt", "zoomus>=1.2.1\n", "zoomus>=1.2.1\n"),
        ("requirements.txt", "zoomus==1.3.0\n", "zoomus==1.3.0\n"),
        ("requirements.txt", "zoomus==1.1.6 --hash=sha256:00\n", "zoomus==1.1.6 --hash=sha256:00\n"),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nzoomus = "^1.1"\n',
            '[tool.poetry.dependencies]\nzoomus = "^1.2.1"\n',
        ),
        (
            "pyproject.toml",
            '[project]\ndependencies = ["zoomus<1.2"]\n',
            '[project]\ndependencies = ["zoomus>=1.2.1"]\n',
        ),
        ("Pipfile", '[packages]\nzoomus = "*"\n', '[packages]\nzoomus = ">=1.2.1"\n'),
        ("Pipfile", '[packages]\nzoomus = {version = "==1.1.6"}\n', '[packages]\nzoomus = {version = "==1.2.1"}\n'),
        (
            "environment.yml",
            "dependencies:\n  - pip:\n    - zoomus==1.1\n",
            "dependencies:\n  - pip:\n    - zoomus==1.2.1\n",
        ),
        ("setup.py", 'setup(install_requires=["zoomus==1.1.1"])\n', 'setup(install_requires=["zoomus==1.2.1"])\n'),
    ],
)
def test_requirement_is_raised_in_its_own_style(path: str, before: str, after: str) -> None:
    assert raised(path, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("zoom_us==1.1.4\n", "zoomus==1.2.1\n"),
        ("zoom-us\n", "zoomus>=1.2.1\n"),
        ("zoom-us >= 1 ; python_version > '3'\n", "zoomus >=1.2.1 ; python_version > '3'\n"),
    ],
)
def test_fork_is_renamed(before: str, after: str) -> None:
    assert raised("requirements.txt", before, name="zoom-us") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [("^1.14.0", "^2.0.1"), ("1.14.0", "2.0.1"), ("~1.15", "~2.0.1"), (">=1 <2", "^2.0.1"), ("1.x", "^2.0.1")],
)
def test_npm_requirement_is_raised_in_its_own_style(before: str, after: str) -> None:
    text = '{"dependencies": {"zoomapi": "%s"}}'
    assert raised("package.json", text % before, "zoomapi", "zoomapi", "2.0.1") == text % after


def test_the_nearest_manifest_that_names_the_package_is_raised() -> None:
    files = {
        "requirements.txt": "zoomus\n",
        "a/requirements/base.txt": "zoomus==1.1\n",
        "a/b/requirements.txt": "requests\n",
        "a/b/c/x.py": "",
    }
    asked, edits = raises(plan_of(files), "a/b/c/x.py", "pypi", {"zoomus"}, "1.2.1", "zoomus")
    assert (asked, [path for path, _ in edits]) == (True, ["a/requirements/base.txt"])
    assert raises(plan_of({"x.py": ""}), "x.py", "pypi", {"zoomus"}, "1.2.1", "zoomus") == (False, ())


def left_of(files: dict[str, str], changed: dict[str, str], package: Unrequired = PYJWT) -> dict[str, str]:
    """The manifests that change when programs do."""
    sources = {path: text.encode() for path, text in changed.items()}
    unrequire(plan_of(files), sources, [package])
    return {path: source.decode() for path, source in sources.items() if path not in changed}


def test_requirement_goes_when_the_last_import_went() -> None:
    files = {"a.py": "import jwt\n", "b/c.py": "x = 1\n", "requirements.txt": "PyJWT\nrequests\n"}
    assert left_of(files, {"a.py": "x = 1\n"}) == {"requirements.txt": "requests\n"}


@pytest.mark.parametrize(
    "use",
    ["from jwt import decode\n", "import os, jwt as j\n", "from jwt.api_jws import x\n", "import_module('jwt')\n"],
)
def test_requirement_stays_while_another_program_imports_it(use: str) -> None:
    files = {"a.py": "import jwt\n", "b/c.py": use, "requirements.txt": "PyJWT\n"}
    assert left_of(files, {"a.py": "x = 1\n"}) == {}


def test_requirement_stays_where_no_import_of_it_went() -> None:
    files = {"a.py": "import os\n", "requirements.txt": "PyJWT\n"}
    assert left_of(files, {"a.py": "import sys\n"}) == {}


def test_requirement_goes_from_the_package_that_changed_only() -> None:
    files = {
        "one/a.py": "import jwt\n",
        "one/requirements.txt": "PyJWT\n",
        "two/a.py": "print()\n",
        "two/requirements.txt": "PyJWT\n",
    }
    assert left_of(files, {"one/a.py": ""}) == {"one/requirements.txt": ""}


def test_types_go_with_their_npm_package() -> None:
    manifest = '{"dependencies": {"jsonwebtoken": "9", "axios": "1"}, "devDependencies": {"@types/jsonwebtoken": "9"}}'
    files = {"a.ts": "import jwt from 'jsonwebtoken'\n", "package.json": manifest}
    left = left_of(files, {"a.ts": "x()\n"}, JSONWEBTOKEN)
    assert left == {"package.json": '{"dependencies": {"axios": "1"}, "devDependencies": {}}'}


def test_npm_requirement_stays_while_a_page_or_test_requires_it() -> None:
    files = {
        "a.js": "require('jsonwebtoken')",
        "b.test.js": 'require("jsonwebtoken/verify")',
        "package.json": '{"dependencies": {"jsonwebtoken": "9"}}',
    }
    assert left_of(files, {"a.js": "x()"}, JSONWEBTOKEN) == {}


def test_lock_files_are_said_with_their_command() -> None:
    files = {"package.json", "yarn.lock", "api/poetry.lock", "requirements.in", "requirements.txt", "Pipfile.lock"}
    assert refreshes(["package.json", "requirements.in"], files) == [
        "Run `pipenv lock`: Pipfile.lock is out of date now.",
        "Run `pip-compile requirements.in` or `uv pip compile`: requirements.txt is out of date now.",
        "Run `yarn install`: yarn.lock is out of date now.",
    ]
    assert refreshes(["api/pyproject.toml"], files) == [
        "Run `pipenv lock`: Pipfile.lock is out of date now.",
        "Run `poetry lock` in api: poetry.lock is out of date now.",
    ]
    assert refreshes(["a.py"], files) == []
