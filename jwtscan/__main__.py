"""The console script and ``python -m jwtscan``."""

from __future__ import annotations

import contextlib
import os
import sys

from jwtscan import __version__


def main() -> None:
    """Runs the command line. The version is asked for by every hook and CI step: it needs no click."""
    if sys.argv[1:] == ["--version"]:
        with contextlib.suppress(BrokenPipeError):  # unbuffered: nothing is left to fail at exit
            os.write(1, f"jwtscan {__version__}\n".encode())
        return
    from jwtscan.cli import main as run

    run()


if __name__ == "__main__":
    main()
