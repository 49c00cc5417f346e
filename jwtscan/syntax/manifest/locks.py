"""What Pipfile.lock, poetry.lock and uv.lock say was installed, read by their entry lines since they may be huge."""

from __future__ import annotations

import re

from jwtscan.syntax.manifest.json_text import pairs
from jwtscan.syntax.manifest.requirements import normalised, pinned
from jwtscan.syntax.unit import Requirement
from jwtscan.text import Span

_PACKAGE = re.compile(rb"^\[\[package\]\]", re.MULTILINE)
_NAME = re.compile(rb'^name = "([^"\n]*)"', re.MULTILINE)
_VERSION = re.compile(rb'^version = "([^"\n]*)"', re.MULTILINE)


def toml_lock(source: bytes) -> list[Requirement]:
    """The packages of a poetry.lock or uv.lock."""
    found = []
    for header in _PACKAGE.finditer(source):
        end = source.find(b"\n[", header.end())
        end = len(source) if end < 0 else end
        name = _NAME.search(source, header.end(), end)
        version = _VERSION.search(source, header.end(), end)
        if name and version:
            span = Span(*name.span(1)).join(Span(*version.span(1)))
            text = version[1].decode("utf-8", "replace")
            found.append(_installed(name[1].decode("utf-8", "replace"), text, text, span, Span(*version.span(1))))
    return found


def pipfile_lock(source: bytes) -> list[Requirement]:
    """The packages of a Pipfile.lock, whatever their group."""
    found = []
    for pair in pairs(source, 3, (b"version",)):
        if len(pair.keys) == 3 and pair.keys[0].name != "_meta":
            span = pair.keys[1].span.join(pair.span)
            found.append(_installed(pair.keys[1].name, pair.value, pinned(pair.value), span, pair.span))
    return found


def _installed(name: str, specifier: str, version: str | None, span: Span, where: Span) -> Requirement:
    return Requirement("pypi", normalised(name), specifier, version, span, where, locked=True)
