"""``jwtscan fix --interactive``: asks about each fix, as ``git add -p`` does about hunks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from jwtscan.cli.ending import Failure, Quit
from jwtscan.cli.outlets import print_out
from jwtscan.report.look import Look

if TYPE_CHECKING:
    from jwtscan.engine.outcome import Choice

KEYS = {
    "y": "apply this fix",
    "n": "leave it",
    "a": "apply it and all others in this file",
    "r": "apply it and all others of this rule",
    "A": "apply it and all others",
    "d": "leave it and all others in this file",
    "s": "show the finding and where its credentials come from",
    "q": "quit, and write nothing at all",
}


class Asking:
    """Shows each fix and takes the answer. What was said for a file, a rule or everything is not asked again."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.everything = False
        self.rules: set[str] = set()
        self.files: dict[str, bool] = {}

    def __call__(self, choice: Choice) -> bool:
        finding = choice.offer.finding
        if finding.path in self.files:
            return self.files[finding.path]
        if self.everything or finding.rule in self.rules:
            return True
        print_out(shown(choice, self.look))
        while (key := self._key()) == "s":
            print_out(_finding(choice, self.look))
        if key == "q":
            raise Quit
        if key in "ad":
            self.files[finding.path] = key == "a"
        elif key == "r":
            self.rules.add(finding.rule)
        elif key == "A":
            self.everything = True
        return key in "yarA"

    def _key(self) -> str:
        while True:
            answer = click.prompt(f"Apply this fix [{','.join(KEYS)},?]", prompt_suffix="? ", type=str).strip()
            if answer in KEYS:
                return str(answer)
            print_out("".join(f"{key} - {what}\n" for key, what in KEYS.items()))


def asking(look: Look, *, is_terminal: bool) -> Asking:
    """What asks. Raises Failure where nobody can answer."""
    if not is_terminal:
        raise Failure("--interactive needs a terminal; --diff shows what would change")
    return Asking(look)


def shown(choice: Choice, look: Look) -> str:
    """A fix: what it does to which finding, what it takes for granted, and its patch, all of it masked."""
    from jwtscan.report.ansi import BOLD, styled
    from jwtscan.report.masked import Clean
    from jwtscan.report.patch import drawn
    from jwtscan.text.diff import patch

    clean = Clean(choice.result.secrets)
    finding = clean.finding(choice.offer.finding)
    assert finding.fix is not None
    lines = [
        "",
        styled(f"{finding.path}:{finding.start.line}: {finding.rule}", BOLD, look),
        f"{finding.fix.title} ({finding.fix.applicability})",
    ]
    if finding.fix.because:
        lines.append(f"takes for granted: {finding.fix.because}")
    patches = b"".join(patch(path, before, after) for path, before, after in choice.texts)
    return "\n".join(lines) + "\n" + drawn(clean.patch(patches.decode("utf-8", "replace")), look)


def _finding(choice: Choice, look: Look) -> str:
    from jwtscan.report import masked
    from jwtscan.report.text import to_text

    return to_text(masked(replace(choice.result, findings=[choice.offer.finding], skipped=[])), look, quiet=True)
