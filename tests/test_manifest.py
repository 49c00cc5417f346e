"""Requirements from every kind of manifest and lock file, with the bytes they stand on."""

from __future__ import annotations

import json
import time
from typing import NamedTuple

import pytest

from jwtscan.syntax.manifest import KINDS, included, read_requirements, requirements_of_setup
from jwtscan.syntax.python import lower_python
from jwtscan.syntax.unit import Requirement


class Seen(NamedTuple):
    """A requirement with its spans as text."""

    name: str
    specifier: str
    version: str | None
    text: str
    specifier_text: str


def seen(found: tuple[Requirement, ...], source: bytes) -> list[Seen]:
    for requirement in found:
        assert requirement.span.join(requirement.specifier_span) == requirement.span
    return [
        Seen(
            requirement.name,
            requirement.specifier,
            requirement.version,
            source[requirement.span.start : requirement.span.end].decode(),
            source[requirement.specifier_span.start : requirement.specifier_span.end].decode(),
        )
        for requirement in found
    ]


def read(kind: str, text: str) -> list[Seen]:
    source = text.encode()
    found, notes = read_requirements(kind, f"app/{kind}", source)
    assert notes == []
    ecosystem = "npm" if kind in {"package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"} else "pypi"
    assert {requirement.ecosystem for requirement in found} <= {ecosystem}
    assert {requirement.locked for requirement in found} <= {"lock" in kind}
    return seen(found, source)


