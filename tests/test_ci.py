"""``jwtscan ci`` where each CI system would run it, its outputs read as that system reads them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jwtscan.cli import run

SECRET = "FAKEfakeFAKEfakeFAKEfakeFAKEfake0000"
MINT = f'''\
URL = "https://api.zoom.us/v2"
import jwt
token = jwt.encode({{"iss": "FAKEkeyFAKEkeyFAKEkey0", "exp": 1}}, "{SECRET}")
'''
MOST_SUMMARY = 1 << 20


class Job:
    """A job of a CI system in a folder of its own, with none of the variables of the system that runs the tests."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder / "work tree"
        self.folder.mkdir()
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.summary, self.outputs = folder / "summary.md", folder / "outputs"
        monkeypatch.chdir(self.folder)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        known = ("GITHUB_", "GITLAB_", "TF_", "AGENT_", "JENKINS_", "JWTSCAN_")
        for name in [name for name in os.environ if name.startswith(known)]:
            monkeypatch.delenv(name)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        with self.monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            code = run(["ci", *arguments])
        out, err = self.capsys.readouterr()
        return code, out, err

    def on_github(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        files = {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.outputs)}
        return self.run(*arguments, GITHUB_ACTIONS="true", **files, **environ)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Job:
    made = Job(tmp_path, monkeypatch, capsys)
    made.write(**{"app.py": MINT})
    return made


