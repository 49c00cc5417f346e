"""A page a rule, from what the rule says of itself and from its own fixtures, and the table of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from running import ROOT, laid_out, migrated, printed

from jwtscan.cases import Case, find_cases
from jwtscan.loading import load_rules
from jwtscan.report.catalogue import grouped, page
from jwtscan.rule import Rule

SHOWN = {
    "client-signature": ("called-back.in.js",),
    "config-credential": ("rest-everywhere.in",),
    "half-migrated": ("client_credentials.in.js",),
    "join-api-key": ("own-options.in.js", "from-4.in"),
    "jwt-literal": ("in-function.in",),
    "jwt-mint": ("run-requests.in", "run-node-fetch.in"),
    "legacy-signature": ("pyjwt.in", "route.in.js"),
    "outdated-sdk": ("manifest.in",),
    "outdated-wrapper": ("raised.in",),
    "wrapper-client": ("run-zoomus.in", "zoomapi.in"),
}
"""The cases that say most about a rule. For all others it is the smallest one that the fix changes."""
TAGS = {
    "sdk": "The Meeting SDK for Web",
    "rest": "The REST API",
    "credentials": "Credentials",
    "integrations": "Other products' integrations",
    "tool": "jwtscan itself",
}
_HEAD = """\
A rule finds one mechanism of the JWT app type. Select and ignore them by id or by tag (`--select sdk`,
`--ignore outdated-sdk`). `jwtscan explain RULE` prints the first half of these pages on a terminal.

