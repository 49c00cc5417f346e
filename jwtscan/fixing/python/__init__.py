"""Rewrites Python with libcst: adds imports, takes out what nothing reads. The bytes around stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from jwtscan.fixing import Import, Unused
from jwtscan.text import apply


def tidy(
    source: bytes,
    imports: Sequence[Import],
    unused: Sequence[Unused],
    is_read: Callable[[str], bool],
    local: Container[str] = (),
) -> bytes:
    """``source`` with the imports added and what nothing reads any longer taken out.

    ``is_read`` says whether another file reads a name of this module, ``local`` are the project's own modules.
    What libcst cannot parse comes back unchanged.
    """
    from jwtscan.fixing.python.imports import added
    from jwtscan.fixing.python.tree import read
    from jwtscan.fixing.python.unused import removed

    if imports:
        tree = read(source)
        source = source if tree is None else apply(source, added(tree, imports, local))
    if unused:
        tree = read(source)
        source = source if tree is None else apply(source, removed(tree, unused, is_read))
    return source
