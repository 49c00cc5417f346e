"""Serves a stand-in Zoom over TLS on a loopback port, under the names of Zoom's hosts and a CA of its own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from standin.exchange import Request
from standin.zoom import HOSTS, Zoom


@dataclass(frozen=True, slots=True)
class Served:
    """Where a stand-in is found. ``authority`` is the PEM file of the CA that its certificate is signed by."""

    zoom: Zoom
    port: int
    authority: Path


class Authority:
    """A CA and a certificate for Zoom's hosts, made once for a session of tests."""

    def __init__(self, folder: Path) -> None:
        made = trustme.CA()
        self.path = folder / "authority.pem"
        made.cert_pem.write_to_path(str(self.path))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.issue_cert(*HOSTS).configure_cert(self.context)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Programs under test come in crowds.
    request_queue_size = 128
    zoom: Zoom
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        # Here and not on the listening socket: a slow handshake holds up its own thread only.
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of the test's business: the program's own failure says more."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        host = headers.get("host", "").partition(":")[0]
        answer = self.server.zoom.answer(Request(self.command, host, self.path, headers, body))
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json;charset=UTF-8", **answer.headers}.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The stand-in keeps a log of its own."""


@contextmanager
def serve(zoom: Zoom, authority: Authority) -> Iterator[Served]:
    """Serves until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.zoom = zoom
    server.context = authority.context
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Served(zoom, server.server_address[1], authority.path)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
