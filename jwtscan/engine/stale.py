"""Which findings of a baseline a scan has looked for in vain. Where it could not tell, they are taken to be there."""

# Paths are POSIX strings here, as in the walk.
# ruff: noqa: PTH112, PTH118

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jwtscan.files.baseline import Record
from jwtscan.files.places import named_from
from jwtscan.files.repository import top_of

if TYPE_CHECKING:
    from jwtscan.engine.scan import Scan


def stale(scan: Scan, records: Sequence[Record]) -> list[Record]:
    """The records that speak of nothing any more, after a scan that was run with them for known.

    That takes a rule that ran, and a file that was read or is gone. And it takes a scan of folders that hold all that
    the baseline speaks of: what is found in a part of them may depend on the rest.
    """
    result = scan.result
    found = {one.fingerprint for known in (result.findings, *result.known.values()) for one in known} | result.unwanted
    left = [record for record in records if record.fingerprint not in found]
    if not left or scan.options.stdin is not None:
        return []
    ran = _ran(scan)
    here = os.path.realpath(scan.options.cwd).replace(os.sep, "/")
    roots = (os.path.realpath(os.path.join(here, path)) for path in scan.options.paths)
    folders = [f"{root.replace(os.sep, '/').rstrip('/')}/" for root in roots if os.path.isdir(root)]
    homes = _homes(here, folders, records)
    named = named_from(scan.options.cwd)
    read = set(map(named, scan.entries)) - {named(one.path) for one in result.skipped}

    def places(record: Record) -> list[str]:
        everywhere = (os.path.normpath(f"{home}/{record.path}").replace(os.sep, "/") for home in homes)
        return [place for place in everywhere if any(place.startswith(folder) for folder in folders)]

    if not all(map(places, records)):
        return []
    return [
        record
        for record in left
        if record.rule in ran and (record.path in read or not any(map(os.path.lexists, places(record))))
    ]


def _homes(here: str, folders: Sequence[str], records: Sequence[Record]) -> set[str]:
    """The folders that the paths of a baseline may be relative to."""
    tops = {top for folder in (*folders, f"{here}/") if (top := top_of(folder[:-1])) is not None}
    # Outside of a work tree it is where the baseline was made: here, if anything of it is here.
    if top_of(here) is None and any(os.path.lexists(f"{here}/{record.path}") for record in records):
        tops.add(here)
    return tops


def _ran(scan: Scan) -> set[str]:
    """The ids of the rules that looked at everything: what the tool's own find depends on all others."""
    rules = scan.given_rules() if callable(scan.given_rules) else scan.given_rules
    ids = {rule.id for rule in rules}
    if scan.options.known_rules <= ids:
        return ids
    return {rule.id for rule in rules if "tool" not in rule.tags}
