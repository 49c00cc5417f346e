"""Ignore files as git reads them: patterns, their order, the folders they speak for. Works on bytes, as git does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

_WILD = re.compile(rb"[*?\[\\]")
_CLASSES = {
    b"alnum": rb"[0-9A-Za-z]",
    b"alpha": rb"[A-Za-z]",
    b"blank": rb"[ \t]",
    b"cntrl": rb"[\x00-\x1f\x7f]",
    b"digit": rb"[0-9]",
    b"graph": rb"[!-~]",
    b"lower": rb"[a-z]",
    b"print": rb"[ -~]",
    b"punct": rb"[!-/:-@\[-`{-~]",
    b"space": rb"[\t-\r ]",
    b"upper": rb"[A-Z]",
    b"xdigit": rb"[0-9A-Fa-f]",
}
_ALL = bytes(range(1, 256))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of an ignore file. ``matcher`` is for the whole path under the file's folder, or only the last name."""

    order: int
    negative: bool
    folders_only: bool
    whole_path: bool
    matcher: re.Pattern[bytes] | None = None


@dataclass(slots=True)
class Rules:
    """The patterns of one ignore file, the last one that matches decides. Plain names are looked up, not tried."""

    _names: dict[bytes, list[Pattern]] = field(default_factory=dict)
    _paths: dict[bytes, list[Pattern]] = field(default_factory=dict)
    _suffixes: dict[bytes, list[Pattern]] = field(default_factory=dict)
    _others: list[Pattern] = field(default_factory=list)

    @classmethod
    def parse(cls, text: bytes) -> Rules:
        """Reads the text of an ignore file."""
        rules = cls()
        for order, line in enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
            if line and not line.startswith(b"#"):
                rules._add(order, _trimmed(line.removesuffix(b"\r").partition(b"\0")[0]))
        rules._others.reverse()
        return rules

    def verdict(self, path: bytes, name: bytes, folder: bool) -> bool | None:
        """Whether ``path``, relative to these rules' folder and ending in ``name``, is ignored; None: not said here."""
        best: Pattern | None = None
        for pattern in self._plain(path, name):
            if (folder or not pattern.folders_only) and (best is None or pattern.order > best.order):
                best = pattern
        for pattern in self._others:
            if best is not None and pattern.order < best.order:
                break
            assert pattern.matcher is not None
            if (folder or not pattern.folders_only) and pattern.matcher.match(path if pattern.whole_path else name):
                best = pattern
                break
        return None if best is None else not best.negative

    def covers(self, path: bytes) -> bool:
        """Whether the file ``path``, or a folder it lies in, is ignored by these rules alone."""
        at = path.find(b"/")
        while at >= 0:
            folder = path[:at]
            if self.verdict(folder, folder.rpartition(b"/")[2], True):
                return True
            at = path.find(b"/", at + 1)
        return bool(self.verdict(path, path.rpartition(b"/")[2], False))

    def _plain(self, path: bytes, name: bytes) -> Iterator[Pattern]:
        yield from self._names.get(name, ())
        yield from self._paths.get(path, ())
        if self._suffixes and (dot := name.rfind(b".")) >= 0:
            yield from self._suffixes.get(name[dot:], ())

    def _add(self, order: int, text: bytes) -> None:
        negative = text.startswith(b"!")
        text = text[negative:]
        folders_only = text.endswith(b"/")
        text = text.removesuffix(b"/")
        whole_path = b"/" in text
        text = text.removeprefix(b"/")
        plain = Pattern(order, negative, folders_only, whole_path)
        wild = _WILD.search(text)
        if not text:
            return
        if wild is None:
            (self._paths if whole_path else self._names).setdefault(text, []).append(plain)
        elif not whole_path and text.startswith(b"*.") and not _WILD.search(text, 1) and text.count(b".") == 1:
            self._suffixes.setdefault(text[1:], []).append(plain)
        else:
            # git compares the text before the first wildcard by itself, so that "a**/b" is read as "a" and "**/b".
            start = wild.start() if whole_path else 0
            expression = _expression(text[start:], whole_path)
            if expression is not None:
                matcher = re.compile(re.escape(text[:start]) + expression, re.DOTALL)
                self._others.append(Pattern(order, negative, folders_only, whole_path, matcher))


@dataclass(frozen=True, slots=True)
class Level:
    """The rules of one folder, and those of the folders around it, which speak where these say nothing."""

    folder: bytes
    rules: Rules
    outer: Level | None = None

    def ignores(self, file: bytes, folder: bool) -> bool:
        """Whether the absolute path ``file``, which lies below this level's folder, is ignored."""
        name = file.rpartition(b"/")[2]
        level: Level | None = self
        while level is not None:
            verdict = level.rules.verdict(file[len(level.folder) + 1 :], name, folder)
            if verdict is not None:
                return verdict
            level = level.outer
        return False


