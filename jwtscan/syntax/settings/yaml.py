"""Reads YAML through PyYAML's events, whatever does not parse line by line. Aliases are never expanded."""

from __future__ import annotations

import re
from typing import Any

from jwtscan.syntax.settings import yaml_lines
from jwtscan.syntax.settings.reading import Reading, TooManySettingsError
from jwtscan.syntax.settings.tree import Tree
from jwtscan.syntax.settings.yaml_text import as_yaml, value_of
from jwtscan.text import Span

_DOCUMENT = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_PROPERTIES = re.compile(rb"(?:[&!][^\s,\[\]{}]*(?:\s+|\Z))*")
_BLOCK = re.compile(rb"[|>][^\r\n]*[\r\n]+[ \t\r\n]*")
_COMMENT = re.compile(rb"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")
_FLOW = re.compile(r"[\[\]{}]")
_NULLS = ("", "~", "null", "Null", "NULL")
_MAX_FLOW_DEPTH = 500
_MAX_PURE = 1_000_000

# Tags whose scalar names a value and is none.
_REFERENCES = frozenset(
    {"!Ref", "!GetAtt", "!ImportValue", "!FindInMap", "!Condition", "!If", "!vault", "!secret", "!include"}
)


def read(reading: Reading) -> None:
    """Every scalar leaf of every document, with its dotted path."""
    source = reading.source
    text = as_yaml(source)
    starts = [match.start() for match in _DOCUMENT.finditer(source) if match.start()]
    scalars: list[Span] = []
    for start, end in zip([0, *starts], [*starts, len(source)], strict=True):
        if source[start:end].strip():
            scalars += _document(reading, text[start:end], start)
    _comments(reading, scalars)


def _document(reading: Reading, text: str, offset: int) -> list[Span]:
    """Adds one document's settings; returns the spans of its scalars, in order."""
    before = len(reading.settings)
    walk = _Walk(Tree(reading), offset)
    failed = _run(walk, text)
    walk.tree.finish()
    if failed is None:
        return walk.scalars
    place, words = failed
    # A quote that is not closed swallows lines before the parser notices: those are read again.
    place = min(place + offset, walk.scalars[-1].start if walk.scalars else offset)
    resume = reading.source.rfind(b"\n", 0, place) + 1
    reading.note(resume, f"YAML was read line by line from here: {words}")
    kept = [s for s in reading.settings[before:] if s.value_span.end <= resume and s.key_span.end <= resume]
    del reading.settings[before:]
    lines = Reading(reading.source, reading.path)
    scalars, full = [], False
    try:
        scalars = yaml_lines.read(lines, offset, offset + len(text))
    except TooManySettingsError:
        full = True
    kept += [s for s in lines.settings if max(s.key_span.end, s.value_span.end) > resume]
    for s in kept:
        reading.add(s.key, s.value, s.key_span, s.value_span, s.is_env)
    if full:
        raise TooManySettingsError
    return [s for s in walk.scalars if s.end <= resume] + [s for s in scalars if s.end > resume]


def _run(walk: _Walk, text: str) -> tuple[int, str] | None:
    """Drives the walk; returns where and why the text is no YAML, or None."""
    import yaml

    if (deep := _too_deep(text)) is not None:
        return deep, "brackets are nested too deeply"
    if not yaml.__with_libyaml__ and len(text) > _MAX_PURE:
        return 0, "the file is too large for PyYAML without its C library"
    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        for event in yaml.parse(text, Loader=loader):
            walk.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.index if mark else 0), error.problem or error.context or "it does not parse"
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        return len(text), str(error).partition("\n")[0]
    return None


def _too_deep(text: str) -> int | None:
    """Where brackets nest beyond reason: parsers take quadratic time for them."""
    if text.count("[") + text.count("{") <= _MAX_FLOW_DEPTH:
        return None
    depth = 0
    for match in _FLOW.finditer(text):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        if depth > _MAX_FLOW_DEPTH:
            return match.start()
    return None


class _Walk:
    """Tells a tree what a document's events say. ``scalars`` are the spans of all scalars, quotes included."""

    def __init__(self, tree: Tree, offset: int) -> None:
        self.tree = tree
        self.offset = offset
        self.source = tree.reading.source
        self.scalars: list[Span] = []
        self.anchors: dict[str, str | None] = {}
        self.open_keys: list[int] = []

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "ScalarEvent":
            self._scalar(event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if self._wants_key():
                at = event.start_mark.index + self.offset
                self.tree.key("?", Span(at, at))
                self.open_keys.append(self.tree.depth)
            self.tree.open(is_list=name == "SequenceStartEvent")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self.tree.close()
            if self.open_keys and self.open_keys[-1] == self.tree.depth:
                self.open_keys.pop()
                at = event.end_mark.index + self.offset
                self.tree.key("?", Span(at, at))
        elif name == "AliasEvent":
            self._alias(event)

    def _wants_key(self) -> bool:
        return self.tree.depth > 0 and not self.tree.in_list and not self.tree.has_key

    def _scalar(self, event: Any) -> None:
        whole = Span(event.start_mark.index + self.offset, event.end_mark.index + self.offset)
        self.scalars.append(whole)
        span = self._inside(event, whole)
        value: str | None = value_of(event.value)
        if event.tag in _REFERENCES or (event.style in (None, "") and value in _NULLS and not event.tag):
            value = None
        if event.anchor:
            self.anchors[event.anchor] = value
        if self._wants_key():
            self.tree.key(value or value_of(event.value), span)
        elif self.tree.depth:
            self.tree.leaf(value, span)

    def _inside(self, event: Any, whole: Span) -> Span:
        """A scalar's bytes without anchor, tag, quotes and the header of a block."""
        start, end = whole
        if (event.anchor or event.tag) and (match := _PROPERTIES.match(self.source, start, end)):
            start = match.end()
        if event.style in ("'", '"'):
            return Span(start + 1, max(end - 1, start + 1))
        if event.style in ("|", ">"):
            match = _BLOCK.match(self.source, start, end)
            start = match.end() if match else end
            return Span(start, start + len(self.source[start:end].rstrip()))
        return Span(start, end)

    def _alias(self, event: Any) -> None:
        span = Span(event.start_mark.index + self.offset, event.end_mark.index + self.offset)
        if self._wants_key():
            self.tree.key(self.anchors.get(event.anchor) or "*" + value_of(event.anchor), span)
        elif event.anchor in self.anchors:
            self.tree.leaf(self.anchors[event.anchor], span)
        else:
            self.tree.skip()


def _comments(reading: Reading, scalars: list[Span]) -> None:
    """The comments of a file are what starts with ``#`` outside its scalars."""
    following = 0
    for match in _COMMENT.finditer(reading.source):
        start, end = match.span()
        while following < len(scalars) and scalars[following].end <= start:
            following += 1
        if following == len(scalars) or start < scalars[following].start:
            reading.comment(start, end)
