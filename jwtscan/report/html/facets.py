"""The controls that narrow the findings down. They are of use with the script only, which shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from jwtscan.finding import Confidence, Severity
from jwtscan.report.html.safe import Html, el, joined
from jwtscan.report.html.ways import WAYS, counted, way_of
from jwtscan.report.masked import Report
from jwtscan.report.summary import plural

Facet = tuple[str, str, list[tuple[str, str, int]]]
"""A name, what people call it, and its values: as in the data, as shown, and how many findings have it."""


def facets_of(report: Report, folder_of: Mapping[str, str]) -> Iterator[Facet]:
    """Those that tell findings apart."""
    found = report.findings
    severity = Counter(str(finding.severity) for finding in found)
    way = Counter(map(way_of, found))
    sure = Counter(str(finding.confidence) for finding in found)
    levels = [str(level) for level in sorted(Severity, reverse=True)]
    sureness = [str(level) for level in sorted(Confidence, reverse=True)]
    all_of_them: list[Facet] = [
        ("severity", "Severity", [(one, one.capitalize(), severity[one]) for one in levels]),
        ("fix", "How to fix it", [(one, label, way[one]) for one, label in WAYS.items()]),
        ("confidence", "Confidence", [(one, one.capitalize(), sure[one]) for one in sureness]),
        ("rule", "Rule", [(one, one, number) for one, number in counted(finding.rule for finding in found)]),
        (
            "folder",
            "Folder",
            [(one, one, number) for one, number in counted(folder_of[finding.path] for finding in found)],
        ),
    ]
    for name, label, values in all_of_them:
        present = [value for value in values if value[2]]
        if len(present) > 1:
            yield name, label, present


def filters(report: Report, folder_of: Mapping[str, str]) -> Html:
    """The form beside the findings."""
    groups = [
        el("fieldset", el("legend", label), joined(_choice(name, *value) for value in values), data_facet=name)
        for name, label, values in facets_of(report, folder_of)
    ]
    narrow = el("details", el("summary", "Filters"), joined(groups), open=True, id="facets")
    return el("form", narrow, id="filters", aria_label="Filter the findings", hidden=True)


def toolbar(report: Report) -> Html:
    """Search, and how many findings are shown."""
    search = el(
        "div",
        el(
            "input",
            type="search",
            id="search",
            aria_label="Search the findings",
            placeholder="Search",
            autocomplete="off",
        ),
        el("kbd", "/", aria_hidden="true"),
        class_="search",
    )
    shown = el("p", plural(len(report.findings), "finding"), role="status", id="shown")
    buttons = [
        el("button", "Reset", type="button", id="reset", hidden=True),
        el("button", "Open all", type="button", id="unfold"),
    ]
    return el("div", search, shown, joined(buttons), class_="toolbar", id="toolbar", hidden=True)


def _choice(name: str, value: str, label: str, number: int) -> Html:
    box = el("input", type="checkbox", name=name, value=value)
    return el("label", box, el("span", label, class_="name"), el("span", f"{number:,}", class_="number"))
