"""What errors of Zoom's mean: the table behind ``jwtscan explain --zoom-error`` as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jwtscan.zoom_errors import ZoomError, page, read_errors

_HEAD = """\
What Zoom answers while code still uses the JWT app type, has only half left it, or has just arrived at its new
app. On a terminal, without a network: `jwtscan explain --zoom-error CODE`. It takes a message as it was pasted,
too:"""
_PASTED = "Invalid access token, does not contain scopes:[user:read:admin]"
_RULE = re.compile(r"`jwtscan explain ([a-z0-9-]+)`")


def errors_page() -> str:
    """A table of codes by where they come from, then each error."""
    errors = read_errors()
    parts = [
        "# Zoom's errors",
        _HEAD,
        f"```sh\njwtscan explain --zoom-error '{_PASTED}'\n```",
    ]
    wheres = list(dict.fromkeys(error.where for error in errors))
    for where in wheres:
        parts += [f"## {where}", *(_section(error) for error in errors if error.where == where)]
    return "\n\n".join([*parts[:3], _table(errors), *parts[3:]]) + "\n"


def _table(errors: Sequence[ZoomError]) -> str:
    rows = [f"| [{_codes(error)}](#{_anchor(error)}) | {error.where} | {error.name} |" for error in errors]
    return "\n".join(["| Code | From | Name |", "|---|---|---|", *rows])


def _section(error: ZoomError) -> str:
    text = page(error).partition("\n\n")[2].partition("\n\n")[2].rstrip("\n")
    text = _RULE.sub(r"[`\1`](rules/\1.md)", text)
    said = ", ".join(f"“{said.rstrip('.')}”" for said in error.says)
    said = f"**Says:** {said}\n\n" if said else ""
    return f"### {_codes(error)}: {error.name} {{ #{_anchor(error)} }}\n\n{said}{text}"


def _codes(error: ZoomError) -> str:
    return ", ".join(error.codes)


def _anchor(error: ZoomError) -> str:
    words = re.findall(r"[a-z0-9]+", f"{' '.join(error.codes)} {error.name}".lower())
    return "-".join(words)
