"""The CI systems that ``jwtscan ci`` knows: what each is told by, and what a report there is made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jwtscan.cli.ending import CLEAN, Failure, note
from jwtscan.cli.outlets import Outlet, print_raw

if TYPE_CHECKING:
    from jwtscan.report import Report

SARIF = Path("jwtscan.sarif")
MOST_SUMMARY = 1 << 20
"""The bytes of one step's summary; GitHub drops the whole of a larger one."""

Close = Callable[["Report", Sequence[Outlet], int], None]


@dataclass(frozen=True, slots=True)
class Host:
    """One CI system. ``standard`` is the format for its log, ``files`` are the reports that it or its plugins read.

    ``close`` does what is left when these are written, given the report, the outlets and the exit code.
    """

    standard: str
    files: Mapping[str, Path]
    close: Close


def host_of(environ: Mapping[str, str]) -> Host:
    """The CI system that says by its variables that it is this one; one like Jenkins where none does."""
    on = (host for variable, host in _HOSTS.items() if environ.get(variable, "").lower() not in ("", "0", "false"))
    return next(on, _PLAIN)


def sarif_in(outlets: Sequence[Outlet]) -> Path | None:
    """Where SARIF is written."""
    return next((outlet.path for outlet in outlets if outlet.format == "sarif" and outlet.path), None)


# -- GitHub ------------------------------------------------------------------------------------------------------------


def _close_github(report: Report, outlets: Sequence[Outlet], _: int) -> None:
    """Adds a table to the step's summary, and sets the step's outputs."""
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarize(report, Path(summary))
    if outputs := os.environ.get("GITHUB_OUTPUT"):
        values = {"findings": str(len(report.findings)), "sarif-file": str(sarif_in(outlets) or "")}
        _append(Path(outputs), "".join(_assignment(name, value) for name, value in values.items()))


def _summarize(report: Report, summary: Path) -> None:
    from jwtscan.report.markdown import to_markdown

    # Whatever stands there already may end anywhere.
    before, after = "\n\n", "\n"
    taken = summary.stat().st_size if summary.exists() else 0
    table = to_markdown(report, MOST_SUMMARY - taken - len(before + after))
    if table:
        _append(summary, before + table + after)
    else:
        note(f"the step summary is full already ({taken:,} bytes): nothing is added to it")


def _assignment(name: str, value: str) -> str:
    """An output as GitHub reads it. Nobody can end a value of several lines early: the mark is a new one each time."""
    if value.isprintable():
        return f"{name}={value}\n"
    mark = f"jwtscan-{os.urandom(16).hex()}"
    return f"{name}<<{mark}\n{value}\n{mark}\n"


def _append(file: Path, text: str) -> None:
    try:
        with file.open("ab") as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise Failure(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from error


# -- Azure -------------------------------------------------------------------------------------------------------------


def _close_azure(report: Report, outlets: Sequence[Outlet], code: int) -> None:
    """Uploads a table for the run's page, and marks a step that passes although there are findings."""
    import tempfile

    from jwtscan.report.azure import command
    from jwtscan.report.markdown import to_markdown

    if all(outlet.path is not None or outlet.format != "azure" for outlet in outlets):
        return
    # Uploaded once the step is over, under the name of the file; the agent clears its folder after the job.
    try:
        folder = Path(tempfile.mkdtemp(prefix="jwtscan-", dir=os.environ.get("AGENT_TEMPDIRECTORY") or None))
        table = folder / "jwtscan.md"
        table.write_bytes(to_markdown(report, MOST_SUMMARY).encode())
    except OSError as error:
        raise Failure(f"cannot write a summary: {(error.strerror or str(error)).lower()}") from error
    print_raw(command("task.uploadsummary", {}, str(table)))
    if code == CLEAN and report.findings:
        print_raw(command("task.complete", {"result": "SucceededWithIssues"}, f"{len(report.findings)} findings"))


def _close_nothing(_: Report, __: Sequence[Outlet], ___: int) -> None:
    """All of the report is in the log and the files."""


_PLAIN = Host("concise", {"sarif": SARIF, "junit": Path("jwtscan-junit.xml")}, _close_nothing)
_HOSTS = {
    "GITHUB_ACTIONS": Host("github", {"sarif": SARIF}, _close_github),
    "GITLAB_CI": Host("text", {"gitlab": Path("gl-code-quality-report.json")}, _close_nothing),
    "TF_BUILD": Host("azure", {"sarif": SARIF}, _close_azure),
    "JENKINS_URL": _PLAIN,
}
"""By the variable that each sets."""
