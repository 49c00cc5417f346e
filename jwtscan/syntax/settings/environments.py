"""Where in a tree of settings environment variables stand: compose, CI services, Kubernetes, SAM, Heroku and others."""

from __future__ import annotations

import re

_ENV = re.compile(
    r"envs?|environment|env_?vars?|env_[a-z]+|environment_?variables?|set_?env|containerenv|remoteenv|app_settings"
)
_CI = re.compile(r"(?:^|/)[^/]*(?:gitlab-ci|azure-pipelines)[^/]*$|(?:^|/)\.gitlab/")
_WRANGLER = re.compile(r"(?:^|/)wrangler\.[^/]*$")

# What an ``environment:`` of GitHub, GitLab and CircleCI says of a place to deploy to.
_PLACE = frozenset({"name", "url", "on_stop", "action", "auto_stop_in", "deployment_tier", "deployment", "kubernetes"})

NAME_KEYS = ("name", "key", "parameterkey", "option_name", "optionname")
VALUE_KEYS = ("value", "parametervalue", "valuefrom")

# What a variable that is a map says of itself: Heroku, GitLab, CloudFormation, Drone, Render.
DESCRIBING = frozenset(
    {
        "value", "description", "required", "generator", "ref", "valuefrom", "from_secret", "fromsecret",
        "secretkeyref", "type", "noecho",
    }
)  # fmt: skip


def holds_env(name: str, outer: str, path: str, *, top: bool) -> bool:
    """Whether the children of the container under key ``name``, itself under ``outer``, are environment variables.

    Names and ``path`` are in lower case. ``top`` says that the container stands at the root.
    """
    if name in ("global", "matrix", "jobs"):
        return outer == "env"  # Travis
    if name == "parameters":
        return top  # CloudFormation: they are what variables are made of
    if name in ("variables", "vars", "args"):
        if outer in ("environment", "env"):
            return True
        if name == "variables":
            return _CI.search(path) is not None or (top and path.endswith((".yml", ".yaml")))
        if name == "args":
            return outer == "build"
        return _WRANGLER.search(path) is not None
    return _ENV.fullmatch(name) is not None


def is_place(name: str, key: str) -> bool:
    """Whether ``key`` of the map ``name`` describes a place to deploy to and is no variable."""
    return name == "environment" and key in _PLACE
