"""What a signal does that asks for an end: the run is unwound like with Ctrl-C, so that nothing is left half done."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from jwtscan.cli.ending import INTERRUPTED


class Ended(BaseException):
    """SIGTERM, or SIGHUP of a terminal that was closed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def end_on_signals() -> None:
    """Makes these signals raise Ended. One that is ignored (``nohup``) stays ignored."""
    own = os.getpid()

    def end(number: int, _: FrameType | None) -> None:
        # The second one is not waited for.
        signal.signal(number, signal.SIG_DFL)
        if os.getpid() != own:
            os._exit(128 + number)  # a worker has nothing to put in order
        raise Ended(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def leave(code: int) -> NoReturn:
    """Ends the process with that exit code, whatever Ctrl-C does now: all has been said."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code == INTERRUPTED:
        # An interrupt that has met an exec(), as in the making of a dataclass, would kill Python once more at its end.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)
    # Python would look through all that the run has made for cycles to take apart, a tenth of a large scan's time.
    gc.freeze()
    sys.exit(code)
