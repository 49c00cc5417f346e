"""``wrapper-client``: a client library that is constructed with the JWT app's key and secret."""

from __future__ import annotations

from collections.abc import Iterator

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses import Use, Uses, own
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.meaning.uses.own import MODERN
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_KEYS = ("apiKey", "key", "APIKey", "api_key")
_SECRETS = ("apiSecret", "secret", "APISecret", "api_secret")
_DATA_TYPES = {"json", "xml"}


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    yield from own.find(uses, unit)
    for role in ("zoom.client", "zoom.client.environment"):
        for site in uses.sites.of(unit, role):
            use = _constructed(uses, site)
            if use is not None:
                yield use


def _constructed(uses: Uses, site: Site) -> Use | None:
    if any(isinstance(entry, ir.Entry) and entry.key in MODERN for entry in site.call.keywords):
        return None
    keys, secrets = uses.sites.values(site, "key"), uses.sites.values(site, "secret")
    config = uses.sites.argument(site, "config")
    if config is not None:
        entries = entries_of(uses.project, *config)
        if entries is not None and MODERN & entries.keys:
            return None
        if entries is not None:
            keys = [value for name in _KEYS if name in entries for value in entries.values(name)]
            secrets = [value for name in _SECRETS if name in entries for value in entries.values(name)]
    elif site.role == "zoom.client" and not secrets and _is_spread(site.call):
        keys, secrets = _spread(uses, site)
        if not secrets:
            return None
    elif _is_modern(uses, site) or (site.role == "zoom.client" and not secrets):
        return None
    if _are_tokens([*keys, *secrets]):
        return None
    library = f"{site.name} of {site.model.options.get('package', 'a Zoom wrapper')}"
    hints = [Hint("host", library)]
    hints += [Hint("credential", "it is given a key and a secret")] if (keys and secrets) or config else []
    hints += evidence.from_names([*keys, *secrets], "the credential")
    span = site.unit.span(site.call.span)
    sure = max(evidence.confidence(hints), Confidence.MEDIUM)
    if site.role == "zoom.client.environment" and not _has_old_environment(uses):
        sure = Confidence.LOW
    return Use(
        "wrapper-client",
        site.unit,
        span,
        site.call,
        sure,
        tuple(hints),
        tuple(keys),
        tuple(secrets),
        detail=library,
    )


def _has_old_environment(uses: Uses) -> bool:
    """Whether the project names what the library read from the environment before its first OAuth version."""
    seen = {name.upper() for unit in uses.project.candidates() for name in uses.profiles.of(unit).names}
    return "ZOOM_API_KEY" in seen and "ZOOM_ACCESS_TOKEN" not in seen


def _is_spread(call: ir.Call) -> bool:
    return any(isinstance(part, ir.Spread) for part in (*call.args, *call.keywords))


def _spread(uses: Uses, site: Site) -> tuple[list[Value], list[Value]]:
    """Key and secret of ``ZoomClient(**settings)`` and ``ZoomClient(*pair)``, or nothing where a new app is meant."""
    for part in (*site.call.args, *site.call.keywords):
        if not isinstance(part, ir.Spread):
            continue
        for value in uses.project.reach(site.unit, part.value):
            if isinstance(value.end, ir.Seq) and len(value.end.items) == 2:
                key, secret = (uses.project.reach(value.unit, item) for item in value.end.items)
                return key, secret
        entries = entries_of(uses.project, site.unit, part.value)
        if entries is not None and not MODERN & entries.keys:
            keys = [value for name in _KEYS if name in entries for value in entries.values(name)]
            return keys, [value for name in _SECRETS if name in entries for value in entries.values(name)]
    return [], []


def _are_tokens(values: list[Value]) -> bool:
    """OAuth tokens by their names: what the same constructor takes in pyzoom 1.0."""
    named = [{word for text in value.words for word in zoom.words(text)} for value in values]
    return any({"access", "refresh"} & words or "tokens" in words for words in named)


def _is_modern(uses: Uses, site: Site) -> bool:
    """A third argument that is an account id or a client secret, not zoomus's old ``data_type``."""
    third: list[Value] = uses.sites.values(site, "modern")
    if uses.sites.argument(site, "modern") is None:
        return False
    return not any(value.text in _DATA_TYPES for value in third)
