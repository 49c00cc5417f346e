"""A patch as it stands in a page: coloured lines with their numbers, and what differs inside of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from jwtscan.report.html.safe import Html, el, joined
from jwtscan.report.masked import Patch
from jwtscan.text.common import common_start

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_LONGEST = 600
_ALIKE = 0.4
"""The share of a line that has to be the same for the rest to be set off."""


def diff_of(patch: Patch) -> Html:
    """The changes of one file under its name."""
    added, taken = (sum(line.startswith(sign) for line in patch.text.split("\n")) for sign in "+-")
    counts = joined([el("span", f"+{added}", class_="plus"), " ", el("span", f"−{taken}", class_="minus")])
    name = el("span", el("span", patch.path, class_="path"), " new file" if patch.is_new else None)
    return el("figure", el("figcaption", name, el("span", counts)), changes_of(patch), class_="diff")


def changes_of(patch: Patch) -> Html:
    """The changes alone."""
    return el("pre", joined(_rows(patch.text)), class_="code")


def _rows(patch: str) -> Iterator[Html]:
    old = new = 0
    hunks = 0
    lines = patch.split("\n")[:-1]
    for sign, run in _runs(lines):
        if sign == "@":
            match = _HUNK.match(run[0])
            old, new = (int(match[1]), int(match[2])) if match else (old, new)
            hunks += 1
            if hunks > 1:
                yield el("span", "…", class_="gap")
        elif sign == "±":
            yield from _changed(run, old, new)
            old += sum(line[0] == "-" for line in run)
            new += sum(line[0] == "+" for line in run)
        elif sign == "\\":
            yield el("span", run[0], class_="gap")
        else:
            for number, line in enumerate(run):
                yield el("span", " ", _short(line[1:]), data_n=new + number)
            old, new = old + len(run), new + len(run)


def _runs(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Neighbouring lines of one kind: a head, ``\\``, lines that stay, and lines that go and come (±)."""

    def kind(line: str) -> str:
        return "±" if line[:1] in ("-", "+") else line[:1] if line[:1] in ("@", "\\") else " "

    for sign, group in groupby(lines, key=kind):
        if sign in "@\\":
            yield from ((sign, [line]) for line in group)
        else:
            yield sign, list(group)


def _changed(run: Sequence[str], old: int, new: int) -> Iterator[Html]:
    """Lines that go, then lines that come; where they pair up, what differs in them is set off."""
    gone = [line[1:] for line in run if line[0] == "-"]
    come = [line[1:] for line in run if line[0] == "+"]
    pairs = len(gone) == len(come)
    for number, line in enumerate(gone):
        yield el("span", "-", _against(line, come[number] if pairs else None), class_="del", data_n=old + number)
    for number, line in enumerate(come):
        yield el("span", "+", _against(line, gone[number] if pairs else None), class_="add", data_n=new + number)


def _against(line: str, other: str | None) -> Html:
    """A line with what the other one does not have in that place in bold, where most of it is the same."""
    if other is None or max(len(line), len(other)) > _LONGEST:
        return _short(line)
    same = common_start(line, other)
    tail = common_start(line[same:][::-1], other[same:][::-1])
    middle = line[same : len(line) - tail]
    if not middle or same + tail < _ALIKE * max(len(line.strip()), len(other.strip())):
        return _short(line)
    return joined([line[:same], el("b", middle), line[len(line) - tail :]])


def _short(line: str) -> Html:
    return joined([line if len(line) <= _LONGEST else line[:_LONGEST] + "…"])
