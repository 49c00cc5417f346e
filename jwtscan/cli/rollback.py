"""``jwtscan rollback``: brings the tree back to before a fix."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jwtscan.cli.ending import CLEAN, Failure, note
from jwtscan.cli.outlets import print_out
from jwtscan.cli.tree import tree_of
from jwtscan.nearest import nearest
from jwtscan.report.summary import plural

if TYPE_CHECKING:
    from jwtscan.fixing.journal import Record

_SHOWN = 5


@click.command("rollback", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("identity", required=False, metavar="[ID]")
@click.option("--list", "listing", is_flag=True, help="List the fixes that can be taken back, the latest first.")
def command(identity: str | None, listing: bool) -> int:
    """Bring every file back to what it was before the latest fix, or the fix ID, byte for byte.

    A fix is only taken back as a whole: nothing changes where one of its files has changed since. The last ten are
    kept.

    Exit codes: 0 done, 2 an error, 130 interrupted.
    """
    from jwtscan.fixing.commit import rollback
    from jwtscan.fixing.journal import JournalError
    from jwtscan.fixing.recovery import CommitError, history, recover

    tree = tree_of(Path.cwd())
    try:
        if (said := recover(tree)) is not None:
            note(said)
        records = history(tree)
        if listing:
            _list(records)
            return CLEAN
        record = _chosen(records, identity, tree)
        rollback(tree, record)
    except (CommitError, JournalError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}; nothing was changed") from error
    note(f"took {record.id} back: {plural(len(record.parts), 'file')} as before")
    return CLEAN


def _chosen(records: list[Record], identity: str | None, tree: Path) -> Record:
    if not records:
        raise Failure(f"nothing to take back in {tree}")
    if identity is None:
        return records[-1]
    for record in records:
        if record.id == identity:
            return record
    known = [record.id for record in records]
    raise Failure(f"no such fix: {identity}{nearest(identity, known)}; jwtscan rollback --list shows them")


def _list(records: list[Record]) -> None:
    from jwtscan.mask import printable

    for record in reversed(records):
        when = datetime.strptime(record.id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=timezone.utc).astimezone()
        paths = [part.path for part in record.parts]
        more = f", and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        listed = printable(", ".join(paths[:_SHOWN]) + more)
        print_out(f"{record.id}  {when:%Y-%m-%d %H:%M}  {plural(len(paths), 'file')}: {listed}\n")
    if not records:
        note("no fix can be taken back here")
