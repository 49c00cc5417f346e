"""Turns accepted proposals into new texts: edits first, then each intent once for all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from jwtscan.fixing import Import, Intent, NewFile, Proposal, Unrequired, Unused
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.shipping import ship
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, apply

MAX_ROUNDS = 4


def lower(plan: Plan, proposals: Sequence[Proposal]) -> dict[str, bytes]:
    """The new source of every file that changes, by path; created files too. Same input, same bytes."""
    edits: dict[str, list[Edit]] = defaultdict(list)
    for proposal in proposals:
        for path, edit in proposal.edits:
            edits[path].append(edit)
    sources = {path: apply(plan.project.units[path].document.source, found) for path, found in edits.items()}
    intents = {intent for proposal in proposals for intent in proposal.intents}
    written = {i.path: i.source for i in intents if isinstance(i, NewFile) and i.path not in plan.project.modules.files}
    if written:
        sources.update(sorted(written.items()))
        ship(plan, sources, written)
    _tidy(plan, sources, intents)
    _unrequire(plan, sources, [i for i in intents if isinstance(i, Unrequired)])
    return {path: source for path, source in sources.items() if source != _before(plan, path)}


def _before(plan: Plan, path: str) -> bytes | None:
    unit = plan.project.units.get(path)
    return None if unit is None else unit.document.source


def _tidy(plan: Plan, sources: dict[str, bytes], intents: Iterable[Intent]) -> None:
    """Adds the imports that are needed and takes out what nothing reads any longer."""
    wanted: dict[str, tuple[list[Import], list[Unused]]] = defaultdict(lambda: ([], []))
    for intent in sorted(intents, key=repr):
        if isinstance(intent, Import):
            wanted[intent.path][0].append(intent)
        elif isinstance(intent, Unused):
            wanted[intent.path][1].append(intent)
    for path, (imports, unused) in wanted.items():
        _tidied(plan, sources, path, imports, unused)
    # What one file no longer imports, another no longer has to have.
    for _ in range(MAX_ROUNDS):
        before = dict(sources)
        for path, (_, unused) in wanted.items():
            if unused and plan.project.units[path].kind == "python":
                _tidied(plan, sources, path, [], unused)
        if sources == before:
            break


def _tidied(
    plan: Plan, sources: dict[str, bytes], path: str, imports: Sequence[Import], unused: Sequence[Unused]
) -> None:
    unit = plan.project.units[path]
    source = sources.get(path, unit.document.source)
    if unit.kind == "python":
        from jwtscan.fixing.python import tidy

        sources[path] = tidy(source, imports, unused, partial(_is_read, plan, sources, unit), _local(plan, unit))
    else:
        from jwtscan.fixing.javascript import acts_when_loaded
        from jwtscan.fixing.javascript import tidy as tidy_script

        sources[path] = tidy_script(unit, source, imports, unused, acts_when_loaded(plan.project, unit))


def _local(plan: Plan, unit: Unit) -> frozenset[str]:
    """The project's own top-level modules that a file imports."""
    refs = unit.module.imports if unit.module is not None else ()
    return frozenset(ref.module.partition(".")[0] for ref in refs if plan.project.modules.target(unit, ref) is not None)


def _is_read(plan: Plan, sources: dict[str, bytes], unit: Unit, name: str) -> bool:
    """Whether another file reads ``name``: one that imports ``unit``, or through a framework's settings object."""
    word = re.escape(name.encode())
    anywhere = re.compile(rb"\b%s\b" % word)
    inside = re.compile(rb"(?:\.\s*|[\"'])%s\b" % word)
    member = re.compile(rb"(?:settings\.|config\[[\"'])%s\b" % word)
    for path, other in list(plan.project.units.items()):
        if other is unit or other.module is None:
            continue
        source = sources.get(path, other.document.source)
        if member.search(source):
            return True
        if not anywhere.search(source):
            continue
        refs = [ref for ref in (*other.module.imports, *other.module.star_exports) if _is_of(plan, other, ref, unit)]
        if any(ref.name in (name, "*") for ref in refs) or (refs and inside.search(source)):
            return True
    return False


def _is_of(plan: Plan, other: Unit, ref: ir.Import, unit: Unit) -> bool:
    target = plan.project.modules.target(other, ref)
    return target is not None and target[0] == unit.path


def _unrequire(plan: Plan, sources: dict[str, bytes], packages: Sequence[Unrequired]) -> None:
    if packages:
        from jwtscan.fixing.manifest import unrequire

        unrequire(plan, sources, packages)
