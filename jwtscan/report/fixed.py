"""What a fix came to, as people read it: what is fixed, what remains and why, and what is left to do elsewhere."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from jwtscan.finding import Applicability, Finding
from jwtscan.report.ansi import BOLD, DIM, GREEN, RED, YELLOW, styled
from jwtscan.report.look import Look
from jwtscan.report.masked import FixReport
from jwtscan.report.summary import known_of, plural

_SHOWN = 5


def fixed_text(report: FixReport, look: Look, *, verbose: bool = False) -> str:
    """The end of every fix: what changed, the counts, and what a person has to do. ``verbose`` lists skipped files."""
    parts = [_changes(report, look), _remaining(report, look), _elsewhere(report, look)]
    if verbose:
        parts.append([f"skipped {one.path}: {one.reason}" for one in report.left.skipped])
    parts.append([styled(line, RED, look) for line in report.troubles])
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def summary_of(report: FixReport) -> str:
    """One sentence: ``3 fixed, 2 files changed; 4 remaining: 1 with --unsafe-fixes, 3 by hand``."""
    files = len(report.changed)
    first = f"{len(report.fixed):,} fixed" + (f", {plural(files, 'file')} changed" if files else "")
    left = report.left.findings
    ways = Counter(_way(finding) for finding in left)
    how = ", ".join(f"{ways[way]:,} {way}" for way in (_AGAIN, _UNSAFE, _BY_HAND) if ways[way])
    return f"{first}; {len(left):,} remaining{': ' if how else ''}{how}{known_of(report.left)}"


_AGAIN, _UNSAFE, _BY_HAND = "deferred", "with --unsafe-fixes", "by hand"


def _way(finding: Finding) -> str:
    """How a finding that remains can be fixed."""
    if finding.fix is None or finding.fix.applicability is Applicability.DISPLAY:
        return _BY_HAND
    return _UNSAFE if finding.fix.applicability is Applicability.UNSAFE else _AGAIN


def _changes(report: FixReport, look: Look) -> list[str]:
    words = {path: "created" if is_new else "changed" for path, is_new in report.changed}
    lines = []
    for path in dict.fromkeys([*words, *(finding.path for finding in report.fixed)]):
        lines.append(f"{styled(words.get(path, 'settled'), GREEN, look)} {path}")
        here = [finding for finding in report.fixed if finding.path == path]
        done = Counter((one.rule, one.fix.title if one.fix else "gone with another fix") for one in here)
        for (rule, title), number in sorted(done.items()):
            lines.append(f"  {rule}: {title}" + (f" ({number:,} times)" if number > 1 else ""))
    return lines


def _remaining(report: FixReport, look: Look) -> list[str]:
    lines = [styled(summary_of(report), BOLD, look)]
    unsafe = [finding for finding in report.left.findings if _way(finding) == _UNSAFE]
    if unsafe:
        lines.append(f"{len(unsafe):,} more can be fixed with --unsafe-fixes, which takes for granted:")
        lines += _reasons(unsafe, look)
    by_hand = [finding for finding in report.left.findings if _way(finding) == _BY_HAND]
    if by_hand:
        lines.append("To be done by hand, because:")
        lines += _reasons(by_hand, look)
    return lines


def _reasons(findings: Sequence[Finding], look: Look) -> Iterator[str]:
    """Each reason once, with the places that it holds for."""
    places: dict[str, list[str]] = {}
    for finding in findings:
        reason = (finding.fix.because if finding.fix else None) or f"there is no fix for {finding.rule}"
        places.setdefault(reason, []).append(f"{finding.path}:{finding.start.line}")
    for reason, found in sorted(places.items(), key=lambda row: (-len(row[1]), row[0])):
        more = f", and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        yield from _item("-", reason, look)
        yield "    " + styled(", ".join(found[:_SHOWN]) + more, DIM, look)


def _elsewhere(report: FixReport, look: Look) -> list[str]:
    if not report.left_to_do:
        return []
    lines = [styled("Left to do outside of the code:", YELLOW, look)]
    for number, text in enumerate(report.left_to_do, 1):
        lines += _item(f"{number}.", text, look)
    return lines


def _item(mark: str, text: str, look: Look) -> list[str]:
    first = f"  {mark} "
    return textwrap.wrap(
        text, look.width, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
