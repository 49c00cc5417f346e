"""Blocks of written pages that show what really happens: console blocks, files of an example, fixtures as diffs.

``<!-- example: NAME -->`` takes a fresh copy of docs/examples/NAME; what follows happens there, in order:

- a ``console`` block that starts with ``$ jwtscan …`` has what that prints;
- a block below ``<!-- file: PATH -->`` has the file as it is by then;
- what stands between ``<!-- fixture: RULE/CASE -->`` (or ``docs/examples/NAME``) and ``<!-- /fixture -->`` is what
  ``fix`` makes of that case.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from running import ROOT, copied, migrated, printed

from jwtscan.cases import Case

_LIVE = re.compile(
    r"^<!-- example: (?P<example>[\w-]+) -->$"
    r"|(?<=^```console\n)\$ jwtscan (?P<arguments>[^\n]*)\n.*?(?=^```$)"
    r"|(?<=^<!-- file: )(?P<file>[^\n]+?) -->\n+```(?P<language>\w*)[^\n]*\n.*?(?=^```$)"
    r"|(?<=^<!-- fixture: )(?P<fixture>[^\n]+?) -->\n.*?(?=^<!-- /fixture -->$)",
    re.MULTILINE | re.DOTALL,
)
_WITH_TEXT = ("scan", "fix")


def current(text: str) -> str:
    """A page with every live block as it is now."""
    with ExitStack() as stack:
        place = [Path(stack.enter_context(TemporaryDirectory()))]

        def example(match: re.Match[str]) -> str:
            place[:] = [stack.enter_context(copied(ROOT / "docs/examples" / match["example"]))]
            return match[0]

        makers: dict[str, Callable[[re.Match[str]], str]] = {
            "example": example,
            "arguments": lambda match: _console(match, place[0]),
            "file": lambda match: _file(match, place[0]),
            "fixture": _fixture,
        }
        return _LIVE.sub(lambda match: next(make(match) for name, make in makers.items() if match[name]), text)


def _console(match: re.Match[str], place: Path) -> str:
    """What a command prints, on a terminal of 80 columns."""
    arguments = shlex.split(match["arguments"])
    if arguments[0] in _WITH_TEXT and not {"--format", "--diff"} & set(arguments):
        arguments += ["--format", "text"]
    return f"$ jwtscan {match['arguments']}\n{printed(arguments, place).text}"


def _file(match: re.Match[str], place: Path) -> str:
    text = (place / match["file"]).read_text(encoding="utf-8")
    return f'{match["file"]} -->\n\n```{match["language"]} title="{match["file"]}"\n{text}'


def _fixture(match: re.Match[str]) -> str:
    named = match["fixture"]
    path = ROOT / named if named.startswith("docs/") else ROOT / "fixtures" / named
    case = Case(path.parent.name, path)
    unsafe = case.is_fixed and case.outcome("out") is None
    made = migrated(case, unsafe=unsafe)
    if not made.patches:
        raise SystemExit(f"{match['fixture']}: nothing is changed")
    helpers = "".join(f"\n`{path}` is [the helper module](migration.md#the-helper-module).\n" for path in made.helpers)
    command = "jwtscan fix --unsafe-fixes" if unsafe else "jwtscan fix"
    return f'{match["fixture"]} -->\n\n```diff title="{command}"\n{"".join(made.patches.values())}```\n{helpers}'
