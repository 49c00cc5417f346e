"""The configuration: which file holds, what is refused, and that scan, fix and config go by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import jwtscan
from jwtscan.cli import run
from jwtscan.config.find import ConfigError, nearest_config
from jwtscan.config.keys import schema
from jwtscan.config.read import read_config
from jwtscan.toml import read_toml

SCHEMA = Path(jwtscan.__file__).parent / "config/schema/config.schema.json"
MINT = """\
import os

import jwt
import requests


def users():
    token = jwt.encode({"iss": os.environ["ZOOM_API_KEY"], "exp": 1}, os.environ["ZOOM_API_SECRET"])
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"})
"""
ENV = "ZOOM_API_KEY=FAKEkeyFAKEkeyFAKEkey0\nZOOM_API_SECRET=FAKEsecretFAKEsecretFAKEsecretFAKE00\n"
OWN_RULE = """\
tags = ["rest"]
severity = "note"
summary = "s"
keywords = ["api.zoom.us"]
why = "w"
bad = "b"
good = "g"
what-to-do = "d"
page = "https://example.org"
[[match]]
text = {regex = "api.zoom.us"}
message = "found"
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with one use in a.py, one in sub/b.py, and the working directory at its top."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "sub").mkdir()
    for path in ("a.py", "sub/b.py"):
        (tmp_path / path).write_text(MINT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capfd: pytest.CaptureFixture[str], *arguments: str) -> set[tuple[str, str, str]]:
    """The findings of a scan: path, rule, severity."""
    run(["scan", "--format", "json", "--quiet", *arguments])
    out = capfd.readouterr()
    assert not out.err
    return {(one["path"], one["rule"], one["severity"]) for one in json.loads(out.out)["findings"]}


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a refused run says."""
    assert run(arguments) == 2
    return capfd.readouterr().err


def test_nearest_wins_and_the_top_of_the_work_tree_is_the_last(tree: Path) -> None:
    around, tree = tree, tree / "inner"
    (tree / "sub").mkdir(parents=True)
    (around / "jwtscan.toml").write_text("")
    assert nearest_config(tree / "sub") == around / "jwtscan.toml"
    (tree / ".git").write_text("gitdir: ../.git/worktrees/inner\n")
    assert nearest_config(tree / "sub") is None
    (tree / "pyproject.toml").write_text("[tool.jwtscan]\n")
    assert nearest_config(tree / "sub") == tree / "pyproject.toml"
    (tree / "jwtscan.toml").write_text("")
    assert nearest_config(tree / "sub") == tree / "jwtscan.toml"
    (tree / "sub/pyproject.toml").write_text("[project]\nname = 'jwtscan'\n")
    assert nearest_config(tree / "sub") == tree / "jwtscan.toml"
    (tree / "sub/pyproject.toml").write_text("[tool]\njwtscan.jobs = 1\n")
    assert nearest_config(tree / "sub") == tree / "sub/pyproject.toml"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("min-severiti = 'note'", "jwtscan.toml: unknown key 'min-severiti'; did you mean 'min-severity'?"),
        ("min-severity = 'eror'", "did you mean 'error'?"),
        ("jobs = 'two'", "'jobs' has to be a whole number, not a text"),
        ("jobs = -1", "'jobs' is negative"),
        ("exclude = 3", "'exclude' has to be a text or a list of texts, not a whole number"),
        ("exclude = [3]", "'exclude' has to be a text or a list of texts, not a list with a whole number in it"),
        ("select = ['']", "'select' has to be a text or a list of texts, not a list with an empty text in it"),
        ("max-file-size = 1.5", "'max-file-size' has to be a whole number of bytes or a text such as '8MB'"),
        ("severity.sdk = 'note'", "'severity': sdk is a tag: a severity is given to rules, by their ids"),
        ("[tool.jwtscan]\njobs = 1", "[tool.jwtscan] is for pyproject.toml: here its keys stand at the top"),
        ('extend = "a\\u0000"', "'extend' has a NUL in it"),
        ('baseline = "a\\u0000"', "'baseline' has a NUL in it"),
        ('rules = ["a\\u0000"]', "'rules' has a NUL in it"),
        ("extend = 'sub'", "sub: is a folder, not a file (extended by "),
        ("extend = 'absent.toml'", "absent.toml: no such file or directory (extended by "),
        ("max-file-size = '8 parsecs'", "'8 parsecs' is not a size"),
        ("max-file-size = 0", "'0' is not a size"),
        ("target = '1.9'", "older than 2.3"),
        ("format = 'json=out.json'", "'format' is 'json=out.json'"),
        ("severity = 'note'", "'severity' has to be a table"),
        ("severity.jwt-mint = 'bad'", "'jwt-mint' is 'bad'"),
        ("severity.jwt-mind = 'note'", "'severity': no such rule or tag: jwt-mind; did you mean 'jwt-mint'?"),
        ("select = 'jwt-mind'", "'select': no such rule or tag: jwt-mind; did you mean 'jwt-mint'?"),
        ("per-file-ignores.'*.py' = 'ret'", "'per-file-ignores': no such rule or tag: ret"),
        ("env-names.HOME = 'X'", "'HOME' is no name of an old API key or secret"),
        ("env-names.ZOOM_API_KEY = 'A B'", "is no name of a variable"),
        ("extend = 'absent.jwtscan.toml'", "no such file or directory (extended by "),
        ("extend = 'jwtscan.toml'", "'extend' leads back to"),
        ("extend = 'base.toml'", "a configuration is called pyproject.toml, jwtscan.toml or NAME.jwtscan.toml"),
        ("extend = 'pyproject.toml'", "there is no [tool.jwtscan] in it"),
        ("a = [", "not valid TOML"),
        ("a = " + "[" * 100_000, "not valid TOML"),
    ],
)
def test_refusal_names_file_key_and_reason(
    text: str, reason: str, tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tree / "jwtscan.toml").write_text(text)
    (tree / "pyproject.toml").write_text("[project]\n")
    (tree / "base.toml").write_text("jobs = 1\n")
    for command in ("scan", "fix", "config"):
        error = said(capfd, command)
        assert reason in error
        assert "jwtscan.toml" in error
        assert "internal error" not in error


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_nobody_waits_for_a_pipe_that_is_no_configuration(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tree / "pipe.jwtscan.toml")
    (tree / "jwtscan.toml").write_text("extend = 'pipe.jwtscan.toml'\n")
    assert "pipe.jwtscan.toml: is no regular file (extended by " in said(capfd, "scan")


def test_pyproject_is_refused_by_its_table(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "pyproject.toml").write_text("[tool.jwtscan]\nselekt = []\n")
    assert f"{tree / 'pyproject.toml'}: [tool.jwtscan]: unknown key 'selekt'" in said(capfd, "scan")
    (tree / "pyproject.toml").write_text("[tool]\njwtscan = 1\n")
    assert "'tool.jwtscan' has to be a table" in said(capfd, "scan")


def test_extended_file_holds_where_the_nearer_says_nothing(tree: Path) -> None:
    (tree / "sub/jwtscan.toml").write_text('extend = "../base.jwtscan.toml"\njobs = 1\nseverity.jwt-mint = "note"\n')
    (tree / "base.jwtscan.toml").write_text(
        'jobs = 2\nfail-on = "error"\n[severity]\njwt-mint = "error"\nquery-token = "note"\n'
    )
    config = read_config(tree / "sub/jwtscan.toml")
    assert {key: (one.value, one.file.name) for key, one in config.settings.items()} == {
        "jobs": (1, "jwtscan.toml"),
        "fail-on": ("error", "base.jwtscan.toml"),
    }
    assert {rule: one.value for rule, one in config.tables["severity"].items()} == {
        "jwt-mint": "note",
        "query-token": "note",
    }


def test_command_line_goes_before_environment_before_file(
    tree: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("a.py", "jwt-mint", "error") in found(capfd)
    (tree / "jwtscan.toml").write_text('select = "sdk"')
    assert not found(capfd)
    monkeypatch.setenv("JWTSCAN_SELECT", "rest")
    assert ("a.py", "jwt-mint", "error") in found(capfd)
    assert not found(capfd, "--select", "integrations")
    monkeypatch.delenv("JWTSCAN_SELECT")
    assert ("a.py", "jwt-mint", "error") in found(capfd, "--isolated")
    (tree / "other.jwtscan.toml").write_text("")
    assert ("a.py", "jwt-mint", "error") in found(capfd, "--config", "other.jwtscan.toml")
    for both in (["--isolated", "--config", "jwtscan.toml"], ["--config", "jwtscan.toml", "--isolated"]):
        assert "--isolated takes no configuration" in said(capfd, "scan", *both)


def test_globs_are_relative_to_the_file_that_has_them(
    tree: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "jwtscan.toml").write_text('exclude = ["/b.py", "sub/gen/"]')
    (tree / "sub/gen").mkdir()
    (tree / "sub/gen/c.py").write_text(MINT)
    assert {path for path, _, _ in found(capfd)} == {"a.py", "sub/b.py"}
    monkeypatch.chdir(tree / "sub")
    assert {path for path, _, _ in found(capfd)} == {"b.py"}
    run(["fix", "--diff"])
    out = capfd.readouterr().out
    assert "b/sub/b.py" in out
    assert "gen" not in out


def test_per_file_ignores_and_severities(
    tree: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "jwtscan.toml").write_text(
        '[per-file-ignores]\n"sub/*" = ["jwt-mint"]\n[severity]\njwt-mint = "warning"\nquery-token = "note"\n'
    )
    assert {one for one in found(capfd) if one[1] == "jwt-mint"} == {("a.py", "jwt-mint", "warning")}
    monkeypatch.chdir(tree / "sub")
    assert not {one for one in found(capfd, "b.py", "../a.py") if one[:2] == ("b.py", "jwt-mint")}
    (tree / "jwtscan.toml").write_text('per-file-ignores."*.py" = "rest"\n')
    assert not found(capfd)


def test_own_rules_of_a_configuration_are_declared_ones(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "checks").mkdir()
    (tree / "checks/api-host.toml").write_text(OWN_RULE)
    (tree / "sub/jwtscan.toml").write_text('rules = ["../checks"]')
    assert ("a.py", "api-host", "note") in found(capfd, "--config", "sub/jwtscan.toml")
    (tree / "checks/evil.py").write_text("raise SystemExit('was run')")
    error = said(capfd, "scan", "--config", "sub/jwtscan.toml")
    assert "a Python rule is only run from a folder named on the command line" in error
    assert "was run" not in error
    assert "was run" in said(capfd, "scan", "--rules", "checks")


@pytest.mark.parametrize("name", ["jwtscan.toml", "pyproject.toml"])
def test_new_names_are_used_and_the_configuration_stays(
    name: str, tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    head = "[tool.jwtscan.env-names]" if name == "pyproject.toml" else "[env-names]"
    text = f'{head}\nZOOM_API_KEY = "CORP_ZOOM_CLIENT_ID"\n"ZOOM_API_SECRET" = "CORP_ZOOM_CLIENT_SECRET"\n'
    (tree / name).write_text(text)
    (tree / ".env").write_text(ENV)
    assert name not in {path for path, _, _ in found(capfd, "--min-confidence", "low")}
    assert run(["fix"]) == 0
    assert "CORP_ZOOM_CLIENT_ID" in capfd.readouterr().err
    assert (tree / name).read_text() == text
    assert "CORP_ZOOM_CLIENT_ID=" in (tree / ".env").read_text()
    assert "CORP_ZOOM_CLIENT_SECRET=" in (tree / ".env").read_text()
    assert "API_KEY" not in (tree / ".env").read_text() + (tree / "a.py").read_text()


def test_own_rules_of_a_configuration_are_listed_and_explained(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "checks").mkdir()
    (tree / "checks/api-host.toml").write_text(OWN_RULE)
    (tree / "jwtscan.toml").write_text('rules = ["checks"]')
    assert run(["rules", "list"]) == run(["explain", "api-host"]) == 0
    out = capfd.readouterr().out
    assert "  api-host" in out
    assert "# api-host" in out
    assert run(["rules", "list", "--isolated"]) == 0
    assert "api-host" not in capfd.readouterr().out
    assert "no such rule: api-host" in said(capfd, "explain", "--isolated", "api-host")
    (tree / "checks/evil.py").write_text("raise SystemExit('was run')")
    assert "is only run from a folder named on the command line" in said(capfd, "rules", "list")
    assert "was run" in said(capfd, "explain", "api-host", "--rules", "checks")


SCRIPT = """\
const jwt = require("jsonwebtoken");

