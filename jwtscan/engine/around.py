"""The project around the files that a command is given, for what a scan of them alone cannot know."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from jwtscan.engine.options import Options
from jwtscan.engine.scan import Scan


def is_part(options: Options) -> bool:
    """Whether the paths are parts of the working directory, and that is a project rather than somebody's home."""
    cwd = Path(os.path.realpath(options.cwd))
    if cwd.parent == cwd or str(cwd) == os.path.expanduser("~"):  # noqa: PTH111 - does not raise
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
    idle = [one for one in result.findings if one.path in scan.unsure and one.rule == "unused-ignore"]
    mine = {(one.path, one.span) for one in scan.result.findings if one.rule == "unused-ignore"}
    scan.result.findings += [one for one in idle if (one.path, one.span) not in mine]
    scan.result.findings.sort(key=lambda one: one.order)
    scan.result.documents.update({path: result.documents[path] for path in {one.path for one in idle}})


def _inside(path: str, cwd: Path) -> bool:
    return cwd in Path(os.path.realpath(cwd / path)).parents
