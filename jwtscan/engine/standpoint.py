"""A fix looks at a work tree from its top, its user perhaps from a folder inside: the way there, and the way back."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from jwtscan.engine.options import Options
from jwtscan.engine.outcome import Fixed
from jwtscan.engine.result import Result
from jwtscan.files.places import named_from
from jwtscan.finding import Finding, with_fingerprints


def from_top(options: Options, top: Path) -> Options:
    """The same choice of files, with ``top`` (without links) for a working directory. All paths lie in it."""
    here = Path(os.path.realpath(options.cwd))
    if here == top and not Path(options.stdin_filename or "").is_absolute():
        return options
    return replace(
        options,
        cwd=top,
        paths=tuple(_relative(path, options.cwd, top) for path in options.paths),
        homes=(options.homes[0] or here.as_posix(), options.homes[1] or here.as_posix()),
        stdin_filename=_name(options.stdin_filename, options.cwd, top) if options.stdin_filename else None,
    )


def seen_from(fixed: Fixed, cwd: Path, top: Path) -> Fixed:
    """What fixing from ``top`` gave, with the paths and fingerprints that a scan in ``cwd`` gives."""
    here = Path(os.path.realpath(cwd))
    if here == top:
        return fixed

    def shown(path: str) -> str:
        return Path(os.path.relpath(top / path, here)).as_posix()

    named = named_from(here)
    first, last = _result(fixed.first, shown, named), _result(fixed.last, shown, named)
    at = {(one.rule, one.path, one.span): one for one in first.findings}
    gone = [replace(at[one.rule, shown(one.path), one.span], fix=one.fix) for one in fixed.fixed]
    changes = [replace(change, path=shown(change.path)) for change in fixed.changes]
    prospect = fixed.prospect.seen_as(shown) if fixed.prospect is not None else None
    return replace(fixed, first=first, last=last, fixed=gone, changes=changes, prospect=prospect)


def _relative(path: str, cwd: Path, top: Path) -> str:
    place = cwd / path
    real = Path(os.path.realpath(place.parent)) / place.name if place.name else Path(os.path.realpath(place))
    return Path(os.path.relpath(real, top)).as_posix()


def _name(path: str, cwd: Path, top: Path) -> str:
    """The name of a text, which need not be a file, in the tree all the same."""
    name = _relative(path, cwd, top)
    return path.rpartition("/")[2] if name.startswith("..") else name


def _result(result: Result, shown: Callable[[str], str], named: Callable[[str], str]) -> Result:
    left_out = [one for known in result.known.values() for one in known]
    everything = (*result.findings, *(one.finding for one in result.silenced), *left_out)
    pairs = ((_finding(one, shown), _snippet(result, one)) for one in everything)
    at = {(one.rule, one.path, one.span): one for one in with_fingerprints(pairs, named)}

    def again(one: Finding) -> Finding:
        return at[one.rule, shown(one.path), one.span]

    return replace(
        result,
        findings=list(map(again, result.findings)),
        silenced=[replace(one, finding=again(one.finding)) for one in result.silenced],
        known={source: list(map(again, known)) for source, known in result.known.items()},
        skipped=[replace(one, path=shown(one.path)) for one in result.skipped],
        documents={shown(path): document for path, document in result.documents.items()},
    )


def _finding(finding: Finding, shown: Callable[[str], str]) -> Finding:
    trail = tuple(replace(step, path=shown(step.path)) for step in finding.trail)
    return replace(finding, path=shown(finding.path), trail=trail)


def _snippet(result: Result, finding: Finding) -> bytes:
    document = result.documents.get(finding.path)
    return document.source[finding.span.start : finding.span.end] if document is not None else b""
