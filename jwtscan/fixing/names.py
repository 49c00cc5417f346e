"""The names of the new credentials' environment variables, decided once for a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project


@dataclass(frozen=True, slots=True)
class Names:
    """Environment variables, as in Zoom's own samples; a prefix of the project's stands before them."""

    account_id: str = "ZOOM_ACCOUNT_ID"
    client_id: str = "ZOOM_CLIENT_ID"
    client_secret: str = "ZOOM_CLIENT_SECRET"  # noqa: S105 - a name
    sdk_key: str = "ZOOM_MEETING_SDK_KEY"
    sdk_secret: str = "ZOOM_MEETING_SDK_SECRET"  # noqa: S105 - a name


def decide_names(project: Project, given: Mapping[str, str] | None = None) -> Names:
    """The names for a project. ``given`` maps old names to new ones, from the configuration."""
    return Names()
