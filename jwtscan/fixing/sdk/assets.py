"""The SDK's files on Zoom's hosts and in its package, as tags and programs name them, moved to another release."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jwtscan.fixing.sdk import programs, releases
from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Link, Unit
from jwtscan.syntax.versions import Release, release_of
from jwtscan.text import Edit, Span

_V = rb"v?\d+\.\d+\.\d+"
_HOSTED = re.compile(
    rb"//(?P<host>" + b"|".join(re.escape(host.encode()) for host in sorted(programs.HOSTS)) + rb")/"
    rb"(?:(?P<folder>" + _V + rb")(?:/|(?=[\"'`\s])|$))?"
    rb"(?P<rest>zoom-meeting-(?P<view>embedded-)?" + _V + rb"(?P<min>\.min)?\.js|[^\s\"'`<>?#]*)"
)
_PACKED = re.compile(rb"(?<=/dist/zoom-meeting-)" + _V + rb"(?=\.min\.js)")
_VENDOR = re.compile(rb"lib/vendor/(?P<name>[\w-]+?)(?:\.min|\.production\.min)?\.js")
_FILES = re.compile(
    rb"lib/?|lib/(?:av|lang|image)/?|lib/lang/[\w.-]+|lib/(?:av/\.\./)?webim\.min\.js|lib/av/js_media\.min\.js|css/[\w.-]+"
)
"""What releases from 2.7 on still have, beside the scripts of others under ``lib/vendor``."""
_STYLES = rb"[^\"'\s]*(?:zoomus-jssdk|@zoomus/websdk|@zoom/meetingsdk)/dist/css/[\w-]+\.css"
_STYLE_IMPORT = re.compile(rb"^[ \t]*(?:import|require\()[ \t]*([\"'])" + _STYLES + rb"\1\)?;?[ \t]*(?:\r?\n|\Z)", re.M)
_STYLE_ROW = re.compile(rb"\"" + _STYLES + rb"\"(?:\s*,\s*\"" + _STYLES + rb"\")*")
_VERSION = re.compile(_V.decode())
SAYS_VERSION = re.compile(rb"(?i)(?:sdk|zoom)_?version")
_CURRENT = frozenset({b"source.zoom.us", b"jssdk.zoomus.cn"})


def asset_edits(unit: Unit, target: Release) -> Iterator[Edit]:
    """What a unit loads of the SDK from Zoom's hosts, or by its file in the package, as of ``target``.

    Files that the SDK no longer has stay as they are: the page's own programs may use them.
    """
    source = unit.document.source
    for span in _places(unit):
        text = source[span.start : span.end]
        for match in _HOSTED.finditer(text):
            new = _hosted(match, target)
            if new is not None and new != match[0]:
                yield Edit(Span(span.start + match.start(), span.start + match.end()), new)
        if b"node_modules/" in text:
            version = releases.dotted(releases.assets_of(target)).encode()
            for match in _PACKED.finditer(text):
                yield Edit(Span(span.start + match.start(), span.start + match.end()), version)
    for link in unit.links:
        yield from _tag_edits(unit, link, target)


def puts_version_in(url: ir.Expr | None) -> bool:
    """Whether a URL of the SDK's files is put together from a version: ``https://source.zoom.us/${version}/lib``."""
    first = url.parts[0] if isinstance(url, ir.Concat) else None
    host, _, rest = (
        str(first.value).partition("//")[2].partition("/") if isinstance(first, ir.Literal) else ("", "", "")
    )
    return host in programs.HOSTS and not rest


def version_edits(unit: Unit, target: Release) -> Iterator[Edit]:
    """The versions that no release from ``target`` on has, on the lines that say whose version it is."""
    source, lines = unit.document.source, unit.document.lines
    version = releases.dotted(releases.assets_of(target))
    for literal in unit.module.literals if unit.module is not None else ():
        found = (
            release_of(literal.value) if isinstance(literal.value, str) and _VERSION.fullmatch(literal.value) else None
        )
        span = unit.span(literal.span)
        if (
            found is not None
            and found < zoom.NO_API_KEY
            and SAYS_VERSION.search(lines.bytes(lines.line_of(span.start)))
        ):
            text = source[span.start : span.end].replace(str(literal.value).encode(), version.encode())
            yield Edit(span, text)


