"""How much of the tree a fix has to know: callers and settings outside of the paths that were given matter too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jwtscan.engine.scan import Options, Progress, Rules, Scan

if TYPE_CHECKING:
    from jwtscan.rule import Rule


def broad(options: Options, rules: Sequence[Rule] | Rules, progress: Progress) -> tuple[Scan, frozenset[str] | None]:
    """The scan to fix from, already run, and the paths whose findings are to be fixed (None: of every file).

    Where some files are given, it is of the whole working directory. What a scan of them alone finds decides
    whether there is anything to do at all: a hook on clean files is as quick as a scan of them.
    """
    narrow = Scan(options, rules, progress)
    narrow.run()
    if not narrow.result.findings or not _is_part(options):
        return narrow, None
    mine = frozenset(narrow.entries)
    if options.stdin is not None and not (options.cwd / min(mine)).is_file():
        return narrow, mine
    around = (*(options.paths if options.stdin is None else mine), ".")
    wide = Scan(replace(options, stdin=None, stdin_filename=None, paths=around), rules, progress)
    wide.run()
    if options.stdin is not None:
        wide = _with_text(wide, narrow) or narrow
    if not any(finding.path in mine for finding in wide.result.findings):
        return narrow, mine
    return wide, mine


def _is_part(options: Options) -> bool:
    """Whether the paths are parts of the working directory, and that is a project rather than somebody's home."""
    cwd = Path(os.path.realpath(options.cwd))
    if cwd == Path.home() or cwd.parent == cwd:
        return False
    return all(
        _inside(path, cwd) for path in (options.paths if options.stdin is None else [options.stdin_filename or ""])
    )


def _with_text(wide: Scan, narrow: Scan) -> Scan | None:
    """``wide`` with the text from stdin in place of the file's; None where the file's encoding has no bytes for it."""
    if not narrow.documents.keys() <= wide.entries.keys():
        return None
    try:
        scan = wide.again({path: document.source for path, document in narrow.documents.items()})
    except UnicodeEncodeError:
        return None
    # The text on stdin may be in another encoding than the file, and is to come out as it came in.
    scan.documents.update(narrow.documents)
    scan.run()
    return scan


def _inside(path: str, cwd: Path) -> bool:
    return cwd in Path(os.path.realpath(cwd / path)).parents
