"""Where a program runs: on a server, in a browser, or it does not say."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

_WEB = (
    "react", "react-dom", "vue", "@angular/", "svelte", "@zoomus/websdk", "@zoom/meetingsdk", "zoomus-jssdk",
    "crypto-browserify",
)  # fmt: skip
_WEB_PACKAGES = frozenset(
    {"react-dom", "react-scripts", "vue", "@angular/core", "@zoomus/websdk", "@zoom/meetingsdk", "svelte"}
)
_SERVER = (
    "express", "koa", "fastify", "http", "https", "fs", "@nestjs/", "aws-lambda", "firebase-functions", "next",
    "body-parser", "dotenv", "mongoose", "@hapi/", "restify", "cors", "@netlify/functions", "meteor/meteor",
)  # fmt: skip
_SERVER_PACKAGES = frozenset({"express", "koa", "fastify", "next", "@nestjs/core", "@hapi/hapi", "restify"})
_SERVER_FOLDERS = frozenset({"api", "server", "backend", "lambda", "functions", "routes", "controllers"})


def is_browser(unit: Unit, plan: Plan) -> bool:
    """Whether a program runs in a browser: a page, a component, what imports the web SDK, or what these import."""
    module = unit.module
    if module is None or module.language == "python":
        return False
    if _is_page(unit) or any(_is_page(other) for other in plan.project.uses.profiles.importers(unit)):
        return True
    return not is_server(unit, plan) and bool(_package(unit, plan) & _WEB_PACKAGES)


def is_server(unit: Unit, plan: Plan) -> bool:
    """Whether something says that a program runs on a server: its folder, what it imports, its package."""
    module = unit.module
    if module is None or _is_page(unit):
        return False
    if module.language == "python" or set(unit.path.split("/")[:-1]) & _SERVER_FOLDERS:
        return True
    if any(_is_of(ref.module.removeprefix("node:"), _SERVER) for ref in module.imports):
        return True
    package = _package(unit, plan)
    return bool(package & _SERVER_PACKAGES) or (any(map(_is_handler, module.functions)) and not package & _WEB_PACKAGES)


def _is_page(unit: Unit) -> bool:
    module = unit.module
    if module is None or module.language == "python":
        return False
    if unit.kind in ("html", "vue", "svelte") or module.language == "tsx":
        return True
    return any(_is_of(ref.module, _WEB) for ref in module.imports) or any(
        _is_global(call.func) for call in module.calls
    )


def _is_of(module: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or of a scope, or inside of one."""
    return any(module == each or module.startswith(f"{each.rstrip('/')}/") for each in packages)


def _is_handler(func: ir.Func) -> bool:
    """Whether a function takes a request and a response, or a Lambda's event and context."""
    names = [param.name.lstrip("_") for param in func.params]
    return names[:2] in (["req", "res"], ["request", "response"], ["event", "context"])


def _is_global(func: ir.Expr) -> bool:
    """``window.x()``, ``document.x()``, ``ZoomMtg.x()``."""
    while isinstance(func, ir.Attr):
        func = func.obj
    return isinstance(func, ir.Name) and func.id in ("window", "document", "ZoomMtg") and not func.scope.find(func.id)


def _package(unit: Unit, plan: Plan) -> frozenset[str]:
    """What the package that a file belongs to asks for."""
    for folder in and_above(posixpath.dirname(unit.path)):
        path = posixpath.join(folder, "package.json")
        manifest = plan.project.load(path) if path in plan.project.modules.files else None
        if manifest is not None:
            return frozenset(each.name for each in manifest.requirements)
    return frozenset()
