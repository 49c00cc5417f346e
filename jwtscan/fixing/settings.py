"""Edits settings files in place: a setting under its new names, without its old value.

Works on the lines that a setting takes: whatever the format, what stands on them with the new name is the new setting.
What is renamed is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import TypeAlias

from jwtscan.fixing.names import word_of
from jwtscan.meaning.credentials import is_real
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Edit, Span

_REFERENCE = re.compile(rb"\$[\w({]|\{\{|!\w|<%|%\(|\b(?:var|local|data|module|each)\.")
_DEFAULT = re.compile(rb"(\$\{\w+:?[-=])[^{}$]*(\})")
_ITEM = re.compile(rb"(?:-|\*)[ \t]+")
_OPENING = (b"{", b"[", b"(")
_PROSE = re.compile(rb"(?i)\b(?:jwt[ -])?(?:app(?:'s)?[ -])?api[ -](?:key|secret)\b")
_APP = re.compile(rb"(?i)\bjwt[ -](?=app)")
_TEST = re.compile(r"(?i)(?:^|/)(?:tests?|__tests__|spec)/|pytest|\.test\b|jest")
_JSON = frozenset({"json", "package.json"})
_YAML = frozenset({"yaml", "environment.yml"})
_SPEECH = {
    "account_id": b"Account ID",
    "client_id": b"Client ID",
    "client_secret": b"Client Secret",
    "sdk_key": b"SDK Key",
    "sdk_secret": b"SDK Secret",
}


Turn: TypeAlias = Mapping[str, str]
"""Old names, and what each becomes on one of the lines that take a setting's place."""


def edit_of(
    unit: Unit, setting: Setting, turns: Sequence[Turn], there: Container[str], *, stays: bool = False
) -> Edit | None:
    """The edit that puts one setting for each of ``turns`` in the place of ``setting``, each without a value.

    Those whose key is ``there`` are left out; if none remains, the setting goes. A value that refers to something
    stays, with the old names in it changed. A setting that ``stays`` is followed by the new ones. None where its lines
    hold something that would be lost.
    """
    source = unit.document.source
    parent = setting.key[: len(setting.key) - len(setting.name)]
    kept = [turn for turn in turns if turn[setting.name] == setting.name and not stays]
    names = [turn for turn in turns if turn in kept or parent + turn[setting.name] not in there]
    block = _block(unit, setting)
    if stays and (block is None or not names):
        return None
    if block is None:
        return _inline(unit, setting, names)
    if not names:
        return _without(unit, block)
    newline = b"\r\n" if source[block.end : block.end + 2] == b"\r\n" else _newline(source)
    rendered = [_rendered(unit, setting, block, turn, last=turn is names[-1]) for turn in names]
    if stays:
        rendered.insert(0, source[block.start : block.end])
    if unit.kind in _JSON or _is_flow(source, block):
        rendered[:-1] = [text if text.rstrip().endswith(b",") else text + b"," for text in rendered[:-1]]
    return Edit(block, newline.join(rendered))


def turned(text: bytes, turn: Turn) -> bytes:
    """A text with the old names in it changed."""
    for old, new in turn.items():
        text = word_of(old).sub(new.encode(), text)
    return text


def emptied(unit: Unit, setting: Setting) -> Edit | None:
    """The edit that takes a setting's value away and leaves its name; None where it has none of its own."""
    span = setting.value_span
    value = unit.document.source[span.start : span.end]
    if not setting.value or not value or _REFERENCE.search(value):
        return None
    return Edit(span, _blank(unit, span))


def merged(edits: Sequence[Edit]) -> list[Edit]:
    """The edits of one fix, those that touch made one. Those that overlap are left to the caller's checks."""
    found: list[Edit] = []
    for edit in sorted(set(edits)):
        if found and found[-1].span.end == edit.span.start:
            found[-1] = Edit(found[-1].span.join(edit.span), found[-1].text + edit.text)
        else:
            found.append(edit)
    return found


