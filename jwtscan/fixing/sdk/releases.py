"""What each release of the Meeting SDK for Web is called and asks of a program. Data, with its sources; no project.

Read from the packages on npm and from the history of github.com/zoom/meetingsdk-web-sample on 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jwtscan.syntax.versions import Release, release_of

FIRST: Final = "zoomus-jssdk"
OLD: Final = "@zoomus/websdk"
NEW: Final = "@zoom/meetingsdk"
"""The names of the package, in the order it has had them. The functions are the same under all three."""

LAST_OLD: Final[Release] = (2, 18, 3)
"""The last release of the old package. It keeps React 16.14 among its own dependencies: nothing else has to move."""

_NEWEST: Final[Mapping[Release, Release]] = {
    (2, 18, 0): (2, 18, 3),
    (3, 1, 0): (3, 1, 6),
    (3, 5, 0): (3, 5, 2),
    (3, 6, 0): (3, 6, 1),
    (3, 7, 0): (3, 7, 0),
    (3, 8, 0): (3, 8, 10),
    (3, 9, 0): (3, 9, 2),
    (3, 10, 0): (3, 10, 0),
    (3, 11, 0): (3, 11, 2),
    (3, 12, 0): (3, 12, 0),
    (3, 13, 0): (3, 13, 2),
    (4, 0, 0): (4, 0, 7),
    (4, 1, 0): (4, 1, 0),
    (5, 0, 0): (5, 0, 4),
    (5, 1, 0): (5, 1, 4),
    (6, 0, 0): (6, 0, 2),
    (6, 1, 0): (6, 1, 0),
    (6, 2, 0): (6, 2, 0),
}
"""The newest release on npm of each minor that a program may be moved to."""

_ASSETS: Final[Mapping[Release, Release]] = {(2, 18, 3): (2, 18, 2)}
"""Releases that are not on Zoom's hosts: 2.18.3 itself loads 2.18.2, and has ``dist/zoom-meeting-2.18.2.min.js``."""

BUNDLE_IN_FOLDER: Final[Release] = (3, 5, 0)
"""From here on the bundle is ``/V/zoom-meeting-V.min.js``; before, ``/zoom-meeting-V.min.js`` (sample 180a056)."""

_WITHOUT_STYLES: Final[Release] = (4, 0, 0)
"""From here on neither the package nor the sample's pages have ``bootstrap.css`` and ``react-select.css``."""
WITH_REACT_REDUX: Final[Release] = (6, 0, 2)
"""Client View pages load ``react-redux`` too (sample 930bdd1)."""
VENDORS: Final = frozenset({"react", "react-dom", "redux", "redux-thunk", "lodash", "react-redux"})
"""What each release has under ``lib/vendor/``. jquery was there up to 1.8.4."""

REACT_18: Final[Release] = (3, 5, 0)
"""React 18.2 from here on, 16.14 before."""
REACT_BESIDE: Final[Release] = (6, 2, 0)
"""From here on React is a peer only; before, the package brings its own beside the project's."""

_RENAMED: Final[tuple[tuple[Release, str, str], ...]] = (
    ((2, 7, 0), "prepareJssdk", "prepareWebSDK"),
    ((2, 7, 0), "getBreakoutRoomList", "getBreakoutRooms"),
    ((3, 1, 0), "changRedirectUrl", "changeRedirectUrl"),
)
"""Functions that are gone from the typings from a release on, and what they are called then."""


def package_of(release: Release) -> str:
    """The npm name that a release was published under."""
    return OLD if release <= LAST_OLD else NEW


def assets_of(release: Release) -> Release:
    """The release that Zoom's hosts have for one on npm."""
    return _ASSETS.get(release, release)


def renamed(release: Release) -> dict[str, str]:
    """The functions that have another name at a release, by their old one."""
    return {old: new for first, old, new in _RENAMED if first <= release}


def has_styles(release: Release) -> bool:
    """Whether there are style sheets to load beside the SDK."""
    return release < _WITHOUT_STYLES


def wanted(target: str | None) -> Release | None:
    """The newest release that ``--target`` may mean (``6``, ``3.13``, ``4.0.0``); None where it says nothing."""
    if target is None or target == "auto":
        return None
    given = release_of(target) if target.count(".") > 1 else None
    if given is not None:
        return given
    places = tuple(int(place) for place in target.split(".") if place.isdecimal())
    fitting = [newest for minor, newest in _NEWEST.items() if minor[: len(places)] == places]
    padded = (*places, 0, 0, 0)
    return max(fitting, default=(padded[0], padded[1], padded[2])) if places else None


def dotted(release: Release) -> str:
    """``2.18.3``."""
    return ".".join(map(str, release))
