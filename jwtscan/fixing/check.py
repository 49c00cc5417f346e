"""What has to hold of new texts before anything is written: they parse as well as before, and no comment is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from jwtscan.files import Document
from jwtscan.fixing import Proposal
from jwtscan.fixing.plan import Plan
from jwtscan.syntax.python3 import is_python3
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit

_IMPORT = re.compile(rb"(?:import|from)\b|(?:const|let|var)\b[^=]*=\s*require\([^()]*\)[^()]*\Z")


def faults(plan: Plan, sources: Mapping[str, bytes], proposals: Sequence[Proposal]) -> dict[str, str]:
    """The files that came out wrong, by path, with the reason."""
    losing = {path for proposal in proposals if proposal.drops_comments for path in proposal.paths}
    reworded = {comment for proposal in proposals for comment in proposal.reworded}
    found = {}
    for path, source in sources.items():
        before = plan.project.units.get(path)
        meant = Counter(text.strip() for where, _, text in reworded if where == path)
        reason = _fault(before, source, meant, may_lose=path in losing) if before is not None else None
        if reason is not None:
            found[path] = reason
    return found


def _fault(before: Unit, source: bytes, meant: Counter[str], *, may_lose: bool) -> str | None:
    try:
        document: Document = before.document.changed(source)
    except UnicodeEncodeError:
        return f"{before.document.encoding} has no bytes for the new text"
    after = read_unit(document, before.kind)
    if _errors(after) > _errors(before):
        return "the result would not parse"
    if len(after.notes) > len(before.notes):
        return after.notes[-1]
    if before.kind == "python" and not is_python3(source) and is_python3(before.document.source):
        return "the result would not compile"
    if after.module is not None and after.module.language != "python":
        from jwtscan.fixing.javascript import slip

        slipped = slip(before, after)
        if slipped is not None:
            return slipped
    lost = _comments(before) - _comments(after) - _of_imports(before, source) - meant
    if lost and not may_lose:
        return f"the comment {next(iter(lost))!r} would be lost"
    return None


def _errors(unit: Unit) -> int:
    return len(unit.module.errors) if unit.module is not None else 0


def _comments(unit: Unit) -> Counter[str]:
    return Counter(comment.text.strip() for comment in unit.all_comments())


def _of_imports(before: Unit, source: bytes) -> Counter[str]:
    """The comments behind imports that are no longer there: they said what was imported."""
    document = before.document
    found: Counter[str] = Counter()
    for comment in before.comments_in_code():
        start = document.lines.span(document.lines.line_of(comment.span.start)).start
        code = document.source[start : comment.span.start].strip()
        if _IMPORT.match(code) and code not in source:
            found[comment.text.strip()] += 1
    return found
