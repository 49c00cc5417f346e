"""The helper module for JavaScript and TypeScript: which form of it, its place, its call. Its text is beside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent, NewFile
from jwtscan.fixing.javascript.names import Names
from jwtscan.fixing.javascript.package import is_module, is_module_package, package_of, setting, wanted
from jwtscan.fixing.javascript.tree import tree_of
from jwtscan.fixing.templates import Token
from jwtscan.fixing.templates.home import JAVASCRIPT, HelperError
from jwtscan.fixing.templates.javascript_text import CLIENTS, Flavour, helper_text
from jwtscan.syntax.versions import release_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

FUNCTION = "getAccessToken"
_OTHER_NAMES = ("getZoomAccessToken", "fetchZoomAccessToken")
_STEM = "zoom-oauth"
_SUFFIXES = (".js", ".mjs", ".cjs", ".ts")
_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts")
_REST = ("jwt-mint", "jwt-bearer", "query-token", "wrapper-client")
# Folders whose files a framework takes for routes or loads by itself.
_ROUTED = frozenset(
    {
        "pages",
        "api",
        "app",
        "routes",
        "router",
        "routers",
        "controllers",
        "models",
        "middleware",
        "middlewares",
        "views",
    }
)
_SHARED = ("lib", "utils", "util", "helpers", "helper", "services", "service")
_GLOBAL_FETCH = 18
_MODULE_SYNTAX = re.compile(rb"^\s*(?:import\b(?!\s*\()|export\b)", re.M)
_REQUIRES = re.compile(rb"\brequire\s*\(|\bmodule\.exports\b|^\s*exports\.", re.M)
_IMPORTED = re.compile(rb"""(?:from|import|require\()\s*['"](\.{1,2}/[^'"]+)['"]""")


def token_of(plan: Plan, unit: Unit, client_id: str | None, client_secret: str | None, account_id: str | None) -> Token:
    """See ``templates.token_of``."""
    local = _local_name(unit, _stem(plan))
    path, new = _helper(plan, unit)
    intents: set[Intent] = {new} if new is not None else set()
    alias = local if local != FUNCTION else None
    intents.add(Import(unit.path, _specifier(plan.project, unit, path), FUNCTION, alias))
    given = {"accountId": account_id, "clientId": client_id, "clientSecret": client_secret}
    pairs = ", ".join(f"{name}: {value}" for name, value in given.items() if value is not None)
    return Token(f"{local}({{ {pairs} }})" if pairs else f"{local}()", True, frozenset(intents))


def _stem(plan: Plan) -> str:
    """The helper's name: the configuration's, if it gives one."""
    return plan.home.stem if plan.home is not None and plan.home.suffix in JAVASCRIPT else _STEM


def _local_name(unit: Unit, stem: str) -> str:
    """What the function is called in a file: another name where that one is taken by something else."""
    tree = tree_of(unit)
    names = Names(tree) if tree is not None else None
    if names is None or not names.is_taken(FUNCTION) or _is_imported(unit, stem):
        return FUNCTION
    return next((name for name in _OTHER_NAMES if not names.is_taken(name)), _OTHER_NAMES[0])


def _is_imported(unit: Unit, stem: str) -> bool:
    return unit.module is not None and any(stem in ref.module for ref in unit.module.imports)


def _helper(plan: Plan, unit: Unit) -> tuple[str, NewFile | None]:
    """The path of the helper that a file can import, and the file itself where it is still to be written."""
    project = plan.project
    manifest = package_of(project, unit.path)
    users = _users(project, unit, manifest)
    system = _system(project, unit, users, manifest)
    root = posixpath.dirname(manifest) if manifest is not None else None
    for path in sorted(project.modules.files):
        if _is_helper(plan, path, root) and _can_import(project, system, path):
            return path, None
    if plan.home is not None and plan.home.serves(JAVASCRIPT):
        folder = plan.home.folder
        # What a module may be and require depends on the package that it stands in.
        manifest = package_of(project, posixpath.join(folder, _STEM))
        suffix = _given(plan, unit, system, manifest)
    else:
        folder = _folder(project, [user.path for user in users], root)
        suffix = _suffix(project, unit, system, manifest)
    first = users[0]
    flavour = Flavour(_client(project, manifest), system, _host(project, users))
    layout = replace(plan.layout(first), newline="\n")
    path = posixpath.join(folder, _stem(plan) + suffix)
    return path, NewFile(path, helper_text(flavour, plan.names, layout).encode(), flavour.template)


def _users(project: Project, unit: Unit, manifest: str | None) -> list[Unit]:
    """The files of the same package that will need a token, ``unit`` among them, by path."""
    found = {unit.path: unit}
    for use in project.uses.all:
        other = use.unit
        script = other.module is not None and other.module.language != "python"
        if use.kind in _REST and script and package_of(project, other.path) == manifest:
            found[other.path] = other
    return [found[path] for path in sorted(found)]


# -- which form ----------------------------------------------------------------------------------------------------


def _system(project: Project, unit: Unit, users: list[Unit], manifest: str | None) -> str:
    if unit.path.endswith(_TYPESCRIPT) or (unit.module is not None and unit.module.language != "javascript"):
        return "typescript"
    if unit.path.endswith(".mjs"):
        return "module"
    if unit.path.endswith(".cjs"):
        return "commonjs"
    if is_module_package(project, manifest):
        return "module"
    plain = [user for user in users if user.path.endswith((".js", ".jsx"))]
    # A CommonJS helper can be imported by both.
    return "module" if plain and all(_writes_modules(user) for user in plain) else "commonjs"


def _writes_modules(unit: Unit) -> bool:
    return bool(_MODULE_SYNTAX.search(unit.document.source)) and not _REQUIRES.search(unit.document.source)


def _client(project: Project, manifest: str | None) -> str:
    """``fetch`` where Node is known to have it; else what the project has; else ``fetch`` too."""
    packages = wanted(project, manifest)
    node = re.search(r"\d+", setting(project, manifest, "engines.node") or packages.get("@types/node", ""))
    if "next" in packages or (node is not None and int(node[0]) >= _GLOBAL_FETCH):
        return "fetch"
    for client in ("axios", "node-fetch", "request-promise", "request-promise-native", "got"):
        if client in packages and _is_old_enough(client, packages[client]):
            return client
    return "fetch"


def _is_old_enough(client: str, specifier: str) -> bool:
    """From these releases on they are modules only, or typed otherwise; Node has ``fetch`` then."""
    first_modules = {"node-fetch": 3, "got": 12}.get(client)
    release = release_of(specifier.lstrip("^~>=v "))
    return first_modules is None or release is None or release[0] < first_modules


def _host(project: Project, users: list[Unit]) -> str:
    hosts = {project.uses.profiles.of(user).api_host or "" for user in users}
    return "zoomgov.com" if any("zoomgov" in host for host in hosts) else "zoom.us"


# -- where ---------------------------------------------------------------------------------------------------------


def _is_helper(plan: Plan, path: str, root: str | None) -> bool:
    folder, name = posixpath.split(path)
    stem, suffix = posixpath.splitext(name)
    if plan.home is not None and plan.home.serves(JAVASCRIPT):
        suffixes = (plan.home.suffix,) if plan.home.suffix else _SUFFIXES
        return folder == plan.home.folder and stem == _stem(plan) and suffix in suffixes
    return stem == _STEM and suffix in _SUFFIXES and (not root or path.startswith(f"{root}/"))


def _can_import(project: Project, system: str, path: str) -> bool:
    unit = project.load(path)
    if unit is None or FUNCTION.encode() not in unit.document.source:
        return False
    if path.endswith(".ts") or system == "typescript":
        return path.endswith(".ts") and system == "typescript"
    return system == "module" or not _writes_modules(unit)


def _suffix(project: Project, unit: Unit, system: str, manifest: str | None) -> str:
    if system == "typescript":
        return ".ts"
    in_module = is_module_package(project, manifest)
    if system == "module":
        return ".mjs" if unit.path.endswith(".mjs") and not in_module else ".js"
    return ".cjs" if in_module else ".js"


def _given(plan: Plan, unit: Unit, system: str, manifest: str | None) -> str:
    """The ending of the file that the configuration names; the plainest one where it names only a folder."""
    home, project = plan.home, plan.project
    assert home is not None
    in_module = is_module_package(project, manifest)
    if system == "typescript":
        good = [".ts"]
    elif system == "commonjs":
        good = [".cjs"] if in_module else [".js", ".cjs"]
    elif in_module or not (unit.path.endswith(".mjs") or is_module_package(project, package_of(project, unit.path))):
        good = [".js", ".mjs"]
    else:
        good = [".mjs"]
    if not home.suffix:
        return good[0]
    if home.suffix not in good:
        raise HelperError(
            f"the configuration wants the helper module in {home.path}, but {unit.path} needs a "
            f"{' or '.join(good)} file: name such a file there, or a folder"
        )
    return home.suffix


def _folder(project: Project, paths: list[str], root: str | None) -> str:
    """The folder that the users share; a shared one beside where a framework would take the file for a route."""
    common = posixpath.dirname(paths[0])
    for path in paths[1:]:
        common = posixpath.commonpath([common, posixpath.dirname(path)]) if common else ""
    base = root or ""
    parts = posixpath.relpath(common, base).split("/") if common != base else []
    routed = next((index for index, part in enumerate(parts) if part in _ROUTED or part.startswith(("[", "("))), None)
    if routed is None:
        return common
    above = posixpath.normpath(posixpath.join(base, *parts[:routed]))
    above = "" if above == "." else above
    folders = {posixpath.dirname(path) for path in project.modules.files}
    return next((shared for shared in _below(above) if shared in folders), above)


def _below(folder: str) -> Iterator[str]:
    return (posixpath.join(folder, name) for name in _SHARED)


def _specifier(project: Project, unit: Unit, helper: str) -> str:
    """The helper as an import of ``unit`` writes it; with its ending where Node asks for one or the file does so."""
    relative = posixpath.relpath(helper, posixpath.dirname(unit.path) or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    stem, suffix = posixpath.splitext(relative)
    written = [match[1].decode("utf-8", "replace") for match in _IMPORTED.finditer(unit.document.source)]
    with_ending = bool(written) and all(path.endswith((".js", ".mjs", ".cjs")) for path in written)
    if suffix == ".ts":
        return f"{stem}.js" if with_ending or (not written and _resolves_as_node(project, unit.path)) else stem
    module = is_module(project, unit)
    return relative if suffix != ".js" or module or with_ending else stem


def _resolves_as_node(project: Project, path: str) -> bool:
    """Whether TypeScript asks for the endings of modules: in a package of modules, with Node's own resolution."""
    manifest = package_of(project, path)
    if not is_module_package(project, manifest):
        return False
    config = posixpath.join(posixpath.dirname(manifest or ""), "tsconfig.json")
    unit = project.load(config) if config in project.modules.files else None
    rows = unit.settings if unit is not None else ()
    keys = ("compilerOptions.module", "compilerOptions.moduleResolution")
    return any(row.key in keys and (row.value or "").lower().startswith("node") for row in rows)


__all__ = ["CLIENTS", "FUNCTION", "token_of"]
