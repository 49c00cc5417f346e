"""Turns the walk through nested maps and lists into settings: dotted keys, name/value pairs, environment variables."""

from __future__ import annotations

from typing import NamedTuple

from jwtscan.syntax.settings.environments import DESCRIBING, NAME_KEYS, VALUE_KEYS, holds_env, is_place
from jwtscan.syntax.settings.reading import ENV_NAME, Reading, join
from jwtscan.text import Span

_MAX_DEPTH = 500


class _Leaf(NamedTuple):
    key: str
    value: str | None
    key_span: Span
    span: Span


class _Frame:
    """An open map or list. ``pair`` marks an item of a list, ``variable`` a map that describes one variable."""

    __slots__ = ("described", "env", "held", "index", "is_list", "key", "key_span", "name", "outer", "pair", "prefix",
                 "stem", "variable")  # fmt: skip

    def __init__(self, prefix: str, name: str, outer: str, is_list: bool, env: bool) -> None:
        self.prefix = prefix
        self.name = name
        self.outer = outer
        self.is_list = is_list
        self.env = env
        self.index = 0
        self.key: str | None = None
        self.key_span = Span(0, 0)
        self.pair = False
        self.stem = ""
        self.variable: tuple[str, Span] | None = None
        self.described = False
        self.held: dict[str, _Leaf] = {}


