"""``jwtscan baseline create``, ``update``, ``prune`` and ``show``: the findings that are known, kept in a file."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jwtscan.cli.actions import Actions
from jwtscan.cli.configured import setting_of
from jwtscan.cli.ending import CLEAN, FAILED, Failure, note
from jwtscan.cli.known import line_of, shown
from jwtscan.cli.options import chosen, looking_options
from jwtscan.cli.outlets import print_out
from jwtscan.cli.scan import run_scan
from jwtscan.cli.tree import tree_of
from jwtscan.files.baseline import NAME, BaselineError, Record, write
from jwtscan.files.places import is_everything, named_from
from jwtscan.mask import Masker, printable
from jwtscan.report.summary import plural

if TYPE_CHECKING:
    from jwtscan.engine import Options

_NOT_ASKED = {"stdin_filename": None, "since": None, "staged": False}
_HELP = {"help_option_names": ["-h", "--help"]}


@click.group("baseline", cls=Actions, context_settings=_HELP, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Keep the findings of today in a file, so that 'jwtscan scan --baseline FILE' reports only others.

    The file is jwtscan-baseline.jsonl in the working directory, or what --baseline or the configuration says.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(FAILED)


@command.command("create", short_help="write what is found into a new baseline", context_settings=_HELP)
@click.argument("paths", nargs=-1, metavar="[PATHS]")
@click.option("--force", is_flag=True, help="Write over a baseline that is there.")
@click.option("--no-gitattributes", is_flag=True, help="Do not tell git how to merge the file.")
@looking_options
def create(paths: tuple[str, ...], force: bool, no_gitattributes: bool, **given: Any) -> int:
    """Write what is found in PATHS (the working directory) into a new baseline.

    In a git work tree a line is added to .gitattributes, by which branches that both change the file merge without
    conflicts.
    """
    file = _file_to_write(given)
    if os.path.lexists(file) and not force:
        raise Failure(f"{shown(file)} exists; 'jwtscan baseline update' brings it up to date (--force: writes it anew)")
    seen = _look(paths, given, None)
    _written(file, seen.new)
    _say(f"{shown(file)}: {plural(len(seen.new), 'finding')}", given)
    _list("+", seen.new, given)
    if not no_gitattributes:
        _merge_by_union(file, given)
    if seen.new and given["baseline"] is None and not given["quiet"]:
        note(f"'jwtscan scan --baseline {NAME}' leaves them out; always, with baseline = \"{NAME}\" in jwtscan.toml")
    return seen.code


@command.command("update", short_help="add what is new, and remove what is gone", context_settings=_HELP)
@click.argument("paths", nargs=-1, metavar="[PATHS]")
@looking_options
def update(paths: tuple[str, ...], **given: Any) -> int:
    """Add what is new in PATHS (the working directory) to the baseline, and remove what is gone there."""
    return _change(paths, given, adds=True)


@command.command("prune", short_help="remove what is gone", context_settings=_HELP)
@click.argument("paths", nargs=-1, metavar="[PATHS]")
@looking_options
def prune(paths: tuple[str, ...], **given: Any) -> int:
    """Remove from the baseline what is gone in PATHS (the working directory). Nothing is added."""
    return _change(paths, given, adds=False)


@command.command("show", short_help="list what is in it, and what of that is stale", context_settings=_HELP)
@click.argument("paths", nargs=-1, metavar="[PATHS]")
@looking_options
def show(paths: tuple[str, ...], **given: Any) -> int:
    """List what is in the baseline, and scan PATHS (the working directory) to say what of it is stale."""
    file = _file(given)
    seen = _look(paths, given, file)
    stale = set(seen.stale)
    lines = [line_of(record) + (" (stale)" if record in stale else "") for record in seen.records]
    number = f", {len(stale):,} stale" if stale else ""
    print_out("".join(f"{line}\n" for line in lines))
    _say(f"{shown(file)}: {plural(len(lines), 'finding')}{number}", given)
    return seen.code


def _change(paths: tuple[str, ...], given: dict[str, Any], *, adds: bool) -> int:
    file = _file_to_write(given)
    seen = _look(paths, given, file)
    added = seen.new if adds else []
    gone = set(seen.stale)
    kept = [record for record in seen.records if record not in gone]
    changed = _written(file, [*kept, *added])
    parts = [f"{len(rows):,} {word}" for rows, word in ((added, "added"), (gone, "removed")) if rows]
    did = f"({', '.join(parts)})" if parts else "(put in order)" if changed else "(nothing to do)"
    _say(f"{shown(file)}: {plural(len(kept) + len(added), 'finding')} {did}", given)
    _list("+", added, given)
    _list("-", seen.stale, given)
    return seen.code


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a scan says of a baseline: its ``records``, those of them that are ``stale``, and what is ``new``."""

    records: list[Record]
    stale: list[Record]
    new: list[Record]
    code: int


