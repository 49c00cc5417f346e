"""What a fixed signature assumes, what is left to do outside the code, and what to write by hand."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.old import Old
from jwtscan.fixing.steps import meeting_sdk
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

_CLIENT = "the code that joins has to pass sdkKey in place of apiKey, with Meeting SDK 2.7 or later"
_EXPOSED = "move the signature to a server: in the browser every visitor can read the secret"
_PYTHON = """\
iat = int(time.time()) - 30
exp = iat + 2 * 60 * 60
payload = {
    "appKey": sdk_key,
    "sdkKey": sdk_key,
    "mn": meeting_number,
    "role": role,
    "iat": iat,
    "exp": exp,
    "tokenExp": exp,
}
signature = jwt.encode(payload, sdk_secret, algorithm="HS256")"""
_JAVASCRIPT = """\
const iat = Math.floor(Date.now() / 1000) - 30;
const exp = iat + 2 * 60 * 60;
const payload = { appKey: sdkKey, sdkKey, mn: meetingNumber, role, iat, exp, tokenExp: exp };
const signature = jwt.sign(payload, sdkSecret, { algorithm: "HS256" });"""


def because(old: Old) -> str | None:
    """What has to hold for the fix to be right, None where nothing is in doubt."""
    undefined = old.undefined
    if undefined:
        return f"{' and '.join(undefined)} {'is' if len(undefined) == 1 else 'are'} not defined in this file"
    if is_browser(old):
        return "the secret stays in the browser, where every visitor can read it"
    return None


def left_to_do(old: Old) -> tuple[str, ...]:
    rows = [*meeting_sdk(old.plan.names)]
    if is_browser(old):
        rows.append(_EXPOSED)
    if _gives_key(old):
        rows.append(f"{old.code.unit.path} gives the key out with the signature: {_CLIENT}")
    name = old.local(old.slots.time)
    holder = old.code.holder(old.final.end, name) if name is not None else None
    if holder is not None and name is not None and old.code.occurrences(holder, name).own is None:
        rows.append(f"{old.code.unit.path}: the parameter {name} is no longer read")
    return tuple(rows)


def sketch(unit: Unit) -> str:
    return _PYTHON if unit.module is not None and unit.module.language == "python" else _JAVASCRIPT


def is_browser(old: Old) -> bool:
    """Whether the program runs in a browser: a page, a component, or what the web SDK is imported into."""
    return browser(old.code.unit, old.plan)


def browser(unit: Unit, plan: Plan) -> bool:
    module = unit.module
    if module is None or module.language == "python":
        return False
    if unit.kind in ("html", "vue", "svelte") or module.language == "tsx":
        return True
    if any(_is_web(ref.module) for ref in module.imports):
        return True
    if _says_server(unit):
        return False
    return _web_package(unit, plan) or any(_is_global(call.func) for call in module.calls)


_WEB = (
    "react",
    "react-dom",
    "vue",
    "@angular/",
    "svelte",
    "@zoomus/websdk",
    "@zoom/meetingsdk",
    "zoomus-jssdk",
    "crypto-browserify",
)
_SERVER = (
    "express", "koa", "fastify", "http", "https", "fs", "@nestjs/", "aws-lambda", "firebase-functions", "next",
    "body-parser", "dotenv", "mongoose", "@hapi/", "restify", "cors", "@netlify/functions", "meteor/meteor",
)  # fmt: skip


def _is_web(module: str) -> bool:
    return _is_of(module, _WEB)


def _is_of(module: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or of a scope, or inside of one."""
    return any(module == each or module.startswith(f"{each.rstrip('/')}/") for each in packages)


def _says_server(unit: Unit) -> bool:
    module = unit.module
    parts = unit.path.split("/")
    if any(part in ("api", "server", "backend", "lambda", "functions", "routes", "controllers") for part in parts[:-1]):
        return True
    refs = [ref.module.removeprefix("node:") for ref in module.imports] if module is not None else []
    return any(
        ref == each or ref.startswith(each if each.endswith("/") else f"{each}/") for ref in refs for each in _SERVER
    )


def _web_package(unit: Unit, plan: Plan) -> bool:
    """Whether the package that a file belongs to is a page's: it asks for a browser framework and for no server's."""
    folder = posixpath.dirname(unit.path)
    while True:
        path = posixpath.join(folder, "package.json")
        manifest = plan.project.load(path) if path in plan.project.modules.files else None
        if manifest is not None:
            names = {each.name for each in manifest.requirements}
            web = {"react-dom", "react-scripts", "vue", "@angular/core", "@zoomus/websdk", "@zoom/meetingsdk", "svelte"}
            return bool(names & web) and not names & {"express", "koa", "fastify", "next", "@nestjs/core"}
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _is_global(func: ir.Expr) -> bool:
    """``window.x()``, ``document.x()``, ``ZoomMtg.x()``."""
    while isinstance(func, ir.Attr):
        func = func.obj
    return isinstance(func, ir.Name) and func.id in ("window", "document", "ZoomMtg") and not func.scope.find(func.id)


def _gives_key(old: Old) -> bool:
    """Whether the function returns an object that has the key beside the signature."""
    key = old.local(old.slots.key)
    module = old.code.unit.module
    if key is None or module is None:
        return False
    function = old.function
    for obj in module.objects:
        inside = function.start_byte <= obj.span.start and obj.span.end <= function.end_byte
        if (
            inside
            and "signature" in obj.keys
            and any(isinstance(e, ir.Entry) and _is_named(e.value, key) for e in obj.entries)
        ):
            return True
    return False


def _is_named(expr: ir.Expr, name: str) -> bool:
    return isinstance(expr, ir.Name) and expr.id == name
