"""What errors of Zoom's mean. The table is ``zoom_errors.toml`` beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jwtscan.table import Table
from jwtscan.toml import read_toml

_FILE = Path(__file__).with_name("zoom_errors.toml")
_NUMBER = re.compile(r"\d+")
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class ZoomError:
    """One meaning of one or more codes. ``says`` are texts that come with them; ``page`` is Zoom's."""

    codes: tuple[str, ...]
    where: str
    name: str
    says: tuple[str, ...]
    means: str
    do: str
    page: str


def read_errors(file: Path = _FILE) -> list[ZoomError]:
    """The table, in its order."""
    top = Table(read_toml(file), str(file))
    errors = [_read(table) for table in top.tables("error")]
    top.close()
    return errors


def find_errors(text: str) -> list[ZoomError]:
    """What a code, or a message as pasted, may mean: by its code, else by its words, else by the numbers in it."""
    errors = read_errors()
    asked = " ".join(text.split()).lower().strip(" .")
    by_code = [error for error in errors if asked in error.codes]
    return by_code or _by_words(errors, asked) or _by_numbers(errors, asked)


def page(error: ZoomError) -> str:
    """An error in Markdown."""
    return (
        f"# {', '.join(error.codes)}: {error.name}\n\n{error.where}\n\n"
        f"**Means:** {_flat(error.means)}\n\n**Do:** {_flat(error.do)}\n\nSee <{error.page}>.\n"
    )


def _read(table: Table) -> ZoomError:
    error = ZoomError(
        codes=table.texts("codes"),
        where=table.text("where"),
        name=table.text("name"),
        says=table.texts("says", ()),
        means=table.text("means"),
        do=table.text("do"),
        page=table.text("page"),
    )
    table.close()
    return error


def _by_words(errors: Sequence[ZoomError], asked: str) -> list[ZoomError]:
    """Those whose message is in what was pasted, or has it in it. The longest message wins."""
    found: list[tuple[int, ZoomError]] = []
    for error in errors:
        texts = [text.lower().strip(" .") for text in (*error.says, error.name)]
        lengths = [len(text) for text in texts if text in asked or (len(asked) >= _SHORTEST and asked in text)]
        if lengths:
            found.append((max(lengths), error))
    longest = max((length for length, _ in found), default=0)
    return [error for length, error in found if length == longest]


def _by_numbers(errors: Sequence[ZoomError], asked: str) -> list[ZoomError]:
    numbers = set(_NUMBER.findall(asked))
    return [error for error in errors if numbers & set(error.codes)]


def _flat(text: str) -> str:
    return " ".join(text.split())