class Tree:
    """The reader of a format tells it what opens, closes and stands there; it never recurses."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.path = reading.path.lower()
        self.frames = [_Frame("", "", "", False, False)]
        self.too_deep = 0
        self.said = False

    @property
    def depth(self) -> int:
        """How many containers are open."""
        return len(self.frames) - 1 + self.too_deep

    @property
    def in_list(self) -> bool:
        """Whether items are next and no keys. Also where nesting is too deep for anything to be taken."""
        return self.too_deep > 0 or self.frames[-1].is_list

    @property
    def has_key(self) -> bool:
        """Whether a key waits for its value."""
        return self.too_deep == 0 and self.frames[-1].key is not None

    def key(self, text: str, span: Span) -> None:
        if self.too_deep:
            return
        frame = self.frames[-1]
        frame.key, frame.key_span = text, span
        if frame.variable is not None and (text.lower() in DESCRIBING or text.startswith("Fn::")):
            frame.described = True

    def drop_key(self) -> None:
        """Forgets a key that gets no value."""
        if not self.too_deep:
            self.frames[-1].key = None

    def no_value(self) -> None:
        """Gives the waiting key the value None, right behind it."""
        end = self.frames[-1].key_span.end
        self.leaf(None, Span(end, end))

    def skip(self) -> None:
        """Passes over a value that is no setting."""
        if not self.too_deep:
            self._advance(self.frames[-1])

    def open(self, is_list: bool) -> None:
        """Enters a map or list, which is the value of the waiting key or the next item."""
        if len(self.frames) > _MAX_DEPTH:
            if not self.said:
                self.reading.notes.append(f"what is nested more than {_MAX_DEPTH} deep was not read")
            self.said = True
            self.too_deep += 1
            return
        outer = self.frames[-1]
        prefix, env = self._place(outer)
        if outer.is_list:
            # A list in a list, or a map in one, stands under the list's own name.
            frame = _Frame(prefix, outer.name, outer.outer, is_list, outer.env and is_list)
            frame.pair = not is_list
            frame.stem = outer.prefix
            frame.described = outer.env
        else:
            name = (outer.key or "").lower()
            holds = holds_env(name, outer.name, self.path, top=not outer.prefix)
            frame = _Frame(prefix, name, outer.name, is_list, holds)
            if env and not is_list and not holds:
                frame.variable = (prefix, outer.key_span)
        self.frames.append(frame)

    def at_item(self, index: int) -> None:
        """Says which item of the innermost list comes next."""
        if not self.too_deep:
            self.frames[-1].index = index

    def open_pair(self) -> None:
        """Enters a map under the waiting key that may be repeated, as an ``env`` block with ``name`` and ``value``."""
        self.open(is_list=False)
        if self.too_deep:
            return
        frame = self.frames[-1]
        frame.pair, frame.described, frame.env, frame.variable = True, frame.env, False, None
        frame.stem = frame.prefix

    def close(self) -> None:
        """Leaves the innermost container; does nothing at the root."""
        if self.too_deep:
            self.too_deep -= 1
            return
        if len(self.frames) == 1:
            return
        if self.has_key:
            self.no_value()
        self._release(self.frames.pop())
        self._advance(self.frames[-1])

    def finish(self) -> None:
        """Closes what is still open."""
        self.too_deep = 0
        while len(self.frames) > 1:
            self.close()

    def leaf(self, value: str | None, span: Span) -> None:
        """The value of the waiting key, or the next item."""
        if self.too_deep:
            return
        frame = self.frames[-1]
        if frame.is_list:
            if not (frame.env and value is not None and self._assignment(frame, value, span)):
                key = join(frame.prefix, str(frame.index))
                self.reading.add(key, value, Span(span.start, span.start), span)
        else:
            leaf = _Leaf(frame.key or "", value, frame.key_span, span)
            lowered = leaf.key.lower()
            if (frame.pair and lowered in _PAIR_KEYS) or (frame.variable is not None and lowered == "value"):
                earlier = frame.held.get(lowered)
                frame.held[lowered] = leaf
                if earlier is not None:
                    self._add(frame, earlier)
            else:
                self._add(frame, leaf)
        self._advance(frame)

    def _place(self, frame: _Frame) -> tuple[str, bool]:
        """The dotted path of what comes next in a frame, and whether it is an environment variable."""
        if frame.is_list:
            return join(frame.prefix, str(frame.index)), False
        if frame.key is None:
            return frame.prefix, False
        env = frame.env and ENV_NAME.fullmatch(frame.key) is not None and not is_place(frame.name, frame.key.lower())
        return join(frame.prefix, frame.key), env

    def _advance(self, frame: _Frame) -> None:
        frame.key = None
        frame.index += 1

    def _add(self, frame: _Frame, leaf: _Leaf) -> None:
        env = frame.env and ENV_NAME.fullmatch(leaf.key) is not None and not is_place(frame.name, leaf.key.lower())
        self.reading.add(join(frame.prefix, leaf.key), leaf.value, leaf.key_span, leaf.span, env)

    def _assignment(self, frame: _Frame, value: str, span: Span) -> bool:
        """``- K=v`` and the bare ``- K`` in a list of variables."""
        name, equals, rest = value.partition("=")
        if ENV_NAME.fullmatch(name) is None:
            return False
        raw = self.reading.source[span.start : span.end].find(b"=")
        at = span.start + raw if equals and raw >= 0 else span.end
        value_span = Span(at + 1, span.end) if equals and raw >= 0 else Span(span.end, span.end)
        self.reading.add(
            join(frame.prefix, name), rest if equals else None, Span(span.start, at), value_span, is_env=True
        )
        return True

    def _release(self, frame: _Frame) -> None:
        """Adds the leaves that were held back until it was known what the map is."""
        held = frame.held
        if frame.variable is not None and (held or frame.described):
            key, key_span = frame.variable
            leaf = held.get("value")
            end = Span(key_span.end, key_span.end)
            self.reading.add(key, leaf.value if leaf else None, key_span, leaf.span if leaf else end, is_env=True)
            return
        name = next((held[k] for k in NAME_KEYS if k in held), None)
        value = next((held[k] for k in VALUE_KEYS if k in held), None)
        if name is None or not name.value or not (value or frame.described):
            for leaf in held.values():
                self._add(frame, leaf)
            return
        env = ENV_NAME.fullmatch(name.value) is not None and (
            frame.described or (name.value.isupper() and frame.name != "tags")
        )
        span = value.span if value else Span(name.span.end, name.span.end)
        self.reading.add(join(frame.stem, name.value), value.value if value else None, name.span, span, env)
        for leaf in held.values():
            if leaf is not name and leaf is not value:
                self._add(frame, leaf)


_PAIR_KEYS = frozenset((*NAME_KEYS, *VALUE_KEYS))
