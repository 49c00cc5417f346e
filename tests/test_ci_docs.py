"""What docs/ci.md has to copy: valid for each CI system, and its steps run in a repository with findings."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from test_ci import MINT
from test_ci_action import Runner, action

import jwtscan

ROOT = Path(jwtscan.__file__).parent.parent
TEXT = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
SOURCE = "git+ADDRESS-OF-THIS-REPOSITORY@COMMIT"
# In place of what installs jwtscan; the checkout's own is run.
PROGRAMS = {
    "pip": f'test "$*" = "install {SOURCE}"',
    "pipx": f'test "$1 $2 $3" = "run --spec {SOURCE}" || exit 64; shift 3; exec "$@"',
    "jwtscan": f'exec "{sys.executable}" -m jwtscan "$@"',
    "reviewdog": 'test "$*" = "-f=rdjsonl -name=jwtscan -reporter=github-pr-review" || exit 64; exec cat',
}


def block(title: str) -> str:
    """The fenced block with a title, or the first one in a language."""
    match = re.search(rf'^```(?:\w+ title="{re.escape(title)}"|{title})\n(.*?)^```$', TEXT, re.MULTILINE | re.DOTALL)
    assert match, title
    return match[1]


class Checkout:
    """A repository as a CI system has it: a branch with an old finding, a new one, and the branch it left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder / "work", folder / "bin"
        self.folder.mkdir()
        self.programs.mkdir(exist_ok=True)
        for name, script in PROGRAMS.items():
            (self.programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (self.programs / name).chmod(0o755)
        self.git("init", "-q", "-b", "main")
        self.commit("old.py")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("checkout", "-q", "-b", "change")
        self.commit("new.py")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, name: str) -> None:
        (self.folder / name).write_text(MINT, encoding="utf-8")
        self.git("add", name)
        self.git("commit", "-q", "-m", name)

    def run(self, script: str, **environ: str) -> tuple[int, str]:
        known = ("GITHUB_", "GITLAB_", "CI_", "TF_", "AGENT_", "JENKINS_", "JWTSCAN_", "GIT_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(known)}
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={**inherited, "PATH": path, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.programs.parent), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout

    def sarif(self, name: str = "jwtscan.sarif") -> set[str]:
        """The files that a SARIF log has reported results in."""
        (run,) = json.loads((self.folder / name).read_text(encoding="utf-8"))["runs"]
        reported = [result for result in run["results"] if "suppressions" not in result]
        return {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in reported}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


BOTH, NEW = {"old.py", "new.py"}, {"new.py"}


@pytest.mark.parametrize(
    ("title", "schema"),
    [
        (".github/workflows/jwtscan.yml", "github-workflows"),
        (".gitlab-ci.yml", "gitlab-ci"),
        ("azure-pipelines.yml", "azure-pipelines"),
    ],
)
def test_example_is_valid(title: str, schema: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(block(title), encoding="utf-8")
    bad.write_text(re.sub(r"\b(runs-on|script|task):", "scrpt:", block(title)), encoding="utf-8")
    checker = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{schema}",
        "--output-format",
        "json",
    ]
    done = subprocess.run([*checker, good, bad], capture_output=True, text=True, timeout=120, check=False)
    said = json.loads(done.stdout)
    assert said["parse_errors"] == []
    assert {error["filename"] for error in said["errors"]} == {str(bad)}, done.stdout


def test_actions_of_others_are_pinned_by_version() -> None:
    used = re.findall(r"^ *- uses: (\S+)", TEXT, re.MULTILINE)
    assert len(used) == 3
    assert all(re.search(r"@(v\d+|COMMIT)$", name) for name in used)


@pytest.mark.parametrize(("base", "found"), [("", BOTH), ("main", NEW)])
def test_github_example(checkout: Checkout, tmp_path: Path, base: str, found: set[str]) -> None:
    workflow: dict[str, Any] = yaml.safe_load(block(".github/workflows/jwtscan.yml"))
    fetch, scan, upload = workflow["jobs"]["jwtscan"]["steps"]
    assert fetch["with"]["fetch-depth"] == 0
    assert scan["with"].keys() <= action()["inputs"].keys()
    assert scan["with"] == {"since": "${{ github.base_ref && format('origin/{0}', github.base_ref) }}"}
    (tmp_path / "runner").mkdir()
    runner = Runner(tmp_path / "runner")
    runner.work = checkout.folder
    code, log = runner.run({"since": f"origin/{base}" if base else ""})
    assert code == 1, log
    assert checkout.sarif() == found
    assert upload["with"]["sarif_file"] == f"${{{{ steps.{scan['id']}.outputs.sarif-file }}}}"
    assert "sarif-file" in action()["outputs"]


@pytest.mark.parametrize(("is_request", "found"), [(False, BOTH), (True, NEW)])
def test_gitlab_example(checkout: Checkout, is_request: bool, found: set[str]) -> None:
    job: dict[str, Any] = yaml.safe_load(block(".gitlab-ci.yml"))["jwtscan"]
    base = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": checkout.git("rev-parse", "origin/main")} if is_request else {}
    code, log = checkout.run("\n".join(job["script"]), GITLAB_CI="true", **base)
    assert code == 1, log
    entries = json.loads((checkout.folder / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert {entry["location"]["path"] for entry in entries} == found


@pytest.mark.parametrize(("target", "found"), [("", BOTH), ("main", NEW), ("refs/heads/main", NEW)])
def test_azure_example(checkout: Checkout, target: str, found: set[str]) -> None:
    _, _, script, publish = yaml.safe_load(block("azure-pipelines.yml"))["steps"]
    environ = {"SYSTEM_PULLREQUEST_TARGETBRANCH": target} if target else {}
    code, log = checkout.run(script["bash"], TF_BUILD="True", **environ)
    assert code == 1, log
    assert set(re.findall(r"sourcepath=([^;]+)", log)) == found
    assert checkout.sarif(publish["publish"]) == found
    (table,) = re.findall(r"##vso\[task\.uploadsummary\](.*)", log)
    assert "new.py:3" in Path(table).read_text(encoding="utf-8")


@pytest.mark.parametrize(("target", "found"), [("", BOTH), ("main", NEW)])
def test_jenkins_example(checkout: Checkout, target: str, found: set[str]) -> None:
    text = block("Jenkinsfile")
    assert text.count("{") - text.count("${") == text.count("}") - len(re.findall(r"\$\{[^}]*\}", text))
    script = re.search(r"sh '''\n(.*?)'''", text, re.DOTALL)
    assert script
    environ = {"CHANGE_TARGET": target} if target else {}
    code, log = checkout.run(script[1], JENKINS_URL="http://jenkins.example/", **environ)
    assert code == 1, log
    names = re.search(r"sarif\(pattern: '(.*?)'\).*junit '(.*?)'", text, re.DOTALL)
    assert names
    assert checkout.sarif(names[1]) == found
    suites = ElementTree.parse(checkout.folder / names[2]).getroot()
    assert {suite.get("name") for suite in suites} == found


def test_reviewdog_example(checkout: Checkout) -> None:
    code, log = checkout.run(block("shell"))
    assert code == 0, log
    found = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {one["location"]["path"] for one in found} == NEW


def test_github_example_without_the_action(checkout: Checkout) -> None:
    (command,) = re.findall(r"`(pipx run [^`]*)`", TEXT)
    assert shlex.split(command)[-2:] == ["jwtscan", "ci"]
    code, log = checkout.run(command, GITHUB_ACTIONS="true")
    assert code == 1
    assert log.startswith("::error file=")


def test_table_of_inputs_is_that_of_the_action() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE)
    assert rows == list(action()["inputs"])
    outputs = re.search(r"The outputs are `(.*?)`, .*`(.*?)`\.", TEXT)
    assert outputs
    assert list(outputs.groups()) == list(action()["outputs"])
