"""Writes the generated pages of the site. ``tests/test_docs.py`` fails while one of them is stale."""

from __future__ import annotations

import re
from pathlib import Path

from api_page import api_section
from command_pages import commands_page
from error_page import errors_page
from key_pages import keys_section
from live_blocks import current
from rule_pages import rule_pages
from running import ROOT, write

DOCS = ROOT / "docs"
WRITTEN = ("index.md", "migration.md", "recipes.md", "own-rules.md", "faq.md")
"""Pages that people write, in which only the live blocks are made."""
_PART = r"(?<=<!-- {0} -->\n).*?(?=<!-- /{0} -->)"


def pages() -> dict[Path, str]:
    """Every page as it has to be now, by path."""
    made = {DOCS / name: current((DOCS / name).read_text(encoding="utf-8")) for name in WRITTEN}
    return {
        **made,
        DOCS / "configuration.md": _with("configuration.md", "keys", keys_section()),
        DOCS / "api.md": _with("api.md", "api", api_section()),
        DOCS / "commands.md": commands_page(),
        DOCS / "zoom-errors.md": errors_page(),
        **rule_pages(),
    }


def _with(name: str, part: str, text: str) -> str:
    """A written page with a generated part between its two comments."""
    page = current((DOCS / name).read_text(encoding="utf-8"))
    return re.sub(_PART.format(part), lambda _: f"\n{text}\n\n", page, count=1, flags=re.DOTALL)


if __name__ == "__main__":
    write(pages())
