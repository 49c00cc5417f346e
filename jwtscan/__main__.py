"""The console script and ``python -m jwtscan``."""

from __future__ import annotations

import os
import sys

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - nothing is imported yet
if sys.path[:1] in ([""], [os.getcwd()]) and os.getcwd() != _HOME:  # noqa: PTH109
    # ``python -m`` looks into the working directory first: a tree's own token.py must not run for Python's.
    del sys.path[0]

from jwtscan import __version__  # noqa: E402


def main() -> None:
    """Runs the command line. The version is asked for by every hook and CI step: it needs no click."""
    _open_streams()
    try:
        if sys.argv[1:] == ["--version"]:
            _print_version()
            return
        from jwtscan.cli import main as run

        run()
    except KeyboardInterrupt:
        # Before anything could be begun.
        sys.exit(130)


def _open_streams() -> None:
    """Gives a stream that was closed (``>&-``) nowhere to go: a file opened later would else get its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            while os.open(os.devnull, os.O_RDWR) < number:
                pass
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for ever


def _print_version() -> None:
    try:
        os.write(1, f"jwtscan {__version__}\n".encode())  # unbuffered: nothing is left to fail at exit
    except BrokenPipeError:
        pass
    except OSError as error:
        sys.stderr.write(f"jwtscan: error: cannot print: {(error.strerror or str(error)).lower()}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
