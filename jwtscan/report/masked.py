"""The one way from a result to what is shown: every text that comes from a scanned file is masked here, once.

Reporters only see a ``Report``; a secret or a terminal escape that is not in it cannot get out in any format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from jwtscan.finding import Finding, Fix, Skipped

if TYPE_CHECKING:
    from jwtscan.engine import Result
    from jwtscan.files import Document
    from jwtscan.mask import Masker
    from jwtscan.rule import Rule

_SENTENCE = re.compile(r"(?<=[.!])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A masked source line. The first ``same`` and the last ``tail`` of its ``before`` characters are as they were."""

    after: str
    before: int
    same: int
    tail: int

    def moved(self, column: int) -> int:
        """Where a 0-based column of the line stands now; a place inside of what was masked moves to the mask's end."""
        if column <= self.same:
            return column
        return len(self.after) - min(self.tail, max(self.before - column, 0))


@dataclass(frozen=True, slots=True)
class Report:
    """A result that may be shown. ``findings`` are sorted and masked.

    ``line(path, number)`` gives a source line, None where the file is not at hand.
    ``advice`` is what to do about a rule's findings, in one sentence, by rule id.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    parsed: int
    suppressed: int
    errors: int
    line: Callable[[str, int], SourceLine | None]
    advice: Mapping[str, str]


def masked(result: Result, rules: Iterable[Rule] = ()) -> Report:
    """``result`` without secrets and control characters, in the order in which it is reported."""
    if not result.findings and not result.skipped:
        # Nothing to mask; the masks' expressions take longer to build than a clean scan to run.
        return Report((), (), result.files, result.parsed, result.suppressed, result.errors, _no_line, {})
    from jwtscan.mask import Masker, printable

    masker = Masker(result.secrets)

    def clean(text: str) -> str:
        return printable(masker.mask(text))

    def clean_words(text: str) -> str:
        # Names come from the file, and a broken file may have a secret or a whole setting for a name.
        return printable(masker.mask_line(text))

    @cache
    def line(path: str, number: int) -> SourceLine | None:
        document = result.documents.get(raw_paths.get(path, path))
        return None if document is None else _line(document, number, masker)

    findings = tuple(
        _finding(finding, clean, clean_words) for finding in sorted(result.findings, key=lambda f: f.order)
    )
    raw_paths = {clean(path): path for path in result.documents}
    skipped = tuple(
        Skipped(clean(one.path), clean(one.reason)) for one in sorted(result.skipped, key=lambda s: (s.path, s.reason))
    )
    advice = {rule.id: first_sentence(rule.what_to_do) for rule in rules}
    return Report(findings, skipped, result.files, result.parsed, result.suppressed, result.errors, line, advice)


def _no_line(path: str, number: int) -> None:
    """There are no findings, so no line is asked for."""


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence, on one line."""
    return _SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]


def _line(document: Document, number: int, masker: Masker) -> SourceLine | None:
    if not 1 <= number <= document.lines.count:
        return None
    text = document.lines.text(number)
    from jwtscan.mask import printable

    # Tabs stay: whoever draws the line expands them.
    after = "\t".join(printable(part) for part in masker.mask_line(text).split("\t"))
    same = _equal(text, after)
    tail = min(_equal(text[::-1], after[::-1]), min(len(text), len(after)) - same)
    return SourceLine(after, len(text), same, tail)


def _equal(one: str, other: str) -> int:
    """How many characters two texts begin with in common. By halves, for lines of megabytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _finding(finding: Finding, clean: Callable[[str], str], clean_words: Callable[[str], str]) -> Finding:
    return replace(
        finding,
        message=clean_words(finding.message),
        path=clean(finding.path),
        trail=tuple(replace(step, path=clean(step.path), text=clean_words(step.text)) for step in finding.trail),
        evidence=tuple(clean_words(text) for text in finding.evidence),
        fix=_fix(finding.fix, clean) if finding.fix else None,
        subject=None,
    )


def _fix(fix: Fix, clean: Callable[[str], str]) -> Fix:
    because = clean(fix.because) if fix.because is not None else None
    return replace(fix, title=clean(fix.title), because=because, left_to_do=tuple(map(clean, fix.left_to_do)))
