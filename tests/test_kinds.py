"""Which kind a name stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.files.kinds import kind_of

KINDS = [
    ("app.py", "python"),
    ("zoom.pyi", "python"),
    ("run.pyw", "python"),
    ("setup.py", "python"),
    ("join.js", "javascript"),
    ("JOIN.JS", "javascript"),
    ("server.mjs", "javascript"),
    ("server.cjs", "javascript"),
    ("App.jsx", "javascript"),
    ("Code.gs", "javascript"),
    ("environment.ts", "typescript"),
    ("environment.prod.ts", "typescript"),
    ("api.mts", "typescript"),
    ("api.cts", "typescript"),
    ("env.d.ts", "typescript"),
    ("App.tsx", "tsx"),
    ("index.html", "html"),
    ("old.htm", "html"),
    ("page.ejs", "html"),
    ("meeting.handlebars", "html"),
    ("base.jinja2", "html"),
    ("base.html.j2", "html"),
    ("index.html.twig", "html"),
    ("Meeting.vue", "vue"),
    ("Meeting.svelte", "svelte"),
    ("report.ipynb", "notebook"),
    ("deploy.sh", "shell"),
    ("setup.zsh", "shell"),
    (".bashrc", "shell"),
    ("config.json", "json"),
    ("tsconfig.json", "json"),
    ("jsconfig.json", "json"),
    ("settings.jsonc", "json"),
    (".gitlab-ci.yml", "yaml"),
    ("docker-compose.override.yaml", "yaml"),
    ("deploy.yml.j2", "yaml"),
    ("config.js.ejs", "javascript"),
    ("netlify.toml", "toml"),
    ("bot.ini", "ini"),
    ("app.conf", "ini"),
    ("application.properties", "properties"),
    ("Dockerfile", "dockerfile"),
    ("Dockerfile.dev", "dockerfile"),
    ("dockerfile-web", "dockerfile"),
    ("web.dockerfile", "dockerfile"),
    ("Containerfile", "dockerfile"),
    ("Dockerfile.ts", "typescript"),
    ("main.tf", "terraform"),
    ("prod.tfvars", "terraform"),
    ("package.json", "package.json"),
    ("package-lock.json", "package-lock.json"),
    ("npm-shrinkwrap.json", "package-lock.json"),
    ("yarn.lock", "yarn.lock"),
    ("pnpm-lock.yaml", "pnpm-lock.yaml"),
    ("pyproject.toml", "pyproject.toml"),
    ("Pipfile", "Pipfile"),
    ("Pipfile.lock", "Pipfile.lock"),
    ("poetry.lock", "poetry.lock"),
    ("uv.lock", "uv.lock"),
    ("setup.cfg", "setup.cfg"),
    ("environment.yaml", "environment.yml"),
]

ENVS = [
    ".env", ".ENV", ".env.local", ".env.example", ".env.development.local", ".env-sample", ".env_prod", ".envrc",
    ".env.dist", "dev.env", "example.env", ".prod.env", "sample.env.example", "env", "env.txt", "env.example",
    "env.production", "docker.env.template", "app-env", ".env.anything",
]  # fmt: skip

SPARES = [
    ("config.json.example", "json"),
    ("bot.ini.example", "ini"),
    ("settings.py.sample", "python"),
    ("config.js-dist", "javascript"),
    ("secrets.yml.template", "yaml"),
    ("config.py.bak", "python"),
    ("package.json.default", "package.json"),
    ("config.toml.local.example", "toml"),
]

REQUIREMENTS = [
    "requirements.txt", "requirements-dev.txt", "requirements_dev.txt", "requirements.dev.txt", "requirements.in",
    "dev-requirements.txt", "test_requirements.in", "constraints.txt", "constraints-3.10.txt", "requirements/base.txt",
    "deploy/requirements/prod.in",
]  # fmt: skip

NOTHING = [
    "README.md", "notes.txt", "photo.png", "env.go", "environment.rb", "dev.env.png", "index.php", "page.cshtml",
    "style.css", "Dockerfile.dockerignore", "example", ".example", "MANIFEST.in", "config.h.in", "venv", "Makefile",
    "app_fr.arb", "nvenv.c", "plain.j2", "", ".", "composer.lock",
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_name_decides(name: str, kind: str) -> None:
    assert kind_of(name, f"deep/in/{name}") == kind


@pytest.mark.parametrize("name", ENVS)
def test_environment_files_under_all_their_names(name: str) -> None:
    assert kind_of(name, name) == "env"


@pytest.mark.parametrize(("name", "kind"), SPARES)
def test_sample_copy_is_read_as_the_real_file(name: str, kind: str) -> None:
    assert kind_of(name, name) == kind


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_requirements_by_name_or_folder(path: str) -> None:
    assert kind_of(path.rpartition("/")[2], path) == "requirements"


@pytest.mark.parametrize("name", NOTHING)
def test_other_files_are_left_alone(name: str) -> None:
    assert kind_of(name, name) is None


SHEBANGS = [
    (b"#!/usr/bin/env python3\n", "python"),
    (b"#! /usr/bin/python2.7 -u\n", "python"),
    (b"#!/usr/bin/env -S node --no-warnings\n", "javascript"),
    (b"#!/usr/bin/env NODE_ENV=test node\n", "javascript"),
    (b"#!/bin/sh\n", "shell"),
    (b"#!/usr/local/bin/bash -e\r\n", "shell"),
    (b"#!/usr/bin/perl\n", None),
    (b"#!\n", None),
    (b"# python\n", None),
    (b"\x7fELF", None),
]


@pytest.mark.parametrize(("head", "kind"), SHEBANGS)
def test_shebang_decides_where_the_name_does_not(head: bytes, kind: str | None) -> None:
    assert kind_of("zoom-report", "bin/zoom-report", head) == kind


def test_name_outweighs_the_shebang() -> None:
    assert kind_of("join.js", "join.js", b"#!/bin/sh\n") == "javascript"


@given(st.text(max_size=60), st.binary(max_size=40))
def test_any_name_is_answered(name: str, head: bytes) -> None:
    assert kind_of(name, name, head) == kind_of(name, name, head)


@given(st.sampled_from([name for name, _ in KINDS]), st.sampled_from(["example", "sample", "dist", "template", "bak"]))
def test_sample_suffix_never_changes_the_kind(name: str, suffix: str) -> None:
    assert kind_of(f"{name}.{suffix}", f"{name}.{suffix}") == kind_of(name, name)
