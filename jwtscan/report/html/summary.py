"""The top of a report: what was scanned, what was found, what a fix would do, and the charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from jwtscan.finding import Confidence, Finding, Severity
from jwtscan.report.html.charts import Share, bars, ring, stacked
from jwtscan.report.html.safe import Html, el, joined
from jwtscan.report.html.ways import BY_HAND, SAFE, UNSAFE, WAYS, counted, fixes_are_known, way_of
from jwtscan.report.masked import FixReport, Report
from jwtscan.report.summary import plural

MOST_BARS = 8
_UNKNOWN = (
    "That is not said here: fixes are only looked at for files in the working directory. Scan from the project’s own "
    "folder to have each fix with its diff."
)
_ABOUT = {
    SAFE: "right as soon as the new credentials are set",
    UNSAFE: "right under an assumption that each of them names",
    BY_HAND: "the reason and the way are in each finding",
}


def lead(report: Report) -> Html:
    """One sentence of numbers."""
    files = len({finding.path for finding in report.findings})
    found = el("strong", f"{plural(len(report.findings), 'finding')} in {plural(files, 'file')}")
    return el("p", found, " that still use Zoom’s retired JWT app type.", class_="lead")


def scanned(report: Report) -> Html:
    """What was looked at, and what was left out."""
    files = ((report.files, "scanned"), (report.parsed, "analysed"), (len(report.skipped), "skipped"))
    known = sum(map(len, report.known.values()))
    facts = [(number, f"{'file' if number == 1 else 'files'} {what}") for number, what in files]
    facts += [
        (number, what) for number, what in ((len(report.silenced), "silenced by comments"), (known, "known")) if number
    ]
    return el("p", joined(el("span", el("b", f"{number:,}"), f" {what}") for number, what in facts), class_="scanned")


def outlook(report: Report, fix: FixReport | None) -> Html:
    """What a fix would do, as one bar and its three numbers; after a fix what is left for another one."""
    if not fixes_are_known(report, fix):
        return el("section", el("h2", "What a fix would do"), el("p", _UNKNOWN), class_="panel outlook")
    ways = Counter(map(way_of, report.findings))
    shares = [(way, ways[way]) for way in WAYS]
    title = "What remains" if fix is not None else "What a fix would do"
    rows = [
        el(
            "div",
            el("dt", el("i", class_=way, aria_hidden="true"), WAYS[way]),
            el("dd", el("b", f"{number:,}"), el("span", _ABOUT[way])),
        )
        for way, number in shares
    ]
    return el(
        "section", el("h2", title), stacked(shares), el("dl", joined(rows), class_="ways"), class_="panel outlook"
    )


def severities(report: Report) -> Html:
    """How bad the findings are."""
    counts = Counter(finding.severity for finding in report.findings)
    rows = [
        el("div", el("dt", f"{level}s", class_=f"severity {level}"), el("dd", el("b", f"{counts[level]:,}")))
        for level in sorted(Severity, reverse=True)
    ]
    return el("section", el("h2", "Severity"), el("dl", joined(rows), class_="levels"), class_="panel severities")


def charts(report: Report, folder_of: Mapping[str, str], *, by_way: bool) -> Html:
    """By rule, by folder, by confidence. ``by_way`` has the bars show how the findings are fixed."""
    by_rule = _bars("By rule", "rule", [(one.rule, one) for one in report.findings], by_way)
    by_folder = _bars("By folder", "folder", [(folder_of[one.path], one) for one in report.findings], by_way)
    return el("div", by_rule, el("div", by_folder, _confidence(report)), class_="charts")


def _bars(caption: str, facet: str, findings: Sequence[tuple[str, Finding]], by_way: bool) -> Html:
    ways: dict[str, Counter[str]] = {}
    for value, finding in findings:
        ways.setdefault(value, Counter())[way_of(finding) if by_way else SAFE] += 1
    values = counted(value for value, _ in findings)
    shown = values if len(values) <= MOST_BARS + 1 else values[:MOST_BARS]
    rows: list[tuple[Html, list[Share]]] = []
    for value, _ in shown:
        target = f"#about-{value}" if facet == "rule" else "#findings"
        label = el("a", value, href=target, data_facet=facet, data_value=value)
        rows.append((label, [(way, ways[value][way]) for way in WAYS]))
    hidden = values[len(shown) :]
    rest = (el("span", f"{len(hidden):,} more"), sum(number for _, number in hidden)) if hidden else None
    return el("div", bars(caption, facet.capitalize(), rows, rest), class_="panel")


def _confidence(report: Report) -> Html:
    counts = Counter(finding.confidence for finding in report.findings)
    levels = [level for level in sorted(Confidence, reverse=True) if counts[level] or level > Confidence.LOW]
    total = len(report.findings)
    label = ", ".join(f"{counts[level]:,} of {level} confidence" for level in levels)
    drawn = ring([(f"sure-{level}", counts[level]) for level in levels], label, f"{total:,}")
    rows = [
        el(
            "tr",
            el("th", el("i", class_=f"sure-{level}", aria_hidden="true"), str(level).capitalize(), scope="row"),
            el("td", f"{counts[level]:,}"),
        )
        for level in levels
    ]
    head = el(
        "thead", el("tr", el("th", "Confidence", scope="col"), el("th", "Findings", scope="col")), class_="unseen"
    )
    table = el("table", el("caption", "By confidence"), head, el("tbody", joined(rows)), class_="legend")
    return el("div", table, drawn, class_="panel confidence")
