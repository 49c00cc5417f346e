"""Requirements that stand in settings files: pyproject.toml, Pipfile, setup.cfg and conda's environment.yml."""

from __future__ import annotations

import re
from typing import TypeAlias

from jwtscan.syntax.manifest.requirements import Unread, normalised, pinned, read_lines, read_one
from jwtscan.syntax.unit import Requirement, Setting
from jwtscan.text import Span

Read: TypeAlias = tuple[list[Requirement], list[Unread]]
"""Requirements, and the lines that cannot be read."""

# Lists of PEP 508 requirements, by dotted key.
_LISTS = re.compile(
    r"(?:project\.dependencies|project\.optional-dependencies\..+|dependency-groups\..+"
    r"|tool\.pdm\.dev-dependencies\..+|tool\.uv\.(?:dev|constraint|override)-dependencies"
    r"|tool\.hatch\.envs\..+\.(?:extra-)?dependencies)\.\d+"
)
_NEAR = 300  # Bytes that a name may stand before the version that its table gives.

# Tables of names with a specifier, or with a table that says where the package comes from.
_POETRY = re.compile(r"tool\.poetry\.(?:(?:dev-)?dependencies|group\..+?\.dependencies)\.(?P<rest>.+)")
_PIPENV = re.compile(r"(?!(?:source|requires|scripts|pipenv)\.)[^.]+\.(?P<rest>.+)")
_ENTRY = re.compile(
    r"(?P<name>.+?)(?:\.\d+)?(?:\.(?P<at>version|git|url|path|file)"
    r"|\.(?:extras\.\d+|optional|python|markers|platform|branch|tag|rev|ref|subdirectory|develop|editable|source|index"
    r"|allow-prereleases|sys_platform|python_version|platform_\w+|os_name|implementation_name))?"
)
_SETUP = re.compile(r"options\.(?:(?:install|setup|tests)_requires?|extras_require\..+)")
_CONDA = re.compile(rb"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<specifier>[^\[\]#]*)")
_BUILD = re.compile(r"(=[^=,|<>!~\s]+)=[^=,|<>!~]+")


def pyproject(settings: tuple[Setting, ...], source: bytes) -> Read:
    """What a pyproject.toml asks for, in whatever tool's tables; not what it is built with."""
    found = []
    for setting in settings:
        if _LISTS.fullmatch(setting.key):
            read = read_one(source[setting.value_span.start : setting.value_span.end], setting.value_span.start)
        else:
            read = _tabled(_POETRY.fullmatch(setting.key), setting, source)
        if read is not None and read.name != "python":
            found.append(read)
    return found, []


def pipfile(settings: tuple[Setting, ...], source: bytes) -> Read:
    """What a Pipfile asks for, in ``packages``, ``dev-packages`` and groups of its own."""
    tabled = (_tabled(_PIPENV.fullmatch(setting.key), setting, source) for setting in settings)
    return [read for read in tabled if read is not None], []


def setup_cfg(settings: tuple[Setting, ...], source: bytes) -> Read:
    """What a setup.cfg asks for in lists of lines."""
    found: list[Requirement] = []
    unread: list[Unread] = []
    for setting in settings:
        if _SETUP.fullmatch(setting.key):
            read, lines = read_lines(source, setting.value_span)
            found += read
            unread += lines
    return found, unread


def environment_yml(settings: tuple[Setting, ...], source: bytes) -> Read:
    """What a conda environment asks for, from conda and through pip. All count as PyPI's."""
    found: list[Requirement] = []
    unread: list[Unread] = []
    for setting in settings:
        section, _, rest = setting.key.partition(".")
        if section != "dependencies":
            continue
        if rest.isdigit():
            found += _conda(source, setting.value_span)
        elif re.fullmatch(r"\d+\.pip\.\d+", rest):
            read, lines = read_lines(source, setting.value_span)
            found += read
            unread += lines
    return found, unread


def _tabled(match: re.Match[str] | None, setting: Setting, source: bytes) -> Requirement | None:
    """``name = "specifier"`` or ``name = { version = "specifier" }``; None for all else that such a table says."""
    entry = _ENTRY.fullmatch(match["rest"]) if match else None
    if entry is None or setting.value is None or (entry["at"] is None and entry.end("name") < entry.end()):
        return None
    name = normalised(entry["name"])
    specifier = setting.value
    start = setting.key_span.start
    if entry["at"]:
        # The name is the table's: on the same line, or in a header further up.
        near = max(start - _NEAR, 0)
        named = source.rfind(entry["name"].encode(), max(source.rfind(b"\n", near, start), near), start)
        start = named if named >= 0 else start
    version = specifier if re.fullmatch(r"\d[\w.!+-]*", specifier) else pinned(specifier)
    return Requirement("pypi", name, specifier, version, Span(start, setting.value_span.end), setting.value_span)


def _conda(source: bytes, span: Span) -> list[Requirement]:
    match = _CONDA.fullmatch(source, span.start, span.end)
    if match is None:
        return []
    specifier = _BUILD.sub(r"\1", match["specifier"].decode("utf-8", "replace").rstrip())
    where = Span(match.start("specifier"), match.start("specifier") + len(specifier.encode()))
    name = normalised(match["name"].decode())
    return [Requirement("pypi", name, specifier, pinned(specifier), Span(match.start("name"), where.end), where)]
