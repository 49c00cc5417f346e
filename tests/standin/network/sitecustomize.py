"""Imported by every Python program that a test runs: Zoom's hosts are the stand-in, and there is no other network."""

from __future__ import annotations

import os
import socket
from typing import Any

HOSTS = frozenset(os.environ["STANDIN_HOSTS"].split())
PORT = int(os.environ["STANDIN_PORT"])
# Stands for Zoom until the connection: some clients resolve a name and put the port to it themselves.
ADDRESS = "127.90.90.90"

_getaddrinfo = socket.getaddrinfo
_connect = socket.socket.connect


def getaddrinfo(host: Any, port: Any, family: int = 0, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name in HOSTS:
        if family not in (socket.AF_UNSPEC, socket.AF_INET):
            raise socket.gaierror(socket.EAI_NONAME, f"{name} has no address of that family")
        return _getaddrinfo(ADDRESS, port, socket.AF_INET, *args, **kwargs)
    if name is None or name == "localhost" or name.startswith("127."):
        return _getaddrinfo(host, port, family, *args, **kwargs)
    raise socket.gaierror(socket.EAI_NONAME, f"a test's program asks for {name}")


def connect(self: socket.socket, address: Any) -> Any:
    if isinstance(address, tuple):
        if address[0] == ADDRESS:
            address = ("127.0.0.1", PORT)
        elif not str(address[0]).startswith("127."):
            raise OSError(f"a test's program connects to {address[0]}")
    return _connect(self, address)


socket.getaddrinfo = getaddrinfo
socket.socket.connect = connect  # type: ignore[method-assign, assignment]