def outputs_in(file: Path) -> dict[str, str]:
    """A step's outputs as GitHub's runner reads them: ``name=value``, or ``name<<mark``, the lines, and ``mark``."""
    found = {}
    lines = iter(file.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if not line:
            continue
        name, is_line, text = line.partition("=")
        if is_line and "<<" not in name:
            found[name] = text
            continue
        name, mark = line.split("<<", 1)
        value = []
        while (line := next(lines)) != mark:
            value.append(line)
        found[name] = "\n".join(value)
    return found


# GitHub


def test_github_gets_annotations_sarif_a_summary_and_outputs(job: Job) -> None:
    code, out, err = job.on_github()
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("::error file=app.py,line=3,")
    assert all(line.startswith("::") for line in lines)
    results = json.loads(job.read("jwtscan.sarif"))["runs"][0]["results"]
    assert outputs_in(job.outputs) == {"findings": str(len(results)), "sarif-file": "jwtscan.sarif"}
    assert job.summary.read_text(encoding="utf-8").count("| app.py:3") == len(results) == len(lines)
    assert SECRET not in out + err + job.read("jwtscan.sarif") + job.summary.read_text(encoding="utf-8")


def test_github_summary_keeps_what_stands_in_it(job: Job) -> None:
    job.summary.write_text("tests passed", encoding="utf-8")
    job.on_github()
    job.on_github()
    text = job.summary.read_text(encoding="utf-8")
    assert text.startswith("tests passed\n\n**jwtscan:**")
    assert text.count("\n\n**jwtscan:**") == 2


def test_github_summary_stays_below_what_github_takes(job: Job) -> None:
    job.summary.write_text("ü" * (MOST_SUMMARY // 2 - 400), encoding="utf-8")
    job.write(**{f"{name}.py": MINT for name in "abcdefgh"})
    job.on_github()
    assert job.summary.stat().st_size < MOST_SUMMARY
    assert re.search(r"\n… and \d+ more\n\n$", job.summary.read_text(encoding="utf-8"))


def test_github_summary_that_is_full_is_left_and_said(job: Job) -> None:
    full = "x" * (MOST_SUMMARY - 10)
    job.summary.write_text(full, encoding="utf-8")
    code, _, err = job.on_github()
    assert code == 1
    assert "the step summary is full" in err
    assert job.summary.read_text(encoding="utf-8") == full


def test_github_says_that_nothing_was_found(job: Job) -> None:
    job.write(**{"app.py": "x = 1\n"})
    code, out, _ = job.on_github()
    assert (code, out) == (0, "")
    assert "no findings" in job.summary.read_text(encoding="utf-8")
    assert job.outputs.read_text(encoding="utf-8") == "findings=0\nsarif-file=jwtscan.sarif\n"
    assert json.loads(job.read("jwtscan.sarif"))["runs"][0]["results"] == []


def test_github_outputs_cannot_be_forged_by_a_path(job: Job) -> None:
    name = "a\nfindings<<x\n0\nx\nsarif-file=b.sarif"
    job.on_github("--sarif", name)
    found = outputs_in(job.outputs)
    assert found["sarif-file"] == name
    assert int(found["findings"]) > 0


def test_github_without_its_files_is_no_error(job: Job) -> None:
    code, out, _ = job.run(GITHUB_ACTIONS="true")
    assert code == 1
    assert out.startswith("::error ")


def test_github_summary_that_cannot_be_written_is_an_error(job: Job) -> None:
    code, _, err = job.run(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(job.folder))
    assert code == 2
    assert "cannot write" in err
    assert "Traceback" not in err


# GitLab, Azure, Jenkins and others


def test_gitlab_gets_text_and_its_report(job: Job) -> None:
    code, out, _ = job.run(GITLAB_CI="true")
    assert code == 1
    assert "error[jwt-mint]" in out
    assert {entry["check_name"] for entry in json.loads(job.read("gl-code-quality-report.json"))} >= {"jwt-mint"}
    assert job.names() == ["app.py", "gl-code-quality-report.json"]


def test_gitlab_gets_sarif_where_a_file_is_named(job: Job) -> None:
    job.run(GITLAB_CI="true", JWTSCAN_SARIF="out.sarif")
    assert job.names() == ["app.py", "gl-code-quality-report.json", "out.sarif"]


_ISSUE = re.compile(r"##vso\[([a-z]+\.[a-z]+)(?: ([^\]]*))?\](.*)")


def test_azure_gets_issues_sarif_and_a_summary(job: Job, tmp_path: Path) -> None:
    code, out, _ = job.run(TF_BUILD="True", AGENT_TEMPDIRECTORY=str(tmp_path))
    assert code == 1
    read = [_ISSUE.fullmatch(line) for line in out.splitlines()]
    assert all(read)
    commands = [(match[1], match[2], match[3]) for match in read if match]
    assert commands[0][0] == "task.logissue"
    assert commands[0][1].startswith("type=error;sourcepath=app.py;linenumber=3;columnnumber=")
    name, _, table = commands[-1]
    assert name == "task.uploadsummary"
    assert "app.py:3" in Path(table).read_text(encoding="utf-8")
    assert Path(table).name == "jwtscan.md"
    assert job.names() == ["app.py", "jwtscan.sarif"]


def test_azure_marks_a_step_that_passes_with_findings(job: Job) -> None:
    code, out, _ = job.run("--exit-zero", TF_BUILD="True")
    assert code == 0
    assert "##vso[task.complete result=SucceededWithIssues;]" in out
    job.write(**{"app.py": "x = 1\n"})
    assert "task.complete" not in job.run(TF_BUILD="True")[1]


def test_azure_summary_that_cannot_be_written_is_an_error(job: Job) -> None:
    code, _, err = job.run(TF_BUILD="True", AGENT_TEMPDIRECTORY=str(job.folder / "nowhere"))
    assert code == 2
    assert err.endswith("jwtscan: error: cannot write a summary: no such file or directory\n")


@pytest.mark.parametrize("environ", [{"JENKINS_URL": "http://jenkins.example/"}, {}, {"GITHUB_ACTIONS": "false"}])
def test_jenkins_and_others_get_a_line_a_finding_junit_and_sarif(job: Job, environ: dict[str, str]) -> None:
    code, out, _ = job.run(**environ)
    assert code == 1
    assert re.match(r"app\.py:3:\d+: ", out)
    root = ElementTree.fromstring(job.read("jwtscan-junit.xml"))
    assert int(root.get("failures") or 0) == len(out.splitlines())
    assert job.names() == ["app.py", "jwtscan-junit.xml", "jwtscan.sarif"]


def test_reports_of_an_earlier_run_are_not_found_again(job: Job) -> None:
    first = job.run()[1]
    job.run(GITLAB_CI="true")
    assert job.run()[1] == first


# What is given


def test_a_format_is_added_or_takes_the_place_of_its_like(job: Job) -> None:
    given = ("--format", "sarif=mine.sarif", "--format", "csv=mine.csv", "--format", "json")
    code, out, _ = job.on_github(*given)
    assert code == 1
    assert json.loads(out)["findings"]
    assert job.names() == ["app.py", "mine.csv", "mine.sarif"]
    assert outputs_in(job.outputs)["sarif-file"] == "mine.sarif"


def test_a_format_of_the_configuration_is_for_people(job: Job) -> None:
    job.write(**{"jwtscan.toml": 'format = "json"\n'})
    assert job.on_github()[1].startswith("::error ")
    assert json.loads(job.on_github(JWTSCAN_FORMAT="json")[1])


def test_configuration_holds(job: Job) -> None:
    job.write(**{"jwtscan.toml": 'fail-on = "never"\nexclude = ["old.py"]\n', "old.py": MINT})
    code, out, _ = job.on_github()
    assert code == 0
    assert "old.py" not in out


def test_paths_of_the_environment_are_between_spaces_or_one_a_line(job: Job) -> None:
    (job.folder / "my folder").mkdir()
    job.write(**{"b.py": MINT, "c.py": MINT, "my folder/d.py": MINT})
    found = [
        set(re.findall(r"^(.*?):3:", job.run(JWTSCAN_PATHS=paths)[1], re.MULTILINE))
        for paths in ("app.py  b.py", "my folder\n b.py \r\n\n", "", "  ")
    ]
    everything = {"app.py", "b.py", "c.py", "my folder/d.py"}
    assert found == [{"app.py", "b.py"}, {"my folder/d.py", "b.py"}, everything, everything]
    assert job.run("c.py", JWTSCAN_PATHS="app.py")[1].startswith("c.py:3:")


def test_an_empty_variable_counts_as_not_set(job: Job) -> None:
    names = ("PATHS", "FAIL_ON", "SARIF", "SINCE", "BASELINE", "FORMAT", "CONFIG", "SELECT")
    job.write(**{"jwtscan.toml": 'fail-on = "never"\n'})
    code, _, err = job.on_github(**{f"JWTSCAN_{name}": "" for name in names})
    assert code == 0, err
    assert outputs_in(job.outputs)["sarif-file"] == "jwtscan.sarif"


def test_variables_are_data(job: Job, tmp_path: Path) -> None:
    """Neither an option nor a command comes out of what an input of a workflow says."""
    for value in ("--exit-zero", f"$(touch {tmp_path}/pwned)", f'"; touch {tmp_path}/pwned; "'):
        code, _, err = job.on_github(JWTSCAN_PATHS=value)
        assert code == 2
        assert "Traceback" not in err
    code, _, err = job.on_github(JWTSCAN_FAIL_ON="note\nwarning")
    assert code == 2
    assert "is not one of" in err
    assert not (tmp_path / "pwned").exists()


def test_errors_are_one_line_and_exit_code_2(job: Job) -> None:
    for arguments in (("nowhere",), ("--sarif", "no/folder/x.sarif"), ("--formt", "x"), ("--fail-on", "eror")):
        code, out, err = job.on_github(*arguments)
        assert (code, out) == (2, ""), arguments
        assert "jwtscan: error: " in err
    assert not job.outputs.exists()


def test_an_empty_folder_passes_and_says_so(job: Job) -> None:
    (job.folder / "app.py").unlink()
    code, out, err = job.on_github()
    assert (code, out) == (0, "")
    assert "no files to scan" in err


# Logs that are read for commands


HOSTILE = ("::stop-commands::x", "##[add-mask]y", "##vso[task.setvariable variable=PATH]z", "##teamcity[buildStatus]")


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
@pytest.mark.parametrize("arguments", [["scan", "--color", "always"], ["scan", "--format", "text"], ["fix"]])
def test_a_file_gives_the_log_no_command(job: Job, variable: str, arguments: list[str]) -> None:
    job.write(**{f"{name}.py": f"{MINT}  # {name}\n" for name in HOSTILE})
    job.monkeypatch.setenv(variable, "true")
    run(arguments)
    run(["scan", "##vso[x]nowhere"])
    out, err = job.capsys.readouterr()
    assert not re.search(r"##\w*\[", out + err)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out + err)
    assert not re.search(r"^\s*::", plain, re.MULTILINE)
    assert r"#\x23vso[task.setvariable variable=PATH]z.py" in plain
    assert r"\x3a:stop-commands::x.py" in plain or "--color" not in arguments


def test_elsewhere_paths_are_as_they_are(job: Job) -> None:
    job.write(**{"##vso[x].py": MINT})
    run(["scan", "--format", "concise"])
    assert "##vso[x].py:3:" in job.capsys.readouterr().out
