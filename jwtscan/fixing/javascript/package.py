"""What the package around a script says of it: its module system, its server, who may call it, where it runs."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.syntax.versions import release_of

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

_CATCHING_EXPRESS = 5
_SERVERS = frozenset(
    {
        "express", "koa", "fastify", "next", "nuxt", "restify", "firebase-functions", "@nestjs/core", "@hapi/hapi",
        "hapi", "serverless", "serverless-http", "aws-lambda", "@azure/functions", "apollo-server", "strapi", "polka",
        "@sveltejs/kit", "body-parser", "@adonisjs/core", "sails", "@types/express",
    }
)  # fmt: skip
_CLIENTS = frozenset(
    {
        "react-scripts", "@angular/core", "@vue/cli-service", "react-native", "expo", "@ionic/angular", "react-dom",
        "@vitejs/plugin-react", "@vitejs/plugin-vue", "vue", "svelte", "preact",
    }
)  # fmt: skip
_SERVER_FOLDERS = re.compile(
    r"(?:^|/)(?:server|backend|api|functions|lambda|netlify|routes|controllers|middlewares?|scripts|bin)(?:/|$)"
)
_NODE = re.compile(
    rb"""(?:require\(|from\s*)['"](?:node:)?(?:express|fs|http|https|path|crypto|child_process|firebase-functions|"""
    rb"""dotenv|mongoose|koa|fastify|aws-sdk|firebase-admin|next-connect|nodemailer)['"]"""
)
_POLYFILLED = re.compile(rb"""['"](?:path|crypto|http|https)['"]\Z""")
"""What bundlers bring into the browser, as the older ones do without being asked."""
_VIEW = re.compile(
    rb"""(?:require\(|from\s*)['"](?:react|react-dom|react-native|vue|@angular/[\w/]+|preact|svelte|react-router-dom)['"]"""
)
_PREPARED = re.compile(rb"""\b(?:getServerSideProps|getStaticProps|renderToString)\b|^['"]use server['"]""", re.M)
_BROWSER = re.compile(_VIEW.pattern + rb"""|\b(?:document|localStorage|sessionStorage)\.""")


_APPS_SCRIPT = re.compile(rb"\b(?:UrlFetchApp|SpreadsheetApp|PropertiesService|CacheService|ScriptApp)\.")
_DENO = re.compile(rb"""\bDeno\.|['"]https://deno\.land/|['"](?:npm|jsr):""")
_WORKER = ("wrangler.toml", "wrangler.json", "wrangler.jsonc")


def package_of(project: Project, path: str) -> str | None:
    """The path of the nearest ``package.json`` of a file."""
    manifests = (posixpath.join(folder, "package.json") for folder in and_above(posixpath.dirname(path)))
    return next((manifest for manifest in manifests if manifest in project.modules.files), None)


def wanted(project: Project, manifest: str | None) -> dict[str, str]:
    """The packages that a manifest asks for, with their specifiers."""
    unit = project.load(manifest) if manifest is not None else None
    return {row.name: row.specifier for row in unit.requirements} if unit is not None else {}


def setting(project: Project, manifest: str | None, key: str) -> str | None:
    """The text of a key of a manifest, None where it has none."""
    unit = project.load(manifest) if manifest is not None else None
    rows = unit.settings if unit is not None else ()
    return next((row.value or "" for row in rows if row.key == key), None)


def is_module_package(project: Project, manifest: str | None) -> bool:
    return setting(project, manifest, "type") == "module"


def is_module(project: Project, unit: Unit) -> bool:
    """Whether Node itself takes a file for a module, with ``await`` at its top."""
    if unit.path.endswith(".mjs"):
        return True
    return unit.path.endswith(".js") and is_module_package(project, package_of(project, unit.path))


def handles_rejections(project: Project, unit: Unit) -> bool:
    """Whether the framework sees it where a handler of (request, response) fails later: Next.js, Express from 5."""
    packages = wanted(project, package_of(project, unit.path))
    if "next" in packages and "express" not in packages:
        return True
    release = release_of(packages.get("express", "").lstrip("^~>=v "))
    return release is not None and release[0] >= _CATCHING_EXPRESS


def is_application(project: Project, unit: Unit) -> bool:
    """Whether nobody outside of the project can call what a file exports: the package is no library."""
    manifest = package_of(project, unit.path)
    if manifest is None or setting(project, manifest, "private") == "true":
        return True
    library = any(setting(project, manifest, key) is not None for key in ("main", "exports", "module", "types"))
    starts = any(setting(project, manifest, f"scripts.{name}") is not None for name in ("start", "dev", "serve"))
    return not library or starts or bool(_SERVERS & wanted(project, manifest).keys()) or _has_own_server(project)


def _has_own_server(project: Project) -> bool:
    return any(
        b".listen(" in (project.text(path) or b"")
        for path in project.modules.files
        if path in ("index.js", "app.js", "server.js", "main.js", "src/index.js", "src/app.js", "src/server.js")
    )


def why_browser(project: Project, unit: Unit) -> str | None:
    """Why a script is taken for a browser's (or an app's): whoever runs it sees its secrets. None for a server's."""
    if unit.kind in ("vue", "svelte", "html"):
        return "this runs in the browser"
    source = unit.document.source
    node = list(_NODE.finditer(source))
    if any(not _POLYFILLED.search(match[0]) for match in node):
        return None
    if node and (_VIEW.search(source) is None or _PREPARED.search(source) is not None):
        return None
    packages = wanted(project, package_of(project, unit.path)).keys()
    if "next" in packages and re.search(r"(?:^|/)(?:pages/api|app/.*route\.)", unit.path):
        return None
    if _BROWSER.search(source):
        return "this runs in the browser"
    if packages & _CLIENTS and not packages & _SERVERS and not _SERVER_FOLDERS.search(unit.path):
        return "the package around it is a browser's or an app's"
    return None


def why_not_node(project: Project, unit: Unit) -> str | None:
    """Why a script is taken for one that Node does not run: what Node has is not there, or nothing can wait."""
    source = unit.document.source
    if _APPS_SCRIPT.search(source) or unit.path.endswith(".gs"):
        return "Apps Script has neither modules nor a way to wait"
    if _DENO.search(source):
        return "Deno reads the environment and encodes in ways of its own"
    folder = posixpath.dirname(package_of(project, unit.path) or unit.path)
    if any(posixpath.join(folder, name) in project.modules.files for name in _WORKER):
        return "a Worker is handed its environment"
    return None
