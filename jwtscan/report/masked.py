"""The one way from a result to what is shown: every text that comes from a scanned file is masked here, once.

Reporters only see a ``Report``; a secret or a terminal escape that is not in it cannot get out in any format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from jwtscan.finding import Finding, Fix, Silenced, Skipped
from jwtscan.text.common import common_start

if TYPE_CHECKING:
    from jwtscan.engine import Result
    from jwtscan.engine.outcome import Fixed, Rewrite
    from jwtscan.engine.prospect import Prospect
    from jwtscan.files import Document
    from jwtscan.report.linehash import LineHashes
    from jwtscan.report.replaced import Replacement
    from jwtscan.rule import Rule
    from jwtscan.text import Position

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
class Patch:
    """What changes in one file, for reading: masked, it can no longer be applied."""

    path: str
    is_new: bool
    text: str


def _no_patches(_: Finding) -> tuple[Patch, ...]:
    """Nothing is known of what fixes would change."""
    return ()


def _no_replacements(_: Finding) -> tuple[Replacement, ...]:
    """Nothing is known of what fixes would replace."""
    return ()


def _no_steps() -> tuple[str, ...]:
    """Nothing is known of what is left to do."""
    return ()


@dataclass(frozen=True, slots=True)
class Report:
    """A result that may be shown. ``findings`` and ``silenced`` are sorted and masked. ``name`` is the folder's.

    ``known`` are the findings that a baseline or a revision has already, by that source, where it has any.
    ``line(path, number)`` gives a source line, None where the file is not at hand.
    ``advice`` is what to do about a rule's findings, in one sentence, by rule id; ``rules`` are those that ran,
    empty where nothing was found. ``line_hash(path, number)`` is GitHub's hash of a source line,
    ``byte_column(path, position)`` a 1-based column in UTF-8 bytes; both None where the file is not at hand.
    ``patches(finding)`` is what the fix of a finding alone would change, ``left_to_do()`` what then is left for people
    in all; both empty where fixes were not looked at. ``replacements(finding)`` is all that the fix would replace,
    empty also where that cannot be said exactly (``report/replaced``).
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    parsed: int
    silenced: tuple[Silenced, ...]
    known: Mapping[str, tuple[Finding, ...]]
    errors: int
    line: Callable[[str, int], SourceLine | None]
    advice: Mapping[str, str]
    rules: tuple[Rule, ...]
    line_hash: Callable[[str, int], str | None]
    byte_column: Callable[[str, Position], int | None]
    name: str = ""
    patches: Callable[[Finding], tuple[Patch, ...]] = _no_patches
    left_to_do: Callable[[], tuple[str, ...]] = _no_steps
    replacements: Callable[[Finding], tuple[Replacement, ...]] = _no_replacements


@dataclass(frozen=True, slots=True)
class FixReport:
    """What a fix came to, as it may be shown. ``left`` are the findings that remain; ``fixed`` those that are gone.

    ``changed`` has each file with whether it is new, ``patches()`` what changed in them. ``troubles`` is what went
    wrong on the way.
    """

    left: Report
    fixed: tuple[Finding, ...]
    changed: tuple[tuple[str, bool], ...]
    left_to_do: tuple[str, ...]
    troubles: tuple[str, ...] = ()
    patches: Callable[[], tuple[Patch, ...]] = tuple


def masked(result: Result, rules: Iterable[Rule] = (), prospect: Prospect | None = None) -> Report:
    """``result`` without secrets and control characters, in the order in which it is reported.

    ``prospect`` is what is known of the fixes.
    """
    if not (result.findings or result.skipped or result.silenced or result.known):
        # Nothing to mask; the masks' expressions take longer to build than a clean scan to run.
        counts = (result.files, result.parsed)
        return Report((), (), *counts, (), {}, result.errors, _nothing, {}, (), _nothing, _nothing, result.root)
    return _report(result, rules, Clean(result.secrets), prospect)


def masked_fix(fixed: Fixed, rules: Iterable[Rule] = ()) -> FixReport:
    """What a fix came to, without secrets and control characters."""
    if not (fixed.first.findings or fixed.first.skipped or fixed.first.silenced or fixed.first.known):
        return FixReport(masked(fixed.last), (), (), ())
    clean = Clean(fixed.first.secrets | fixed.last.secrets)
    changed = [(c.path, c.before.source if c.before else None, c.after.source) for c in fixed.changes]
    return FixReport(
        left=_report(fixed.last, rules, clean, fixed.prospect),
        fixed=tuple(clean.finding(finding) for finding in fixed.fixed),
        changed=tuple((clean.text(change.path), change.before is None) for change in fixed.changes),
        left_to_do=tuple(clean.words(line) for line in fixed.left_to_do),
        troubles=tuple(clean.words(line) for line in _troubles(fixed)),
        patches=lambda: tuple(clean.patches(changed)),
    )


def _troubles(fixed: Fixed) -> Iterator[str]:
    for one in fixed.breakdowns:
        yield f"{one.reason} ({one.path})"
    if not fixed.converged:
        yield f"the fixes did not come to rest in {fixed.passes} passes: please report this, and look at the changes"


