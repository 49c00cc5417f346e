"""Says what a mistyped word was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """A half-sentence that goes behind an error: ``; did you mean 'scan'?``. Empty where nothing is close."""
    import difflib

    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.55)
    return f"; did you mean '{close[0]}'?" if close else ""
