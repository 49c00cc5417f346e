"""``jwt-mint``: a JWT for the REST API, signed with the account's API key and secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.elsewhere import (
    goes_elsewhere,
    is_another_vendors,
    is_made_up,
    is_own_issuer,
)
from jwtscan.meaning.uses.objects import Entries, each_entries, entries_of
from jwtscan.meaning.values import External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_ALGORITHM = {"HS256", "hs256"}
_OPTION_CLAIMS = {
    "issuer": "iss",
    "iss": "iss",
    "expiresIn": "exp",
    "subject": "sub",
    "sub": "sub",
    "jwtid": "jti",
    "jti": "jti",
    "keyid": "kid",
    "audience": "aud",
    "aud": "aud",
}
_SETTERS = {"issuer": "iss", "subject": "sub", "id": "jti"}
_WRAPPED_SECRETS = ("secret", "key", "privateKey", "utf8", "k")


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    for site in uses.sites.of(unit, "jwt.sign"):
        use = _signed(uses, site)
        if use is not None:
            yield use
    for site in uses.sites.of(unit, "hmac"):
        use = _hand_made(uses, site)
        if use is not None:
            yield use
    for site in uses.sites.of(unit, "zoom.mint"):
        yield _bridged(uses, site)


def given(uses: Uses, site: Site) -> tuple[list[tuple[Unit, ir.Expr]], list[tuple[Unit, ir.Expr]]]:
    """The expressions that a mint takes its key and its secret from, each with its unit."""
    if site.role == "zoom.mint":
        key, secret = uses.sites.argument(site, "key"), uses.sites.argument(site, "secret")
        return ([key] if key else []), ([secret] if secret else [])
    rows = [row for claims in _payloads(uses, site) for row in claims.rows.get("iss", ())]
    keys = [(unit, row.value if isinstance(row, (ir.Entry, ir.Store)) else row) for unit, row in rows]
    secret = _place(uses, site, "key")
    return keys, ([secret] if secret is not None else [])


def _payloads(uses: Uses, site: Site) -> list[Entries]:
    """The claims that a call signs, or those in the text that a hand-made one is of."""
    if site.role == "jwt.sign":
        return _claims(uses, site)
    data = uses.sites.argument(site, "data")
    found = uses.project.sources(*data) if data is not None else []
    ends = [(one.unit, one.end) for one in found if isinstance(one.end, ir.Object) and "iss" in one.end.keys]
    return [claims for unit, end in ends for claims in each_entries(uses.project, unit, end)]


def _signed(uses: Uses, site: Site) -> Use | None:
    secrets = _secrets(uses, site)
    if _other_algorithm(uses, site):
        return None
    seen = _claims(uses, site)
    if not seen:
        return _unseen_payload(uses, site, secrets)
    for claims in seen:
        if "iss" in claims and not claims.keys - zoom.MINT_CLAIMS:
            return _use(uses, site, claims.values("iss"), secrets, claims)
    return None


def _claims(uses: Uses, site: Site) -> list[Entries]:
    """The entries of each object that the payload may be, with what options and jose's setters add."""
    payload = _place(uses, site, "payload")
    seen = each_entries(uses.project, *payload) if payload is not None else [Entries(uses.project)]
    options = uses.sites.argument(site, "options")
    given = entries_of(uses.project, *options) if options is not None else None
    for claims in seen:
        for setter, claim in _SETTERS.items():
            argument = uses.sites.argument(site, setter)
            if argument is not None:
                claims.rows[claim].append(argument)
        for option, claim in _OPTION_CLAIMS.items():
            if given is not None and option in given:
                claims.rows[claim] += given.rows[option]
    return seen


def _place(uses: Uses, site: Site, place: str) -> tuple[Unit, ir.Expr] | None:
    """An argument, or the field of the one object that some libraries take."""
    fields = uses.sites.argument(site, "fields")
    if fields is None:
        return uses.sites.argument(site, place)
    entries = entries_of(uses.project, *fields)
    for name in (place, "secret", "privateKey") if place == "key" else (place,):
        for home, row in entries.rows.get(name, ()) if entries is not None else ():
            return home, row.value if isinstance(row, (ir.Entry, ir.Store)) else row
    return None


def _secrets(uses: Uses, site: Site) -> list[Value]:
    """What the token is signed with, taken out of ``{ secret }`` and of what makes a key object of it."""
    found = []
    given = _place(uses, site, "key")
    for value in uses.project.reach(*given) if given is not None else ():
        if isinstance(value.end, ir.Object):
            entries = entries_of(uses.project, value.unit, value.end)
            found += [v for name in _WRAPPED_SECRETS if entries and name in entries for v in entries.values(name)]
            continue
        found.append(value)
        if isinstance(value.end, External) and value.end.call is not None:
            parts = uses.project.sources(value.unit, value.end.call, limit=20)
            found += [part for part in parts if part.name.startswith("env:") or _is_literal_secret(part)]
    return found