def _places(unit: Unit) -> list[Span]:
    """Where a unit names URLs: its tags, and its programs' strings that are in none of them."""
    links = [link.span for link in unit.links]
    strings = [unit.span(literal.span) for literal in unit.module.literals] if unit.module is not None else []
    return sorted({*links, *(span for span in strings if not any(span.overlaps(link) for link in links))})


def _hosted(match: re.Match[bytes], target: Release) -> bytes | None:
    """The new URL without its scheme; None for a file that does not go with the SDK's releases."""
    version = releases.dotted(releases.assets_of(target)).encode()
    host = match["host"] if match["host"] in _CURRENT else b"source.zoom.us"
    rest = match["rest"]
    if rest.startswith(b"zoom-meeting-") and match["min"] is not None:
        folder = version + b"/" if target >= releases.BUNDLE_IN_FOLDER else b""
        return b"//%s/%szoom-meeting-%s%s.min.js" % (host, folder, match["view"] or b"", version)
    vendor = _VENDOR.fullmatch(rest)
    known = vendor["name"].decode() in releases.VENDORS if vendor is not None else _FILES.fullmatch(rest) is not None
    if match["folder"] is None or not known or (rest.startswith(b"css/") and not releases.has_styles(target)):
        return None
    return b"//%s/%s/%s" % (host, version, rest)


def _tag_edits(unit: Unit, link: Link, target: Release) -> Iterator[Edit]:
    """Style sheets that are gone, and the one script that Client View came to need."""
    hosted = _HOSTED.search(link.url.encode())
    if hosted is None or hosted["folder"] is None:
        return
    if hosted["rest"].startswith(b"css/") and not releases.has_styles(target):
        yield Edit(_tag(unit, link.span, whole_line=True), b"")
    loaded = {_file(other.url) for other in unit.links}
    if (
        target >= releases.WITH_REACT_REDUX
        and _file(link.url) == "react-dom.min.js"
        and "react-redux.min.js" not in loaded
        and not any("zoom-meeting-embedded-" in name for name in loaded)
    ):
        source, line = unit.document.source, _tag(unit, link.span, whole_line=True)
        text = source[line.start : line.end]
        new = _HOSTED.sub(lambda match: _hosted(match, target) or match[0], text)
        yield Edit(Span(line.end, line.end), new.replace(b"/react-dom.", b"/react-redux."))


def _file(url: str) -> str:
    """The last part of a URL's path."""
    return url.partition("?")[0].rpartition("/")[2]


def _tag(unit: Unit, span: Span, *, whole_line: bool) -> Span:
    """The element around an attribute's value, with its line where nothing else stands there."""
    source = unit.document.source
    start = source.rfind(b"<", 0, span.start)
    end = source.find(b">", span.end) + 1
    closing = re.compile(rb"\s*</script\s*>").match(source, end)
    end = closing.end() if closing is not None else end
    line = re.compile(rb"[ \t]*(?:\r?\n|\Z)").match(source, end)
    before = max(source.rfind(b"\n", 0, start), source.rfind(b"\r", 0, start)) + 1
    if whole_line and line is not None and not source[before:start].strip():
        return Span(before, line.end())
    return Span(start, end)


def has_checksums(unit: Unit) -> bool:
    """Whether a tag of the SDK's says what its file has to be: only the new files could say it anew."""
    source = unit.document.source
    tags = (_tag(unit, link.span, whole_line=False) for link in unit.links if _HOSTED.search(link.url.encode()))
    return any(b"integrity=" in source[tag.start : tag.end] for tag in tags)


def package_files(unit: Unit, target: Release) -> Iterator[Edit]:
    """Takes out imports and settings that name style sheets which the package no longer has."""
    if releases.has_styles(target):
        return
    source = unit.document.source
    if unit.module is not None:
        yield from (Edit(Span(*match.span()), b"") for match in _STYLE_IMPORT.finditer(source))
        return
    for match in _STYLE_ROW.finditer(source):
        after = re.compile(rb"\s*,\s*").match(source, match.end())
        before = re.compile(rb"\s*,\s*\Z").search(source[max(match.start() - 200, 0) : match.start()])
        if after is not None:
            yield Edit(Span(match.start(), after.end()), b"")
        elif before is not None:
            yield Edit(Span(match.start() - len(before[0]), match.end()), b"")
        else:
            yield Edit(Span(*match.span()), b"")
