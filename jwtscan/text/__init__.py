"""Positions in text. Knows bytes, lines and columns; nothing about files, languages or Zoom."""

from jwtscan.text.lines import Lines, Position
from jwtscan.text.span import Span, Spans

__all__ = ["Lines", "Position", "Span", "Spans"]
