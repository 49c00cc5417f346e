"""A masked patch for reading on a terminal."""

from __future__ import annotations

from jwtscan.report.ansi import BOLD, CYAN, GREEN, RED, styled
from jwtscan.report.look import Look

_COLOURS = (("+++", BOLD), ("---", BOLD), ("diff ", BOLD), ("new file", BOLD), ("@@", CYAN), ("+", GREEN), ("-", RED))


def drawn(patch: str, look: Look) -> str:
    """``patch`` in colour, where there is any, and without what the terminal cannot show."""
    return "".join(_row(line, look) + "\n" for line in patch.split("\n")[:-1])


def _row(line: str, look: Look) -> str:
    colour = next((colour for start, colour in _COLOURS if line.startswith(start)), None)
    return styled(line, colour, look) if colour is not None else line
