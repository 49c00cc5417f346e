"""The tree on disk: which files there are, what is in them, and what may be passed over."""

from jwtscan.files.document import Document, Unreadable

__all__ = ["Document", "Unreadable"]
