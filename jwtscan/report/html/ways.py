"""How findings are sorted into groups that can be counted and chosen: by how they are fixed, and by folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from jwtscan.finding import Applicability, Finding
from jwtscan.report.masked import FixReport, Report

SAFE, UNSAFE, BY_HAND = "safe", "unsafe", "hand"
WAYS = {SAFE: "Safe fix", UNSAFE: "With --unsafe-fixes", BY_HAND: "By hand"}
MOST_FOLDERS = 10
TOP = "(top folder)"


def fixes_are_known(report: Report, fix: FixReport | None) -> bool:
    """Whether fixes were looked at: for files outside of the working directory they are not."""
    return fix is not None or any(finding.fix for finding in report.findings) or bool(report.left_to_do())


def way_of(finding: Finding) -> str:
    """How a finding can be fixed: a key of ``WAYS``."""
    if finding.fix is None or finding.fix.applicability is Applicability.DISPLAY:
        return BY_HAND
    return UNSAFE if finding.fix.applicability is Applicability.UNSAFE else SAFE


def counted(values: Iterable[str]) -> list[tuple[str, int]]:
    """Each value with how often it occurs, most frequent first."""
    return sorted(Counter(values).items(), key=lambda row: (-row[1], row[0]))


def folders(paths: Sequence[str]) -> dict[str, str]:
    """The folder that each path is counted under: as deep as there are not too many of them."""
    deepest = max((path.count("/") for path in paths), default=0)
    for depth in range(deepest, 0, -1):
        found = {path: _folder(path, depth) for path in paths}
        if len(set(found.values())) <= MOST_FOLDERS:
            return found
    return {path: _folder(path, 1) for path in paths}


def _folder(path: str, depth: int) -> str:
    parts = path.split("/")[:-1]
    # An absolute path begins with an empty part.
    return "/".join(parts[: depth + (parts[:1] == [""])]) or TOP
