"""``outdated-sdk``: the Meeting SDK for Web of today, in manifests and script tags, with the names that changed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.raising import raising, refreshes
from jwtscan.fixing.sdk import programs, releases
from jwtscan.fixing.sdk.assets import (
    SAYS_VERSION,
    asset_edits,
    has_checksums,
    package_files,
    puts_version_in,
    version_edits,
)
from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Requirement, Unit
from jwtscan.syntax.versions import Release, npm_range
from jwtscan.text import Edit, Span, Spans

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

Edits = Iterator[tuple[str, Edit]]

_PACKAGE = re.compile(rb"(?<![\w@./-])(?P<path>(?:[.\w/-]*/)?)(?:zoomus-jssdk|@zoomus/websdk)(?![\w-])")


def fix(subject: tuple[Unit, Requirement | Span], plan: Plan) -> Proposal | None:
    """Raises what a match of ``outdated-sdk`` is about: a requirement of a manifest, or the URL of a page."""
    unit, what = subject
    target = programs.aim(plan)
    if target < zoom.NO_API_KEY:
        title = f"raise the Meeting SDK to {releases.dotted(releases.LAST_OLD)}"
        return advice(title, f"--target {plan.target} is itself of the JWT app's time")
    return _manifest(plan, unit, what, target) if isinstance(what, Requirement) else _page(plan, unit, what, target)


# -- manifests ---------------------------------------------------------------------------------------------------------


def _manifest(plan: Plan, unit: Unit, requirement: Requirement, target: Release) -> Proposal:
    name, version = releases.package_of(target), releases.dotted(target)
    title = f"raise it to {name} {version}"
    named = {row.name for row in unit.requirements}
    raised = raising(unit, requirement, version, requirement.name)
    if not raised:
        return advice(title, "the version is not written as one", f'"{name}": "^{version}"')
    if requirement.name != name and name in named:
        return advice(title, f"{name} is asked for beside it: take {requirement.name} out, and its imports")
    edits = [(unit.path, edit) for edit in raised]
    units = programs.governed(plan, unit)
    if requirement.name != name:
        edits += _renamed(unit, requirement, name)
        edits += _imports(units, name, target)
    edits += _code(units, target)
    edits += _versions(plan, unit, units, target)
    moved = [f"Style sheets (.css, .scss) that import from {requirement.name} have to name {name}."]
    because = _needs_react(unit, target)
    return Proposal(
        Applicability.UNSAFE if because else Applicability.SAFE,
        title,
        tuple(edits),
        because=because,
        left_to_do=(
            *_to_install(plan, unit),
            *_to_copy(units, name, releases.dotted(releases.assets_of(target))),
            *(moved if requirement.name != name else ()),
            *_react(unit, target),
        ),
    )


def _renamed(unit: Unit, requirement: Requirement, name: str) -> Edits:
    """The name of a requirement, wherever in its entry it stands: as the key, or behind ``npm:``."""
    source, span = unit.document.source, requirement.span
    old = requirement.name.encode()
    for match in re.finditer(rb"(?<![\w@/])" + re.escape(old) + rb"(?![\w/-])", source[span.start : span.end]):
        yield unit.path, Edit(Span(span.start + match.start(), span.start + match.end()), name.encode())


def _imports(units: Iterable[Unit], name: str, target: Release) -> Edits:
    """The package's name in imports, style sheets, tags and bundlers' settings; what is gone from it is taken out."""
    for unit in units:
        silent = Spans(comment.span for comment in unit.all_comments())
        for edit in package_files(unit, target):
            if not silent.overlap(edit.span):
                yield unit.path, edit
        taken = Spans(edit.span for edit in package_files(unit, target))
        for match in _PACKAGE.finditer(unit.document.source):
            span = Span(match.end("path"), match.end())
            if not silent.overlap(span) and not taken.hold(span):
                yield unit.path, Edit(span, name.encode())


def _code(units: Iterable[Unit], target: Release) -> Edits:
    """Functions that have another name, and the files that are loaded from Zoom's hosts."""
    for unit in units:
        yield from ((unit.path, edit) for edit in _functions(unit, target))
        yield from ((unit.path, edit) for edit in asset_edits(unit, target))


