"""``unused-ignore``: the comment goes, or what in it is of no use; words of others in it stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Proposal, advice
from jwtscan.syntax.enclosing import Enclosing
from jwtscan.syntax.ledger import Idle
from jwtscan.syntax.spoken import Spoken
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

_WORD = re.compile(rb"\w")
_LIST = re.compile(rb"\[[^\]]*\]")
# Marks of comments, with the word by which Django opens and closes one.
_MARKS = re.compile(rb"\{%-?\s*(?:end)?comment\b[^%]*%\}|[^\w\s]+|\s+")
_MARK_BEHIND = re.compile(rb"[ \t]*(?:#+|//+|--+|;+|,)?[ \t]*")
_MARK = b"#/;-"
_BLANK = b" \t"
# Two signs that would be one word or operator.
_JOINED = re.compile(rb"[\w$\x80-\xff]{2}|[-+*/<>=&|!?.:%^~#]{2}")


def fix(idle: Idle | None, _: Plan) -> Proposal | None:
    """A comment that would silence something but for its day or its reason is left for people to renew.

    So is one that nobody understands: nothing says what of it is of no use.
    """
    if idle is None:
        return None
    unused = idle.unused
    if unused.wanted and unused.barred is not None:
        return advice(f"{unused.barred.advice}, or remove the comment", "it may still say what people want to know")
    removal = _Removal(idle)
    going = {*unused.rules, *unused.unknown}
    kept = [rule for rule in unused.ignore.rules if rule not in going]
    edit, title = (
        (removal.shorter(kept), f"leave {', '.join(kept)}") if kept else (removal.gone(), "remove the comment")
    )
    if edit is None:
        return advice("remove the comment", "it does not stand in the file as it is read")
    return Proposal(
        Applicability.SAFE,
        title,
        ((idle.unit.path, edit),),
        reworded=((idle.unit.path, removal.comment.start, removal.text),),
    )


class _Removal:
    """One directive on its way out. Spans are in the text that comments are read in, but for those of edits."""

    def __init__(self, idle: Idle) -> None:
        self.unit = idle.unit
        self.spoken = Spoken(idle.unit)
        self.source = self.spoken.source
        ignore = idle.unused.ignore
        self.words, self.comment = ignore.span, ignore.comment
        self.filled = Enclosing(idle.unit, self.spoken).filled_by(self.comment)

    @property
    def text(self) -> str:
        """The comment as it is now."""
        return self.source[self.comment.start : self.comment.end].decode("utf-8", "replace")

    def shorter(self, kept: list[str]) -> Edit | None:
        """The list of rules with those only that are kept."""
        found = _LIST.search(self.source, *self.words)
        return self._edit(Span(*found.span()), f"[{', '.join(kept)}]".encode()) if found is not None else None

    def gone(self) -> Edit | None:
        """No directive; no comment where it says nothing else."""
        before = self.source[self.comment.start : self.words.start]
        behind = self.source[self.words.end : self.comment.end]
        if not _says(before) and not _says(behind):
            return self._without_comment()
        line_start = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
        own, first = before[line_start:], line_start == 0
        rest = re.split(rb"[\r\n]", behind, maxsplit=1)
        last = len(rest) == 1
        if _says(own):
            kept = own.rstrip(_BLANK).rstrip(_MARK).rstrip(_BLANK)
            blanks = 0 if rest[0].strip() else len(rest[0])
            return self._edit(Span(self.words.start - len(own) + len(kept), self.words.end + blanks))
        if _says(rest[0]):
            mark = _MARK_BEHIND.match(rest[0])
            return self._edit(Span(self.words.start, self.words.end + (mark.end() if mark else 0)))
        if not first and not last:
            return self._without_lines(Span(self.words.start, self.words.end + len(rest[0])))
        kept = own.rstrip(_BLANK) if first else own[: len(own) - len(own.lstrip(_BLANK))]
        blanks = len(rest[0]) - len(rest[0].lstrip(_BLANK))
        return self._edit(Span(self.words.start - len(own) + len(kept), self.words.end + (0 if first else blanks)))

    def _without_comment(self) -> Edit | None:
        """Takes the comment out with what is only there for it: its line, its braces, the blanks before it."""
        start, end = self.filled
        lines = self.spoken.lines
        first = lines.span(lines.line_of(start))
        last = lines.span(lines.line_of(max(end - 1, start)))
        opens = not self.source[first.start : start].strip()
        closes = not self.source[end : last.end].strip() if last.end >= end else True
        if opens and closes:
            return self._without_lines(self.filled)
        if closes:
            while self.source[start - 1 : start] in (b" ", b"\t"):
                start -= 1
            return self._edit(Span(start, max(end, last.end)))
        if first != last:
            # What stands on both sides of it was on different lines.
            at = self.source.find(b"\n", start, end)
            newline = b"\r\n" if self.source[at - 1 : at] == b"\r" else b"\n"
            return self._edit(Span(start, end), b"" if opens else newline)
        behind = end
        while self.source[behind : behind + 1] in (b" ", b"\t"):
            behind += 1
        would_join = behind == end and _JOINED.fullmatch(self.source[start - 1 : start] + self.source[end : end + 1])
        in_program = self.unit.module is not None and not self.source.startswith((b"<", b"{"), start)
        return self._edit(Span(start, behind), b" " if would_join and in_program else b"")

    def _without_lines(self, span: Span) -> Edit | None:
        """Takes out whole lines; the line end before them where none comes after."""
        lines = self.spoken.lines
        first, last = lines.line_of(span.start), lines.line_of(max(span.end - 1, span.start))
        start, end = lines.span(first).start, lines.span(last).end
        after = lines.starts[last] if last < lines.count else None
        if after is not None and self.spoken.is_line_end(end, after):
            return self._edit(self._with_gap(first, last) or Span(start, after))
        above = lines.span(first - 1).end if first > 1 else None
        if above is not None and self.spoken.is_line_end(above, start):
            return self._edit(Span(above, end))
        return self._edit(Span(start, end))

    def _with_gap(self, first: int, last: int) -> Span | None:
        """These lines with an empty one beside them, where there is one on either side, or the file's end."""
        lines = self.spoken.lines
        if self.unit.kind == "notebook" or (first > 1 and lines.bytes(first - 1).strip()):
            return None
        if last + 1 < lines.count and not lines.bytes(last + 1).strip():
            return Span(lines.starts[first - 1], lines.starts[last + 1])
        if first > 1 and lines.starts[last] == len(self.source):
            return Span(lines.starts[first - 2], lines.starts[last])
        return None

    def _edit(self, span: Span, text: bytes = b"") -> Edit:
        return Edit(self.spoken.there(span), text)


def _says(text: bytes) -> bool:
    """Whether a part of a comment has words in it."""
    return _WORD.search(_MARKS.sub(b" ", text)) is not None