def _is_literal_secret(value: Value) -> bool:
    return value.text is not None and zoom.looks_like_secret(value.text)


def _other_algorithm(uses: Uses, site: Site) -> bool:
    found = [value.text for value in uses.sites.values(site, "algorithm")]
    options = uses.sites.argument(site, "options")
    given = entries_of(uses.project, *options) if options is not None else None
    if given is not None and "algorithm" in given:
        found += [value.text for value in given.values("algorithm")]
    return any(text is not None and text not in _ALGORITHM for text in found)


def _unseen_payload(uses: Uses, site: Site, secrets: Sequence[Value]) -> Use | None:
    """A payload that comes from outside (a request's body): only a call to Zoom's API in the same file convicts."""
    payload = _place(uses, site, "payload")
    if payload is None or not any(value.name.startswith("?") for value in uses.project.reach(*payload)):
        return None
    if not uses.profiles.of(site.unit).api_host or not any(_is_secret(value) for value in secrets):
        return None
    hint = Hint("payload", "the payload comes from the caller and the file calls Zoom's API")
    return _use(uses, site, [], secrets, None, [hint])


def _is_secret(value: Value) -> bool:
    return any(zoom.credential_part(word.rpartition(".")[2]) == "secret" for word in value.words)


def _hand_made(uses: Uses, site: Site) -> Use | None:
    data = uses.sites.argument(site, "data")
    if data is None:
        return None
    for source in uses.project.sources(*data):
        if isinstance(source.end, ir.Object) and "iss" in source.end.keys:
            claims = entries_of(uses.project, source.unit, source.end)
            if claims is not None and not claims.keys - zoom.MINT_CLAIMS and "exp" in claims:
                return _use(uses, site, claims.values("iss"), _secrets(uses, site), claims)
    return None


def _bridged(uses: Uses, site: Site) -> Use:
    keys, secrets = uses.sites.values(site, "key"), uses.sites.values(site, "secret")
    hints = [Hint("host", f"{site.name} mints a JWT of the JWT app")]
    return _made(site, keys, secrets, hints + evidence.from_names([*keys, *secrets], "the credential"))


def _use(
    uses: Uses,
    site: Site,
    keys: Sequence[Value],
    secrets: Sequence[Value],
    claims: Entries | None,
    extra: Sequence[Hint] = (),
) -> Use | None:
    profile = uses.profiles.of(site.unit)
    hints = [*extra, *evidence.surroundings(uses.profiles, site.unit)]
    hints += evidence.from_names([*keys, *secrets], "the credential") + evidence.from_shapes(keys, secrets)
    if claims is not None and "aud" in claims and evidence.is_null(claims.values("aud")):
        hints.append(Hint("claims", "aud is null, as in the dashboard's tokens"))
    kinds = {hint.kind for hint in hints}
    if is_another_vendors([*keys, *secrets]):
        return None
    doubtful = (
        (profile.has_others and not profile.api_host and "trail" not in kinds)
        or (profile.server_to_server and _names_client([*keys, *secrets]))
        or is_own_issuer(keys)
        or is_made_up(site.unit, [*keys, *secrets])
        or uses.platform.owns(site.unit)
        or goes_elsewhere(uses, site)
    )
    return _made(site, keys, secrets, hints, doubtful=doubtful)


def _made(
    site: Site, keys: Sequence[Value], secrets: Sequence[Value], hints: Sequence[Hint], *, doubtful: bool = False
) -> Use:
    span = site.unit.span(site.call.span)
    sure = evidence.confidence(hints)
    if doubtful or _names_sdk([*keys, *secrets]):
        sure = Confidence.LOW
    return Use("jwt-mint", site.unit, span, site.call, sure, tuple(hints), tuple(keys), tuple(secrets))


def _names_client(values: Sequence[Value]) -> bool:
    """An OAuth app's id and secret by every name on their way: an assertion for ``oauth/token``, however mistaken."""
    named = [value for value in values if value.words]
    return bool(named) and all("client" in zoom.words(word) for value in named for word in value.words[:1])


def _names_sdk(values: Sequence[Value]) -> bool:
    """An SDK or Video SDK key by every name on its way."""
    named = [value for value in values if value.words]
    return bool(named) and all(any({"sdk", "video"} & set(zoom.words(word)) for word in value.words) for value in named)
