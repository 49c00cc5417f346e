"""Where a program runs, and how it reads an environment variable there."""

from __future__ import annotations

import json
import posixpath
import re

from jwtscan.files.folders import and_above
from jwtscan.fixing.javascript.package import why_browser
from jwtscan.fixing.names import Purpose, new_name
from jwtscan.fixing.plan import Plan
from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_BUNDLERS = (
    ("next", "NEXT_PUBLIC_", "process.env."),
    ("react-scripts", "REACT_APP_", "process.env."),
    ("@vue/cli-service", "VUE_APP_", "process.env."),
    ("vite", "VITE_", "import.meta.env."),
)


def is_browser(plan: Plan, unit: Unit) -> bool:
    """Whether the program of a unit runs in a browser, as far as its own text and place say."""
    if unit.module is None or unit.module.language == "python":
        return False
    if b"ZoomMtg" in unit.document.source or why_browser(plan.project, unit) is not None:
        return True
    return any(ref.module.startswith(zoom.SDK_PACKAGES) for ref in unit.module.imports)


def read_of(plan: Plan, unit: Unit, part: str, purpose: Purpose) -> str:
    """The expression that reads the new credential; an empty text where a browser has no environment for it."""
    purpose = Purpose.SDK if Purpose.SDK in purpose else Purpose.REST
    name = new_name("ZOOM_API_KEY", part, purpose, plan.names, variable=True)
    quote = "'" if unit.kind == "notebook" else plan.layout(unit).quote
    if unit.module is not None and unit.module.language == "python":
        return f"os.environ[{quote}{name}{quote}]"
    if not is_browser(plan, unit):
        sure = "!" if unit.kind in ("typescript", "tsx") else ""
        return f"process.env.{name}{sure}"
    if part == "key" and purpose is Purpose.SDK and unit.kind != "html":
        listed = _package(plan, unit.path) or ""
        for package, prefix, reader in _BUNDLERS:
            if f'"{package}"' in listed:
                return f"{reader}{prefix}{name}"
    return quote + quote


def _package(plan: Plan, path: str) -> str | None:
    """The text of the nearest package.json."""
    for folder in and_above(posixpath.dirname(path)):
        source = plan.project.text(posixpath.join(folder, "package.json")) if _has(plan, folder) else None
        if source is not None:
            return source.decode("utf-8", "replace")
    return None


def _has(plan: Plan, folder: str) -> bool:
    return posixpath.join(folder, "package.json") in plan.project.modules.files


def jsx_safe(unit: Unit, literal: ir.Literal, text: str) -> str:
    """An expression in the place of a JSX attribute's text needs braces."""
    span = unit.span(literal.span)
    before = unit.document.source[: span.start]
    is_attribute = before.endswith(b"=") and re.search(rb"<[\w.]+(?:\s[^<>]*)?$", before[-2000:]) is not None
    return "{" + text + "}" if is_attribute and unit.module is not None and unit.module.language != "python" else text


def escaped(unit: Unit, text: str) -> bytes:
    """``text`` as it stands in the unit's document: a notebook's cells are JSON."""
    return json.dumps(text)[1:-1].encode() if unit.kind == "notebook" else text.encode()