**Fix** says what the rule's own fixtures show: *safe* is what `jwtscan fix` applies, which is right once the
new credentials are set; *with `--unsafe-fixes`* is right if something stated holds; *by hand* is explained,
with the code or the steps. Where a single place does not allow a safe fix, its finding says why."""
_EXAMPLE = {True: "With `--unsafe-fixes`", False: "What `jwtscan fix` makes of it"}


def rule_pages() -> dict[Path, str]:
    """All pages below docs/rules, by path."""
    rules = load_rules(allow_python=False)
    cases = find_cases(ROOT / "fixtures")
    folder = ROOT / "docs/rules"
    own = {rule.id: [one for one in cases if one.group == rule.id] for rule in rules}
    fixes = {rule.id: _fixes(rule, own[rule.id]) for rule in rules}
    pages = {folder / f"{rule.id}.md": _page(rule, own[rule.id], fixes[rule.id][0]) for rule in rules}
    return {folder / "index.md": _index(rules, fixes), **pages}


def _page(rule: Rule, cases: Sequence[Case], fixes: str) -> str:
    text = page(rule)
    text = text.replace(f"Severity: {rule.severity} · ", f"Severity: {rule.severity} · Fix: {fixes} · ")
    body, _, see = text.rstrip("\n").rpartition("\n\nSee <") if rule.page else (text.rstrip("\n"), "", "")
    parts = [body, *_examples(rule, cases), _silencing(rule)]
    more = [f"- [Zoom's page, or the vendor's]({see.removesuffix('>.')})"] if rule.page else []
    more += ["- [The whole migration](../migration.md)", "- [All rules](index.md)"]
    return "\n\n".join([*parts, "## More", "\n".join(more)]) + "\n"


# -- examples --------------------------------------------------------------------------------------------------------


def _examples(rule: Rule, cases: Sequence[Case]) -> Iterator[str]:
    shown = _shown(rule, cases)
    for number, case in enumerate(shown):
        report = _report(rule, case)
        if report:
            yield f"## {'Found and fixed' if case.is_fixed else 'Found'}{', once more' if number else ''}"
            if not number:
                yield _evidence(rule)
            yield f"```console\n{report}```"
        for unsafe in (False, True) if case.is_fixed else ():
            made = migrated(case, unsafe=unsafe)
            if rule.id in made.titles:
                yield f"{_EXAMPLE[unsafe]}:"
                yield f"```diff\n{''.join(made.patches.values())}```"
                helper = "[the helper module](../migration.md#the-helper-module)"
                yield from (f"It also writes `{path}`, {helper}." for path in made.helpers)
                break


def _shown(rule: Rule, cases: Sequence[Case]) -> list[Case]:
    by_name = {case.path.name: case for case in cases}
    if rule.id in SHOWN:
        return [by_name[name] for name in SHOWN[rule.id]]
    changed = [case for case in cases if case.outcome("out") or case.outcome("unsafe")]
    firing = [case for case in cases if not case.path.name.startswith("silent")]
    return sorted(changed or firing, key=_size)[:1]


def _size(case: Case) -> tuple[int, str]:
    files = case.path.rglob("*") if case.path.is_dir() else [case.path]
    return sum(file.stat().st_size for file in files if file.is_file()), case.name


def _report(rule: Rule, case: Case) -> str:
    """What ``scan`` prints of a case; empty where the rule has no finding there."""
    with laid_out(case) as place:
        # What is fixed about a credential depends on the uses that read it, and those are other rules'.
        command = ["scan"] if {"tool", "credentials"} & set(rule.tags) else ["scan", "--select", rule.id]
        text = printed([*command, "--format", "text"], place).text
    return f"$ jwtscan {' '.join(command)}\n{text}" if f"[{rule.id}]" in text else ""


def _evidence(rule: Rule) -> str:
    words = ", ".join(f"`{word}`" for word in rule.keywords if word)
    if "tool" in rule.tags or not words:
        return "From a fixture of the rule:"
    where = "in any project" if rule.anywhere else "in a project that speaks of Zoom"
    return (
        f"A file is looked at, {where}, if it has one of these words: {words}. What the finding then rests on stands "
        "behind `why`; with less than that it has a [lower confidence](../faq.md#why-is-something-not-found) or is no "
        "finding. From the rule's own fixtures:"
    )


def _silencing(rule: Rule) -> str:
    mark = {"python": "#", "shell": "#", "yaml": "#", "text": "#"}.get(rule.language, "//")
    lines = ["## Silence it"]
    if "tool" not in rule.tags:
        lines.append("In one place, with a reason ([more on that](../silencing.md)):")
        lines.append(f"```text\n{mark} jwtscan: ignore[{rule.id}] reason\n```")
    lines.append(
        "In some files, or everywhere, in the [configuration](../configuration.md):\n\n"
        f'```toml\nignore = ["{rule.id}"]\n\n[per-file-ignores]\n"tests/**" = ["{rule.id}"]\n```'
    )
    return "\n\n".join(lines)


# -- the table -------------------------------------------------------------------------------------------------------


def _fixes(rule: Rule, cases: Sequence[Case]) -> tuple[str, str]:
    """How far the fixtures show that a rule's findings are fixed, and what the fix of the first one shown does."""
    fixed = [case for case in cases if case.outcome("out") or case.outcome("unsafe")]
    for unsafe, word in ((False, "safe"), (True, "with `--unsafe-fixes`")):
        for case in sorted(fixed, key=lambda case: (case.path.name not in SHOWN.get(rule.id, ()), _size(case))):
            if title := migrated(case, unsafe=unsafe).titles.get(rule.id):
                return word, f"{word}: {title}"
    return "by hand", "by hand"


def _index(rules: Sequence[Rule], fixes: Mapping[str, tuple[str, str]]) -> str:
    parts = [
        "# Rules",
        _HEAD,
    ]
    for tag, members in grouped(rules):
        rows = [f"## {TAGS[tag]}: `{tag}`\n", "| Rule | Severity | Finds | Fix |", "|---|---|---|---|"]
        for rule in members:
            summary = rule.summary.replace("|", "\\|")
            rows.append(f"| [`{rule.id}`]({rule.id}.md) | {rule.severity} | {summary} | {fixes[rule.id][1]} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"
