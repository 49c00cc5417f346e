"""Opens a text in the user's editor and gives back what became of it. No shell, and nothing stays on disk."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


class EditorError(Exception):
    """No editor, or one that failed."""


def command(environ: Mapping[str, str]) -> list[str]:
    """The editor as git chooses it: ``VISUAL`` on a terminal that can do more than lines, ``EDITOR``, then vi."""
    dumb = environ.get("TERM", "dumb") == "dumb" and os.name != "nt"
    names = ("EDITOR",) if dumb else ("VISUAL", "EDITOR")
    name, words = next(((name, environ[name]) for name in names if environ.get(name, "").strip()), ("", ""))
    if not name:
        if dumb:
            raise EditorError("the terminal is dumb, and EDITOR is not set")
        return ["notepad" if os.name == "nt" else "vi"]
    try:
        # On Windows, a backslash is no escape.
        return [word.strip('"') for word in shlex.split(words, posix=False)] if os.name == "nt" else shlex.split(words)
    except ValueError as error:
        raise EditorError(f"{name} cannot be read: {error}".lower().replace(name.lower(), name)) from error


def edited(text: bytes, name: str) -> bytes:
    """``text`` after the user has edited it in a file called ``name``. Raises EditorError.

    The file is the user's alone, and is gone afterwards, with whatever the editor has put beside it.
    """
    words = command(os.environ)
    folder = Path(tempfile.mkdtemp(prefix="jwtscan-"))  # 0700
    try:
        file = folder / name
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(text)
        _run([*words, str(file)])
        return file.read_bytes()
    except OSError as error:
        raise EditorError(f"{(error.strerror or str(error)).lower()}: {error.filename or words[0]}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(words: list[str]) -> None:
    try:
        process = subprocess.Popen(words)  # noqa: S603 - the user's own editor
    except OSError as error:
        raise EditorError(f"cannot start the editor {words[0]}: {(error.strerror or str(error)).lower()}") from error
    # Ctrl-C is the editor's while it runs, as with git; it got the signal's default when it was started.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        if process.returncode is None:
            process.terminate()
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code:
        raise EditorError(f"the editor {words[0]} ended with {code}")
