"""The project around the files that a command is given, for what a scan of them alone cannot know."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jwtscan.engine.options import Options
from jwtscan.engine.scan import Scan
from jwtscan.files.places import is_everything
from jwtscan.finding import Finding


def is_part(options: Options) -> bool:
    """Whether the paths are parts of the working directory, and that is a project rather than somebody's home."""
    cwd = Path(os.path.realpath(options.cwd))
    if is_everything(cwd):
        return False
    return all(
        _inside(path, cwd) for path in (options.paths if options.stdin is None else [options.stdin_filename or ""])
    )


def judge_ignores(scan: Scan) -> None:
    """Adds the ignore comments of some files, already scanned, that silence nothing.

    What a comment silences may need evidence from another file. So they are judged by a scan of the whole working
    directory, once there is one that may be of no use.
    """
    if not scan.unsure or scan.options.stdin is not None or not is_part(scan.options):
        return
    options = scan.options
    whole = Scan(replace(options, paths=(*options.paths, ".")), scan.given_rules, scan.progress)
    whole.named = scan.named
    result = whole.run()
    idle = _lacking(scan, result.findings, scan.result.findings)
    scan.result.findings = sorted([*scan.result.findings, *idle], key=lambda one: one.order)
    for source, found in result.known.items():
        there = scan.result.known.get(source, [])
        if added := _lacking(scan, found, there):
            scan.result.known[source] = sorted([*there, *added], key=lambda one: one.order)
            idle += added
    scan.result.documents.update({path: result.documents[path] for path in {one.path for one in idle}})


def _lacking(scan: Scan, found: Sequence[Finding], there: Sequence[Finding]) -> list[Finding]:
    """The ignores of no use in the scan's files that were ``found`` and are not ``there``."""
    mine = {(one.path, one.span) for one in there if one.rule == "unused-ignore"}
    idle = (one for one in found if one.path in scan.unsure and one.rule == "unused-ignore")
    return [one for one in idle if (one.path, one.span) not in mine]


def _inside(path: str, cwd: Path) -> bool:
    return cwd in Path(os.path.realpath(cwd / path)).parents
