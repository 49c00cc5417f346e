"""What keeps texts of a scanned tree from being commands to the CI system that reads the log."""

from __future__ import annotations

import os
import re

_READERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
_ANYWHERE = r"##(?=\w*\[)"
_AT_START = r"^((?:\x1b\[[0-9;]*m|[ \t])*):(?=:)"


def inert(text: str) -> str:
    """``text`` in which GitHub, Azure and TeamCity see no command of theirs, where one of them reads it.

    A file may be called ``##vso[task.setvariable …]``, or have such a line beside a finding.
    """
    if not any(os.environ.get(name) for name in _READERS):
        return text
    text = re.sub(_ANYWHERE, r"#\\x23", text)
    return re.sub(_AT_START, r"\1\\x3a", text, flags=re.MULTILINE)
