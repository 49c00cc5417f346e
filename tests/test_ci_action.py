"""The published GitHub action: valid, and its script run as a runner would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_ci import MINT, outputs_in

import jwtscan

ROOT = Path(jwtscan.__file__).parent.parent
ACTION = ROOT / "action.yml"
# Stands for what pipx would install from the action's folder.
PIPX = f"""\
#!/bin/sh
test "$*" = "run --no-cache --spec $GITHUB_ACTION_PATH jwtscan ci" || exit 64
exec "{sys.executable}" -m jwtscan ci
"""


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


class Runner:
    """A GitHub runner with a checkout of a repository, and the action checked out beside it."""

    def __init__(self, folder: Path) -> None:
        self.work, self.programs = folder / "work", folder / "bin"
        self.outputs, self.summary = folder / "outputs", folder / "summary"
        self.work.mkdir()
        self.programs.mkdir()
        (self.programs / "pipx").write_text(PIPX, encoding="utf-8")
        (self.programs / "pipx").chmod(0o755)

    def run(self, given: dict[str, str]) -> tuple[int, str]:
        """Runs the action's step with inputs as a workflow gives them: its exit code and its log."""
        (step,) = action()["runs"]["steps"]
        values = {name: given.get(name, known["default"]) for name, known in action()["inputs"].items()}
        assert given.keys() <= values.keys()
        env = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: values[match[1]], value)
            for name, value in step["env"].items()
        }
        assert not any("${{" in value for value in env.values()) or any("${{" in value for value in given.values())
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            # What a runner makes of ``shell: bash``.
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env={
                **inherited,
                "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(self.outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                **env,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    (made.work / "app.py").write_text(MINT, encoding="utf-8")
    return made


def test_action_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_inputs_reach_the_script_as_data_only() -> None:
    (step,) = action()["runs"]["steps"]
    assert "${{" not in step["run"]
    assert sorted(re.findall(r"inputs\.([a-z-]+)", str(step["env"]))) == sorted(action()["inputs"])
    assert all(re.fullmatch(r"\$\{\{ inputs\.[a-z-]+ \}\}", value) for value in step["env"].values())


def test_action_reports_and_fails(runner: Runner) -> None:
    code, log = runner.run({})
    assert code == 1, log
    assert "::error file=app.py,line=3," in log
    declared = {
        name: re.fullmatch(r"\$\{\{ steps\.jwtscan\.outputs\.([a-z-]+) \}\}", output["value"])
        for name, output in action()["outputs"].items()
    }
    outputs = outputs_in(runner.outputs)
    assert {name: match and match[1] for name, match in declared.items()} == {name: name for name in outputs}
    results = json.loads((runner.work / outputs["sarif-file"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) == int(outputs["findings"]) > 0
    assert "app.py:3" in runner.summary.read_text(encoding="utf-8")


def test_inputs_hold(runner: Runner) -> None:
    (runner.work / "my folder").mkdir()
    (runner.work / "my folder/b.py").write_text(MINT, encoding="utf-8")
    code, log = runner.run({"paths": "my folder\n", "fail-on": "never", "sarif-file": "out.sarif"})
    assert code == 0, log
    assert "file=my folder/b.py" in log
    assert "file=app.py" not in log
    assert outputs_in(runner.outputs)["sarif-file"] == "out.sarif"


@pytest.mark.parametrize(
    "value", ['"; touch pwned; echo "', "$(touch pwned)", "`touch pwned`", "x\ntouch pwned\n", "--exit-zero"]
)
def test_input_is_never_run(runner: Runner, value: str) -> None:
    code, log = runner.run(dict.fromkeys(action()["inputs"], value))
    assert code == 2, log
    assert log.splitlines()[0].startswith("jwtscan: error: ")
    assert not (runner.work / "pwned").exists()


def test_a_runner_without_pipx_is_told_so(runner: Runner) -> None:
    (runner.programs / "pipx").unlink()
    (runner.programs / "bash").symlink_to("/bin/bash")
    script = action()["runs"]["steps"][0]["run"]
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", script],
        env={"PATH": str(runner.programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=jwtscan::the action runs jwtscan with pipx")
