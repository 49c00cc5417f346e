"""What a report's reader can see: how wide, with colour, with more than ASCII. And which formats there are."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = (
    "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "azure", "junit", "checkstyle", "rdjsonl",
    "csv", "markdown", "html",
)  # fmt: skip
FOR_PEOPLE = ("text", "concise")
"""Made to fit the screen; all others are the same bytes everywhere."""
WITH_FIXES = ("text", "json", "jsonl", "sarif", "rdjsonl", "csv", "markdown", "html")
"""Those that say what a fix would do."""


@dataclass(frozen=True, slots=True)
class Look:
    """The screen or file a report is for. The default suits a file.

    ``suppressed`` says that the reader tells suppressed findings, where a format has them, from others; ``encoding``
    what the text is to be put in.
    """

    width: int = 100
    colour: bool = False
    unicode: bool = True
    suppressed: bool = True
    encoding: str = "utf-8"


PLAIN = Look()
