"""Which keywords a text holds, in any case: the one cheap pass that decides what is worth parsing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Search = Callable[[bytes], "set[bytes]"]

# The automaton lists every match, so a text that is all matches is taken in stretches.
_STRETCH = 1 << 16


class Prefilter:
    """Looks for ASCII ``words`` whatever their case. Give it decoded source: UTF-16 on disk has no words to find."""

    def __init__(self, words: Iterable[bytes]) -> None:
        self.words = tuple(sorted({word.lower() for word in words}))
        if b"" in self.words:
            raise ValueError("an empty word is in every file")
        self._search = by_automaton(self.words) or one_by_one(self.words)

    def hits(self, source: bytes) -> frozenset[bytes]:
        """The words, in lower case, that ``source`` holds."""
        return frozenset(self._search(source.lower()))


def one_by_one(words: tuple[bytes, ...]) -> Search:
    """The search that needs nothing but Python."""

    def search(lowered: bytes) -> set[bytes]:
        return {word for word in words if word in lowered}

    return search


def by_automaton(words: tuple[bytes, ...]) -> Search | None:
    """The search of the extra ``jwtscan[fast]``, None where that is not installed."""
    if not words:
        return None
    try:
        from ahocorasick_rs import BytesAhoCorasick  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    automaton = BytesAhoCorasick(words)
    overlap = max(map(len, words)) - 1

    def search(lowered: bytes) -> set[bytes]:
        found: set[int] = set()
        for start in range(0, len(lowered), _STRETCH):
            stretch = lowered[start : start + _STRETCH + overlap]
            found.update(match[0] for match in automaton.find_matches_as_indexes(stretch, overlapping=True))
            if len(found) == len(words):
                break
        return {words[index] for index in found}

    return search
