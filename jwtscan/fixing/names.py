"""The names of the new credentials, and how an old name becomes a new one. Nothing here looks at files."""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from jwtscan.meaning import zoom
from jwtscan.meaning.sources import ENV_READ

if TYPE_CHECKING:
    from jwtscan.meaning.project import Project

PUBLIC = (
    "REACT_APP_", "NEXT_PUBLIC_", "VITE_", "VUE_APP_", "GATSBY_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "NG_APP_", "PUBLIC_",
)  # fmt: skip
"""What bundlers put into the browser: variables that begin so."""
_BEFORE_ZOOM = re.compile(r"^(?P<prefix>[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*?)ZOOM_")
_NO_COMPANY = frozenset({"jwt", "api", "app", "my", "old", "test", "the"})
_APART = "ZOOM_S2S_"


class Purpose(enum.Flag):
    """What a pair of the JWT app was used for: the Meeting SDK, the REST API, or both."""

    NONE = 0
    SDK = enum.auto()
    REST = enum.auto()


@dataclass(frozen=True, slots=True)
class Names:
    """Environment variables, as in Zoom's own samples; a prefix of the project's stands before them."""

    account_id: str = "ZOOM_ACCOUNT_ID"
    client_id: str = "ZOOM_CLIENT_ID"
    client_secret: str = "ZOOM_CLIENT_SECRET"  # noqa: S105 - a name
    sdk_key: str = "ZOOM_MEETING_SDK_KEY"
    sdk_secret: str = "ZOOM_MEETING_SDK_SECRET"  # noqa: S105 - a name


_PLAIN = Names("account_id", "client_id", "client_secret", "sdk_key", "sdk_secret")
"""What names become that do not speak of Zoom: keys in a section or an object of its own."""


def decide_names(project: Project, given: Mapping[str, str] | None = None) -> Names:
    """The names for a project. ``given`` maps old names to new ones, from the configuration."""
    old = list(_variables(project))
    prefix = _common_prefix(old)
    chosen = {field.name: prefix + getattr(Names(), field.name) for field in fields(Names)}
    if not given and _is_taken(project, chosen["client_id"], chosen["account_id"], own=chosen["client_id"] in old):
        for name in ("account_id", "client_id", "client_secret"):
            chosen[name] = chosen[name].replace("ZOOM_", _APART, 1)
    for name, new in (given or {}).items():
        slot = _slot(zoom.credential_part(name) or "key", Purpose.SDK if "sdk" in zoom.words(new) else Purpose.REST)
        chosen[slot] = new
    return Names(**chosen)


def new_names(old: str, part: str, purpose: Purpose, names: Names, *, variable: bool) -> tuple[str, ...]:
    """What the name ``old`` of a credential becomes, the account id first: ``ZOOM_API_KEY`` becomes two for REST.

    ``part`` is key, secret or token; a token becomes all that fetches one. ``variable`` says that it is an environment
    variable. The style stays: ``zoomApiKey`` becomes ``zoomClientId``.
    """
    slots: list[str] = []
    if Purpose.REST in purpose:
        slots += {
            "key": ["account_id", "client_id"],
            "secret": ["client_secret"],
            "token": ["account_id", "client_id", "client_secret"],
        }[part]
    if Purpose.SDK in purpose and part != "token":
        slots.append(_slot(part, Purpose.SDK))
    return tuple(_spelled(old, slot, names, variable=variable) for slot in slots)


def new_name(old: str, part: str, purpose: Purpose, names: Names, *, variable: bool) -> str:
    """The one name that takes the place of ``old`` in an expression; the SDK's where it served both."""
    return new_names(old, part, purpose, names, variable=variable)[-1]


def public_prefix(name: str) -> str:
    """``REACT_APP_`` and the like, where a variable's name begins so."""
    return next((prefix for prefix in PUBLIC if name.startswith(prefix)), "")


def is_distinctive(name: str) -> bool:
    """Whether a name can be told from all others wherever it stands: it speaks of Zoom."""
    return "zoom" in name.lower() and len(zoom.words(name)) > 1


def word_of(name: str) -> re.Pattern[bytes]:
    """Finds a name where it is no part of another, in the bytes of a text."""
    letters = rb"\w-" if "-" in name else rb"\w"
    return re.compile(rb"(?<![" + letters + rb"])" + re.escape(name.encode()) + rb"(?![" + letters + rb"])")


def _slot(part: str, purpose: Purpose) -> str:
    if purpose is Purpose.SDK:
        return "sdk_secret" if part == "secret" else "sdk_key"
    return "client_secret" if part == "secret" else "client_id"


def _spelled(old: str, slot: str, names: Names, *, variable: bool) -> str:
    if variable or (is_distinctive(old) and old.isupper()):
        # Only the SDK's key may be seen in a browser.
        public = public_prefix(old) if slot == "sdk_key" else ""
        own = _BEFORE_ZOOM.match(old.removeprefix(public_prefix(old)))
        new: str = getattr(names, slot)
        # A name from the configuration is taken as it is: only the usual ones begin with ZOOM_.
        if own is not None and _is_company(own["prefix"]) and new.startswith("ZOOM_"):
            new = own["prefix"] + new
        return new if new.startswith(public) else public + new
    base = Names() if is_distinctive(old) else _PLAIN
    return _in_style_of(old, zoom.words(getattr(base, slot)))


def _in_style_of(old: str, words: tuple[str, ...]) -> str:
    """``words`` put together as ``old`` is."""
    if "_" in old or (old.islower() and len(zoom.words(old)) == 1 and old in {"key", "secret", "token"}):
        joined = "_".join(words)
        return joined.upper() if old.isupper() else joined
    if "-" in old:
        return "-".join(words)
    if old.isupper() or old.islower():
        joined = "_".join(words) if old.isupper() else "".join(words)
        return joined.upper() if old.isupper() else joined
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return camel if old[:1].islower() else camel[:1].upper() + camel[1:]


def _variables(project: Project) -> Iterator[str]:
    """The environment variables that the uses read."""
    for use in project.uses.all:
        for value in (*use.keys, *use.secrets, *use.tokens):
            yield from (word[4:] for word in value.words if word.startswith("env:"))


def _common_prefix(old: list[str]) -> str:
    """What the company puts before its variables, where all that speak of Zoom have it."""
    found = Counter(
        match["prefix"] if (match := _BEFORE_ZOOM.match(name.removeprefix(public_prefix(name)))) else ""
        for name in set(old)
        if is_distinctive(name)
    )
    prefix = next(iter(found)) if len(found) == 1 else ""
    return prefix if _is_company(prefix) else ""


def _is_company(prefix: str) -> bool:
    return bool(prefix) and not _NO_COMPANY & set(zoom.words(prefix)) and not prefix.startswith(PUBLIC)


def _is_taken(project: Project, client: str, account: str, *, own: bool) -> bool:
    """Whether the client id is another app's already: users sign in with it, and nothing has an account id.

    ``own`` says that the uses read a variable of that name themselves: then it counts where other code does, too.
    """
    read: set[str] = set()
    values = (value for use in project.uses.all for value in (*use.keys, *use.secrets, *use.tokens))
    users = {step.path for value in values for step in value.trail} | {use.unit.path for use in project.uses.all}
    for unit in project.candidates():
        profile = project.uses.profiles.of(unit)
        if profile.server_to_server:
            return False
        if own and (unit.path in users or unit.module is None):
            continue
        read.update(setting.name for setting in unit.settings)
        if unit.module is not None:
            code = unit.region.text if unit.region is not None else unit.document.source
            read.update(match["name"].decode() for match in ENV_READ.finditer(code))
    return client in read and account not in read
