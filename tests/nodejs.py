"""Where the Node packages are that tests run and compile fixed programs with, and what installs them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "node"
NODE_MODULES = FOLDER / "node_modules"
INSTALL = "npm ci --prefix tests/node"

PROVE = bool(os.environ.get("JWTSCAN_PROOF") or os.environ.get("CI"))
"""Set where everything has to be proved: then what would be skipped fails."""


def missing() -> str | None:
    """Why Node programs cannot be run here."""
    if shutil.which("node") is None:
        return "there is no node on the PATH"
    # Written by npm when it is done.
    if not (NODE_MODULES / ".package-lock.json").is_file():
        return f"the tests' Node packages are not installed: {INSTALL}"
    return None