async function users() {
  const token = jwt.sign({ iss: process.env.ZOOM_API_KEY, exp: 1 }, process.env.ZOOM_API_SECRET);
  return fetch("https://api.zoom.us/v2/users", { headers: { Authorization: `Bearer ${token}` } });
}
"""


@pytest.mark.parametrize(
    ("helper", "python", "script", "files"),
    [
        ("lib", "lib.zoom_oauth", "../lib/zoom-oauth", {"lib/zoom_oauth.py", "lib/zoom-oauth.js"}),
        (".", "zoom_oauth", "../zoom-oauth", {"zoom_oauth.py", "zoom-oauth.js"}),
        ("lib/tokens.py", "lib.tokens", "./zoom-oauth", {"lib/tokens.py", "web/zoom-oauth.js"}),
        ("lib/tokens.js", "zoom_oauth", "../lib/tokens", {"zoom_oauth.py", "lib/tokens.js"}),
    ],
)
def test_helper_goes_where_the_configuration_says(
    helper: str, python: str, script: str, files: set[str], tree: Path
) -> None:
    (tree / "sub/b.py").unlink()
    (tree / "web").mkdir()
    (tree / "web/users.js").write_text(SCRIPT)
    (tree / "conf").mkdir()
    (tree / "conf/jwtscan.toml").write_text(f'helper = "../{helper}"')
    before = set(tree.rglob("*.[pj][ys]"))
    assert run(["fix", "--config", "conf/jwtscan.toml"]) == 0
    assert {path.relative_to(tree).as_posix() for path in {*tree.rglob("*.[pj][ys]")} - before} == files
    assert f"from {python} import access_token\n" in (tree / "a.py").read_text()
    assert f'require("{script}")' in (tree / "web/users.js").read_text()
    done = subprocess.run(
        [sys.executable, "-c", "import a; print(a.access_token.__module__)"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == python
    fixed = {path: path.read_bytes() for path in tree.rglob("*.[pj][ys]")}
    assert run(["fix", "--config", "conf/jwtscan.toml"]) == 0
    assert {path: path.read_bytes() for path in tree.rglob("*.[pj][ys]")} == fixed


@pytest.mark.parametrize(
    ("files", "imported"),
    [
        # a package is imported from the folder it stands in
        ({"app/__init__.py": "", "app/api/__init__.py": "", "app/api/use.py": MINT}, "from shared.zoom_oauth import"),
        # relative where the file is, and the package reaches so far
        (
            {"shared/__init__.py": "", "shared/in/use.py": "from .. import other\n" + MINT, "shared/other.py": ""},
            "from ..zoom_oauth import",
        ),
        # what imports the file shows where imports start
        ({"main.py": "from sub.use import users\n", "sub/use.py": MINT}, "from shared.zoom_oauth import"),
        # a script reaches only what is below its folder
        ({"sub/use.py": MINT}, None),
    ],
)
def test_helper_is_imported_from_a_named_folder_or_not_at_all(
    files: dict[str, str], imported: str | None, tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in ("a.py", "sub/b.py"):
        (tree / path).unlink()
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    (tree / "jwtscan.toml").write_text('helper = "shared"')
    (use,) = (path for path, text in files.items() if "users()" in text)
    assert run(["fix", "--format", "json"]) == (0 if imported else 1)
    out = json.loads(capfd.readouterr().out)
    if imported:
        assert imported in (tree / use).read_text()
        assert (tree / "shared/zoom_oauth.py").is_file()
    else:
        reason = f"the configuration wants the helper module in shared, from where {use} cannot import it"
        assert [one["fix"]["because"] for one in out["findings"]] == [reason]
        assert (tree / use).read_text() == files[use]


def test_helper_file_that_the_code_cannot_import_is_said(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path in ("a.py", "sub/b.py"):
        (tree / path).unlink()
    (tree / "users.js").write_text(SCRIPT)
    (tree / "jwtscan.toml").write_text('helper = "lib/tokens.mjs"')
    assert run(["fix", "--format", "json"]) == 1
    (left,) = json.loads(capfd.readouterr().out)["findings"]
    assert "in lib/tokens.mjs, but users.js needs a .js or .cjs file" in left["fix"]["because"]
    assert (tree / "users.js").read_text() == SCRIPT


@pytest.mark.parametrize(
    ("around", "client"),
    [('{"dependencies": {"axios": "^1.0.0"}}', "axios"), (None, "fetch")],
)
def test_helper_for_several_packages_requires_what_is_there_where_it_stands(
    around: str | None, client: str, tree: Path
) -> None:
    for path in ("a.py", "sub/b.py"):
        (tree / path).unlink()
    if around is not None:
        (tree / "package.json").write_text(around)
    for name, package in (("one", "axios"), ("two", "node-fetch")):
        (tree / name).mkdir()
        (tree / name / "users.js").write_text(SCRIPT)
        (tree / name / "package.json").write_text(f'{{"dependencies": {{"{package}": "^1.0.0"}}}}')
    (tree / "jwtscan.toml").write_text('helper = "shared"')
    assert run(["fix"]) == 0
    assert [path.name for path in (tree / "shared").iterdir()] == ["zoom-oauth.js"]
    text = (tree / "shared/zoom-oauth.js").read_text()
    assert client in text
    assert ("require(" in text) == (client == "axios")
    for name in ("one", "two"):
        assert 'require("../shared/zoom-oauth")' in (tree / name / "users.js").read_text()


def test_asynchronous_helper_is_named_after_the_configured_file(tree: Path) -> None:
    source = MINT.replace("import requests", "import httpx").replace("def users", "async def users")
    for path in ("a.py", "sub/b.py"):
        (tree / path).unlink()
    (tree / "use.py").write_text(source.replace("return requests.get", "return await httpx.AsyncClient().get"))
    (tree / "jwtscan.toml").write_text('helper = "tokens.py"')
    assert run(["fix"]) == 0
    assert "from tokens_async import access_token\n" in (tree / "use.py").read_text()
    assert (tree / "tokens_async.py").is_file()


@pytest.mark.parametrize(
    ("helper", "reason"),
    [
        ("../lib", "/lib is outside of "),
        ("a.py", "/a.py is there already, and is no helper module of jwtscan's"),
        ("a.py/lib", "/a.py is a file; a folder is wanted, or a .py, "),
        ("README.md", "/README.md is a file; a folder is wanted, or a .py, "),
        ("zoom-tokens.py", "'zoom-tokens' cannot be imported"),
        ("a\\u0000b", "'helper' has a NUL in it"),
    ],
)
def test_helper_that_cannot_be_there_is_refused(
    helper: str, reason: str, tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tree / "README.md").write_text("")
    (tree / "jwtscan.toml").write_text(f'helper = "{helper}"')
    for command in ("fix", "config"):
        said_now = said(capfd, command)
        assert reason in said_now
        assert "jwtscan.toml: 'helper'" in said_now


def test_config_shows_the_helper(
    tree: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "jwtscan.toml").write_text('helper = "lib"')
    monkeypatch.chdir(tree / "sub")
    assert run(["config"]) == 0
    assert 'helper = "../lib"' in capfd.readouterr().out


def test_format_of_a_configuration_does_not_stand_in_the_way_of_a_patch(
    tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tree / "jwtscan.toml").write_text('format = "json"')
    assert run(["fix", "--diff"]) == 1
    assert capfd.readouterr().out.startswith("diff --git")
    run(["scan", "--quiet"])
    assert json.loads(capfd.readouterr().out)["findings"]


def test_config_shows_values_and_where_they_come_from(
    tree: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "jwtscan.toml").write_text(
        'extend = "base.jwtscan.toml"\nexclude = ["gen/"]\n'
        '[per-file-ignores]\n"sub/*" = "rest"\n"*.js" = ["sdk"]\n[severity]\njwt-mint = "note"\n'
    )
    (tree / "base.jwtscan.toml").write_text('max-file-size = "1MB"\n')
    monkeypatch.setenv("JWTSCAN_FAIL_ON", "error")
    assert run(["config", "--jobs", "3", "sub/b.py"]) == 0
    out = capfd.readouterr().out
    rows = {line.partition(" = ")[0]: line.rpartition("# ")[2] for line in out.splitlines() if " = " in line}
    assert rows["exclude"] == rows['"jwt-mint"'] == "jwtscan.toml"
    assert rows["max-file-size"] == "base.jwtscan.toml"
    assert rows["fail-on"] == "JWTSCAN_FAIL_ON"
    assert rows["jobs"] == "command line"
    assert rows["select"] == "default"
    assert '"sub/*"' in rows
    assert '"*.js"' not in rows
    (tree / "shown.toml").write_text(out)
    shown = read_toml(tree / "shown.toml")
    assert (shown["max-file-size"], shown["jobs"], shown["fail-on"]) == (1 << 20, 3, "error")
    run(["config"])
    assert '"*.js"' in capfd.readouterr().out
    assert "no such file" in said(capfd, "config", "absent.py")


def test_schema_is_the_published_one_and_valid() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(SCHEMA.read_text()) == schema()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("", True),
        ("select = []", True),
        ("select = 'sdk'\nignore = ['tool']", True),
        ("jobs = 2\nmax-file-size = '500kB'\nforce-exclude = true", True),
        ("max-file-size = 1000", True),
        ("min-confidence = 'low'\nfail-on = 'never'\nformat = 'json'\ntarget = '2.18'", True),
        ("[severity]\njwt-mint = 'note'\n[env-names]\nZOOM_API_KEY = 'A'\n[per-file-ignores]\n'*' = 'sdk'", True),
        ("selekt = []", False),
        ("select = ['']", False),
        ("select = [1]", False),
        ("jobs = true", False),
        ("jobs = -1", False),
        ("force-exclude = 'yes'", False),
        ("max-file-size = 0", False),
        ("max-file-size = 'big'", False),
        ("max-file-size = '0kB'", False),
        ("fail-on = 'ever'", False),
        ("format = 'xml'", False),
        ("severity.jwt-mint = 1", False),
        ("env-names.ZOOM_API_KEY = '1A'", False),
        ("per-file-ignores = []", False),
    ],
)
def test_schema_and_reader_agree(text: str, good: bool, tmp_path: Path) -> None:
    file = tmp_path / "jwtscan.toml"
    file.write_text(text)
    errors: list[Any] = list(Draft202012Validator(schema()).iter_errors(read_toml(file)))
    assert (not errors) == good
    if good:
        read_config(file)
    else:
        with pytest.raises(ConfigError):
            read_config(file)


def test_nothing_is_parsed_where_no_configuration_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    script = (
        f"import sys; sys.path.insert(0, {str(SCHEMA.parents[3])!r}); "
        "from jwtscan.cli import run; run(['scan', '-q']); "
        "print(sorted(name for name in sys.modules if name == 'tomllib' or name.startswith('jwtscan.config')))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "['jwtscan.config', 'jwtscan.config.find', 'jwtscan.config.values']\n"


# -- configurations below the one of the run -------------------------------------------------------------------------


def _reported(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str, str]]:
    run(["scan", "--format", "json", "--fail-on", "never", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    return [(one["path"], one["rule"], one["severity"]) for one in found]


def test_the_nearest_file_speaks_for_a_scanned_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "jwtscan.toml").write_text('[severity]\njwt-mint = "note"\n')
    (tree / "sub/jwtscan.toml").write_text('[severity]\njwt-mint = "warning"\n')
    wanted = [("a.py", "jwt-mint", "note"), ("sub/b.py", "jwt-mint", "warning")]
    assert [one for one in _reported(capsys) if one[1] == "jwt-mint"] == wanted
    assert [one for one in _reported(capsys, "sub") if one[1] == "jwt-mint"] == wanted[1:]
    assert [one for one in _reported(capsys, "sub/b.py") if one[1] == "jwt-mint"] == wanted[1:]


def test_a_nearer_file_replaces_the_other_and_may_extend_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "jwtscan.toml").write_text('ignore = ["jwt-mint"]\n')
    (tree / "sub/jwtscan.toml").write_text('min-severity = "note"\n')
    assert {(path, rule) for path, rule, _ in _reported(capsys)} >= {("sub/b.py", "jwt-mint")}
    assert ("a.py", "jwt-mint", "error") not in _reported(capsys)
    (tree / "sub/jwtscan.toml").write_text('extend = "../jwtscan.toml"\n')
    assert "jwt-mint" not in {rule for _, rule, _ in _reported(capsys)}


def test_a_nearer_file_ignores_by_its_own_globs(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/pyproject.toml").write_text('[tool.jwtscan.per-file-ignores]\n"/b.py" = ["jwt-mint"]\n')
    assert [path for path, rule, _ in _reported(capsys) if rule == "jwt-mint"] == ["a.py"]


def test_a_nearer_file_selects_for_its_files_alone(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "jwtscan.toml").write_text('select = ["jwt-bearer"]\n')
    (tree / "sub/jwtscan.toml").write_text('select = ["jwt-mint"]\n')
    assert {(path, rule) for path, rule, _ in _reported(capsys)} <= {("a.py", "jwt-bearer"), ("sub/b.py", "jwt-mint")}
    assert ("sub/b.py", "jwt-mint", "error") in _reported(capsys)


def test_what_a_nearer_file_excludes_is_not_looked_at(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/old").mkdir()
    (tree / "sub/old/c.py").write_text(MINT)
    (tree / "sub/jwtscan.toml").write_text('exclude = ["old/"]\n')
    assert {path for path, _, _ in _reported(capsys)} == {"a.py", "sub/b.py"}
    assert {path for path, _, _ in _reported(capsys, "sub/old")} == set()
    assert {path for path, _, _ in _reported(capsys, "sub/old/c.py")} == {"sub/old/c.py"}
    assert _reported(capsys, "--force-exclude", "sub/old/c.py") == []
    assert {path for path, _, _ in _reported(capsys, "--exclude", "nothing")} == {"a.py", "sub/b.py", "sub/old/c.py"}


def test_options_go_before_a_nearer_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/jwtscan.toml").write_text('ignore = ["jwt-mint"]\nmin-confidence = "high"\n')
    assert "sub/b.py" not in {path for path, rule, _ in _reported(capsys) if rule == "jwt-mint"}
    assert "sub/b.py" in {path for path, rule, _ in _reported(capsys, "--ignore", "jwt-bearer") if rule == "jwt-mint"}


@pytest.mark.parametrize("option", [["--isolated"], ["--config", "jwtscan.toml"]])
def test_one_configuration_that_is_named_is_the_only_one(
    option: list[str], tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "jwtscan.toml").write_text("")
    (tree / "sub/jwtscan.toml").write_text('ignore = ["jwt-mint"]\n')
    assert "sub/b.py" in {path for path, rule, _ in _reported(capsys, *option) if rule == "jwt-mint"}


def test_what_a_nearer_file_has_no_say_in_is_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/jwtscan.toml").write_text('target = "2.18"\n')
    run(["scan"])
    err = capsys.readouterr().err
    assert err.count(f"sub/jwtscan.toml: 'target': heeded only by a run in {tree}/sub") == 1


def test_quiet_says_nothing_of_what_a_nearer_file_has_no_say_in(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/jwtscan.toml").write_text("target = '6'\n")
    assert run(["scan", "--quiet"]) == 1
    assert capsys.readouterr().err == ""


def test_a_mistake_in_a_nearer_file_ends_the_run(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "sub/jwtscan.toml").write_text('min-severty = "note"\n')
    assert run(["scan"]) == 2
    assert "'min-severty'" in capsys.readouterr().err
    (tree / "sub/jwtscan.toml").write_text('select = ["jwt-mnt"]\n')
    assert run(["scan"]) == 2
    assert "sub/jwtscan.toml: 'select': no such rule or tag: jwt-mnt" in capsys.readouterr().err


def test_fix_goes_by_the_nearer_file_too(tree: Path) -> None:
    (tree / "sub/jwtscan.toml").write_text('select = ["sdk"]\n')
    run(["fix", "--no-progress"])
    assert "jwt.encode" not in (tree / "a.py").read_text()
    assert (tree / "sub/b.py").read_text() == MINT


def test_config_shows_what_holds_for_a_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "jwtscan.toml").write_text('ignore = ["sdk"]\njobs = 3\n[severity]\njwt-mint = "note"\n')
    (tree / "sub/jwtscan.toml").write_text('min-severity = "error"\n[severity]\njwt-mint = "warning"\n')
    assert run(["config", "sub/b.py", "--min-confidence", "high"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert 'min-severity = "error" # sub/jwtscan.toml' in lines
    assert "ignore = [] # default" in lines
    assert 'min-confidence = "high" # command line' in lines
    assert "jobs = 3 # jwtscan.toml" in lines
    assert '"jwt-mint" = "warning" # sub/jwtscan.toml' in lines
    assert run(["config", "a.py"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert 'ignore = ["sdk"] # jwtscan.toml' in lines
    assert '"jwt-mint" = "note" # jwtscan.toml' in lines
