"""The console script and ``python -m jwtscan``."""

from __future__ import annotations

import os
import sys

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - nothing is imported yet
if sys.path[:1] in ([""], [os.getcwd()]) and os.getcwd() != _HOME:  # noqa: PTH109
    # ``python -m`` looks into the working directory first: a tree's own token.py must not run for Python's.
    del sys.path[0]

import contextlib  # noqa: E402

from jwtscan import __version__  # noqa: E402


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
