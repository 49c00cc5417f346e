"""XML for the formats that are made of it."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from jwtscan.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from jwtscan.report.masked import Report

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """``text`` without what XML 1.0 cannot hold."""
    return _ILLEGAL.sub("", text)


def by_file(report: Report) -> Iterator[tuple[str, list[Finding]]]:
    """Each file that has findings, with them."""
    for path, found in groupby(report.findings, key=lambda finding: finding.path):
        yield path, list(found)


def document(root: Element) -> str:
    """``root`` as a whole document, indented."""
    from xml.etree import ElementTree

    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
