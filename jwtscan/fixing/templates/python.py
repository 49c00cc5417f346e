"""The helper module for Python: its text, and how a file calls it. Where it goes is in ``placing``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent, NewFile
from jwtscan.fixing.templates import Token
from jwtscan.fixing.templates.home import PYTHON
from jwtscan.fixing.templates.placing import place_of
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit
    from jwtscan.text import Span

FUNCTION = "access_token"
FIRST_LINE = b'"""Access tokens of a Zoom Server-to-Server OAuth app'
"""How a helper module that was written before is known again."""
_TEXTS = Path(__file__).parent / "texts"
_STEMS = ("zoom_oauth", "zoom_oauth_tokens", "zoom_server_oauth")
_ASYNC_STEMS = ("zoom_oauth_async", "zoom_oauth_async_tokens", "zoom_server_oauth_async")
_KINDS = ("jwt-mint", "jwt-bearer", "query-token")
_STANDARD = {
    "requests": ("json", "threading", "time"),
    "httpx": ("json", "threading", "time"),
    "urllib": ("base64", "json", "threading", "time", "urllib.error", "urllib.parse", "urllib.request"),
    "httpx-async": ("asyncio", "json", "time", "weakref"),
    "aiohttp-async": ("asyncio", "base64", "json", "time", "weakref"),
}


def token_of(
    plan: Plan, unit: Unit, is_async: bool, client_id: str | None, client_secret: str | None, account_id: str | None
) -> Token:
    """See ``templates.token_of``. Without an asynchronous client in the project the token comes from the plain one."""
    client = _async_client(plan, unit) if is_async else None
    stem, known = _stem(plan, unit, _stems(plan, is_async=client is not None))
    place = place_of(plan, unit, stem)
    # From a folder that the configuration names, all of the tree may import it.
    client = client or _client(plan, unit, "" if plan.home else posixpath.dirname(place.path))
    intents: list[Intent] = []
    if not known:
        intents.append(NewFile(place.path, _text(plan, unit, client).encode(), f"python-{client}"))
    is_awaited = client.endswith("-async")
    name, is_imported = _name(
        unit, place.module, f"async_{FUNCTION}" if is_awaited and _is_mixed(plan, unit) else FUNCTION
    )
    if not is_imported:
        intents.append(Import(unit.path, place.module, FUNCTION, None if name == FUNCTION else name))
    given = {"account_id": account_id, "client_id": client_id, "client_secret": client_secret}
    arguments = ", ".join(f"{key}={expression}" for key, expression in given.items() if expression is not None)
    return Token(f"{name}({arguments})", is_awaited, frozenset(intents))


def _is_mixed(plan: Plan, unit: Unit) -> bool:
    """Whether the file has tokens where nothing can wait, too: two functions of one name would meet."""
    uses = (use for kind in _KINDS for use in plan.project.uses.of(unit, kind))
    return any(not _can_wait(unit, use.span) for use in uses)


def _can_wait(unit: Unit, span: Span) -> bool:
    """Whether the innermost function around a span is an ``async`` one."""
    functions = unit.module.functions if unit.module is not None else ()
    around = [function for function in functions if unit.span(function.span).holds(span)]
    return bool(around) and min(around, key=lambda function: function.span.end - function.span.start).is_async


def _stems(plan: Plan, *, is_async: bool) -> tuple[str, ...]:
    """The names that a helper may have: the configuration's, if it gives one."""
    if plan.home is not None and plan.home.suffix in PYTHON:
        return (f"{plan.home.stem}_async" if is_async else plan.home.stem,)
    return _ASYNC_STEMS if is_async else _STEMS


def _stem(plan: Plan, unit: Unit, stems: tuple[str, ...]) -> tuple[str, bool]:
    """The helper's name: the first that no other file has; and whether it is there already."""
    for stem in stems:
        path = place_of(plan, unit, stem).path
        if path not in plan.project.modules.files:
            return stem, False
        found = plan.project.load(path)
        if found is not None and found.document.source.startswith(FIRST_LINE):
            return stem, True
    return f"{stems[0]}_helper", False


