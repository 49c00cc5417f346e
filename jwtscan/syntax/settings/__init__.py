"""Reading settings files: every key with a scalar value and the exact bytes of both. Says nothing of their meaning."""

from __future__ import annotations

from collections.abc import Callable

from jwtscan.syntax.ir import Comment
from jwtscan.syntax.settings import dockerfile, dotenv, ini, json5, properties, shell, terraform, toml, yaml
from jwtscan.syntax.settings.reading import MAX_SETTINGS, Reading, TooManySettingsError
from jwtscan.syntax.unit import Setting

_READERS: dict[str, Callable[[Reading], None]] = {
    "env": dotenv.read,
    "shell": shell.read,
    "json": json5.read,
    "package.json": json5.read,
    "yaml": yaml.read,
    "environment.yml": yaml.read,
    "toml": toml.read,
    "pyproject.toml": toml.read,
    "Pipfile": toml.read,
    "ini": ini.read,
    "setup.cfg": ini.read,
    "properties": properties.read,
    "dockerfile": dockerfile.read,
    "terraform": terraform.read,
}
KINDS = frozenset(_READERS)


def read_settings(kind: str, path: str, source: bytes) -> tuple[tuple[Setting, ...], tuple[Comment, ...], list[str]]:
    """The settings of a file in source order, its comments, and notes on what could not be read.

    ``kind`` is one of ``KINDS``; ``path`` tells a compose or CI file from another. Broken files are read as far as
    they can be; nothing raises.
    """
    reading = Reading(source, path)
    read = shell.read if kind == "env" and path.lower().endswith("envrc") else _READERS[kind]
    try:
        read(reading)
    except TooManySettingsError:
        reading.notes.append(f"only the first {MAX_SETTINGS} settings were read")
    reading.settings.sort(key=lambda setting: setting.key_span)
    return tuple(reading.settings), tuple(reading.comments), reading.notes
