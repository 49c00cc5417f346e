"""Which kind of file a name stands for. Tables only: nothing is opened, and what a kind means is said elsewhere."""

from __future__ import annotations

import re

NAMES = {
    "package.json": "package.json",
    "package-lock.json": "package-lock.json",
    "npm-shrinkwrap.json": "package-lock.json",
    "yarn.lock": "yarn.lock",
    "pnpm-lock.yaml": "pnpm-lock.yaml",
    "pyproject.toml": "pyproject.toml",
    "pipfile": "Pipfile",
    "pipfile.lock": "Pipfile.lock",
    "poetry.lock": "poetry.lock",
    "uv.lock": "uv.lock",
    "setup.cfg": "setup.cfg",
    "environment.yml": "environment.yml",
    "environment.yaml": "environment.yml",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    ".bashrc": "shell",
    ".bash_profile": "shell",
    ".profile": "shell",
    ".zshrc": "shell",
    ".zshenv": "shell",
}

EXTENSIONS = {
    "py": "python",
    "pyi": "python",
    "pyw": "python",
    "wsgi": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascript",
    "es6": "javascript",
    "gs": "javascript",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "tsx",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "ejs": "html",
    "hbs": "html",
    "handlebars": "html",
    "njk": "html",
    "nunjucks": "html",
    "jinja": "html",
    "jinja2": "html",
    "mustache": "html",
    "twig": "html",
    "vue": "vue",
    "svelte": "svelte",
    "ipynb": "notebook",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "command": "shell",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "webmanifest": "json",
    "yml": "yaml",
    "yaml": "yaml",
    "toml": "toml",
    "ini": "ini",
    "cfg": "ini",
    "conf": "ini",
    "cnf": "ini",
    "properties": "properties",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "tf": "terraform",
    "tfvars": "terraform",
    "env": "env",
}

# A template of another file is read as that file: deploy.yml.j2, config.js.ejs.
_TEMPLATES = frozenset({"ejs", "hbs", "handlebars", "njk", "nunjucks", "jinja", "jinja2", "j2", "mustache", "twig"})

_SPARE = re.compile(r"(?<=.)[._-](?:example|sample|dist|template|tmpl|default|defaults|local|bak|old|orig)$")

_PATTERNS = (
    (re.compile(r"\.env(?:rc)?(?:[._-].*)?"), "env"),
    (re.compile(r"(?:.+[._-])?envrc"), "env"),
    (
        re.compile(
            r"(?:.+[._-])?env(?:[._-](?:txt|vars|list|file|dev|devel|development|prod|production|stag|stage|staging|"
            r"test|testing|qa|uat|ci|docker|compose|shared|common|secret|secrets|keys|heroku))?"
        ),
        "env",
    ),
    (re.compile(r"(?:dockerfile|containerfile)[._-](?!dockerignore$|md$|rst$|txt$).+"), "dockerfile"),
)

_REQUIREMENTS = re.compile(
    r"(?:(?:requirements|constraints)(?:[-_.][^/]*)?|[^/]*requirements)\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)"
)

_SHEBANG = re.compile(rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+|\w+=\S*[ \t]+)*(?:\S*/)?)?([A-Za-z]+)")
INTERPRETERS = {
    b"python": "python",
    b"pypy": "python",
    b"node": "javascript",
    b"nodejs": "javascript",
    b"deno": "typescript",
    b"bun": "typescript",
    b"sh": "shell",
    b"bash": "shell",
    b"zsh": "shell",
    b"dash": "shell",
    b"ksh": "shell",
}


def kind_of(name: str, path: str, head: bytes = b"") -> str | None:
    """The kind of the file ``name`` at POSIX ``path``, or None where it is not one that jwtscan reads.

    Manifests and lock files have a kind of their own, called by their usual name. ``head`` are the file's first
    bytes: a shebang there decides where the name says nothing.
    """
    lowered = name.lower()
    kind = _by_table(lowered, path)
    while kind is None and (spare := _SPARE.search(lowered)) is not None:
        lowered = lowered[: spare.start()]
        kind = _by_table(lowered, path)
    return kind or _by_pattern(lowered) or _by_shebang(head)


def _by_table(name: str, path: str) -> str | None:
    if name in NAMES:
        return NAMES[name]
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension in _TEMPLATES and (inner := EXTENSIONS.get(stem.rpartition(".")[2])) and "." in stem:
        return inner
    if dot and extension in EXTENSIONS:
        return EXTENSIONS[extension]
    if extension in ("txt", "in"):
        folder = path.rpartition("/")[0].rpartition("/")[2].lower()
        if _REQUIREMENTS.fullmatch(name) or _REQUIREMENTS.fullmatch(f"{folder}/{name}"):
            return "requirements"
    return None


def _by_pattern(name: str) -> str | None:
    if "env" not in name and "file" not in name:
        return None
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(name)), None)


def _by_shebang(head: bytes) -> str | None:
    match = _SHEBANG.match(head)
    return INTERPRETERS.get(match[1].lower()) if match else None
