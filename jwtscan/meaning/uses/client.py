"""``wrapper-client``: a client library that is constructed with the JWT app's key and secret."""

from __future__ import annotations

from collections.abc import Iterator

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.meaning.values import Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_MODERN = {"api_account_id", "account_id", "client_id", "client_secret", "access_token", "refresh_token", "accountId",
           "clientId", "oauthClientId", "oauthClientSecret", "clientSecret"}  # fmt: skip
_KEYS = ("apiKey", "key", "APIKey", "api_key")
_SECRETS = ("apiSecret", "secret", "APISecret", "api_secret")
_DATA_TYPES = {"json", "xml"}


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    for role in ("zoom.client", "zoom.client.environment", "zoom.client.token"):
        for site in uses.sites.of(unit, role):
            use = _constructed(uses, site)
            if use is not None:
                yield use


def _constructed(uses: Uses, site: Site) -> Use | None:
    if any(isinstance(entry, ir.Entry) and entry.key in _MODERN for entry in site.call.keywords):
        return None
    if site.role == "zoom.client.token":
        return None
    keys, secrets = uses.sites.values(site, "key"), uses.sites.values(site, "secret")
    config = uses.sites.argument(site, "config")
    if config is not None:
        entries = entries_of(uses.project, *config)
        if entries is not None and _MODERN & entries.keys:
            return None
        if entries is not None:
            keys = [value for name in _KEYS if name in entries for value in entries.values(name)]
            secrets = [value for name in _SECRETS if name in entries for value in entries.values(name)]
    elif _is_modern(uses, site) or (site.role == "zoom.client" and not secrets):
        return None
    if _are_tokens([*keys, *secrets]):
        return None
    hints = [Hint("host", f"{site.name} of {site.model.options.get('package', 'a Zoom wrapper')}")]
    hints += [Hint("credential", "it is given a key and a secret")] if (keys and secrets) or config else []
    hints += evidence.from_names([*keys, *secrets], "the credential")
    span = site.unit.span(site.call.span)
    sure = max(evidence.confidence(hints), Confidence.MEDIUM)
    return Use("wrapper-client", site.unit, span, site.call, sure, tuple(hints), tuple(keys), tuple(secrets))


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
