"""A finding's source lines with its place marked, cut to a width in terminal cells. No colours."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from jwtscan.finding import Finding
from jwtscan.mask import MASK
from jwtscan.report.extent import Extent
from jwtscan.report.masked import Report

TAB = 4
EXTENT = Extent(context=1, head=5, tail=2)


@dataclass(frozen=True, slots=True)
class Row:
    """One source line. ``inside`` tells the finding's lines from those around it; ``mark`` is where to underline.

    The mark is a start and an end in cells; a finding of several lines has none. A row with ``number`` None stands for
    lines that are left out.
    """

    number: int | None
    text: str
    inside: bool = False
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A masked line with its tabs expanded, and the characters of it that the finding covers."""

    number: int
    text: str
    start: int
    end: int


def rows(report: Report, finding: Finding, width: int, ellipsis: str, encoding: str) -> list[Row]:
    """The lines of a finding and those around it, ``width`` cells wide. Empty where its text is not at hand.

    What ``encoding`` does not have is escaped here: later, marks would no longer stand below what they mark.
    """
    first = finding.start.line
    last = finding.end.line - (finding.end.line > first and finding.end.column == 1)
    reach = 4 * width
    numbered = (_line(report, finding, number, reach, ellipsis, encoding) for number in EXTENT.lines(first, last))
    lines = [line for line in numbered if line is not None]
    lines = [line for line in lines if first <= line.number <= last or line.text.strip()]
    indent = min((len(line.text) - len(line.text.lstrip(" ")) for line in lines if line.text.strip()), default=0)
    found: list[Row] = []
    previous = lines[0].number if lines else 0
    for line in lines:
        if line.number > previous + 1:
            found.append(Row(None, ellipsis, inside=True))
        previous = line.number
        text, start, end = _cut(line.text[indent:].rstrip(), line.start - indent, line.end - indent, width, ellipsis)
        inside = first <= line.number <= last
        mark = (cell_len(text[:start]), max(cell_len(text[:end]), cell_len(text[:start]) + 1))
        found.append(Row(line.number, text, inside, mark if inside and first == last else None))
    return found


def _line(report: Report, finding: Finding, number: int, reach: int, ellipsis: str, encoding: str) -> _Line | None:
    """One line, or of a very long one what is within ``reach`` characters of the mark: more is never drawn."""
    line = report.line(finding.path, number)
    if line is None:
        return None
    start = line.moved(finding.start.column - 1) if number == finding.start.line else 0
    end = line.moved(finding.end.column - 1) if number == finding.end.line else len(line.after)

    def shown(text: str) -> str:
        fitting = text.replace(MASK, ellipsis).encode(encoding, "backslashreplace").decode(encoding)
        return fitting.expandtabs(TAB)

    lead = max(start - reach, 0)
    text = line.after[lead : start + 2 * reach]
    return _Line(number, shown(text), len(shown(text[: start - lead])), len(shown(text[: end - lead])))


def _cut(text: str, start: int, end: int, width: int, ellipsis: str) -> tuple[str, int, int]:
    """The part of a long line that has the mark in it, and where the mark is then."""
    start, end = max(start, 0), max(end, 0)
    if len(text) <= width and cell_len(text) <= width:
        return text, start, end
    room = width - 2 * len(ellipsis)
    lead = 0 if cell_len(text[:end]) <= room else _lead(text, start, max((room - cell_len(text[start:end])) // 2, 0))
    prefix = ellipsis if lead else ""
    rest = text[lead : lead + width]
    space = width - len(prefix)
    if lead + len(rest) < len(text) or cell_len(rest) > space:
        rest = set_cell_size(rest, min(space - len(ellipsis), cell_len(rest))) + ellipsis
    shown = prefix + rest
    shift = len(prefix) - lead
    return shown, start + shift, min(end + shift, len(shown))


def _lead(text: str, start: int, room: int) -> int:
    """Where the part of ``text`` begins that fits into ``room`` cells before ``start``. No accent is left alone."""
    lead = start
    while lead > 0 and (room := room - cell_len(text[lead - 1])) >= 0:
        lead -= 1
    while lead < start and not cell_len(text[lead]):
        lead += 1
    return lead
