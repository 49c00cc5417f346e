"""One finding as a card: what and where, its source, the way of the credential, the evidence, and its fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from jwtscan.finding import Finding, Fix, Step
from jwtscan.report.html.diff import diff_of
from jwtscan.report.html.safe import Html, el, instruction, joined, prose, sentence
from jwtscan.report.html.source import frame, step_line
from jwtscan.report.html.ways import BY_HAND, UNSAFE, way_of
from jwtscan.report.masked import Patch, Report
from jwtscan.report.summary import plural

MOST_FILES = 8
"""How many files of one fix are shown."""
BADGES = {"safe": "Safe fix", "unsafe": "Unsafe fix", "hand": "By hand"}

_ARTICLES = frozenset({"a", "an", "it", "the", "this"})


class Cards:
    """The cards of a report. What several findings share is drawn once, and the others lead to it."""

    def __init__(self, report: Report, folder_of: Mapping[str, str], *, are_open: bool, by_way: bool) -> None:
        self.report = report
        self.folder_of = folder_of
        self.are_open = are_open
        self.by_way = by_way
        self.sketches: dict[str, Finding] = {}
        self.patches: dict[tuple[Patch, ...], Finding] = {}
        self.new_files: dict[str, Html] = {}

    def by_file(self) -> Html:
        """Every finding under its file's name."""
        files = groupby(self.report.findings, key=lambda finding: finding.path)
        return joined(self._file(path, list(found)) for path, found in files)

    def _file(self, path: str, found: list[Finding]) -> Html:
        folder, _, name = path.rpartition("/")
        shown = el("h3", el("span", f"{folder}/") if folder else None, name)
        return el("section", shown, joined(map(self._card, found)), class_="file")

    def _card(self, finding: Finding) -> Html:
        way = way_of(finding)
        facts = [
            el("span", str(finding.severity), class_=f"severity {finding.severity}"),
            el("code", finding.rule),
            el("span", f"line {finding.start.line}"),
            el("span", f"{finding.confidence} confidence"),
        ]
        head = el(
            "summary",
            el(
                "span",
                el("h4", sentence(finding.message, _ARTICLES)),
                el("span", joined(facts), class_="facts"),
                class_="head",
            ),
            el("span", BADGES[way], class_=f"badge {way}") if self.by_way else None,
        )
        parts = [el("div", el("dt", label), el("dd", content)) for label, content in self._parts(finding)]
        return el(
            "details",
            head,
            el("dl", joined(parts)),
            class_="finding",
            id=anchor(finding),
            open=self.are_open,
            data_rule=finding.rule,
            data_severity=str(finding.severity),
            data_confidence=str(finding.confidence),
            data_fix=way,
            data_folder=self.folder_of[finding.path],
        )

    def _parts(self, finding: Finding) -> Iterator[tuple[Html | str, Html]]:
        shown = frame(self.report, finding)
        place = el("span", f"{finding.path}:{finding.start.line}:{finding.start.column}", class_="path")
        here = el(
            "a", "Link", el("span", " to this finding", class_="unseen"), href=f"#{anchor(finding)}", class_="anchor"
        )
        yield "Where", joined([el("p", place, here, class_="place"), shown])
        if finding.trail:
            yield "From credential to call", self._trail(finding)
        if finding.evidence:
            yield "Evidence", el("ul", joined(el("li", prose(one)) for one in finding.evidence), class_="evidence")
        if finding.fix is not None:
            yield from self._fix(finding, finding.fix)
        elif finding.rule in self.report.advice:
            yield "What to do", el("p", prose(self.report.advice[finding.rule]))

    def _trail(self, finding: Finding) -> Html:
        steps = []
        for path, group in groupby(finding.trail, key=lambda step: (step.path, step.position.line)):
            steps.append(self._step(path[0], list(group)))
        return el("ol", joined(steps), class_="trail")

    def _step(self, path: str, group: list[Step]) -> Html:
        """Steps on one line are one stop."""
        names = dict.fromkeys(step.text.removeprefix("env:") for step in group)
        words = el("span", joined((el("code", name) for name in names), " → "))
        place = el("span", f"{path}:{group[0].position.line}", class_="path")
        return el("li", el("span", words, place, class_="stop"), step_line(self.report, group[0]))

    def _fix(self, finding: Finding, fix: Fix) -> Iterator[tuple[Html | str, Html]]:
        way = way_of(finding)
        said = [el("p", prose(sentence(fix.title)), class_="title")]
        if fix.because:
            why = "It takes for granted: " if way == UNSAFE else "Not done by jwtscan: "
            said.append(el("p", why, prose(fix.because), class_="because"))
        said += self._changes(finding)
        yield "What to do" if way == BY_HAND else "The fix", joined(said)
        if fix.sketch:
            yield "Write by hand", self._sketch(finding, fix.sketch)
        if fix.left_to_do:
            listed = el("ul", joined(el("li", instruction(line)) for line in fix.left_to_do))
            yield "Left to do", listed

    def _changes(self, finding: Finding) -> Iterator[Html]:
        """What the fix changes. The same changes are shown once, and new files apart."""
        patches = self.report.patches(finding)
        first = self.patches.setdefault(patches, finding) if patches else finding
        if first is not finding:
            yield el("p", "The same change as for ", _to(first), ".")
            return
        for patch in patches[:MOST_FILES]:
            if patch.is_new:
                self.new_files.setdefault(patch.path, diff_of(patch))
                yield el("p", "It also writes ", el("a", patch.path, href="#new-files", class_="path"), ".")
            else:
                yield diff_of(patch)
        if len(patches) > MOST_FILES:
            more = plural(len(patches) - MOST_FILES, "more file")
            yield el("p", f"And {more}: ", el("code", "jwtscan fix --diff ."), " shows them.", class_="because")

    def _sketch(self, finding: Finding, sketch: str) -> Html:
        """Code to write. The same code is shown once."""
        first = self.sketches.setdefault(sketch, finding)
        if first is not finding:
            return el("p", "The same code as for ", _to(first), ".")
        return el("pre", joined(el("span", line) for line in sketch.rstrip("\n").split("\n")), class_="code plain")


def _to(finding: Finding) -> Html:
    return el("a", f"{finding.path}:{finding.start.line}", href=f"#{anchor(finding)}", class_="path")


def anchor(finding: Finding) -> str:
    """The finding's place in the page, the same as long as the finding is."""
    return f"f-{finding.fingerprint[:12]}"
