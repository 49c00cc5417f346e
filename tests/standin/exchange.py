"""A request and its answer, without the network around them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """``target`` is the path with its query, ``headers`` have names in lower case."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return _first(urlsplit(self.target).query)

    @property
    def form(self) -> dict[str, str]:
        kind = self.headers.get("content-type", "").partition(";")[0]
        return _first(self.body.decode()) if kind == "application/x-www-form-urlencoded" else {}

    @property
    def data(self) -> Any:
        """The body as JSON; None where it is not."""
        if self.headers.get("content-type", "").partition(";")[0] != "application/json":
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content).encode()

    @property
    def code(self) -> object:
        """Zoom's own error code, if there is one."""
        return self.content.get("code") if isinstance(self.content, dict) else None


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