def by_path(edits: Sequence[tuple[str, Edit]]) -> tuple[tuple[str, Edit], ...]:
    """The edits of one fix by path, those that touch made one."""
    found: dict[str, list[Edit]] = {}
    for path, edit in edits:
        found.setdefault(path, []).append(edit)
    return tuple((path, edit) for path, edits_of in sorted(found.items()) for edit in merged(edits_of))


# -- the lines of a setting --------------------------------------------------------------------------------------------


def _block(unit: Unit, setting: Setting) -> Span | None:
    """The whole lines that a setting takes, line end excluded; None where another setting stands on them."""
    lines, source = unit.document.lines, unit.document.source
    first = lines.line_of(setting.key_span.start)
    last = max(first, lines.line_of(setting.span.end))
    opener, margin = first, _margin(lines.bytes(first))
    # The variable's name may be the value of a key: ``- name: API_KEY`` begins the item.
    while opener > 1 and not _ITEM.match(lines.bytes(opener).lstrip()) and _is_named_by_value(unit, setting):
        opener -= 1
        if _margin(lines.bytes(opener)) < margin - 2 or first - opener > 4:
            return None
    first, margin = opener, _margin(lines.bytes(opener))
    while last < lines.count and _belongs(lines.bytes(last + 1), margin):
        last += 1
    text = lines.bytes(first).rstrip()
    if text.endswith(_OPENING) and last < lines.count and _margin(lines.bytes(last + 1)) == margin:
        last += 1
    while last > first and not lines.bytes(last).strip():
        last -= 1
    block = lines.span(first).join(lines.span(last))
    alone = all(_is_part(unit, setting, other) for other in unit.settings if block.overlaps(other.span))
    before = source[block.start : setting.key_span.start].strip()
    return block if alone and not before.endswith((b"{", b"[")) and not _closes(lines.bytes(last), text) else None


def _closes(last: bytes, first: bytes) -> bool:
    """The last line closes a bracket that the lines did not open: ``"KEY": ""}``."""
    return any(last.count(one) > last.count(other) + first.count(other) for other, one in ((b"{", b"}"), (b"[", b"]")))


def _belongs(line: bytes, margin: int) -> bool:
    return bool(line.strip()) and _margin(line) > margin


def _is_part(unit: Unit, setting: Setting, other: Setting) -> bool:
    """Whether another setting on the lines belongs to this one: it stands below, or beside it in the same list item."""
    if other.key_span == setting.key_span or other.key.startswith(f"{setting.key}."):
        return True
    parent = setting.key[: len(setting.key) - len(setting.name)]
    return _is_named_by_value(unit, setting) and other.key.startswith(parent) and not other.is_env


def _is_named_by_value(unit: Unit, setting: Setting) -> bool:
    """``name: API_KEY``: the setting's key is written as the value of another."""
    source = unit.document.source
    before = source[max(setting.key_span.start - 40, 0) : setting.key_span.start]
    return unit.kind in _YAML and re.search(rb"(?i)(?:name|key):[ \t]*[\"']?$", before) is not None


