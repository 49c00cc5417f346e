"""What package.json asks for, and what package-lock.json, yarn.lock and pnpm-lock.yaml say was installed."""

from __future__ import annotations

import re

from jwtscan.syntax.manifest.json_text import Key, Pair, pairs
from jwtscan.syntax.unit import Requirement
from jwtscan.text import Span

_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_PINS = ("resolutions", "overrides")
_DEEPEST = 8
_FOLDER = "node_modules/"

_EXACT = re.compile(r"[=v\s]*(\d+\.\d+\.\d+(?:[-+][\w.+-]*)?)\s*", re.ASCII)
_ALIAS = re.compile(r"npm:(?:(@[^/@]+/[^@]+|[^@]+(?=@))@?)?", re.DOTALL)
_NESTED = re.compile(r"(?<=[\w*])>(?=[@\w])", re.ASCII)
_YARN = re.compile(rb'^(?:([^\s#][^\n]*):|  "?version"?:? "?([^"\s]+)"?)[ \t]*\r?$', re.MULTILINE)
_YARN_NAME = re.compile(rb'"?((?:@[^/@"]+/)?[^/@",\s]+)(?:@([^",]*))?')
_PNPM = re.compile(rb"^  ['\"]?/?((?:@[^/@\s]+/)?[^/@\s'\"]+)[/@](\d[^\s_(:'\"]*)[^\n]*:", re.MULTILINE)


def package_json(source: bytes) -> list[Requirement]:
    """Every dependency of a package.json, and what ``resolutions`` and ``overrides`` force on others."""
    found = []
    for pair in pairs(source, _DEEPEST):
        keys = pair.keys[1:] if pair.keys[0].name == "pnpm" else pair.keys
        if len(keys) == 2 and keys[0].name in _SECTIONS:
            found.append(_wanted(keys[1], pair, keys[1].name))
        elif len(keys) >= 2 and keys[0].name in _PINS:
            key = keys[-2] if keys[-1].name == "." and len(keys) > 2 else keys[-1]
            found.append(_wanted(key, pair, _selected(key.name)))
    return found


def package_lock(source: bytes) -> list[Requirement]:
    """What stands directly in the ``node_modules`` of the project or of one of its workspaces; lock versions 1 to 3."""
    found = []
    renamed: dict[str, str] = {}
    flat = False
    for pair in pairs(source, 3, (b"name", b"version")):
        if len(pair.keys) != 3:
            continue
        section, place, key = pair.path
        flat = flat or section == "packages"
        if section == "packages" and place.count(_FOLDER) == 1:
            name = place.rpartition(_FOLDER)[2]
            if key == "name":
                renamed[place] = pair.value
            elif key == "version":
                start = pair.keys[1].span.end - len(name.encode())
                found.append(_installed(renamed.get(place, name), pair.value, start, pair.span))
        elif section == "dependencies" and key == "version" and not flat:
            alias = _ALIAS.match(pair.value)
            version = pair.value[alias.end() :] if alias else pair.value
            span = Span(pair.span.end - len(version.encode()), pair.span.end)
            found.append(_installed((alias and alias[1]) or place, version, pair.keys[1].span.start, span))
    return found


def yarn_lock(source: bytes) -> list[Requirement]:
    """The entries of a yarn.lock of version 1 or of Berry, but for the workspaces themselves."""
    found = []
    header: re.Match[bytes] | None = None
    for line in _YARN.finditer(source):
        if line[1] is not None:
            header = line
        elif header is not None and (named := _YARN_NAME.match(header[1])) is not None:
            wanted = (named[2] or b"").decode("utf-8", "replace")
            alias = _ALIAS.match(wanted)
            name = (alias and alias[1]) or named[1].decode("utf-8", "replace")
            version = line[2].decode("utf-8", "replace")
            if name != "__metadata" and not wanted.startswith("workspace:"):
                found.append(_installed(name, version, header.start() + named.start(1), Span(*line.span(2))))
            header = None
    return found


def pnpm_lock(source: bytes) -> list[Requirement]:
    """The entries under ``packages:`` of a pnpm-lock.yaml, versions 5 to 9."""
    start = source.find(b"\npackages:") + 1
    end = source.find(b"\nsnapshots:", start)
    return [
        _installed(
            entry[1].decode("utf-8", "replace"),
            entry[2].decode("utf-8", "replace"),
            entry.start(1),
            Span(*entry.span(2)),
        )
        for entry in _PNPM.finditer(source, start, len(source) if end < 0 else end)
        if start
    ]


def _wanted(key: Key, pair: Pair, name: str) -> Requirement:
    """A requirement of a package.json. An alias (``npm:name@range``) counts as what it stands for."""
    alias = _ALIAS.match(pair.value)
    specifier = pair.value[alias.end() :] if alias else pair.value
    exact = _EXACT.fullmatch(specifier)
    where = Span(max(pair.span.end - len(specifier.encode()), pair.span.start), pair.span.end)
    return Requirement(
        "npm", (alias and alias[1]) or name, specifier, exact[1] if exact else None, key.span.join(pair.span), where
    )


def _selected(selector: str) -> str:
    """The package that a key of ``resolutions`` or ``overrides`` is about: ``**/a/@b/c`` and ``a>@b/c@^1`` are @b/c."""
    before, _, name = _NESTED.split(selector)[-1].rpartition("/")
    scope = before.rpartition("/")[2]
    name = name.partition("@")[0] or name
    return f"{scope}/{name}" if scope.startswith("@") else name


def _installed(name: str, version: str, start: int, where: Span) -> Requirement:
    exact = _EXACT.fullmatch(version)
    return Requirement("npm", name, version, exact[1] if exact else None, Span(start, where.end), where, locked=True)
