"""The tree on disk: which files there are, what is in them, and what may be passed over."""

from jwtscan.files.document import Document, UnreadableError

__all__ = ["Document", "UnreadableError"]
