"""``jwtscan fix --interactive``: asks about each fix, as ``git add -p`` does about hunks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from jwtscan.cli.ending import Failure, Quit
from jwtscan.cli.outlets import print_out
from jwtscan.report.ansi import BOLD, RED, styled
from jwtscan.report.look import Look

if TYPE_CHECKING:
    from jwtscan.engine.outcome import Answer, Choice

KEYS = {
    "y": "apply this fix",
    "n": "leave it",
    "a": "apply it and all others of this rule",
    "A": "apply it and all others",
    "d": "leave it and all others in this file",
    "e": "edit its patch, and apply that",
    "s": "show the finding and where its credentials come from",
    "q": "quit, and write nothing at all",
}


class Asking:
    """Shows each fix and takes the answer. What was said for a file, a rule or everything is not asked again."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.everything = False
        self.rules: set[str] = set()
        self.left: set[str] = set()

    def __call__(self, choice: Choice) -> Answer:
        finding = choice.offer.finding
        if finding.path in self.left:
            return False
        if self.everything or finding.rule in self.rules:
            return True
        print_out(shown(choice, self.look))
        draft = b""
        while (key := self._key()) in "se":
            if key == "s":
                print_out(_finding(choice, self.look))
                continue
            texts, draft, fault = _by_hand(choice, draft)
            if not fault:
                return texts
            print_out(styled(_words(fault, choice), RED, self.look) + "\n")
        if key == "q":
            raise Quit
        if key == "a":
            self.rules.add(finding.rule)
        elif key == "d":
            self.left.add(finding.path)
        self.everything = key == "A"
        return key in "yaA"

    def _key(self) -> str:
        question = styled(f"Apply this fix [{','.join(KEYS)},?]?", BOLD, self.look)
        while True:
            answer = click.prompt(question, prompt_suffix=" ", type=str).strip()
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
    from jwtscan.report.masked import Clean
    from jwtscan.report.patch import drawn

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
    return "\n".join(lines) + "\n" + drawn(clean.patch(_patch(choice).decode("utf-8", "replace")), look)


def _words(text: str, choice: Choice) -> str:
    from jwtscan.report.masked import Clean

    return Clean(choice.result.secrets).words(text)


def _patch(choice: Choice) -> bytes:
    from jwtscan.text.diff import patch

    # A helper module may fill the screen: what changes stands next to the question.
    texts = sorted(choice.texts, key=lambda text: text.before is not None)
    return b"".join(patch(path, before, after) for path, before, after in texts)


def _finding(choice: Choice, look: Look) -> str:
    from jwtscan.report import masked
    from jwtscan.report.text import to_text

    return to_text(masked(replace(choice.result, findings=[choice.offer.finding], skipped=[])), look, quiet=True)


_HELP = b"""\
# To keep a line that starts with '-', make the '-' a ' '. To leave an added line out, delete it.
# Lines that start with ' ' have to stay as they are; counts need not be right. Lines that start with '#' are ignored.
# Secrets stand here in full: this is not what the terminal showed, and the file is removed afterwards.
"""


def _by_hand(choice: Choice, draft: bytes) -> tuple[dict[str, bytes], bytes, str]:
    """The texts that the user makes of a fix's patch, the patch as it was left, and why it cannot be taken, if so.

    ``draft`` is what was left the last time: no work is lost by a slip.
    """
    from jwtscan.cli.editor import EditorError, edited
    from jwtscan.text.patched import PatchError, patched

    # The texts keep their own line ends; an editor shows one kind of them best.
    given = draft or _patch(choice).replace(b"\r\n", b"\n") + _HELP
    try:
        draft = edited(given, "fix.diff")
        draft.decode("utf-8", "surrogatepass")
        texts = patched(draft, {path: before for path, before, _ in choice.texts})
    except EditorError as error:
        return {}, draft, f"{error}; the fix is as it was"
    except PatchError as error:
        return {}, draft, f"this cannot be applied: {error}"
    except UnicodeDecodeError:
        return {}, draft, "this cannot be applied: the editor did not save it as UTF-8"
    if not texts:
        return {}, b"", "nothing is left of the patch; the fix is as it was"
    if draft == _patch(choice).replace(b"\r\n", b"\n") + _HELP:
        texts = {path: after for path, _, after in choice.texts}
    fault = _masked_line(choice, texts) or choice.fault(texts)
    return texts, draft, f"this cannot be applied: {fault}" if fault else ""


def _masked_line(choice: Choice, texts: dict[str, bytes]) -> str | None:
    """Says where a line was copied from the screen: written into a file, its mask would take a secret's place."""
    from jwtscan.mask import MASK
    from jwtscan.report.masked import Clean

    known = {line for _, before, after in choice.texts for line in ((before or b"") + b"\n" + after).split(b"\n")}
    rows = ((path, number, line) for path, text in texts.items() for number, line in enumerate(text.split(b"\n"), 1))
    odd = [(path, number, line) for path, number, line in rows if MASK.encode() in line and line not in known]
    clean = Clean(choice.result.secrets if odd else ())
    shown = {clean.line(line.decode("utf-8", "replace")).strip() for line in known} if odd else set()
    for path, number, line in odd:
        if line.decode("utf-8", "replace").strip() in shown:
            return f"{path}: line {number} is masked, as on the screen; give the secret itself, or no such line"
    return None
