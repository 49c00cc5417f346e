"""What a result comes to: counts by rule, and one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from jwtscan.report.masked import Report


def counts(report: Report) -> dict[str, int]:
    """The number of findings of each rule that has any, by rule id."""
    return dict(sorted(Counter(finding.rule for finding in report.findings).items()))


def plural(number: int, word: str) -> str:
    """``1 finding``, ``1,204 files``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def summary_line(report: Report) -> str:
    """One sentence: ``3 findings in 2 files, 12 known (in main); 120 files scanned, 4 parsed, 1 skipped``."""
    found = len(report.findings)
    files = len({finding.path for finding in report.findings})
    first = f"{plural(found, 'finding')} in {plural(files, 'file')}" if found else "no findings"
    first += known_of(report)
    rest = [f"{plural(report.files, 'file')} scanned", f"{report.parsed:,} parsed"]
    if report.skipped:
        rest.append(f"{len(report.skipped):,} skipped")
    if report.silenced:
        rest.append(f"{len(report.silenced):,} silenced")
    return f"{first}; {', '.join(rest)}"


def skipped_of(report: Report) -> Iterator[tuple[str, str]]:
    """What was skipped, a word for it before each."""
    for one in report.skipped:
        yield "skipped", f"{one.path}: {one.reason}"


def silenced_of(report: Report) -> Iterator[tuple[str, str]]:
    """What comments silence and why, a word for it before each."""
    for one in report.silenced:
        until = f" (until {one.until})" if one.until is not None else ""
        where = f"{one.finding.path}:{one.finding.start.line}: {one.finding.rule}"
        yield "silenced", f"{where}: {one.reason or 'no reason given'}{until}"


def known_of(report: Report) -> str:
    """What is left out because it is known: ``, 12 known (in jwtscan-baseline.jsonl)``."""
    return "".join(f", {len(found):,} known (in {source})" for source, found in report.known.items())


def statistics_of(report: Report) -> str:
    """A count and a rule a line, most frequent first."""
    rows = sorted(counts(report).items(), key=lambda row: (-row[1], row[0]))
    width = max((len(str(count)) for _, count in rows), default=0)
    return "".join(f"{count:>{width}}  {rule}\n" for rule, count in rows)
