"""What git keeps of a tree: its revisions, its index and their content, read in memory. Never a checkout or a write."""

from jwtscan.files.git.command import Git, GitError
from jwtscan.files.git.snapshot import Snapshot

__all__ = ["Git", "GitError", "Snapshot"]
