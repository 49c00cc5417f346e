"""Whether Python 3 can read a program: the grammar that scans reads Python 2 and half-written files as well."""

from __future__ import annotations


def is_python3(source: bytes) -> bool:
    """Whether a program compiles. Nothing of it is run."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
