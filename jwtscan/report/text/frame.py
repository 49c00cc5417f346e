"""A finding's source lines with its place marked, cut to a width in terminal cells. No colours."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from jwtscan.finding import Finding
from jwtscan.report.masked import Report

TAB = 4
CONTEXT = 1
LONGEST = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One source line. ``mark`` is where to underline: start and end in cells. None for lines around it.

    A row with ``number`` None stands for lines that are left out.
    """

    number: int | None
    text: str
    inside: bool = False
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    start: int
    end: int


def rows(report: Report, finding: Finding, width: int, ellipsis: str) -> list[Row]:
    """The lines of a finding and those around it, ``width`` cells wide. Empty where its text is not at hand."""
    first, last = finding.start.line, finding.end.line
    if last > first and finding.end.column == 1:
        last -= 1
    numbers = [n for n in range(first - CONTEXT, last + CONTEXT + 1) if n == first or not _left_out(n, first, last)]
    lines = [line for number in numbers if (line := _line(report, finding, number, first, last)) is not None]
    lines = _without_blank_ends(lines, first, last)
    indent = min((len(line.text) - len(line.text.lstrip(" ")) for line in lines if line.text.strip()), default=0)
    found: list[Row] = []
    for line in lines:
        if found and found[-1].number is not None and line.number > found[-1].number + 1:
            found.append(Row(None, ellipsis))
        found.append(_row(line, indent, first, last, width, ellipsis))
    return found


def _left_out(number: int, first: int, last: int) -> bool:
    """Of a long finding the middle is not shown."""
    return last - first + 1 > LONGEST and first + LONGEST - 3 <= number < last - 1


def _line(report: Report, finding: Finding, number: int, first: int, last: int) -> _Line | None:
    pair = report.line(finding.path, number)
    if pair is None:
        return None
    before, after = pair
    start = finding.start.column - 1 if number == first else 0
    end = finding.end.column - 1 if number == last else len(before)
    start, end = _moved(start, before, after), _moved(end, before, after)
    text = _expanded(after)
    return _Line(number, text, len(_expanded(after[:start])), len(_expanded(after[:end])))


def _moved(column: int, before: str, after: str) -> int:
    """Where a column of a line stands once the line is masked. Inside of what was masked it is that one's end."""
    if before == after:
        return min(column, len(before))
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    if column <= same:
        return column
    tail = 0
    while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return len(after) - min(tail, max(len(before) - column, 0))


def _expanded(text: str) -> str:
    return text.expandtabs(TAB)


def _without_blank_ends(lines: list[_Line], first: int, last: int) -> list[_Line]:
    """A blank line around a finding says nothing."""
    return [line for line in lines if first <= line.number <= last or line.text.strip()]


def _row(line: _Line, indent: int, first: int, last: int, width: int, ellipsis: str) -> Row:
    inside = first <= line.number <= last
    text = line.text[indent:].rstrip()
    start, end = max(line.start - indent, 0), max(line.end - indent, 0)
    text, start, end = _cut(text, start, end, width, ellipsis)
    if first != last or not inside:
        return Row(line.number, text, inside)
    from_cell = cell_len(text[:start])
    return Row(line.number, text, inside, (from_cell, max(cell_len(text[:end]), from_cell + 1)))


def _cut(text: str, start: int, end: int, width: int, ellipsis: str) -> tuple[str, int, int]:
    """The part of a long line that has the mark in it."""
    if cell_len(text) <= width:
        return text, start, end
    room = width - 2 * cell_len(ellipsis)
    lead = max(0, min(start - max((room - (end - start)) // 2, 0), start))
    if cell_len(text[:end]) <= width - cell_len(ellipsis):
        lead = 0
    prefix = ellipsis if lead else ""
    rest = text[lead:]
    head = chop_cells(rest, max(room, 1))[0] if cell_len(rest) > room else rest
    suffix = ellipsis if len(head) < len(rest) else ""
    shift = len(prefix) - lead
    shown = prefix + head + suffix
    return shown, start + shift, min(end + shift, len(shown))
