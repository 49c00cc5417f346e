"""Positions, edits and layout in text. Knows bytes, lines and columns; nothing about files, languages or Zoom."""

from jwtscan.text.edit import ConflictError, Edit, apply
from jwtscan.text.lines import Lines, Position
from jwtscan.text.span import Span, Spans

__all__ = ["ConflictError", "Edit", "Lines", "Position", "Span", "Spans", "apply"]
