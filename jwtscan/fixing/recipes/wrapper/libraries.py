"""The client libraries that know OAuth from some version on, and what that version's constructor takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Library:
    """A client library whose later versions know OAuth.

    ``packages`` are the names that manifests have it by, the first is the one to keep; ``least`` its first good
    version. ``old`` are the constructor's parameters in order, each with its new name where it has another.
    """

    packages: tuple[str, ...]
    least: str
    old: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    account: str = ""


# Read from the wheels: zoomus 1.1.6 and 1.2.1, its forks zoom-us 1.1.4 and zoomus2 0.2.0, which are imported as zoomus.
ZOOMUS = Library(
    ("zoomus", "zoom-us", "pw-zoomus", "zoomus2"),
    "1.2.1",
    ("api_key", "api_secret", "data_type", "timeout", "version", "base_uri"),
    {"api_key": "client_id", "api_secret": "client_secret"},
    "api_account_id",
)
# Read from the wheel of parsons 3.2.0; since move-coop/parsons#873.
PARSONS = Library(
    ("parsons",),
    "3.2.0",
    ("api_key", "api_secret"),
    {"api_key": "client_id", "api_secret": "client_secret"},
    "account_id",
)
# npm zoomapi 1.15.0 and 2.0.1
ZOOMAPI = Library(
    ("zoomapi", "@schoolhouse/zoomapi"),
    "2.0.1",
    renamed={"apiKey": "oauthClientId", "apiSecret": "oauthClientSecret"},
    account="accountId",
)
PYZOOM = Library(("pyzoom",), "1.0.3")


def library_of(ecosystem: str, package: str) -> Library | None:
    """The library with OAuth that a package is, or that takes its place. None where there is none."""
    known = {"pypi": (ZOOMUS, PARSONS, PYZOOM), "npm": (ZOOMAPI,)}[ecosystem]
    return next((library for library in known if package in library.packages), None)
