"""Looks at a built site: ``check_site.py FOLDER``. No page may load anything from another host."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

_LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
_OUTSIDE = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
_URL = re.compile(rb"url\(\s*['\"]?((?:https?:)?//[^)'\"]+)")


class Loads(HTMLParser):
    """The addresses outside of the site that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get(_LOADING.get(tag, "")) or ""
        if _OUTSIDE.match(address) and values.get("rel") != "canonical":
            self.found.append(address)


def faults(site: Path) -> list[str]:
    """One line for each address outside of the site that a page or a style sheet loads."""
    found = []
    for file in sorted(site.rglob("*.html")):
        page = Loads()
        page.feed(file.read_text(encoding="utf-8"))
        found += [f"{file.relative_to(site)}: {address}" for address in page.found]
    for file in sorted(site.rglob("*.css")):
        found += [f"{file.relative_to(site)}: {url.decode()}" for url in _URL.findall(file.read_bytes())]
    return found


if __name__ == "__main__":
    lines = faults(Path(sys.argv[1]))
    print("\n".join(lines) or "every page loads only the site's own files")
    sys.exit(bool(lines))