def _versions(plan: Plan, manifest: Unit, units: Sequence[Unit], target: Release) -> Edits:
    """The version that a program puts into a URL, wherever it is said."""
    calls = (call for unit in units if unit.module is not None for call in unit.module.calls)
    if any(puts_version_in(call.arg(0)) for call in calls):
        for unit in programs.governed(plan, manifest, SAYS_VERSION):
            yield from ((unit.path, edit) for edit in version_edits(unit, target))


def _functions(unit: Unit, target: Release) -> Iterator[Edit]:
    if unit.module is None or unit.module.language == "python":
        return
    silent = Spans(comment.span for comment in unit.all_comments())
    names = releases.renamed(target)
    source = unit.document.source
    imported = {ref.name for ref in unit.module.imports if ref.module.startswith(zoom.SDK_PACKAGES)}
    for old, new in names.items():
        before = rb"\b" if old in imported else rb"(?<=\.)"
        for match in re.finditer(before + old.encode() + rb"\b", source):
            span = Span(*match.span())
            if not silent.overlap(span):
                yield Edit(span, new.encode())


def _to_install(plan: Plan, unit: Unit) -> list[str]:
    folder = posixpath.dirname(unit.path)
    where = f" in {folder}" if folder else ""
    return refreshes([unit.path], plan.project.modules.files) or [f"Run `npm install`{where}."]


def _to_copy(units: Iterable[Unit], name: str, version: str) -> Iterator[str]:
    """``setZoomJSLib`` with a path of the site's own, a copy of the same release, or with a version put in."""
    for unit in units:
        for call in unit.module.calls if unit.module is not None else ():
            first = call.arg(0)
            if not isinstance(call.func, ir.Attr) or call.func.name != "setZoomJSLib":
                continue
            if puts_version_in(first):
                yield f"See that what {unit.path} puts into the URL of setZoomJSLib is {version}."
            elif isinstance(first, ir.Literal) and not re.search("//|node_modules", str(first.value)):
                yield f"Copy {name}'s dist/lib to where {unit.path} loads it from ({first.value})."


def _react(unit: Unit, target: Release) -> list[str]:
    own = next((row for row in unit.requirements if row.name == "react" and not row.locked), None)
    if target < releases.REACT_18 or own is None or _takes_react_18(own):
        return []
    return [f"The SDK runs with React 18.2 from 3.5 on; the project asks for {own.specifier}: try the page with both."]


def _needs_react(unit: Unit, target: Release) -> str | None:
    """Why a release that brings no React of its own may not install beside the project's."""
    own = next((row for row in unit.requirements if row.name == "react" and not row.locked), None)
    if target < releases.REACT_BESIDE or own is None or _takes_react_18(own):
        return None
    return f"it takes React 18.2 from the project, which asks for {own.specifier}"


def _takes_react_18(requirement: Requirement) -> bool:
    wanted = npm_range(requirement.specifier)
    return wanted is None or (18, 2, 0) in wanted


# -- pages -------------------------------------------------------------------------------------------------------------


def _page(plan: Plan, unit: Unit, span: Span, target: Release) -> Proposal:
    version = releases.dotted(releases.assets_of(target))
    title = f"load version {version}"
    url = unit.document.source[span.start : span.end].decode("utf-8", "replace")
    if not any(f"//{host}/" in url for host in programs.HOSTS) and "node_modules/" not in url:
        return advice(
            title,
            "the page loads a copy of the SDK, which has to be replaced as a whole",
            f"https://source.zoom.us/{version}/",
            (f"Put the files of {releases.package_of(target)} {releases.dotted(target)} in place of the copy.",),
        )
    if has_checksums(unit):
        return advice(title, "the tags have integrity attributes, which only the new files can give")
    units = [unit, *plan.project.page_scripts(unit)]
    return Proposal(Applicability.SAFE, title, tuple(dict.fromkeys(_code(units, target))))