class Clean:
    """Takes secrets and control characters out of texts. ``secrets`` are the literal credentials that are known."""

    def __init__(self, secrets: Iterable[str]) -> None:
        from jwtscan.mask import Masker, printable

        self.masker = Masker(secrets)
        self.printable = printable

    def text(self, text: str) -> str:
        """A text of jwtscan's own."""
        return self.printable(self.masker.mask(text))

    def words(self, text: str) -> str:
        """A text with names from the file in it: a broken file may have a secret or a whole setting for a name."""
        return self.printable(self.masker.mask_line(text))

    def line(self, text: str) -> str:
        """A source line. Tabs stay: whoever draws the line expands them."""
        return "\t".join(self.printable(part) for part in self.masker.mask_line(text).split("\t"))

    def lines(self, text: str) -> str:
        """Several source lines; they end with ``\\n``."""
        return "\n".join(self.line(line.removesuffix("\r")) for line in text.split("\n"))

    def patch(self, text: str) -> str:
        """A patch, for reading: masked, it can no longer be applied."""
        return "\n".join(line[:1] + self.line(line[1:].removesuffix("\r")) for line in text.split("\n"))

    def patches(self, rewrites: Iterable[Rewrite | tuple[str, bytes | None, bytes]]) -> Iterator[Patch]:
        """What the rewrites change, without the head of the files."""
        from jwtscan.text.diff import patch

        for path, before, after in rewrites:
            text = patch(path, before, after).decode("utf-8", "replace")
            hunks = text[text.find("\n@@ ") + 1 :] if "\n@@ " in text else ""
            yield Patch(self.text(path), before is None, self.patch(hunks))

    def finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            message=self.words(finding.message),
            path=self.text(finding.path),
            trail=tuple(replace(step, path=self.text(step.path), text=self.words(step.text)) for step in finding.trail),
            evidence=tuple(map(self.words, finding.evidence)),
            fix=self.fix(finding.fix) if finding.fix else None,
            subject=None,
        )

    def silenced(self, one: Silenced) -> Silenced:
        return replace(one, finding=self.finding(one.finding), reason=self.words(one.reason))

    def fix(self, fix: Fix) -> Fix:
        return replace(
            fix,
            title=self.text(fix.title),
            because=self.words(fix.because) if fix.because is not None else None,
            left_to_do=tuple(map(self.text, fix.left_to_do)),
            sketch=self.lines(fix.sketch),
        )


def _report(result: Result, rules: Iterable[Rule], clean: Clean, prospect: Prospect | None) -> Report:
    rules = tuple(rules)

    def document_of(path: str) -> Document | None:
        return result.documents.get(raw_paths.get(path, path))

    @cache
    def line(path: str, number: int) -> SourceLine | None:
        document = document_of(path)
        return None if document is None else _line(document, number, clean)

    @cache
    def hashes(path: str) -> LineHashes | None:
        from jwtscan.report.linehash import LineHashes

        document = document_of(path)
        return None if document is None else LineHashes(document.raw)

    def line_hash(path: str, number: int) -> str | None:
        known = hashes(path)
        return None if known is None else known.of(number)

    def byte_column(path: str, position: Position) -> int | None:
        document = document_of(path)
        return None if document is None else document.lines.byte_column(document.lines.offset(position))

    def raw(finding: Finding) -> Finding:
        return replace(finding, path=raw_paths.get(finding.path, finding.path))

    # The fix of a name that is all over a project is the fix of many findings.
    @lru_cache(maxsize=16)
    def drawn(rewrites: tuple[Rewrite, ...]) -> tuple[Patch, ...]:
        return tuple(clean.patches(rewrites))

    def patches(finding: Finding) -> tuple[Patch, ...]:
        return drawn(prospect.changes(raw(finding))) if prospect is not None else ()

    def replaced(finding: Finding) -> tuple[Replacement, ...]:
        if prospect is None:
            return ()
        from jwtscan.report.replaced import MOST, replacements

        return replacements(prospect.in_place(raw(finding), MOST), clean)

    def left_to_do() -> tuple[str, ...]:
        lines = prospect.left_to_do(result.findings, rules) if prospect is not None else ()
        return tuple(map(clean.words, lines))

    findings = tuple(clean.finding(finding) for finding in sorted(result.findings, key=lambda f: f.order))
    raw_paths = {clean.text(path): path for path in result.documents}
    skipped = sorted(result.skipped, key=lambda one: (one.path, one.reason))
    return Report(
        findings,
        tuple(Skipped(clean.text(one.path), clean.text(one.reason)) for one in skipped),
        result.files,
        result.parsed,
        tuple(map(clean.silenced, result.silenced)),
        {clean.text(source): tuple(map(clean.finding, found)) for source, found in result.known.items() if found},
        result.errors,
        line,
        {rule.id: first_sentence(rule.what_to_do) for rule in rules},
        rules,
        line_hash,
        byte_column,
        clean.text(result.root),
        patches,
        left_to_do,
        replaced,
    )


def _nothing(path: str, place: object) -> None:
    """There are no findings, so nothing is asked for."""


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence, on one line."""
    return _SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]


def _line(document: Document, number: int, clean: Clean) -> SourceLine | None:
    if not 1 <= number <= document.lines.count:
        return None
    text = document.lines.text(number)
    after = clean.line(text)
    same = common_start(text, after)
    tail = min(common_start(text[::-1], after[::-1]), min(len(text), len(after)) - same)
    return SourceLine(after, len(text), same, tail)