def _margin(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _newline(source: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in source else b"\n"


def _is_flow(source: bytes, block: Span) -> bool:
    """Entries of an object in braces, whatever the format: the next needs a comma."""
    return source[block.start : block.end].rstrip().endswith(b",")


def _without(unit: Unit, block: Span) -> Edit:
    """Takes lines away with the line end before them, which keeps clear of an edit of the line after."""
    source = unit.document.source
    text = source[block.start : block.end].rstrip()
    start = block.start
    if start:
        start -= 2 if source[start - 2 : start] == b"\r\n" else 1
    before = source[:start].rstrip()
    if unit.kind in _JSON and not text.endswith(b",") and before.endswith(b","):
        start = len(before) - 1
    end = block.end
    if not block.start:
        end += 2 if source[end : end + 2] == b"\r\n" else min(1, len(source) - end)
    return Edit(Span(start, end), b"")


# -- the new text ------------------------------------------------------------------------------------------------------


def _rendered(unit: Unit, setting: Setting, block: Span, turn: Turn, *, last: bool) -> bytes:
    """The setting's lines under another name. A comment on them is kept once."""
    parts: list[tuple[Span, bytes]] = []
    for other in unit.settings:
        if other.value and block.holds(other.value_span) and other.value_span != setting.key_span:
            value = unit.document.source[other.value_span.start : other.value_span.end]
            if other is setting or other.name in ("value", "default") or other.key == setting.key:
                parts.append((other.value_span, _new_value(unit, other.value_span, value)))
    if not last:
        parts += [(_with_space(unit, comment.span), b"") for comment in unit.comments if block.holds(comment.span)]
    text = _replaced(unit.document.source, block, parts)
    text = spoken(turned(text, turn), turn[setting.name])
    return text if last or not unit.comments else text.rstrip()


def _with_space(unit: Unit, comment: Span) -> Span:
    """A comment with what parts it from the text before it."""
    return Span(len(unit.document.source[: comment.start].rstrip(b" \t")), comment.end)


def _replaced(source: bytes, block: Span, parts: Sequence[tuple[Span, bytes]]) -> bytes:
    text, at = b"", block.start
    for span, new in sorted(set(parts)):
        if span.start >= at:
            text += source[at : span.start] + new
            at = span.end
    return text + source[at : block.end]


def _new_value(unit: Unit, span: Span, value: bytes) -> bytes:
    if _TEST.search(unit.path) and not is_real(value.decode("utf-8", "replace")):
        return value  # what a test sets stands for a credential, and has to stand for one
    return _DEFAULT.sub(rb"\1\2", value) if _REFERENCE.search(value) else _blank(unit, span)


def _blank(unit: Unit, span: Span) -> bytes:
    """An empty value as the format writes it."""
    source = unit.document.source
    quoted = source[span.start - 1 : span.start] in (b'"', b"'", b"`") if span.start else False
    if quoted:
        return b""
    spaced = unit.kind == "dockerfile" and source[span.start - 1 : span.start] in (b" ", b"\t")
    bare = unit.kind in _YAML | _JSON or spaced
    return b'""' if bare and not _is_item_text(unit, span) else b""


def _is_item_text(unit: Unit, span: Span) -> bool:
    """``- KEY=value`` of compose: the value is part of a text."""
    return unit.kind in _YAML and unit.document.source[span.start - 1 : span.start] == b"="


def _inline(unit: Unit, setting: Setting, names: Sequence[Turn]) -> Edit | None:
    """The edit of a setting that shares its lines with others: its own text, once for each name."""
    source = unit.document.source
    start, end = setting.span
    if unit.kind in _YAML and _is_named_by_value(unit, setting):
        return None
    if source[start - 1 : start] in (b'"', b"'") and start:
        start -= 1
    if source[end : end + 1] in (b'"', b"'"):
        end += 1
    if not names or not setting.value_span.end:
        return None
    whole = Span(start, end)
    value = source[setting.value_span.start : setting.value_span.end]
    parts = [(setting.value_span, _new_value(unit, setting.value_span, value))] if setting.value else []
    text = _replaced(source, whole, parts)
    between = b", " if unit.kind in _JSON | _YAML | {"toml", "pyproject.toml", "terraform"} else b" "
    return Edit(whole, between.join(turned(text, turn) for turn in names))


def spoken(text: bytes, name: str) -> bytes:
    """``text`` with descriptions and comments that speak of an API key or secret saying what ``name`` is."""
    lowered = name.lower().replace("-", "_")
    speech = next((speech for end, speech in _SPEECH.items() if lowered.endswith(end)), None)
    return text if speech is None else _APP.sub(b"", _PROSE.sub(speech, text))
