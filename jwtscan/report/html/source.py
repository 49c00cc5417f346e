"""Source lines as they stand in a page: the frame of a finding, and the one line of a step."""

from __future__ import annotations

from jwtscan.finding import Finding, Step
from jwtscan.report.extent import Extent
from jwtscan.report.html.safe import Html, el, joined
from jwtscan.report.masked import Report, SourceLine

TAB = 4
EXTENT = Extent(context=2, head=10, tail=3)
_REACH = 240
"""How many characters of a very long line are shown on each side of the mark."""


def frame(report: Report, finding: Finding) -> Html | None:
    """The lines of a finding and those around it, its span marked. None where its text is not at hand."""
    first = finding.start.line
    last = finding.end.line - (finding.end.line > first and finding.end.column == 1)
    numbered = [(number, report.line(finding.path, number)) for number in EXTENT.lines(first, last)]
    lines = [(number, line) for number, line in numbered if line is not None]
    while lines and lines[0][0] < first and not lines[0][1].after.strip():
        lines.pop(0)
    while lines and lines[-1][0] > last and not lines[-1][1].after.strip():
        lines.pop()
    if not lines:
        return None
    indent = min((_indent(line.after) for _, line in lines if line.after.strip()), default=0)
    rows, previous = [], lines[0][0] - 1
    for number, line in lines:
        if number > previous + 1:
            rows.append(el("span", "…", class_="gap"))
        previous = number
        inside = first <= number <= last
        if inside and first == last:
            shown = _marked(line, finding, indent)
        else:
            shown = _cut(_expanded(line.after)[indent:], 0, 0)
        rows.append(el("span", shown, class_="in" if inside else None, data_n=number))
    return el("pre", joined(rows), class_="code")


def step_line(report: Report, step: Step) -> Html | None:
    """The source line of a step."""
    line = report.line(step.path, step.position.line)
    if line is None or not line.after.strip():
        return None
    column = line.moved(step.position.column - 1)
    start = max(column - _REACH // 2, 0)
    part = line.after[start : column + _REACH].strip()
    more = "…" if column + _REACH < len(line.after) else ""
    return el("code", f"{'…' if start else ''}{part}{more}", class_="step-line")


def _marked(line: SourceLine, finding: Finding, indent: int) -> Html:
    """The line of a finding, with what belongs to it marked."""
    end = finding.end.column - 1 if finding.end.line == finding.start.line else line.before
    low, high = (len(_expanded(line.after[: line.moved(at)])) for at in (finding.start.column - 1, end))
    return _cut(_expanded(line.after)[indent:], max(low - indent, 0), max(high - indent, 0))


def _cut(shown: str, start: int, end: int) -> Html:
    """``shown`` with its part from ``start`` to ``end`` marked; of a very long line what is around the mark."""
    low = max(start - _REACH, 0) if len(shown) > 2 * _REACH else 0
    high = min(max(end, start) + _REACH, len(shown)) if len(shown) > 2 * _REACH else len(shown)
    middle = shown[start:end]
    if len(middle) > 4 * _REACH:
        middle = middle[: 2 * _REACH] + "…" + middle[-_REACH:]
    return joined(
        [
            "…" if low else None,
            shown[low:start],
            el("mark", middle) if middle else None,
            shown[max(start, end) : high].rstrip(),
            "…" if high < len(shown) else None,
        ]
    )


def _indent(line: str) -> int:
    expanded = _expanded(line[: 4 * _REACH])
    return len(expanded) - len(expanded.lstrip(" "))


def _expanded(text: str) -> str:
    return text.expandtabs(TAB)
