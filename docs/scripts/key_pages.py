"""The configuration's reference: each key of ``config/keys.py``, with the option and the variable for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from jwtscan.cli import commands
from jwtscan.cli.options import variable_of
from jwtscan.config.keys import KEYS, Key, schema

EXAMPLES = {
    "extend": 'extend = "../team.jwtscan.toml"',
    "select": 'select = ["sdk", "rest"]',
    "ignore": 'ignore = ["outdated-sdk"]',
    "min-severity": 'min-severity = "warning"',
    "min-confidence": 'min-confidence = "high"',
    "exclude": 'exclude = ["legacy/", "*.generated.js"]',
    "include": 'include = ["vendor/zoom/**"]',
    "force-exclude": "force-exclude = true",
    "no-gitignore": "no-gitignore = true",
    "max-file-size": 'max-file-size = "2MB"',
    "rules": 'rules = ["checks"]',
    "target": 'target = "2.18"',
    "format": 'format = "text"',
    "fail-on": 'fail-on = "error"',
    "baseline": 'baseline = "jwtscan.baseline"',
    "jobs": "jobs = 2",
    "unsafe-fixes": "unsafe-fixes = true",
    "require-ignore-reason": "require-ignore-reason = true",
    "helper": 'helper = "src/acme/zoom"',
    "per-file-ignores": '[per-file-ignores]\n"docs/**" = ["credentials"]\n"tests/old_*.py" = ["rest"]',
    "severity": '[severity]\noutdated-sdk = "note"',
    "env-names": '[env-names]\nZOOM_API_KEY = "ACME_ZOOM_CLIENT_ID"\nZOOM_API_SECRET = "ACME_ZOOM_CLIENT_SECRET"',
}
NOTES = {
    "extend": """\
The path is relative to this file. Where both say something about a key, this file wins; tables
(`per-file-ignores`, `severity`, `env-names`) are put together entry by entry, lists are replaced as a whole.
The other file may extend a third one. A file to extend is called `jwtscan.toml`, `NAME.jwtscan.toml` or
`pyproject.toml`: by that name a scan knows that the old names in it are no program's settings.""",
    "exclude": """\
Files that are named on the command line are scanned all the same, unless [`force-exclude`](#force-exclude) is
set.""",
    "rules": """\
Only rules in TOML. Rules in Python are programs, and a configuration comes with the tree: they are only run
from a folder that the command line names (`--rules`). [How to write rules](own-rules.md).""",
    "baseline": "The findings in it are known, and are not reported. [How a baseline is kept](baseline.md).",
    "require-ignore-reason": "[How comments silence findings](silencing.md).",
    "format": """\
A file cannot be named here: a configuration comes with the tree, and may not choose what is written where.""",
    "target": "`auto` goes by what the project has: which property `join()` takes depends on the version "
    "([migration](migration.md#meeting-sdk-for-web)).",
    "helper": """\
Without it the helper module goes beside the code that uses it, in the style of the project's own imports. A
folder serves both languages (`zoom_oauth.py`, `zoom-oauth.js` or `.ts`). A file name with `.py`, `.js`, `.mjs`,
`.cjs` or `.ts` is for its language only, and gives the module its name; an asynchronous Python helper beside
`NAME.py` is called `NAME_async.py`. It has to be inside of the work tree, and a file that is there already has
to be a helper of jwtscan's. Code that cannot import a module from there is left as it is, with that reason.""",
    "per-file-ignores": "Globs are relative to this file.",
    "env-names": """\
The old variable is on the left. Where the new name has the word `SDK` in it, it is one for the Meeting SDK,
otherwise one for the REST API. Names that are not listed follow Zoom's own samples: `ZOOM_ACCOUNT_ID`,
`ZOOM_CLIENT_ID`, `ZOOM_CLIENT_SECRET`, `ZOOM_MEETING_SDK_KEY`, `ZOOM_MEETING_SDK_SECRET`.""",
}
_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list", "object": "table"}


def keys_section() -> str:
    """A table of all keys, then each of them."""
    lines = ["| Key | Type | Default | Option | Environment |", "|---|---|---|---|---|"]
    for key in KEYS:
        option = _option(key)
        cells = [f"[`{key.name}`](#{key.name})", type_of(key), _default(key, option)]
        cells += [f"`{_flag(option)}`", _variable(option)] if option is not None else ["", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n" + "\n\n".join(_section(key) for key in KEYS)


def _section(key: Key) -> str:
    parts = [f"### `{key.name}` {{ #{key.name} }}", key.about]
    if key.name in NOTES:
        parts.append(NOTES[key.name])
    if key.name in EXAMPLES:
        parts.append(f"```toml\n{EXAMPLES[key.name]}\n```")
    return "\n\n".join(parts)


def type_of(key: Key) -> str:
    """What a value of the key is, as the schema has it."""
    return " or ".join(dict.fromkeys(_types(schema()["properties"][key.name])))


def _types(part: dict[str, Any]) -> Iterator[str]:
    if "anyOf" in part:
        for one in part["anyOf"]:
            yield from _types(one)
    elif "enum" in part:
        yield " ".join(f"`{word}`" for word in part["enum"])
    elif part["type"] == "array":
        yield f"list of {' or '.join(_types(part['items']))}s"
    elif part["type"] == "object":
        yield f"table of {' or '.join(dict.fromkeys(_types(part['additionalProperties'])))}"
    else:
        yield _WORDS[part["type"]]


def _option(key: Key) -> click.Option | None:
    """The option that stands for a key, of the first command that has it."""
    ctx = click.Context(commands)
    for name in ("scan", "fix"):
        command = commands.get_command(ctx, name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option) and key.option is not None and parameter.name == key.option:
                return parameter
    return None


def _flag(option: click.Option) -> str:
    return max(option.opts, key=len)


def _variable(option: click.Option) -> str:
    assert option.envvar is None or option.envvar == variable_of(_flag(option))
    return f"`{option.envvar}`" if option.envvar is not None else ""


def _default(key: Key, option: click.Option | None) -> str:
    if option is None:
        return ""
    ctx = click.Context(click.Command("scan"))
    value = option.get_default(ctx)
    if option.is_flag:
        return "`false`"
    if key.name == "format":
        return "`text` on a terminal, else `concise`"
    return f"`{value}`" if isinstance(value, (str, int)) else "none"
