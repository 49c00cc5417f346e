"""Python to the intermediate representation. Only ``lower_python`` is meant for others."""

from jwtscan.syntax.python.program import lower_python

__all__ = ["lower_python"]
