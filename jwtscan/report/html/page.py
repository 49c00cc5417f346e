"""The page: puts its parts together, with the style sheet and the script inside of it."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jwtscan import __version__
from jwtscan.report.html import after, summary
from jwtscan.report.html.card import Cards
from jwtscan.report.html.facets import filters, toolbar
from jwtscan.report.html.safe import Html, el, joined
from jwtscan.report.html.ways import fixes_are_known, folders
from jwtscan.report.masked import FixReport, Report
from jwtscan.report.summary import plural

MOST_OPEN = 5
"""Up to so many findings are open from the start."""

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='8' fill='%233d4fc4'/%3E%3Cpath d='M9 17l5 5 9-11' fill='none' stroke='white' stroke-width='3.2' "
    "stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"
)


def page(report: Report, fix: FixReport | None = None) -> str:
    """A whole HTML document. The same report gives the same bytes."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'"
    )
    name = report.name or "this project"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{name} · jwtscan"),
        el("link", rel="icon", href=_ICON),
        Html(f"<style>{style}</style>"),
    )
    body = el("body", _body(report, fix, name), Html(f"<script>{script}</script>"))
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _body(report: Report, fix: FixReport | None, name: str) -> Html:
    parts: list[Html | None] = _found(report, fix) if report.findings else [_nothing(report, fix)]
    parts.insert(1, after.fixed(fix) if fix is not None else None)
    parts += [after.next_steps(report, fix), after.rules(report), after.passed_over(report)]
    title = el("div", el("h1", name), _lead(report, fix), summary.scanned(report), class_="title")
    top = el("header", _bar(report, fix), title)
    foot = el(
        "footer",
        el("p", f"Written by jwtscan {__version__}. Credentials are masked: “…” stands for what was left out."),
    )
    skip = el("a", "Skip to the findings", href="#findings" if report.findings else "#main", class_="skip")
    return joined([skip, top, el("main", joined(parts), id="main", tabindex=-1), foot])


def _lead(report: Report, fix: FixReport | None) -> Html:
    if fix is not None and fix.fixed:
        done = el("strong", f"{plural(len(fix.fixed), 'finding')} fixed")
        return el(
            "p", done, f" in {plural(len(fix.changed), 'file')}; {len(report.findings):,} remaining.", class_="lead"
        )
    if report.findings:
        return summary.lead(report)
    return el("p", "Nothing here uses Zoom’s retired JWT app type.", class_="lead")


def _bar(report: Report, fix: FixReport | None) -> Html:
    places = [("fixed", "Fixed")] if fix is not None and fix.changed else []
    places += [("findings", "Findings")] if report.findings else []
    places += [("next", "Next steps"), ("rules", "Rules")] if report.findings else []
    nav = el("nav", joined(el("a", label, href=f"#{place}") for place, label in places), aria_label="Sections")
    switch = el("button", el("span", "Dark", id="theme-name"), type="button", id="theme", hidden=True)
    return el("div", el("span", "jwtscan", class_="brand"), nav if places else None, switch, class_="top")


def _found(report: Report, fix: FixReport | None) -> list[Html | None]:
    by_way = fixes_are_known(report, fix)
    folder_of = folders([finding.path for finding in report.findings])
    cards = Cards(report, folder_of, are_open=len(report.findings) <= MOST_OPEN, by_way=by_way)
    listed = cards.by_file()
    overview = el(
        "div",
        el("div", summary.outlook(report, fix), summary.severities(report), class_="outlooks"),
        summary.charts(report, folder_of, by_way=by_way),
        class_="overview",
    )
    none = el("p", "No finding matches.", id="none", hidden=True)
    findings = el(
        "section",
        el("h2", "Findings"),
        filters(report, folder_of),
        el("div", toolbar(report), none, listed, class_="list"),
        id="findings",
        tabindex=-1,
    )
    return [overview, findings, after.new_files(cards.new_files)]


def _nothing(report: Report, fix: FixReport | None) -> Html:
    mark = el(
        "svg",
        el("circle", cx=48, cy=48, r=44),
        el("path", d="M30 50l12 12 24-28"),
        viewBox="0 0 96 96",
        aria_hidden="true",
        focusable="false",
    )
    if report.files == 0:
        words = "There were no files to scan."
    elif fix is not None and fix.fixed:
        words = "Every use of the JWT app type that was found is migrated."
    else:
        words = f"{plural(report.files, 'file')} scanned, and no use of the JWT app type found."
    again = el("p", "Keep it so: ", el("code", "jwtscan ci"), " in your CI, or a pre-commit hook.")
    return el("section", mark, el("h2", "No findings"), el("p", words), again, class_="clean")


def _asset(name: str) -> str:
    return (files("jwtscan.report.html") / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