def _look(paths: tuple[str, ...], given: dict[str, Any], file: Path | None) -> _Seen:
    """Scans PATHS beside the baseline ``file``; and once more with what is around them, if they are a part only.

    What is found in a part may depend on the rest. What either scan finds in the paths is there.
    """
    if "-" in paths:
        raise click.UsageError("a baseline is of files: '-' (stdin) is none")
    options, rules = chosen(paths, {**given, **_NOT_ASKED, "baseline": file})
    records = [record for known in options.known for record in known.records]
    scans = [run_scan(options, rules, given)]
    if (around := _around(options, records)) is not None:
        scans.append(run_scan(around, rules, given))
    whole, counts = scans[-1], _inside(options, options.paths)
    if whole.result.files == 0 and not given["quiet"]:
        note("no files to scan")
    for path, reason in sorted(whole.unreadable.items()):
        note(f"cannot read {path}: {reason}")
    new: dict[str, Record] = {}
    there: set[str] = set()
    for scan in scans:
        masker, named = Masker(scan.result.secrets), named_from(scan.options.cwd)
        there.update(one.fingerprint for known in scan.result.known.values() for one in known)
        for one in scan.result.findings:
            # What cannot be read is no finding to live with.
            if one.path not in scan.unreadable and counts(name := named(one.path)):
                new[one.fingerprint] = Record(masker.mask(name), one.rule, one.fingerprint)
    gone = [one for stale in whole.result.stale.values() for one in stale]
    stale = [one for one in gone if one.fingerprint not in there and counts(one.path)]
    return _Seen(records, stale, [*new.values()], FAILED if whole.result.errors else CLEAN)


def _around(options: Options, records: Sequence[Record]) -> Options | None:
    """``options`` for a scan of all that a baseline speaks of as well; None where that is looked at already."""
    folders = [path for path in options.paths if _is_folder(options, path)]
    if len(folders) == len(options.paths) and _cover(options, folders, records):
        return None
    from jwtscan.engine.standpoint import from_top

    here = Path(os.path.realpath(options.cwd))
    for folder in (here, tree_of(options.cwd)):
        if not is_everything(folder) and _cover(options, [os.path.relpath(folder, here)], records):
            inside = from_top(options, folder)
            return replace(inside, paths=(*inside.paths, "."))
    return None


def _cover(options: Options, folders: Sequence[str], records: Sequence[Record]) -> bool:
    return all(map(_inside(options, folders), (record.path for record in records)))


def _inside(options: Options, paths: Sequence[str]) -> Callable[[str], bool]:
    """Says of a file, by its place in the repository, whether it lies in one of the paths."""
    named = named_from(options.cwd)
    names = set()
    for path in paths:
        shown_path = Path(os.path.relpath(options.cwd / path, options.cwd)).as_posix()
        in_it = named(posixpath.normpath(f"{shown_path}/-")).removesuffix("-")
        names.add(in_it if _is_folder(options, path) else named(shown_path))
    return lambda name: any(name == one or ((one.endswith("/") or not one) and name.startswith(one)) for one in names)


def _is_folder(options: Options, path: str) -> bool:
    return os.path.isdir(os.path.join(options.cwd, path))  # noqa: PTH112, PTH118 - does not raise


def _file(given: dict[str, Any]) -> Path:
    return given["baseline"] or Path(NAME)


def _file_to_write(given: dict[str, Any]) -> Path:
    """The baseline. What a configuration names has to be inside of the tree, from which it may have come."""
    file = _file(given)
    setting = setting_of(click.get_current_context(), "baseline", "baseline")
    tree = tree_of(Path.cwd())
    if setting is not None and not Path(os.path.realpath(file)).is_relative_to(tree):
        raise Failure(f"{setting.file}: 'baseline': {file} is outside of {tree}: name it with --baseline")
    return file


def _written(file: Path, records: Iterable[Record]) -> bool:
    try:
        return write(file, records)
    except BaselineError as error:
        raise Failure(f"cannot write: {error}") from error
    except OSError as error:
        raise Failure(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from error


def _merge_by_union(file: Path, given: dict[str, Any]) -> None:
    """Makes sure that git keeps the lines of both sides where branches meet, and says what it takes."""
    from jwtscan.files import attributes

    try:
        held = attributes.merge_attribute(file)
        if held == attributes.UNSPECIFIED:
            where, line = attributes.merge_by_union(file)
            _say(f"{shown(where)}: added '{line}', so that branches merge without conflicts", given)
        elif held not in (None, attributes.UNION):
            note(f"git merges {shown(file)} by its attribute merge={held}: with merge=union there are no conflicts")
    except OSError as error:
        line = attributes.union_line(file.name)
        note(f"cannot see to merges without conflicts ({error}): put '{line}' into {file.with_name('.gitattributes')}")


def _say(text: str, given: dict[str, Any]) -> None:
    if not given["quiet"]:
        print_out(f"{printable(text)}\n")


def _list(sign: str, records: Iterable[Record], given: dict[str, Any]) -> None:
    """With ``--verbose``, each finding that came or went."""
    for record in sorted(records) if given["verbose"] else ():
        _say(f"{sign} {line_of(record)}", given)
