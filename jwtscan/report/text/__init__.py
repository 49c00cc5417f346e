"""The report that people read: source frames with their evidence, then what it all comes to. The only user of rich."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jwtscan.finding import Applicability, Finding, Fix, Severity, Step
from jwtscan.report.look import Look
from jwtscan.report.masked import Report
from jwtscan.report.summary import counts, plural, silenced_of, skipped_of, summary_line
from jwtscan.report.text.frame import Row, rows

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_GUTTER = "bright_blue"
_LABEL = "dim"


class _Marks:
    """The few drawn characters, in what the reader can see."""

    def __init__(self, *, unicode: bool) -> None:
        self.bar = "│" if unicode else "|"
        self.corner = "╭─" if unicode else "-->"
        self.under = "━" if unicode else "^"
        self.inside = "┃" if unicode else ">"
        self.ellipsis = "…" if unicode else "..."
        self.arrow = "→" if unicode else "->"
        self.dot = "·" if unicode else "-"


def to_text(report: Report, look: Look, *, quiet: bool = False, verbose: bool = False) -> str:
    """Every finding in a frame, and the summary unless ``quiet``. ``verbose`` lists what was skipped and silenced."""
    marks = _Marks(unicode=look.unicode)
    out = io.StringIO()
    console = Console(
        file=out,
        width=look.width,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        safe_box=not look.unicode,
    )
    advised: set[str] = set()
    for finding in report.findings:
        # A path is never cut: the terminal may break it, and it still can be copied and clicked.
        console.print(_finding(report, finding, look, marks, advised), crop=False)
        console.print()
    if not quiet:
        for part in _summary(report, marks, verbose=verbose):
            console.print(part)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def _finding(report: Report, finding: Finding, look: Look, marks: _Marks, advised: set[str]) -> RenderableType:
    style = _STYLES[finding.severity]
    gutter = len(str(finding.end.line + 1)) + 1
    head = Text.assemble((f"{finding.severity}", style), (f"[{finding.rule}]", style), " ", (finding.message, "bold"))
    place = Text.assemble(
        " " * gutter, " ", (f"{marks.corner} ", _GUTTER), f"{finding.path}:{finding.start.line}:{finding.start.column}"
    )
    place.no_wrap, place.overflow = True, "ignore"
    lines: list[RenderableType] = [head, place]
    for row in rows(report, finding, max(look.width - gutter - 4, 10), marks.ellipsis, look.encoding):
        lines += _drawn(row, gutter, style, marks)
    notes = Table.grid(padding=(0, 1, 0, 0))
    notes.add_column(style=_LABEL, no_wrap=True)
    notes.add_column(overflow="fold")
    for label, text in _notes(report, finding, marks, advised):
        notes.add_row(label, Text(text))
    lines.append(Padding(notes, (0, 0, 0, min(gutter + 1, look.width // 8))))
    return Group(*lines)


def _drawn(row: Row, gutter: int, style: str, marks: _Marks) -> Iterator[Text]:
    number = "" if row.number is None else str(row.number)
    bar = (marks.inside, style) if row.inside and row.mark is None else (marks.bar, _GUTTER)
    yield _unwrapped(Text.assemble((number.rjust(gutter), _GUTTER), " ", bar, " ", row.text))
    if row.mark is not None:
        start, end = row.mark
        under = (marks.under * (end - start), style)
        yield _unwrapped(Text.assemble(" " * gutter, " ", (marks.bar, _GUTTER), " ", " " * start, under))


def _unwrapped(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "crop"
    return text


def _notes(report: Report, finding: Finding, marks: _Marks, advised: set[str]) -> Iterator[tuple[str, str]]:
    if finding.trail:
        yield "from", f" {marks.arrow} ".join(_step(step) for step in finding.trail)
    evidence = "; ".join(finding.evidence)
    yield "why", f"{finding.confidence} confidence" + (f": {evidence}" if evidence else "")
    if finding.fix is not None:
        yield from _fix(finding.fix, advised)
    elif finding.rule not in advised and finding.rule in report.advice:
        advised.add(finding.rule)
        yield "do", report.advice[finding.rule]


def _fix(fix: Fix, told: set[str]) -> Iterator[tuple[str, str]]:
    """What a fixer would do. The same code to write, and the same steps, are told once."""
    by_hand = fix.applicability is Applicability.DISPLAY
    yield ("do", fix.title) if by_hand else ("fix", f"{fix.title} ({fix.applicability})")
    if fix.because:
        yield "left" if by_hand else "", f"because {fix.because}"
    if fix.sketch and fix.sketch not in told:
        told.add(fix.sketch)
        yield "write", fix.sketch.rstrip("\n")
    for left in fix.left_to_do:
        if left not in told:
            told.add(left)
            yield "then", left


def _step(step: Step) -> str:
    return f"{step.text.removeprefix('env:')}, {step.path}:{step.position.line}"


def _summary(report: Report, marks: _Marks, *, verbose: bool) -> Iterator[RenderableType]:
    by_rule = sorted(counts(report).items(), key=lambda row: (-row[1], row[0]))
    if len(by_rule) > 1:
        width = len(f"{by_rule[0][1]:,}")
        for rule, count in by_rule:
            yield Text.assemble((f"{count:>{width + 2},}", "bold"), f"  {rule}")
        yield ""
    for word, said in (*skipped_of(report), *silenced_of(report)) if verbose else ():
        yield Text.assemble((f"{word} ", _LABEL), said)
    if report.skipped and not verbose:
        reasons = Counter(one.reason.partition(":")[0] for one in report.skipped)
        listed = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        yield Text(f"skipped {plural(len(report.skipped), 'file')}: {listed} {marks.dot} -v lists them", style=_LABEL)
    yield Text(summary_line(report), style="bold red" if report.findings else "bold green")
