"""Places as the machine-read formats take them. Columns are the report's."""

from __future__ import annotations

import re
from urllib.parse import quote

from jwtscan.finding import Finding

_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")


def is_absolute(path: str) -> bool:
    """Whether a POSIX path does not start from the working directory."""
    return _ABSOLUTE.match(path) is not None


def uri(path: str) -> str:
    """A path as a URI, percent-encoded; relative where the path is."""
    if not is_absolute(path):
        return quote(path)
    return "file://" + ("" if path.startswith("/") else "/") + quote(path, safe="/:")


def placed(finding: Finding) -> str:
    """A finding's message after its place, for logs that do not show where an annotation belongs."""
    return f"{finding.path}:{finding.start.line}:{finding.start.column}: {finding.message}"
