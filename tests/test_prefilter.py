"""The keyword pass: no word that is there may be missed, however it is searched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.files.prefilter import Prefilter, Search, by_automaton, one_by_one

WORDS = st.lists(st.binary(min_size=1, max_size=4).map(bytes.lower), min_size=1, max_size=6, unique=True)


def automaton(words: tuple[bytes, ...]) -> Search:
    pytest.importorskip("ahocorasick_rs", reason="the extra jwtscan[fast] is not installed")
    search = by_automaton(words)
    assert search is not None
    return search


SEARCHES = pytest.mark.parametrize("make", [one_by_one, automaton])
Make = Callable[[tuple[bytes, ...]], Search]


@SEARCHES
@given(words=WORDS, source=st.binary(max_size=200))
def test_finds_what_is_there_and_nothing_else(make: Make, words: list[bytes], source: bytes) -> None:
    assert make(tuple(words))(source) == {word for word in words if source.find(word) >= 0}


@SEARCHES
@pytest.mark.parametrize("at", [0, 1, 65_530, 65_533, 65_536, 131_069, 199_990])
def test_word_anywhere_in_a_large_file(make: Make, at: int) -> None:
    source = bytearray(b"x" * 200_000)
    source[at : at + 7] = b"api_key"
    assert make((b"api_key", b"zoom"))(bytes(source)) == {b"api_key"}


@SEARCHES
def test_word_inside_a_word(make: Make) -> None:
    assert make((b"zoom", b"zoomus", b"oomu", b"us"))(b"zoomus") == {b"zoom", b"zoomus", b"oomu", b"us"}


@SEARCHES
def test_text_that_is_all_matches(make: Make) -> None:
    assert make((b"a", b"aa", b"never"))(b"a" * 1_000_000) == {b"a", b"aa"}


def test_case_makes_no_difference() -> None:
    prefilter = Prefilter([b"zoom", b"API_KEY"])
    assert prefilter.hits(b"ZoomMtg.join(); const Api_Key = 1") == {b"zoom", b"api_key"}
    assert prefilter.hits(b"nothing") == frozenset()


def test_no_words_match_nothing() -> None:
    assert Prefilter([]).hits(b"zoom") == frozenset()


def test_empty_word_is_refused() -> None:
    with pytest.raises(ValueError, match="empty word"):
        Prefilter([b"zoom", b""])


@given(WORDS, st.binary(max_size=200))
def test_hits_are_a_subset_of_the_words(words: list[bytes], source: bytes) -> None:
    prefilter = Prefilter(words)
    assert prefilter.hits(source) == {word for word in prefilter.words if word in source.lower()}
