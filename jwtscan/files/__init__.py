"""The tree on disk: which files there are, what is in them, and what may be passed over."""

from jwtscan.files.document import Document, UnreadableError
from jwtscan.files.walk import Entry, MissingPathError, walk

__all__ = ["Document", "Entry", "MissingPathError", "UnreadableError", "walk"]