def versions(kind: str, text: str) -> list[tuple[str, str | None]]:
    return [(requirement.name, requirement.version) for requirement in read(kind, text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zoomus==1.1.3", Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3")),
        ("Zoom_US == 1.1.3  # wrapper", Seen("zoom-us", "== 1.1.3", "1.1.3", "Zoom_US == 1.1.3", "== 1.1.3")),
        ("zoomus>=1.1,<2", Seen("zoomus", ">=1.1,<2", None, "zoomus>=1.1,<2", ">=1.1,<2")),
        ("zoomus (~=1.1)", Seen("zoomus", "(~=1.1)", None, "zoomus (~=1.1)", "(~=1.1)")),
        ("zoomus===1.1.3", Seen("zoomus", "===1.1.3", "1.1.3", "zoomus===1.1.3", "===1.1.3")),
        ("zoomus==1.1.*", Seen("zoomus", "==1.1.*", None, "zoomus==1.1.*", "==1.1.*")),
        ("zoomus", Seen("zoomus", "", None, "zoomus", "")),
        ("zoomus  ; python_version < '3'", Seen("zoomus", "", None, "zoomus", "")),
        ("zoomus==1.1.3;python_version<'3'", Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3")),
        ("PyJWT[crypto] >=1.7", Seen("pyjwt", ">=1.7", None, "PyJWT[crypto] >=1.7", ">=1.7")),
        ("zoomus = 1.1.3", Seen("zoomus", "= 1.1.3", None, "zoomus = 1.1.3", "= 1.1.3")),
        ("zoomus==1.1.3 --hash=sha256:aa", Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3")),
        ("  zoomus==1.1.3 \\\n    --hash=sha256:aa", Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3")),
        ("zoomus \\\r\n ==1.1.3", Seen("zoomus", "==1.1.3", "1.1.3", "zoomus \\\r\n ==1.1.3", "==1.1.3")),
        (
            "zoomus @ git+https://git.example/acme/zoomus.git@main",
            Seen(
                "zoomus",
                "git+https://git.example/acme/zoomus.git@main",
                None,
                "zoomus @ git+https://git.example/acme/zoomus.git@main",
                "git+https://git.example/acme/zoomus.git@main",
            ),
        ),
        (
            "-e git+https://git.example/acme/fork.git#egg=zoomus",
            Seen(
                "zoomus",
                "git+https://git.example/acme/fork.git#egg=zoomus",
                None,
                "git+https://git.example/acme/fork.git#egg=zoomus",
                "git+https://git.example/acme/fork.git#egg=zoomus",
            ),
        ),
        (
            "https://files.example/zoom-client-0.0.5-py3-none-any.whl",
            Seen(
                "zoom-client",
                "https://files.example/zoom-client-0.0.5-py3-none-any.whl",
                "0.0.5",
                "https://files.example/zoom-client-0.0.5-py3-none-any.whl",
                "https://files.example/zoom-client-0.0.5-py3-none-any.whl",
            ),
        ),
    ],
)
def test_a_line_of_a_requirements_file(line: str, expected: Seen) -> None:
    assert read("requirements", f"# é\n{line}\n\nrequests\n")[0] == expected
    assert read("requirements", line)[0] == expected


def test_options_comments_and_local_paths_are_no_requirements() -> None:
    options = "-i https://pypi.example/simple\n--hash=sha256:aa\n# zoomus==1.0 \\\n-r base.txt\n"
    assert read("requirements", options + "-e .\n./vendored\n-e src/own\n") == []


def test_a_line_that_is_no_requirement_is_noted() -> None:
    found, notes = read_requirements(
        "requirements", "r.txt", b"zoomus\n\ngit+https://x:pw@git.example/a.git\nzoomus 1.1\n"
    )
    assert [requirement.name for requirement in found] == ["zoomus"]
    assert notes == ["line 3: a URL that names no package", "line 4: not a requirement"]


def test_a_text_that_is_no_requirements_file_is_noted_in_short() -> None:
    found, notes = read_requirements("requirements", "requirements.txt", b"these are words\n" * 9)
    assert found == ()
    assert notes == [*(f"line {line}: not a requirement" for line in range(1, 6)), "and 4 more lines like these"]


def test_unreadable_lines_of_a_setup_cfg_are_noted() -> None:
    _, notes = read_requirements("setup.cfg", "setup.cfg", b"[options]\ninstall_requires =\n    zoomus\n    no good\n")
    assert notes == ["line 4: not a requirement"]


def test_included_files_are_named_with_their_place() -> None:
    source = b"-r base.txt\n--constraint=../constraints.txt\nzoomus\n  --requirement dev/more.in  # why\n-r\n"
    assert [(one.path, source[one.span.start : one.span.end]) for one in included(source)] == [
        ("base.txt", b"base.txt"),
        ("../constraints.txt", b"../constraints.txt"),
        ("dev/more.in", b"dev/more.in"),
    ]


PYPROJECT = """\
[build-system]
requires = ["hatchling>=1"]

[project]
name = "meetings"
dependencies = [
  "zoomus==1.1.3",  # "zoomus==0.1"
  'pyzoom >=0.1 ; python_version < "3.9"',
]

[project.optional-dependencies]
zoom = ["zoom-client~=0.0.5"]

[dependency-groups]
dev = ["zoome", {include-group = "zoom"}]

[tool.poetry.dependencies]
python = "^3.8"
zoomus = "^1.1.3"
"ruamel.yaml" = "*"
pyjwt = { version = "1.7.1", extras = ["crypto"] }
fork = { git = "https://git.example/acme/fork.git", branch = "main" }
many = [{ version = "<1", python = "<3" }, { version = ">=1" }]

[tool.poetry.group.test.dependencies]
pytest = "7.*"

[tool.poetry.dependencies.authlib]
version = "==1.0"
optional = true

[tool.pdm.dev-dependencies]
test = ["aiozoom"]

[tool.uv]
dev-dependencies = ["zoom-us<2"]
"""


def test_pyproject_reads_every_tool() -> None:
    assert read("pyproject.toml", PYPROJECT) == [
        Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3"),
        Seen("pyzoom", ">=0.1", None, "pyzoom >=0.1", ">=0.1"),
        Seen("zoom-client", "~=0.0.5", None, "zoom-client~=0.0.5", "~=0.0.5"),
        Seen("zoome", "", None, "zoome", ""),
        Seen("zoomus", "^1.1.3", None, 'zoomus = "^1.1.3', "^1.1.3"),
        Seen("ruamel-yaml", "*", None, 'ruamel.yaml" = "*', "*"),
        Seen("pyjwt", "1.7.1", "1.7.1", 'pyjwt = { version = "1.7.1', "1.7.1"),
        Seen(
            "fork",
            "https://git.example/acme/fork.git",
            None,
            'fork = { git = "https://git.example/acme/fork.git',
            "https://git.example/acme/fork.git",
        ),
        Seen("many", "<1", None, 'many = [{ version = "<1', "<1"),
        Seen("many", ">=1", None, 'many = [{ version = "<1", python = "<3" }, { version = ">=1', ">=1"),
        Seen("pytest", "7.*", None, 'pytest = "7.*', "7.*"),
        Seen("authlib", "==1.0", "1.0", 'version = "==1.0', "==1.0"),
        Seen("aiozoom", "", None, "aiozoom", ""),
        Seen("zoom-us", "<2", None, "zoom-us<2", "<2"),
    ]


def test_pipfile_reads_all_groups() -> None:
    text = """\
[[source]]
url = "https://pypi.example/simple"
name = "pypi"

[packages]
zoomus = "==1.1.3"
requests = "*"
pyzoom = {version = ">=0.1", extras = ["x"]}

[dev-packages]
pyjwt = "<2"

[docs]
zoome = "*"

[requires]
python_version = "3.9"
"""
    assert read("Pipfile", text) == [
        Seen("zoomus", "==1.1.3", "1.1.3", 'zoomus = "==1.1.3', "==1.1.3"),
        Seen("requests", "*", None, 'requests = "*', "*"),
        Seen("pyzoom", ">=0.1", None, 'pyzoom = {version = ">=0.1', ">=0.1"),
        Seen("pyjwt", "<2", None, 'pyjwt = "<2', "<2"),
        Seen("zoome", "*", None, 'zoome = "*', "*"),
    ]


def test_setup_cfg_reads_its_lists() -> None:
    text = """\
[metadata]
name = meetings

[options]
install_requires =
    zoomus==1.1.3
    # zoomus==0.1
    pyjwt>=1.7 ; python_version < "3"

[options.extras_require]
zoom =
    zoom-client
tests = pytest<8
"""
    assert read("setup.cfg", text) == [
        Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3"),
        Seen("pyjwt", ">=1.7", None, "pyjwt>=1.7", ">=1.7"),
        Seen("zoom-client", "", None, "zoom-client", ""),
        Seen("pytest", "<8", None, "pytest<8", "<8"),
    ]


def test_conda_environment_reads_conda_and_pip() -> None:
    text = """\
name: meetings
dependencies:
  - python>=3.8
  - pyjwt=1.5.3=py_0
  - conda-forge::authlib==0.15
  - requests
  - pip:
    - zoomus==1.1.3
    - "-r requirements.txt"
"""
    assert read("environment.yml", text) == [
        Seen("python", ">=3.8", None, "python>=3.8", ">=3.8"),
        Seen("pyjwt", "=1.5.3", None, "pyjwt=1.5.3", "=1.5.3"),
        Seen("authlib", "==0.15", "0.15", "authlib==0.15", "==0.15"),
        Seen("requests", "", None, "requests", ""),
        Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3"),
    ]


SETUP = b'''\
from setuptools import setup

COMMON = ["pyjwt>=1.7", u"requests"]
EXTRAS = {"zoom": ["zoom-client" "==0.0.5"], "old": ["zoome"]}

setup(
    name="meetings",
    install_requires=COMMON + ["zoomus==1.1.3"] + open("more.txt").read().split(),
    extras_require=EXTRAS,
    tests_require="""
        pytest<8
        # aiozoom
    """,
)
'''


def test_setup_script_reads_literal_lists() -> None:
    found = requirements_of_setup(lower_python("setup.py", SETUP), SETUP)
    assert seen(found, SETUP) == [
        Seen("pyjwt", ">=1.7", None, "pyjwt>=1.7", ">=1.7"),
        Seen("requests", "", None, "requests", ""),
        Seen("zoomus", "==1.1.3", "1.1.3", "zoomus==1.1.3", "==1.1.3"),
        Seen("zoome", "", None, "zoome", ""),
        Seen("pytest", "<8", None, "pytest<8", "<8"),
    ]


def test_setup_script_that_names_itself_ends() -> None:
    source = b"a = a + ['zoomus']\nsetup(install_requires=a)\n"
    assert [found.name for found in requirements_of_setup(lower_python("setup.py", source), source)] == ["zoomus"]


PACKAGE = """\
{
  "name": "meeting",
  "version": "1.0.0",
  "dependencies": {
    "@zoomus/websdk": "^1.9.1",
    "lodash.merge" : "4.6.2",
    "old": "npm:@zoomus/websdk@1.7.8",
    "fork": "git+https://git.example/acme/websdk.git",
    "berry": "npm:^3.1.0",
    "local": "workspace:*"
  },
  "devDependencies": { "zoomus-jssdk": "latest" },
  "peerDependencies": { "react": "16.8.6" },
  "optionalDependencies": { "jsonwebtoken": ">=8 <9" },
  "scripts": { "jsonwebtoken": "x" },
  "resolutions": { "**/@zoomus/websdk": "2.18.3", "a/jsrsasign": "10.0.0" },
  "overrides": { "jose": "1.0.0", "meet": { ".": "2.0.0", "@zoom/meetingsdk@^3": "3.1.0" } },
  "pnpm": { "overrides": { "x>crypto-js@1": "4.0.0" } }
}
"""


def test_package_json_reads_every_section() -> None:
    assert read("package.json", PACKAGE) == [
        Seen("@zoomus/websdk", "^1.9.1", None, '@zoomus/websdk": "^1.9.1', "^1.9.1"),
        Seen("lodash.merge", "4.6.2", "4.6.2", 'lodash.merge" : "4.6.2', "4.6.2"),
        Seen("@zoomus/websdk", "1.7.8", "1.7.8", 'old": "npm:@zoomus/websdk@1.7.8', "1.7.8"),
        Seen(
            "fork",
            "git+https://git.example/acme/websdk.git",
            None,
            'fork": "git+https://git.example/acme/websdk.git',
            "git+https://git.example/acme/websdk.git",
        ),
        Seen("berry", "^3.1.0", None, 'berry": "npm:^3.1.0', "^3.1.0"),
        Seen("local", "workspace:*", None, 'local": "workspace:*', "workspace:*"),
        Seen("zoomus-jssdk", "latest", None, 'zoomus-jssdk": "latest', "latest"),
        Seen("react", "16.8.6", "16.8.6", 'react": "16.8.6', "16.8.6"),
        Seen("jsonwebtoken", ">=8 <9", None, 'jsonwebtoken": ">=8 <9', ">=8 <9"),
        Seen("@zoomus/websdk", "2.18.3", "2.18.3", '**/@zoomus/websdk": "2.18.3', "2.18.3"),
        Seen("jsrsasign", "10.0.0", "10.0.0", 'a/jsrsasign": "10.0.0', "10.0.0"),
        Seen("jose", "1.0.0", "1.0.0", 'jose": "1.0.0', "1.0.0"),
        Seen("meet", "2.0.0", "2.0.0", 'meet": { ".": "2.0.0', "2.0.0"),
        Seen("@zoom/meetingsdk", "3.1.0", "3.1.0", '@zoom/meetingsdk@^3": "3.1.0', "3.1.0"),
        Seen("crypto-js", "4.0.0", "4.0.0", 'x>crypto-js@1": "4.0.0', "4.0.0"),
    ]


def test_package_json_with_escapes_and_a_merge_conflict() -> None:
    text = '{"dependencies": {"\\u0040zoomus\\/websdk": "^1.9.1",\n<<<<<<< HEAD\n"a": "1.0.0"\n=======\n"a": "2.0.0"\n'
    assert versions("package.json", text) == [("@zoomus/websdk", None), ("a", "1.0.0"), ("a", "2.0.0")]


def test_package_lock_of_version_1_gives_the_top_level_only() -> None:
    text = json.dumps(
        {
            "lockfileVersion": 1,
            "requires": True,
            "dependencies": {
                "a": {"version": "1.0.0", "requires": {"b": "^2"}, "dependencies": {"b": {"version": "2.0.0"}}},
                "b": {"version": "3.0.0"},
                "sdk": {"version": "npm:@zoomus/websdk@1.9.1"},
                "fork": {"version": "git+https://git.example/a/b.git#1"},
            },
        },
        indent=2,
    )
    assert read("package-lock.json", text) == [
        Seen("a", "1.0.0", "1.0.0", 'a": {\n      "version": "1.0.0', "1.0.0"),
        Seen("b", "3.0.0", "3.0.0", 'b": {\n      "version": "3.0.0', "3.0.0"),
        Seen("@zoomus/websdk", "1.9.1", "1.9.1", 'sdk": {\n      "version": "npm:@zoomus/websdk@1.9.1', "1.9.1"),
        Seen(
            "fork",
            "git+https://git.example/a/b.git#1",
            None,
            'fork": {\n      "version": "git+https://git.example/a/b.git#1',
            "git+https://git.example/a/b.git#1",
        ),
    ]


@pytest.mark.parametrize("lock", [2, 3])
def test_package_lock_of_versions_2_and_3(lock: int) -> None:
    packages = {
        "": {"name": "app", "version": "9.9.9", "dependencies": {"@zoomus/websdk": "^1.9.1"}},
        "client": {"version": "0.1.0"},
        "client/node_modules/@zoomus/websdk": {"version": "2.3.0"},
        "node_modules/@zoomus/websdk": {"version": "1.9.1", "resolved": "https://x/websdk-1.9.1.tgz"},
        "node_modules/@zoomus/websdk/node_modules/react": {"version": "16.8.6"},
        "node_modules/sdk": {"name": "@zoom/meetingsdk", "version": "3.1.0"},
        "node_modules/client": {"resolved": "client", "link": True},
    }
    tree = {"lockfileVersion": lock, "packages": packages}
    if lock == 2:
        tree["dependencies"] = {"@zoomus/websdk": {"version": "1.9.1"}}
    assert read("package-lock.json", json.dumps(tree)) == [
        Seen("@zoomus/websdk", "2.3.0", "2.3.0", '@zoomus/websdk": {"version": "2.3.0', "2.3.0"),
        Seen("@zoomus/websdk", "1.9.1", "1.9.1", '@zoomus/websdk": {"version": "1.9.1', "1.9.1"),
        Seen("@zoom/meetingsdk", "3.1.0", "3.1.0", 'sdk": {"name": "@zoom/meetingsdk", "version": "3.1.0', "3.1.0"),
    ]


def test_yarn_lock_of_version_1() -> None:
    text = """\
# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@zoomus/websdk@^1.7.8", "@zoomus/websdk@^1.9.1":
  version "1.9.1"
  resolved "https://registry.example/@zoomus/websdk/-/websdk-1.9.1.tgz#00"
  dependencies:
    jquery "^3.4.1"

lodash@^4.17.14:
  version "4.17.21"

"sdk@npm:zoomus-jssdk@^1.3":
  version "1.3.8"
"""
    assert read("yarn.lock", text) == [
        Seen(
            "@zoomus/websdk",
            "1.9.1",
            "1.9.1",
            '@zoomus/websdk@^1.7.8", "@zoomus/websdk@^1.9.1":\n  version "1.9.1',
            "1.9.1",
        ),
        Seen("lodash", "4.17.21", "4.17.21", 'lodash@^4.17.14:\n  version "4.17.21', "4.17.21"),
        Seen("zoomus-jssdk", "1.3.8", "1.3.8", 'sdk@npm:zoomus-jssdk@^1.3":\n  version "1.3.8', "1.3.8"),
    ]


def test_yarn_lock_with_sorted_and_quoted_keys() -> None:
    text = """\
"@zoomus/websdk@^1.7.8":
  "integrity" "sha512-00"
  "resolved" "https://registry.example/@zoomus/websdk/-/websdk-1.7.8.tgz"
  "version" "1.7.8"
  dependencies:
    "version" "^1.0.0"

jsrsasign:
  version "10.0.0"
"""
    assert versions("yarn.lock", text) == [("@zoomus/websdk", "1.7.8"), ("jsrsasign", "10.0.0")]


def test_yarn_lock_of_berry_with_windows_line_ends() -> None:
    text = """\
__metadata:
  version: 6
  cacheKey: 8

"@zoomus/websdk@npm:^1.9.1, @zoomus/websdk@npm:^1.9.5":
  version: 1.9.9
  resolution: "@zoomus/websdk@npm:1.9.9"
  languageName: node

"meeting@workspace:.":
  version: 0.0.0-use.local
  resolution: "meeting@workspace:."
"""
    assert versions("yarn.lock", text.replace("\n", "\r\n")) == [("@zoomus/websdk", "1.9.9")]


@pytest.mark.parametrize(
    "entry",
    [
        "/@zoomus/websdk/1.9.1:",
        "/@zoomus/websdk/1.9.1_react@16.8.6:",
        "/@zoomus/websdk@1.9.1:",
        "/@zoomus/websdk@1.9.1(react@16.8.6):",
        "'@zoomus/websdk@1.9.1':",
        "'@zoomus/websdk@1.9.1(react@16.8.6)(redux@4.2.1)':",
    ],
)
def test_pnpm_lock_of_versions_5_to_9(entry: str) -> None:
    text = f"""\
lockfileVersion: 5.4

importers:

  '@acme/app@1':
    specifiers:
      react: 16.8.6

packages:

  /lodash/4.17.21:
    resolution: {{integrity: sha512-x}}
    dev: false

  {entry}
    resolution: {{integrity: sha512-x}}
    engines: {{node: '>=0.10.0'}}
    dependencies:
      lodash: 4.17.21

  github.com/acme/fork/0a1b2c:
    resolution: {{tarball: x}}

snapshots:

  '@zoomus/websdk@1.9.1': {{}}
"""
    assert versions("pnpm-lock.yaml", text) == [("lodash", "4.17.21"), ("@zoomus/websdk", "1.9.1")]


def test_pipfile_lock_reads_all_groups() -> None:
    text = json.dumps(
        {
            "_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6, "requires": {"version": "3"}},
            "default": {"zoomus": {"hashes": ["sha256:00"], "index": "pypi", "version": "==1.1.3"}},
            "develop": {"PyJWT": {"version": "==1.7.1", "markers": "x"}, "local": {"path": "."}},
        },
        indent=4,
    )
    assert [(one.name, one.specifier, one.version) for one in read("Pipfile.lock", text)] == [
        ("zoomus", "==1.1.3", "1.1.3"),
        ("pyjwt", "==1.7.1", "1.7.1"),
    ]


def test_poetry_lock_of_both_key_orders() -> None:
    text = """\
[[package]]
name = "zoomus"
version = "1.1.3"
description = "[[package]]"
files = [
    {file = "zoomus-1.1.3.tar.gz", hash = "sha256:00"},
]

[package.dependencies]
PyJWT = "*"
version = "9.9.9"

[[package]]
category = "main"
name = "PyJWT"
optional = false
version = "1.7.1"

[metadata]
lock-version = "2.0"
"""
    assert read("poetry.lock", text) == [
        Seen("zoomus", "1.1.3", "1.1.3", 'zoomus"\nversion = "1.1.3', "1.1.3"),
        Seen("pyjwt", "1.7.1", "1.7.1", 'PyJWT"\noptional = false\nversion = "1.7.1', "1.7.1"),
    ]


def test_uv_lock() -> None:
    text = """\
version = 1
requires-python = ">=3.10"

[[package]]
name = "zoomus"
version = "1.1.3"
source = { registry = "https://pypi.example/simple" }
dependencies = [
    { name = "pyjwt" },
]

[[package]]
name = "virtual"
source = { virtual = "." }
"""
    assert versions("uv.lock", text.replace("\n", "\r\n")) == [("zoomus", "1.1.3")]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' * 200_000,
        b"\\\n" * 50_000,
        b"a" * 2_000_000,
        b"a@" * 500_000,
        b"-" * 1_000_000,
        b"[[package]]\n" * 20_000,
        b"packages:\n" + b"  /" * 300_000,
        b"\npackages:\n" + b"  a/" * 300_000,
        b"a = [" * 50_000,
        b"- " * 100_000,
        b'dependencies.a = "==1"\n' * 20_000,
        b"[options.extras_require]\n" + b"a = b c\n" * 20_000,
        b"[tool.poetry.dependencies]\nx = {" + b'a = {version = "1"}, ' * 20_000,
    ],
    ids=lambda source: repr(source[:12]),
)
def test_hostile_files_end_soon_and_never_raise(kind: str, source: bytes) -> None:
    start = time.process_time()
    found, _ = read_requirements(kind, f"x/{kind}", source)
    assert time.process_time() - start < 5
    for requirement in found:
        assert requirement.span.join(requirement.specifier_span) == requirement.span


def test_a_huge_lock_takes_moments() -> None:
    entry = '    "node_modules/a%d": {\n      "version": "1.0.0",\n      "resolved": "%s"\n    },\n'
    body = "".join(entry % (number, "https://registry.example/" + "x" * 80) for number in range(40_000))
    source = ('{\n  "packages": {\n' + body + '    "node_modules/z": {"version": "2.0.0"}\n  }\n}\n').encode()
    start = time.process_time()
    found, _ = read_requirements("package-lock.json", "package-lock.json", source)
    assert time.process_time() - start < 5
    assert len(found) == 40_001
