"""What stands after the findings: the next steps, what a fix did, new files, the rules, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.finding import Finding
from jwtscan.fixing.steps import NEW_APPS, OLD_APP
from jwtscan.report.html.card import anchor
from jwtscan.report.html.diff import diff_of
from jwtscan.report.html.safe import Html, el, instruction, joined, link, paragraphs, prose, sentence
from jwtscan.report.html.ways import BY_HAND, SAFE, UNSAFE, fixes_are_known, way_of
from jwtscan.report.masked import FixReport, Patch, Report
from jwtscan.report.summary import plural
from jwtscan.rule import Rule

_SHOWN = 6


def next_steps(report: Report, fix: FixReport | None) -> Html | None:
    """What to do, in order."""
    steps = [el("li", el("h3", title), content) for title, content in _steps(report, fix)]
    return el("section", el("h2", "Next steps"), el("ol", joined(steps), class_="steps"), id="next") if steps else None


def _steps(report: Report, fix: FixReport | None) -> Iterator[tuple[str, Html]]:
    if not fixes_are_known(report, fix):
        yield "Have the fixes looked at", _command("cd … && jwtscan scan .", "from the project’s own folder")
        return
    ways = {way: [finding for finding in report.findings if way_of(finding) == way] for way in (SAFE, UNSAFE, BY_HAND)}
    if ways[SAFE] or ways[UNSAFE]:
        yield "Let jwtscan change the code", joined(_commands(len(ways[SAFE]), len(ways[UNSAFE])))
    if ways[BY_HAND]:
        yield "Change the rest by hand", el("ul", joined(_reasons(ways[BY_HAND])), class_="reasons")
    left = fix.left_to_do if fix is not None else report.left_to_do()
    of_new = [line for line in left if line.startswith(NEW_APPS)]
    of_old = [line for line in left if line.startswith(OLD_APP)]
    others = [line for line in left if not line.startswith((*NEW_APPS, *OLD_APP))]
    if others:
        yield "See to what goes with the code", _lines(others)
    if of_new:
        yield "Create the new apps and set their credentials", _lines(of_new)
    if report.findings:
        yield "Look again", _command("jwtscan scan .", "says “no findings” when the code is done; in CI it keeps it so")
    if of_old:
        yield "Switch the JWT app off", _lines(of_old)


def _lines(lines: Sequence[str]) -> Html:
    return el("ul", joined(el("li", instruction(line)) for line in lines))


def _commands(safe: int, unsafe: int) -> Iterator[Html]:
    option = "" if safe else " --unsafe-fixes"
    yield _command(f"jwtscan fix{option} --diff .", "shows every change as a patch and writes nothing")
    if safe:
        yield _command("jwtscan fix .", f"fixes {plural(safe, 'finding')}, safely")
    if unsafe:
        what = plural(unsafe, "more finding" if safe else "finding")
        yield _command("jwtscan fix --unsafe-fixes .", f"fixes {what}: read first what each takes for granted")
    yield _command("jwtscan rollback", "takes the last fix back")


def _command(command: str, what: str) -> Html:
    return el("p", el("code", command, class_="command"), el("span", what), class_="do")


def _reasons(findings: Sequence[Finding]) -> Iterator[Html]:
    """Each reason once, with the findings that it holds for."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        reason = (finding.fix.because if finding.fix else None) or f"there is no fix for {finding.rule}"
        found.setdefault(reason, []).append(finding)
    for reason, those in sorted(found.items(), key=lambda row: (-len(row[1]), row[0])):
        places = [el("a", f"{f.path}:{f.start.line}", href=f"#{anchor(f)}", class_="path") for f in those[:_SHOWN]]
        more = f" and {len(those) - _SHOWN:,} more" if len(those) > _SHOWN else None
        yield el("li", prose(sentence(reason)), el("span", joined(places, ", "), more, class_="places"))


