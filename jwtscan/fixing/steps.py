"""What is left to do outside of the code after a migration: at Zoom, and where the program is deployed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple

from jwtscan.fixing.names import Names

ON_SERVER = "Make the signature on a server and let the browser fetch it: the SDK secret must not be in a page."
"""What has to happen where a page makes the signature."""

_NEW_APP = "https://marketplace.zoom.us/develop/create"
_SCOPES = "https://developers.zoom.us/docs/internal-apps/oauth-scopes-overview/"
# How the lines of ``outside`` begin: about the new apps, and about the old one.
NEW_APPS = ("Create a ", "Which scopes ", "Set ")
OLD_APP = ("Remove the JWT app's credentials ", "Deactivate the JWT app", "Credentials that stood in files ")
_SHOWN = 8
_PAIR = ("client id", "client secret")
# What single fixes say so that each can be read by itself.
_GENERAL = re.compile(r"(?:set|create|revoke|deactivate)\b.*\b(?:apps?|ZOOM_\w+)\b", re.IGNORECASE)


def server_to_server(names: Names) -> tuple[str, ...]:
    """What has to happen before REST calls work again."""
    return (
        f"Create a Server-to-Server OAuth app at {_NEW_APP} with the scopes that your calls need, and activate it.",
        f"Set {names.account_id}, {names.client_id} and {names.client_secret} to its credentials.",
    )


def meeting_sdk(names: Names) -> tuple[str, ...]:
    """What has to happen before meetings can be joined again."""
    return (
        f"Create a General app at {_NEW_APP} with the Meeting SDK switched on.",
        f"Set {names.sdk_key} and {names.sdk_secret} to its client id and client secret.",
    )


def outside(
    names: Names,
    used: Mapping[str, Sequence[str]],
    old: Sequence[str],
    shown: Sequence[str],
    *,
    rest: bool,
    sdk: bool,
    uses_left: bool,
) -> list[str]:
    """The steps in order. ``rest`` and ``sdk`` say what the tree needs, ``uses_left`` that some of it is still to do.

    ``used`` are the new variables that the code reads now, by the names that they end in: ``REACT_APP_`` may stand
    before one. ``old`` are the names that held the JWT app's credentials, ``shown`` the files in which some stood.
    """
    lines = []
    if rest:
        lines += [server_to_server(names)[0], f"Which scopes there are: {_SCOPES}."]
        lines += _set(used, (names.account_id, names.client_id, names.client_secret), "its credentials")
    if sdk:
        lines.append(meeting_sdk(names)[0])
        whats = [what for name, what in zip((names.sdk_key, names.sdk_secret), _PAIR, strict=True) if name in used]
        lines += _set(used, (names.sdk_key, names.sdk_secret), f"its {' and '.join(whats)}")
    if old:
        lines.append(f"Remove the JWT app's credentials wherever they are deployed: {_some(old)}.")
    when = "as soon as what is left in the code does not need it either. That" if uses_left else "which"
    lines.append(
        f"Deactivate the JWT app, {when} revokes its key, secret and tokens. Delete it only after a while in which "
        "nothing missed it: deleting is final."
    )
    if shown:
        where = _some(shown)
        lines.append(f"Credentials that stood in files may stay in their history: {where}. Never use them again.")
    return lines


def special(lines: Sequence[str], names: Names) -> list[str]:
    """What ``outside`` has not said in general, each once."""
    mine = set(astuple(names))
    return [
        line
        for line in dict.fromkeys(lines)
        if not _GENERAL.match(line) and not (line.lower().startswith("set ") and any(name in line for name in mine))
    ]


def _set(used: Mapping[str, Sequence[str]], names: Sequence[str], what: str) -> list[str]:
    new = [variable for name in names for variable in used.get(name, ())]
    listed = " and ".join([", ".join(new[:-1]), *new[-1:]] if len(new) > 1 else new)
    return [f"Set {listed} to {what}."] if new else []


def _some(things: Sequence[str]) -> str:
    return ", ".join(things[:_SHOWN]) + (f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else "")
