"""The gate: which files can matter, by their bytes alone. A file that the gate drops is never parsed.

Two tiers. A file with a strong word ("zoom", or a word that convicts anywhere) is a candidate when a weak word stands
in it too, and so is one whose path says zoom. Elsewhere weak words count only in the neighbourhood of such a file: the
same package, or near it.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

ZOOM = b"zoom"
MANIFESTS = frozenset({"package.json", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt"})
LARGE = 5000
"""Above this many files a tree is taken for many packages, each with its own evidence or none."""
NEAR = 2000
"""How many files of one package may be looked at for weak words before only closer ones are."""

EVIDENCE = re.compile(
    rb"zoom[_\-. /]?(?:us|gov|api|jwt|key|secret|token|client|meeting|config|mtg|sdk|websdk|sig|auth|oauth|account|"
    rb"user|webinar|credential|service|app|bot|url|host|room|integration|phone|recording)"
)
"""Words that speak of Zoom the product; a bare "zoom" may be a map's."""

_SECTION = re.compile(
    rb"""["'\[.]zoom["'\]](?!\s*:\s*[\d.\[-])|^[ \t]*zoom[ \t]*:[ \t]*(?:[#{].*)?$|(?<![a-z])zoom["']?\s*[:=]\s*\{|"""
    rb"""(?:class|const|enum|def|function|interface)\s+\w*zoom(?!in|out|level|ed|ing|able|\b)""",
    re.MULTILINE,
)
"""A section, key or definition called zoom that holds more than a number: beside a secret it is no map's."""

SURE = re.compile(
    rb"zoom[_\-.]?(?:us(?![a-z])|gov(?![a-z])|api(?![a-z])|jwt|mtg|sdk|websdk|client|secret|token)|zoom/meetingsdk|zoomus"
)
"""Fewer such words, that no map or animation has: what a large tree of many packages is parted by."""

_TOKEN = re.compile(rb"[a-z0-9_-]{11}\.eyj[a-z0-9_-]{8,}\.")
_TOKEN_START = b"eyj"

WEAK = (
    b"api_key", b"apikey", b"api_sec", b"apisec", b"jwt", b"secret", b"bearer", b"hmac", b"signature", b"websdk",
    b"zoommtg", b"access_token", b"zoom_key", b"authorization", b"zoom_token", b"zoomus", b"zoom-us", b"zoom_us",
    b"zoom-api-client", b"zoomapi", b"pyzoom", b"zoome", b"zoom_client", b"zoom-client", b"django-zoom-meetings",
    b"parsons", b"aiozoom", b"zrlist", b"/scim", b"celigo", b"epic", b"salesforce", b"zoom_api", b"zoom-meeting-",
    b"source.zoom.us", b"token", b"iss",
)  # fmt: skip
"""What the rules' mechanisms cannot do without. Counted on the labelled files: each has at least one."""

FAR = (b"api_key", b"apikey", b"api_sec", b"apisec", b"jwt", b"secret", b"hmac", b"webtoken")
"""The weak words that bring in a file without any "zoom": each of the labelled ones has one of these."""
DISTANT = (b"hmac",)
"""The same for the other packages of a tree, where only a signature can be told by its layout alone."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file's bytes found: strong words, whether a weak word is there, whether Zoom is spoken of.

    ``sure`` is the same in words that leave no doubt.
    """

    strong: frozenset[bytes]
    weak: bool
    evidence: bool
    sure: bool = False


def look(lowered: bytes, strong: Iterable[bytes], path: str = "") -> Look | None:
    """Looks at lower-cased bytes. None where no strong word is there: by far the usual case, and one search a word."""
    found = frozenset(word for word in strong if word in lowered)
    if _TOKEN_START in found and not _TOKEN.search(lowered):
        found -= {_TOKEN_START}  # any base64 may have it; a token's three parts are what counts
    if not found or found == {ZOOM}:
        placed = ZOOM.decode() in path.lower() and has(lowered, FAR)
        if placed or not found:
            return Look(found, True, True, sure=bool(found and SURE.search(lowered))) if placed else None
    weak = found != {ZOOM} or has(lowered, WEAK)
    evidence = ZOOM in found and _speaks(lowered)
    return Look(found, weak, evidence, evidence and bool(SURE.search(lowered)))


def _speaks(lowered: bytes) -> bool:
    return bool(EVIDENCE.search(lowered)) or (has(lowered, FAR) and bool(_SECTION.search(lowered)))


def has(lowered: bytes, words: Iterable[bytes]) -> bool:
    """Whether one of the words is there."""
    return any(word in lowered for word in words)


def neighbourhood(
    paths: Iterable[str], looks: Mapping[str, Look], *, spoken: bool = False
) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """The files without a strong word to be looked at again, each with the weak words of which one has to be there.

    Those near a file that speaks of Zoom, and in a tree of modest size all others, for what convicts by itself.
    """
    paths = list(paths)
    large = len(paths) > LARGE
    speaking = [path for path, seen in looks.items() if (seen.sure if large else seen.evidence)]
    if not speaking and not (spoken and len(paths) <= NEAR):
        return
    homes = _homes(paths)
    members: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        members[_home(path, homes)].append(path)
    chosen: set[str] = set()
    for home in {_home(path, homes) for path in speaking} or set(members):
        group = members[home]
        if len(group) > NEAR:
            near = {posixpath.dirname(path) for path in speaking}
            group = [path for path in group if _is_near(posixpath.dirname(path), near)]
        chosen.update(group)
    for path in paths:
        if path not in looks and (path in chosen or not large):
            yield path, FAR if path in chosen else DISTANT


def candidates(
    paths: Iterable[str], looks: Mapping[str, Look], spoken: bool, with_zoom: Collection[bytes] = frozenset({ZOOM})
) -> list[str]:
    """The files to parse: those with a weak word, in a tree, or in a large tree in a package, that speaks of Zoom.

    ``spoken`` says that something else than the bytes does: the name of the scanned folder. ``with_zoom`` are the
    strong words that do not convict by themselves.
    """
    paths = list(paths)
    weak = [path for path, seen in looks.items() if seen.weak]
    anywhere = [path for path in weak if not looks[path].strong.issubset(with_zoom)]
    if len(paths) <= LARGE or spoken:
        return weak if spoken or any(seen.evidence for seen in looks.values()) else anywhere
    homes = _homes(paths)
    speaking = {_home(path, homes) for path, seen in looks.items() if seen.sure}
    return sorted({path for path in weak if _home(path, homes) in speaking} | set(anywhere))


def _homes(paths: Iterable[str]) -> set[str]:
    return {posixpath.dirname(path) for path in paths if posixpath.basename(path) in MANIFESTS}


def _home(path: str, homes: set[str]) -> str:
    """The nearest folder above a file that has a manifest; the top where there is none."""
    folder = posixpath.dirname(path)
    while folder not in homes and folder != posixpath.dirname(folder) and not folder.endswith(".."):
        folder = posixpath.dirname(folder)
    return folder


def _is_near(folder: str, near: set[str]) -> bool:
    return folder in near or posixpath.dirname(folder) in near or any(posixpath.dirname(one) == folder for one in near)
