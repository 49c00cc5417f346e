"""How git merges a file: asks git, and adds the line to .gitattributes that makes it keep the lines of both sides."""

from __future__ import annotations

import os
import re
from pathlib import Path

from jwtscan.files.disk import content_of, put
from jwtscan.files.repository import program, top_of

UNION = "union"
UNSPECIFIED = "unspecified"


def merge_attribute(file: Path) -> str | None:
    """What the attributes of a file say of merges, ``unspecified`` for nothing; None where it is in no work tree.

    Raises OSError where git is not there to be asked, or does not answer.
    """
    real = Path(os.path.realpath(file))
    folder = real.parent.as_posix()
    if top_of(folder) is None:
        return None
    if program() is None:
        raise OSError("git is not installed")
    from jwtscan.files.git import Git, GitError

    try:
        git = Git.of(folder)
        answer = os.fsdecode(git.ask("check-attr", "-z", "merge", "--", os.path.relpath(real, git.top))).split("\0")
    except GitError as error:
        raise OSError(str(error)) from error
    return answer[2]


def union_line(name: str) -> str:
    """The line for a file beside the .gitattributes. Git's patterns take quotes as C does."""
    pattern = "/" + re.sub(r"([\\*?\[])", r"\\\1", name)
    if re.search(r"[\s\"]", name):
        escaped = pattern.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
        pattern = f'"{escaped}"'
    return f"{pattern} merge={UNION}"


def merge_by_union(file: Path) -> tuple[Path, str]:
    """Adds the line to the .gitattributes beside ``file``. Gives that file and the line. Raises OSError."""
    real = Path(os.path.realpath(file))
    attributes, line = real.with_name(".gitattributes"), union_line(real.name)
    before = content_of(attributes) or b""
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    joint = newline if before and not before.endswith(b"\n") else b""
    put(attributes, before + joint + os.fsencode(line) + newline)
    return attributes, line
