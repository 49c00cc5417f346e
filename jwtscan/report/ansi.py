"""The few terminal codes that the one-line outputs use, which do without rich for the sake of speed."""

from __future__ import annotations

from jwtscan.report.look import Look

BOLD = "1"
DIM = "2"
RED = "1;31"
GREEN = "1;32"
YELLOW = "1;33"
CYAN = "1;36"


def styled(text: str, code: str, look: Look) -> str:
    """``text`` in a style where there is colour."""
    return f"\x1b[{code}m{text}\x1b[0m" if look.colour else text
