"""Reads Terraform's attributes: literals in blocks, objects and lists. Other expressions are kept as raw text."""

from __future__ import annotations

import re
import textwrap

from jwtscan.syntax.settings.reading import Reading, unescape
from jwtscan.syntax.settings.tree import Tree
from jwtscan.text import Span

_BLANK = re.compile(rb"[ \t]+")
_NEWLINE = re.compile(rb"[\r\n\x0b\x0c]")
_COMMENT = re.compile(rb"(?:#|//)[^\r\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAME = re.compile(rb"[\w\x80-\xff][\w\x80-\xff.-]*")
_TEMPLATE = re.compile(rb"""[^"\\$%{}\r\n]+|\\[^\r\n]|[$%]\{|.|[\r\n]""", re.DOTALL)
_HEREDOC = re.compile(rb"<<-?([A-Za-z_][\w-]*)[ \t]*\r?\n")
_CALL = re.compile(
    rb"(?:jsonencode|yamlencode|merge|tomap|tolist|toset|concat|sensitive|nonsensitive|tostring)[ \t]*\("
)
# The end of a value: what may stand behind a literal that is a whole expression.
_DONE = re.compile(rb"[ \t]*(?:[\r\n,}\])]|#|//|/\*|\Z)")
_EXPRESSION = re.compile(rb"""[^\s"(){}\[\],#/]+|[ \t]+|/(?![/*])""")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_CLOSERS = {b"{": b"}", b"[": b"]", b"(": b")"}


class _Reader:
    """Goes through the file once. ``stack`` holds the closing marks that are awaited, ``parts`` the words so far."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.tree = Tree(reading)
        self.stack: list[tuple[bytes, tuple[str, Span] | None]] = []
        self.parts: list[tuple[str, Span]] = []
        self.heredocs = True

    def read(self) -> None:
        at = 0
        while at < len(self.source):
            in_body = not self.stack or self.stack[-1][0] == b"}"
            at = self._body(at) if in_body else self._item(at)
        self.tree.finish()

    def _body(self, at: int) -> int:
        """One step inside a block or object, where keys and labels stand."""
        source = self.source
        mark = source[at : at + 1]
        if (match := _BLANK.match(source, at)) is not None:
            return match.end()
        if (end := self._comment(at)) is not None:
            return end
        if mark == b'"':
            end, span = self._string(at)
            self.parts.append((self._text(span), span))
            return end
        if (match := _NAME.match(source, at)) is not None:
            self.parts.append((self.reading.text(*match.span()), Span(*match.span())))
            return match.end()
        if mark == b"{":
            self._block()
            return at + 1
        if mark in (b"=", b":") and self.parts:
            key = self.parts[-1]
            self.parts = []
            return self._value(at + 1, key)
        if mark in b"}])":
            self._close(mark)
        if _NEWLINE.match(mark) or mark in b"},":
            self.parts = []
        return at + 1

    def _block(self) -> None:
        """A block: its type and labels are its path. An input variable is a setting itself, though it has no value."""
        self.stack.append((b"}", None))
        parts, self.parts = self.parts, []
        if not parts:
            self.tree.key("?", Span(0, 0))
            self.tree.open(is_list=False)
            return
        if parts[0][0] == "variable" and len(parts) == 2:
            self.reading.add(f"variable.{parts[1][0]}", None, parts[1][1], Span(0, 0))
        for text, span in parts[:-1]:
            self.tree.key(text, span)
            self.tree.open(is_list=False)
            self.stack[-1:] = [(b"", None), self.stack[-1]]
        self.tree.key(*parts[-1])
        if len(parts) == 1:
            self.tree.open_pair()
        else:
            self.tree.open(is_list=False)

    def _item(self, at: int) -> int:
        """One step inside a list or the parentheses of a call."""
        mark = self.source[at : at + 1]
        if mark in b" \t\r\n,":
            return at + 1
        if (end := self._comment(at)) is not None:
            return end
        if mark in b"}])":
            self._close(mark)
            return at + 1
        return self._value(at, self.stack[-1][1])

    def _value(self, at: int, key: tuple[str, Span] | None) -> int:
        """The value of a key, or an item where there is none. Only its start, where it is a container."""
        source = self.source
        blank = _BLANK.match(source, at)
        at = blank.end() if blank else at
        in_call = bool(self.stack) and self.stack[-1][0] == b")"
        mark = source[at : at + 1]
        if key is not None:
            self.tree.key(*key)
        if mark in (b"{", b"["):
            self.stack.append((_CLOSERS[mark], None))
            self.tree.open(is_list=mark == b"[")
            return at + 1
        if (call := _CALL.match(source, at)) is not None and (key is not None or in_call):
            # What the call makes of them still stands under the key.
            self.stack.append((b")", key))
            self.tree.drop_key()
            return call.end()
        if (heredoc := self._heredoc(at)) is not None:
            return heredoc
        if mark == b'"':
            end, span = self._string(at)
            if _DONE.match(source, end):
                self.tree.leaf(self._text(span), span)
                return end
        return self._expression(at, keep=not in_call)

    def _expression(self, at: int, *, keep: bool) -> int:
        """Anything else, up to the end of its line or of what it stands in."""
        source = self.source
        start = end = at
        awaited: list[bytes] = []
        while at < len(source):
            mark = source[at : at + 1]
            if mark == b'"':
                at, _ = self._string(at)
            elif mark in b"([{":
                awaited.append(_CLOSERS[mark])
                at += 1
            elif mark in b")]}":
                if not awaited:
                    break
                if awaited[-1] == mark:
                    awaited.pop()
                at += 1
            elif not awaited and (mark == b"," or _NEWLINE.match(mark) or _COMMENT.match(source, at)):
                break
            elif (skipped := self._comment(at)) is not None:
                at = skipped
            else:
                match = _EXPRESSION.match(source, at)
                at = match.end() if match else at + 1
            end = at
        end = start + len(source[start:end].rstrip())
        if keep and end > start:
            text = self.reading.text(start, end)
            self.tree.leaf(None if text == "null" else text, Span(start, end))
        elif self.tree.has_key:
            self.tree.drop_key()
        return max(at, start + (at == start))

    def _close(self, mark: bytes) -> None:
        """Leaves the container that a bracket closes, if it closes one."""
        if not self.stack or self.stack[-1][0] != mark:
            return
        self.stack.pop()
        if mark != b")":
            self.tree.close()
        while self.stack and self.stack[-1][0] == b"":
            self.stack.pop()
            self.tree.close()

    def _string(self, at: int) -> tuple[int, Span]:
        """The end of a string and what is in its quotes. Templates in it may hold strings; no string spans lines."""
        start = at
        nested: list[bytes] = [b'"']
        at += 1
        while nested and (match := _TEMPLATE.match(self.source, at)) is not None:
            mark = match[0]
            if mark in b"\r\n":
                return at, Span(start + 1, at)
            at = match.end()
            if mark == b'"':
                if nested[-1] == b'"':
                    nested.pop()
                else:
                    nested.append(mark)
            elif mark in (b"${", b"%{") or (mark == b"{" and nested[-1] == b"}"):
                nested.append(b"}")
            elif mark == b"}" and nested[-1] == b"}":
                nested.pop()
        return at, Span(start + 1, at if nested else at - 1)

    def _heredoc(self, at: int) -> int | None:
        """Adds the heredoc at ``at`` and returns its end."""
        match = _HEREDOC.match(self.source, at) if self.heredocs else None
        if match is None:
            return None
        pattern = re.compile(rb"^[ \t]*" + match[1] + rb"[ \t\r]*$", re.MULTILINE)
        closed = pattern.search(self.source, match.end())
        if closed is None:
            # Looking for the ends of many that never end would take quadratic time.
            self.heredocs = False
            return None
        span = Span(match.end(), max(closed.start() - 1, match.end()))
        text = self.reading.text(*span)
        self.tree.leaf(textwrap.dedent(text) if self.source.startswith(b"<<-", at) else text, span)
        return closed.end()

    def _comment(self, at: int) -> int | None:
        match = _COMMENT.match(self.source, at)
        if match is None:
            return None
        self.reading.comment(*match.span())
        return match.end()

    def _text(self, span: Span) -> str:
        return unescape(self.reading.text(*span), _ESCAPES)


def read(reading: Reading) -> None:
    """Every attribute, under the types and labels of the blocks around it."""
    _Reader(reading).read()
