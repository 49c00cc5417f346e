"""From a document to a unit: which front end or reader each kind of file goes to."""

from __future__ import annotations

import re
from itertools import islice

from jwtscan.files import Document
from jwtscan.syntax.unit import Region, Unit

PROGRAMS = frozenset({"python", "javascript", "typescript", "tsx"})
PAGES = frozenset({"html", "vue", "svelte"})
SETTINGS = frozenset(
    {
        "env", "shell", "json", "yaml", "toml", "ini", "properties", "dockerfile", "terraform", "package.json",
        "pyproject.toml", "Pipfile", "setup.cfg", "environment.yml",
    }
)  # fmt: skip
MANIFESTS = frozenset(
    {
        "requirements", "pyproject.toml", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "setup.cfg",
        "environment.yml", "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml",
    }
)  # fmt: skip
LOCKS = frozenset({"Pipfile.lock", "poetry.lock", "uv.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"})
MAX_WORDS = 600_000
"""Memory goes by them, not by bytes: up to a kilobyte for each. Bundles of 1.6 MB have 400,000."""
_WORD = re.compile(rb"\w+|[^\w\s]")


def read_unit(document: Document, kind: str) -> Unit:
    """Lowers or reads a document. Never raises: what could not be read is in ``Unit.notes`` and ``Module.errors``."""
    unit = Unit(document, kind)
    if kind in PROGRAMS:
        _lower(unit, Region(kind, document.source))
        unit.region = None
    elif kind in PAGES:
        _page(unit)
    elif kind == "notebook":
        from jwtscan.syntax.notebook import notebook_region

        for region in notebook_region(document.source)[:1]:
            _lower(unit, region)
    if kind in SETTINGS:
        from jwtscan.syntax.settings import read_settings

        unit.settings, unit.comments, notes = read_settings(kind, document.path, document.source)
        unit.own = tuple(one.span for one in unit.settings if _is_own(document.path, one.key))
        unit.settings = tuple(one for one in unit.settings if not _is_own(document.path, one.key))
        unit.notes += notes
    if kind in MANIFESTS:
        from jwtscan.syntax.manifest import comments_of, read_requirements

        unit.requirements, notes = read_requirements(kind, document.path, document.source)
        unit.notes += notes
        if kind == "requirements":
            unit.comments = comments_of(document.source)
    elif kind == "python" and document.path.endswith("setup.py") and unit.module is not None:
        from jwtscan.syntax.manifest import requirements_of_setup

        unit.requirements = requirements_of_setup(unit.module, document.source)
    return unit


def _is_own(path: str, key: str) -> bool:
    """Whether a setting is one of jwtscan's configuration: the old names there are no program's, and stay."""
    return path.endswith("jwtscan.toml") or (path.endswith("pyproject.toml") and key.startswith("tool.jwtscan."))


def _page(unit: Unit) -> None:
    from jwtscan.syntax.pages import read_page

    page = read_page(unit.kind, unit.path, unit.document.source)
    unit.links, unit.comments = page.links, page.comments
    for region in page.regions[:1]:
        _lower(unit, region)


def _too_dense(source: bytes) -> bool:
    return len(source) > MAX_WORDS and next(islice(_WORD.finditer(source), MAX_WORDS, None), None) is not None


def _lower(unit: Unit, region: Region) -> None:
    if _too_dense(region.text):
        unit.notes.append(f"more than {MAX_WORDS:,} words and signs of code, not parsed")
        return
    unit.region = region
    if region.language == "python":
        from jwtscan.syntax.python import lower_python

        unit.module = lower_python(unit.path, region.text)
    else:
        from jwtscan.syntax.javascript import lower_javascript

        unit.module = lower_javascript(unit.path, region.text, region.language)
