"""Dockerfiles that copy programs by their names: a file that a fix writes beside one has to come along."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from jwtscan.files.kinds import kind_of
from jwtscan.fixing.plan import Plan

_COPY = re.compile(
    rb"^(?P<head>[ \t]*(?:COPY|ADD)[ \t]+(?P<flags>(?:--\S+[ \t]+)*))(?P<sources>[^\s\[\"'$*?-][^\r\n\[\"'$*?\\]*?)"
    rb"[ \t]+(?P<target>[^\s\"'\\]+)[ \t]*(?P<end>\r?\n|$)",
    re.IGNORECASE | re.MULTILINE,
)


def ship(plan: Plan, sources: dict[str, bytes], new: Iterable[str]) -> None:
    """Puts a line below the last that copies a file by its name from the folder of one of the ``new`` files.

    ``sources`` are the new texts of this pass. A Dockerfile that copies the folder as well has the file already.
    """
    for path in sorted(plan.project.modules.files):
        if kind_of(posixpath.basename(path), path) == "dockerfile":
            unit = plan.project.load(path)
            source = sources.get(path, unit.document.source if unit is not None else b"")
            for one in sorted(new):
                source = _shipped(source, path, one)
            if source:
                sources[path] = source


def _shipped(source: bytes, path: str, new: str) -> bytes:
    folder, name = posixpath.split(new)
    found: re.Match[bytes] | None = None
    copied = ""
    for match in _COPY.finditer(source):
        if b"--from=" in match["flags"]:
            continue
        for word in match["sources"].decode("utf-8", "replace").split():
            for context in {"", posixpath.dirname(path)}:
                there = posixpath.normpath(posixpath.join(context, word))
                if f"{new}/".startswith("" if there == "." else f"{there}/"):
                    return source
                is_beside = posixpath.dirname(there) == folder and there not in (folder, ".")
                if is_beside and posixpath.splitext(word)[1] == posixpath.splitext(name)[1]:
                    found, copied = match, word
    if found is None:
        return source
    target = found["target"].decode("utf-8", "replace")
    if posixpath.splitext(target)[1] == posixpath.splitext(name)[1]:
        target = posixpath.join(posixpath.dirname(target), name)
    line = found["head"] + f"{posixpath.join(posixpath.dirname(copied), name)} {target}".encode()
    newline = b"\r\n" if b"\r\n" in source else b"\n"
    end = found.end("target") if not found["end"] else found.end()
    return source[:end] + (newline + line if not found["end"] else line + found["end"]) + source[end:]