def _name(unit: Unit, module: str, wanted: str) -> tuple[str, bool]:
    """What the function is called in a file, ``wanted`` if that is free; and whether the file imports it already."""
    assert unit.module is not None
    ends = module.lstrip(".")
    taken = False
    for scope in (unit.module.scope, *(func.scope for func in unit.module.functions)):
        for bound, bindings in scope.bindings.items():
            for binding in bindings:
                ref = binding.value
                if isinstance(ref, ir.Import) and ref.name == FUNCTION and ref.module == ends:
                    return bound, True
        taken = taken or wanted in scope.bindings
    return (f"zoom_{wanted}" if taken else wanted), False


# -- the text --------------------------------------------------------------------------------------------------------


def _text(plan: Plan, unit: Unit, client: str) -> str:
    """The helper module for a client, with the names of the project's environment variables."""
    names = plan.names
    decouple = any("decouple" in _imports(other) for other in plan.project.candidates())
    standard = sorted(_STANDARD[client] if decouple else (*_STANDARD[client], "os"))
    package = client.removesuffix("-async")
    third = ["from decouple import config"] if decouple else []
    third += [f"import {package}"] if package != "urllib" else []
    groups = ["\n".join(f"import {name}" for name in standard), "\n".join(third)]
    base = "python_async.txt" if client.endswith("-async") else "python_sync.txt"
    return Template(_read(base)).substitute(
        imports="\n\n".join(group for group in groups if group),
        fetch=_read(f"python_fetch_{client.replace('-', '_')}.txt").rstrip("\n"),
        host=oauth_host(plan, unit),
        read='config(name, default="")' if decouple else 'os.environ.get(name, "")',
        account_id=names.account_id,
        client_id=names.client_id,
        client_secret=names.client_secret,
    )


def _read(name: str) -> str:
    return (_TEXTS / name).read_text(encoding="utf-8")


def oauth_host(plan: Plan, unit: Unit) -> str:
    """The host that gives the tokens for the API host in the code: api.zoomgov.com has its own, all others zoom.us."""
    near = [unit, *plan.project.uses.profiles.neighbours(unit)]
    sources = [other.document.source for other in near]
    if any(b"api.zoom.us" in source for source in sources):
        return "zoom.us"
    return "zoomgov.com" if any(b"zoomgov.com" in source for source in sources) else "zoom.us"


# -- the client ------------------------------------------------------------------------------------------------------


def _async_client(plan: Plan, unit: Unit) -> str | None:
    """The asynchronous client that the file has, or else the project."""
    for near in ([unit], plan.project.uses.profiles.neighbours(unit), plan.project.candidates()):
        found = {name for other in near for name in _imports(other)}
        for package in ("httpx", "aiohttp"):
            if package in found:
                return f"{package}-async"
    return None


def _client(plan: Plan, unit: Unit, folder: str) -> str:
    """The client that every file with a use below a folder has, itself or through what imports it."""
    users = [unit, *_users(plan, folder)]
    for package in ("requests", "httpx"):
        if all(package in _near(plan, user) for user in users):
            return package
    return "urllib"


def _users(plan: Plan, folder: str) -> Iterator[Unit]:
    uses = plan.project.uses
    for unit in plan.project.candidates():
        is_python = unit.module is not None and unit.module.language == "python"
        is_below = not folder or unit.path.startswith(f"{folder}/")
        if is_python and is_below and any(uses.of(unit, kind) for kind in _KINDS):
            yield unit


def _near(plan: Plan, unit: Unit) -> set[str]:
    importers = plan.importers.get(unit.path, [])
    return {name for other in (unit, *importers) for name in _imports(other)}


def _imports(unit: Unit) -> set[str]:
    refs = unit.module.imports if unit.module is not None and unit.module.language == "python" else ()
    return {ref.module.partition(".")[0] for ref in refs if not ref.level}
