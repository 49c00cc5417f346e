"""Fixing from end to end, in memory: ``fixing.commit`` writes. What fixes is imported when something is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.engine.around import is_part
from jwtscan.engine.options import Options, Progress, Rules, silent
from jwtscan.engine.outcome import Choose, Fixed, Obstacle
from jwtscan.engine.scan import Scan
from jwtscan.finding import Applicability

if TYPE_CHECKING:
    from jwtscan.rule import Rule

__all__ = ["Fixed", "fix"]


def fix(
    options: Options,
    rules: Sequence[Rule] | Rules,
    *,
    least: Applicability = Applicability.SAFE,
    target: str | None = None,
    choose: Choose | None = None,
    obstacle: Obstacle | None = None,
    progress: Progress = silent,
) -> Fixed:
    """Plans the fixes of at least that applicability for ``options.paths``. Nothing is written.

    A fix that would change a file with an ``obstacle`` is not made. Text on stdin is fixed as far as no other file has
    to change with it.
    """
    scan, mine = _broad(options, rules, progress)
    if not scan.result.findings:
        return Fixed(scan.result, scan.result)
    from jwtscan.engine.offers import Offers
    from jwtscan.engine.passes import Passes

    known = {rule.id: rule for rule in (rules() if callable(rules) else rules)}
    run = Passes(scan, mine, Offers(known), least, target)
    run.choose, run.obstacle, run.alone = choose, obstacle, options.stdin is not None
    return run.run()


def _broad(options: Options, rules: Sequence[Rule] | Rules, progress: Progress) -> tuple[Scan, frozenset[str] | None]:
    """The scan to fix from, already run, and the paths whose findings are to be fixed (None: of every file).

    Where some files are given, it is of the whole working directory. What a scan of them alone finds decides
    whether there is anything to do at all: a hook on clean files is as quick as a scan of them.
    """
    narrow = Scan(options, rules, progress)
    narrow.run()
    if not (narrow.result.findings or narrow.is_spoken_to) or not is_part(options):
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
