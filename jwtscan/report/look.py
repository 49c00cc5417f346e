"""What a report's reader can see: how wide, with colour, with more than ASCII. And which formats there are."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = ("text", "concise", "json")


@dataclass(frozen=True, slots=True)
class Look:
    """The screen or file a report is for. The default suits a file."""

    width: int = 100
    colour: bool = False
    unicode: bool = True


PLAIN = Look()
