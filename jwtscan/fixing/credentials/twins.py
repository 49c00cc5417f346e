"""Lines of code that list, declare or hand on the API key: an account id has to go the same way.

A line is said twice only where it does nothing else, and where the way is whole: a name that is handed on has to be a
line of its own everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from jwtscan.fixing.credentials.purposes import Old
from jwtscan.fixing.names import word_of
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

_END = rb"[ \t]*,?[ \t]*$"
_ITEM = rb"^[ \t]*[\"']%s[\"']" + _END
_ENTRY = rb"^[ \t]*[\"']?%s[\"']?\??[ \t]*:[ \t]*(?P<value>[^\r\n]*?)[ \t]*[,;]?[ \t]*$"
_KEYWORD = rb"^[ \t]*%s[ \t]*=[ \t]*(?P<value>\w+)[ \t]*,[ \t]*$"
_NAME = rb"^[ \t]*%s(?:[ \t]*:[ \t]*[\w.\[\]| ]+)?(?:[ \t]*=[ \t]*(?:None|null|\"\"|''))?,[ \t]*$"
_READ = rb"^(?:export[ \t]+)?(?:const[ \t]+|let[ \t]+|var[ \t]+)?%s[ \t]*=[ \t]*[^\r\n]*(?:[\"']|env\.)%s\b[^\r\n]*$"
_SET = (
    rb"^[ \t]*(?:[\w.]+\.)?setenv\([\"']%s[\"'],[^\r\n]*\);?$",
    rb"^[ \t]*os\.environ\[[\"']%s[\"']\][ \t]*=[^=\r\n]+$",
    rb"^[ \t]*process\.env\.%s[ \t]*=[^=\r\n]+$",
)
_CREDENTIAL = re.compile(rb"[\"'][\w-]{20,}[\"']")
_TYPE = re.compile(rb"(?:str|string|SecretStr|Secret|Optional\[|z\.|[jJ]oi\.|yup\.|None\b|null\b|Field\()")


class Twins:
    """The lines of a project that are said twice, by path."""

    def __init__(self, old: Old, units: Iterable[Unit]) -> None:
        self.spellings = sorted(old.spellings)
        self._lines: dict[str, set[Span]] = {}
        units = [unit for unit in units if unit.module is not None]
        inner = [name for name in self.spellings if not name.isupper()]
        whole = all(self._is_handed_on(text) for unit in units for _, text in _lines_with(unit, inner))
        for unit in units:
            found = {line for line, text in _lines_with(unit, self.spellings) if self._is_twin(text, inner, whole)}
            found |= set(self._read_for(unit, found))
            if found:
                self._lines[unit.path] = found

    def has(self, path: str, line: Span) -> bool:
        return line in self._lines.get(path, ())

    def _is_twin(self, text: bytes, inner: Sequence[str], whole: bool) -> bool:
        if any(word_of(name).search(text) for name in inner):
            return whole and self._is_handed_on(text)
        if any(self._matches(pattern, text) for pattern in _SET):
            return _CREDENTIAL.search(text) is None
        return self._matches(_ITEM, text) or any(self._is_entry(name, text) for name in self.spellings)

    def _is_handed_on(self, text: bytes) -> bool:
        """A parameter, an argument or an entry that has a line for itself, with nothing but the name as its value."""
        if self._matches(_NAME, text) or self._matches(_ITEM, text):
            return True
        for name in self.spellings:
            quoted = re.escape(name.encode())
            match = re.match(_ENTRY % quoted, text) or re.match(_KEYWORD % quoted, text)
            if match is not None and (
                match["value"].decode("latin-1") in self.spellings or self._reads(match["value"])
            ):
                return True
        return False

    def _is_entry(self, name: str, text: bytes) -> bool:
        """``"ZOOM_API_KEY": os.environ["ZOOM_API_KEY"],``, ``ZOOM_API_KEY: string;``, a field of a settings class."""
        match = re.match(_ENTRY % re.escape(name.encode()), text)
        if match is None or match["value"].endswith((b"(", b"{", b"[")):
            return False
        return self._reads(match["value"]) or _TYPE.match(match["value"]) is not None

    def _reads(self, value: bytes) -> bool:
        return any(re.search(rb"(?:[\"']|env\.)" + re.escape(name.encode()) + rb"\b", value) for name in self.spellings)

    def _matches(self, pattern: bytes, text: bytes) -> bool:
        return any(re.match(pattern % re.escape(name.encode()), text) for name in self.spellings)

    def _read_for(self, unit: Unit, found: Iterable[Span]) -> Iterator[Span]:
        """The constants that the lines hand on, where they are read from the environment."""
        source = unit.document.source
        texts = [source[line.start : line.end] for line in found]
        for name in self.spellings:
            quoted = re.escape(name.encode())
            bare = re.compile(rb"(?<![\"'\w.])" + quoted + rb"(?![\"'\w])")
            if name.isupper() and any(bare.search(text.partition(b":")[2] or text) for text in texts):
                for line, text in _lines_with(unit, [name]):
                    if re.match(_READ % (quoted, quoted), text):
                        yield line


def _lines_with(unit: Unit, names: Sequence[str]) -> Iterator[tuple[Span, bytes]]:
    """The lines that speak of one of ``names``, each once, with their text; comments do not count."""
    lines, seen = unit.document.lines, set()
    source = unit.document.source
    quiet = [comment.span for comment in unit.comments_in_code()]
    for name in names:
        for match in word_of(name).finditer(source):
            span = Span(match.start(), match.end())
            number = lines.line_of(span.start)
            if number not in seen and not any(comment.holds(span) for comment in quiet):
                seen.add(number)
                line = lines.span(number)
                yield line, source[line.start : code_end(line, quiet)].rstrip()


def code_end(line: Span, comments: Iterable[Span]) -> int:
    """Where the code of a line ends: before the comment at its end."""
    return min((comment.start for comment in comments if line.holds(comment)), default=line.end)