def fixed(fix: FixReport) -> Html | None:
    """What a fix did, file by file."""
    patches = {patch.path: patch for patch in fix.patches()}
    paths = dict.fromkeys([*patches, *(finding.path for finding in fix.fixed)])
    if not paths:
        return None
    rows = []
    for path in paths:
        here = dict.fromkeys(
            (f.rule, f.fix.title if f.fix else "gone with another fix") for f in fix.fixed if f.path == path
        )
        done = [el("li", el("code", rule), " ", prose(title)) for rule, title in here]
        what = el("ul", joined(done)) if done else None
        drawn = diff_of(patches[path]) if path in patches else None
        head = el("summary", el("span", path, class_="path"), el("span", _change(len(done), patches.get(path))))
        rows.append(el("details", head, what, drawn, class_="row"))
    title = f"Fixed: {plural(len(fix.fixed), 'finding')}, {plural(len(fix.changed), 'file')} changed"
    return el("section", el("h2", title), joined(rows), id="fixed")


def _change(fixed: int, patch: Patch | None) -> str:
    if fixed:
        return f"{fixed:,} fixed"
    return "new file" if patch is not None and patch.is_new else "changed"


def new_files(files: dict[str, Html]) -> Html | None:
    """The files that fixes write, once."""
    if not files:
        return None
    rows = [
        el("details", el("summary", el("span", path, class_="path"), el("span", "new file")), drawn, class_="row")
        for path, drawn in sorted(files.items())
    ]
    about = el("p", "The fixes call helper modules that jwtscan writes beside the code. They have no dependency on it.")
    return el("section", el("h2", "New files"), about, joined(rows), id="new-files")


def rules(report: Report) -> Html | None:
    """What each rule that fired is about."""
    fired = {finding.rule for finding in report.findings}
    known = [rule for rule in report.rules if rule.id in fired]
    return el("section", el("h2", "Rules"), joined(map(_rule, known)), id="rules") if known else None


def _rule(rule: Rule) -> Html:
    head = el("summary", el("span", el("code", rule.id), el("span", rule.summary, class_="says"), class_="head"))
    samples = el(
        "div",
        el("figure", el("figcaption", "Before"), _sample(rule.bad)),
        el("figure", el("figcaption", "After"), _sample(rule.good)),
        class_="samples",
    )
    parts: list[Html] = [
        el("h3", "Why"),
        paragraphs(rule.why),
        samples,
        el("h3", "What to do"),
        paragraphs(rule.what_to_do),
    ]
    if rule.safety:
        parts += [el("h3", "How safe the fix is"), paragraphs(rule.safety)]
    if rule.page.startswith("https://"):
        parts.append(el("p", link(rule.page), class_="page"))
    return el("details", head, joined(parts), class_="row rule", id=f"about-{rule.id}")


def _sample(code: str) -> Html:
    lines = code.strip("\n").split("\n")
    return el("pre", joined(el("span", line) for line in lines), class_="code plain")


def passed_over(report: Report) -> Html | None:
    """Files that were not read, and findings that comments silence or that are known already."""
    parts = []
    if report.skipped:
        rows = [(el("span", one.path, class_="path"), one.reason) for one in report.skipped]
        parts.append(_listed(f"Skipped: {plural(len(rows), 'file')}", ("File", "Reason"), rows))
    if report.silenced:
        silenced = [
            (
                el("span", f"{one.finding.path}:{one.finding.start.line}", class_="path"),
                joined([el("code", one.finding.rule), " ", one.reason or "no reason given"]),
            )
            for one in report.silenced
        ]
        parts.append(_listed(f"Silenced: {plural(len(silenced), 'finding')}", ("Place", "Reason"), silenced))
    for source, found in report.known.items():
        known = [(el("span", f"{one.path}:{one.start.line}", class_="path"), el("code", one.rule)) for one in found]
        title = f"Known in {source}: {plural(len(known), 'finding')}"
        parts.append(_listed(title, ("Place", "Rule"), known))
    return el("section", el("h2", "Not in this report"), joined(parts), id="passed-over") if parts else None


def _listed(title: str, heads: tuple[str, str], rows: Sequence[tuple[Html, Html | str]]) -> Html:
    head = el("thead", el("tr", joined(el("th", one, scope="col") for one in heads)))
    body = el("tbody", joined(el("tr", el("td", one), el("td", other)) for one, other in rows))
    return el("details", el("summary", title), el("table", head, body), class_="row", open=len(rows) <= _SHOWN)