def _trimmed(line: bytes) -> bytes:
    """``line`` without the spaces at its end that no backslash protects."""
    bare = line.rstrip(b" ")
    if len(bare) < len(line) and (len(bare) - len(bare.rstrip(b"\\"))) % 2:
        return bare + b" "
    return bare


# A pattern is cut at each "**" into sections, a section at each "*" into chunks of fixed length. The earliest place of
# a section or chunk is always as good as a later one, so none is tried twice: no pattern takes exponential time.
def _expression(pattern: bytes, whole_path: bool) -> bytes | None:
    """A regular expression for a glob, None where it cannot match anything."""
    groups = count()
    sections = _sections(pattern, whole_path)
    if sections is None:
        return None
    result = b""
    for number, (lead, chunks) in enumerate(sections):
        final = number == len(sections) - 1
        body = _joined(chunks, rb"[^/]" if whole_path else rb".", final, groups)
        if final or not lead:
            result += lead + body
        else:
            result += _once(lead + body, groups)
    return result + rb"\Z"


def _joined(chunks: list[bytes], one: bytes, final: bool, groups: Iterator[int]) -> bytes:
    result = chunks[0]
    for number, chunk in enumerate(chunks[1:], 2):
        result += one + rb"*" + chunk if final and number == len(chunks) else _once(one + rb"*?" + chunk, groups)
    return result


def _once(expression: bytes, groups: Iterator[int]) -> bytes:
    """``expression`` with its first match only, never to be tried again."""
    name = b"g%d" % next(groups)
    return rb"(?=(?P<" + name + rb">" + expression + rb"))(?P=" + name + rb")"


_DEEP = rb"(?:.*?/)??"
_REST = rb".*?"


def _sections(pattern: bytes, whole_path: bool) -> list[tuple[bytes, list[bytes]]] | None:
    sections: list[tuple[bytes, list[bytes]]] = [(b"", [b""])]
    at = 0
    while at < len(pattern):
        chunks = sections[-1][1]
        one = pattern[at : at + 1]
        if one == b"*":
            end = at
            while pattern[end : end + 1] == b"*":
                end += 1
            after = pattern[end : end + 2]
            opens = at == 0 or pattern[at - 1 : at] == b"/"
            if whole_path and end - at > 1 and opens and (after[:1] in (b"", b"/") or after == b"\\/"):
                deep = after[:1] == b"/"
                sections.append((_DEEP if deep else _REST, [b""]))
                end += deep
            else:
                chunks.append(b"")
            at = end
            continue
        piece, at = _piece(pattern, at, whole_path)
        if piece is None:
            return None
        chunks[-1] += piece
    return sections


def _piece(pattern: bytes, at: int, whole_path: bool) -> tuple[bytes | None, int]:
    """The expression for the one byte that stands at ``at``, and where the next one starts."""
    one = pattern[at : at + 1]
    if one == b"?":
        return (rb"[^/]" if whole_path else rb"."), at + 1
    if one == b"[":
        return _bracket(pattern, at + 1, whole_path)
    if one == b"\\":
        at += 1
        one = pattern[at : at + 1]
    return (re.escape(one) if one else None), at + 1


def _bracket(pattern: bytes, at: int, whole_path: bool) -> tuple[bytes | None, int]:
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    members: set[int] = set()
    previous = 0
    first = True
    while first or pattern[at : at + 1] != b"]":
        first = False
        taken, previous, at = _member(pattern, at, previous)
        if taken is None:
            return None, at
        members.update(taken)
    if negated:
        members = set(_ALL) - members
    if whole_path:
        members.discard(ord("/"))
    return (b"[" + re.escape(bytes(sorted(members))) + b"]" if members else rb"(?!)"), at + 1


def _member(pattern: bytes, at: int, previous: int) -> tuple[Iterable[int] | None, int, int]:
    """The bytes that the next item of a bracket stands for, the byte a range may start from, and the next place."""
    one = pattern[at : at + 1]
    following = pattern[at + 1 : at + 2]
    if one == b"[" and following == b":" and (end := pattern.find(b"]", at + 2)) >= 0:
        name = pattern[at + 2 : end]
        if name.endswith(b":"):
            members = _CLASSES.get(name[:-1])
            return [taken[0] for taken in re.findall(members, _ALL)] if members else None, 0, end + 1
    if one == b"-" and previous and following not in (b"", b"]"):
        at += 1 + (following == b"\\")
        last = pattern[at : at + 1]
        return (range(previous, last[0] + 1) if last else None), 0, at + 1
    if one == b"\\":
        at += 1
        one = following
    return ([one[0]] if one else None), (one[0] if one else 0), at + 1
