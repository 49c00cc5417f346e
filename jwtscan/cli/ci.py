"""``jwtscan ci``: a scan that reports what the CI system it runs on takes. What the formats are is the report's."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from jwtscan.cli.configured import FROM_FILE
from jwtscan.cli.hosts import Host, host_of
from jwtscan.cli.options import strict_option, variable_of, with_options
from jwtscan.cli.outlets import Outlet, settle
from jwtscan.cli.scan import scanned


class Paths(click.ParamType):  # type: ignore[type-arg]
    """A path; from the environment, a list of them."""

    name = "path"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> str:
        return str(value)

    def split_envvar_value(self, rv: str) -> list[str]:
        """One path a line where there are several lines, so that paths may have spaces; else between spaces."""
        parts = rv.split("\n") if "\n" in rv else rv.split()
        return [path for path in map(str.strip, parts) if path]


@click.command("ci", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, type=Paths(), envvar=variable_of("--paths"), metavar="[PATHS]")
@click.option(
    "--sarif",
    type=click.Path(path_type=Path),
    envvar=variable_of("--sarif"),
    metavar="FILE",
    help="Where to write SARIF, instead of jwtscan.sarif. On GitLab it is only written with this.",
)
@strict_option
@with_options
def command(paths: tuple[str, ...], sarif: Path | None, **given: Any) -> int:
    """Scan PATHS (the working directory), and report what the CI system takes that this runs on.

    \b
    GitHub Actions   annotations, jwtscan.sarif, a table in the step summary, outputs
    GitLab CI        text, gl-code-quality-report.json
    Azure Pipelines  issues of the build, jwtscan.sarif, a table in the summary
    Jenkins, others  one line a finding, jwtscan.sarif, jwtscan-junit.xml

    --format adds reports, or takes the place of one of these. Exit codes: as of scan.
    """
    host = host_of(os.environ)
    # What a configuration says is meant for a person's terminal.
    own = click.get_current_context().get_parameter_source("outlets") is not FROM_FILE
    outlets = outlets_on(host, given["outlets"] if own else (), sarif, color=given["color"])
    report, code = scanned(paths, outlets, given)
    host.close(report, outlets, code)
    return code


def outlets_on(host: Host, given: tuple[Outlet, ...], sarif: Path | None, *, color: str) -> list[Outlet]:
    """What to report where: what a host takes, but for what was ``given`` in its place."""
    files = dict(host.files)
    if sarif is not None:
        files["sarif"] = sarif
    for outlet in given:
        files.pop(outlet.format if outlet.path else "", None)
    standard = () if any(outlet.path is None for outlet in given) else (Outlet(host.standard, None),)
    settled = settle((*given, *standard, *(Outlet(name, path) for name, path in files.items())), color=color)
    # GitHub takes no notice that a result is suppressed, and makes an alert of it.
    return [replace(outlet, look=replace(outlet.look, suppressed=False)) for outlet in settled]
