"""A stand-in for Zoom on loopback: what Zoom answers (zoom, account), how it is served, and programs run against it."""

from standin.account import Account
from standin.running import Ran, run
from standin.serving import Served, serve
from standin.zoom import Zoom

__all__ = ["Account", "Ran", "Served", "Zoom", "run", "serve"]
