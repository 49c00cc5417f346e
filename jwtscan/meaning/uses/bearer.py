"""``jwt-bearer`` and ``query-token``: a JWT-app token that was made elsewhere and is sent to Zoom's API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.elsewhere import is_made_up, is_sent_elsewhere, is_test, names_other_hosts
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_OAUTH_WORDS = {"oauth", "refresh", "bot", "zak", "verification", "webhook", "download"}
_NEUTRAL = {
    "env", "setting", "config", "settings", "process", "os", "environ", "api", "access", "token", "bearer", "auth",
    "authorization", "key", "secret", "rest", "my", "the", "header", "headers", "app", "user", "admin", "account",
    "meeting", "meetings", "recording", "recordings", "webinar", "default", "prod", "dev", "json", "yaml", "load",
}  # fmt: skip
_SETS = re.compile(
    rb"\b(?:set_?key|setenv|putenv)\([^()\r\n\"']{0,80}(?:[\"'][^\"'\r\n]{0,80}[\"'],[ \t]*)?[\"'](?P<called>\w+)[\"']"
    rb"|\benviron\[[\"'](?P<kept>\w+)[\"']\][ \t]*=(?!=)|\bprocess\.env\.(?P<put>\w+)[ \t]*=(?!=)"
)
"""What gives an environment variable a value."""
_OAUTH_APP = re.compile(r"account_?id$|client_?(?:id|secret)$", re.I)  # what a token is fetched with
_BEARER = re.compile(r"\s*(?:[\"']?authorization[\"']?\s*:\s*[\"']?)?bearer\s*$", re.I)  # curl's -H has the name too
_QUERY = "access_token="
_PARAMS = {"params", "qs", "query", "searchParams"}
_ENCODERS = {"urlencode", "stringify", "URLSearchParams", "encode"}
_SETTERS = {"set", "setHeader", "append", "header", "add_header", "setRequestHeader"}


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    if unit.module is None:
        return
    for subject, expr in _headers(uses, unit, unit.module):
        use = _sent(uses, unit, subject, expr, "jwt-bearer")
        if use is not None:
            yield use
    for node, expr in _queries(uses, unit, unit.module):
        use = _sent(uses, unit, node, expr, "query-token")
        if use is not None:
            yield use


def _headers(uses: Uses, unit: Unit, module: ir.Module) -> Iterator[tuple[ir.Entry | ir.Store | ir.Expr, ir.Expr]]:
    """Texts that begin with "Bearer", and what an ``Authorization`` header or ``auth.bearer`` is given otherwise."""
    texts = [concat for concat in module.concats if concat.parts and _says_bearer(concat.parts[0])]
    given = list(_authorizations(module))
    for text in texts:
        uses.project.effort.spend(len(given) / 50)
        subject = next((node for node, _ in given if node.span.holds(text.span)), text)
        yield subject, text
    for node, expr in given:
        uses.project.effort.spend(len(texts) / 50)
        if any(node.span.holds(text.span) for text in texts):
            continue
        if not any(_starts_bearer(value) for value in uses.project.reach(unit, expr)):
            yield node, expr


def _says_bearer(part: ir.Expr) -> bool:
    return isinstance(part, ir.Literal) and isinstance(part.value, str) and bool(_BEARER.match(part.value))


def _starts_bearer(value: Value) -> bool:
    return isinstance(value.end, ir.Concat) and bool(value.end.parts) and _says_bearer(value.end.parts[0])


def _authorizations(module: ir.Module) -> Iterator[tuple[ir.Entry | ir.Store, ir.Expr]]:
    for obj in module.objects:
        for entry in obj.entries:
            if isinstance(entry, ir.Entry) and (entry.key or "").lower() in {"authorization", "bearer"}:
                yield entry, entry.value
    for store in module.stores:
        if store.target.name.lower() == "authorization":
            yield store, store.value
    for call in module.calls:
        named = [entry for entry in call.keywords if isinstance(entry, ir.Entry)]
        yield from ((entry, entry.value) for entry in named if (entry.key or "").lower() == "authorization")
        first, second = call.arg(0), call.arg(1)
        named_first = isinstance(first, ir.Literal) and str(first.value).lower() == "authorization"
        if named_first and second is not None and isinstance(call.func, ir.Attr) and call.func.name in _SETTERS:
            yield ir.Entry(call.span, "Authorization", call.func.name_span, second), second
        kind = second.get("type") if isinstance(second, ir.Object) else None  # superagent
        if kind is not None and first is not None and getattr(kind.value, "value", None) == "bearer":
            yield ir.Entry(call.span, "bearer", call.span, first), first


def _queries(uses: Uses, unit: Unit, module: ir.Module) -> Iterator[tuple[ir.Expr | ir.Entry | ir.Store, ir.Expr]]:
    """What follows ``access_token=`` in a text, and ``access_token`` among query parameters."""
    for concat in module.concats:
        for part, following in zip(concat.parts, concat.parts[1:], strict=False):
            if isinstance(part, ir.Literal) and isinstance(part.value, str) and part.value.endswith(_QUERY):
                yield concat, following
    seen: set[int] = set()
    for params in _params(module):
        entries = entries_of(uses.project, unit, params)
        for home, given in entries.rows.get("access_token", ()) if entries is not None else ():
            if home is unit and id(given) not in seen and isinstance(given, (ir.Entry, ir.Store)):
                seen.add(id(given))
                yield given, given.value
    for call in module.calls:
        first, second = call.arg(0), call.arg(1)
        named = isinstance(first, ir.Literal) and first.value == "access_token" and isinstance(call.func, ir.Attr)
        if named and second is not None and isinstance(call.func, ir.Attr) and call.func.name in _SETTERS:
            yield ir.Entry(call.span, "access_token", call.func.name_span, second), second


def _params(module: ir.Module) -> Iterator[ir.Expr]:
    """What calls and their options are given as query parameters, and what is written out as a query."""
    for call in module.calls:
        name = call.func.name if isinstance(call.func, ir.Attr) else getattr(call.func, "id", "")
        if name in _ENCODERS and call.args:
            yield call.args[0]
        yield from (e.value for e in call.keywords if isinstance(e, ir.Entry) and e.key in _PARAMS)
    for obj in module.objects:
        yield from (e.value for e in obj.entries if isinstance(e, ir.Entry) and e.key in _PARAMS)


def _sent(uses: Uses, unit: Unit, subject: ir.Entry | ir.Store | ir.Expr, expr: ir.Expr, kind: str) -> Use | None:
    sources = uses.project.sources(unit, expr, limit=40)
    minted = any(_is_minted(uses, value) for value in sources)
    tokens = [] if minted else [value for value in sources if _is_token(value) and not _is_tests(unit, value)]
    if (minted and kind == "jwt-bearer") or not (tokens or minted):
        return None
    if any(_is_fetched(value) or _is_basic(value) for value in sources):
        return None
    hints = _hints(uses, unit, tokens, minted=minted)
    kinds = {hint.kind for hint in hints}
    profile = uses.profiles.of(unit)
    if not kinds & {"host", "trail"} or (profile.oauth_host and not kinds & {"jwt", "mint"}):
        return None
    if not kinds & {"trail", "jwt", "mint"} and len(kinds & {"host", "path", "name"}) < 2:
        return None
    sure = evidence.confidence(hints)
    fetches = profile.server_to_server and "jwt" not in kinds
    known = _is_oauth(uses, tokens) or _is_stored(uses, tokens)
    if known or fetches or _is_foreign(unit, tokens) or is_made_up(unit, tokens):
        sure = Confidence.LOW
    elif is_sent_elsewhere(uses, unit, subject) or uses.platform.owns(unit):
        return None
    node = subject.value if isinstance(subject, ir.Store) else subject
    return Use(kind, unit, unit.span(subject.span), node, sure, tuple(hints), tokens=tuple(tokens))


def _hints(uses: Uses, unit: Unit, tokens: list[Value], *, minted: bool) -> list[Hint]:
    hints = evidence.surroundings(uses.profiles, unit) + evidence.from_names(tokens, "the token")
    if minted:
        hints.append(Hint("mint", "the token is minted with the API key and secret"))
    if any("jwt" in zoom.words(word) for value in tokens for word in value.words):
        hints.append(Hint("jwt", "the token is called a JWT"))
    return hints


def _is_token(value: Value) -> bool:
    """A constant, a setting, an environment variable or a config module's name that is called a token or a JWT."""
    end = value.end
    if isinstance(end, ir.Literal):
        text = end.value
        if not isinstance(text, str) or zoom.decode_token(text) is not None:
            return False  # a pasted token is jwt-literal's
        if "://" in text:
            return False
        plain = " " not in text.strip() and "/" not in text
        return len(text) > 1 and (plain or zoom.is_placeholder(text)) and _named_token(value.words)
    if isinstance(end, Configured):
        return _named_token(value.words)
    if not isinstance(end, External):
        return False
    if end.name.startswith(("env:", "setting:")) or _is_injected(end.name):
        return _named_token(value.words) and not _OAUTH_APP.search(end.name)
    if end.call is not None:
        return _is_loaded(end.name) and _named_token(value.words)
    return "." in end.name and not end.name.startswith(("?", "this", ".", "()")) and _named_token(value.words)


def _is_injected(name: str) -> bool:
    """A variable of settings that the caller hands in: ``env.ZOOM_JWT``, ``this.config.get("ZOOM_JWT")``."""
    last = name.rpartition(".")[2]
    return name.startswith("?") and last.isupper() and zoom.is_legacy_name(last)


def _is_tests(unit: Unit, value: Value) -> bool:
    """A constant that only a test hands to the program."""
    return isinstance(value.end, ir.Literal) and is_test(value.unit) and value.unit is not unit


def _is_foreign(unit: Unit, tokens: list[Value]) -> bool:
    """Tokens called after somebody else, as ``GITHUB_TOKEN``, in a file that speaks with other hosts than Zoom's."""
    named = [{word for name in value.words for word in zoom.words(name)} for value in tokens]
    return bool(named) and all(_is_called_otherwise(said) for said in named) and names_other_hosts(unit)


def _is_called_otherwise(said: set[str]) -> bool:
    return bool(said - _NEUTRAL) and not any("zoom" in word or word == "jwt" for word in said)


def _is_loaded(name: str) -> bool:
    """Something read from a settings file: ``json.load().token``, ``yaml.safe_load()``."""
    return any(
        part in name
        for part in ("json.load", "open()", "yaml.", "toml", "ConfigParser", "config", "getpass", "input()", "environ")
    )


def _named_token(names: Iterable[str]) -> bool:
    lasts = [name.rpartition(".")[2].rpartition(":")[2] for name in names]
    return any(_is_token_name(last) for last in lasts)


def _is_token_name(name: str) -> bool:
    part = zoom.credential_part(name)
    return part == "token" or (part is not None and zoom.says_zoom(name))


def _is_minted(uses: Uses, value: Value) -> bool:
    call = value.end.call if isinstance(value.end, External) else None
    if call is None:
        return False
    return any(site.role in {"jwt.sign", "hmac", "zoom.mint"} for site in uses.sites.at(value.unit, call))


def _is_fetched(value: Value) -> bool:
    """The token comes out of an HTTP answer: OAuth."""
    name = value.name
    return "access_token" in name and ("()" in name or name.startswith("?"))


def _is_basic(value: Value) -> bool:
    return isinstance(value.end, ir.Literal) and str(value.end.value).strip().lower() == "basic"


def _is_oauth(uses: Uses, tokens: list[Value]) -> bool:
    """OAuth tokens by their names; plain access tokens in a project that fetches some, too."""
    said = [{word for name in value.words for word in zoom.words(name)} for value in tokens]
    if any(_OAUTH_WORDS & words for words in said):
        return True
    plain = bool(said) and all("access" in words and "jwt" not in words for words in said)
    return plain and any(uses.profiles.of(unit).server_to_server for unit in uses.project.candidates())


def _is_stored(uses: Uses, tokens: list[Value]) -> bool:
    """Variables that the project's own OAuth code sets: ``set_key(".env", "ZOOM_TOKEN", access_token)``."""
    names = {word[4:].encode() for value in tokens for word in value.words if word.startswith("env:")}
    if not names:
        return False
    asking = (unit for unit in uses.project.candidates() if uses.profiles.of(unit).oauth_host)
    return any(names & {match[match.lastgroup or 0] for match in _SETS.finditer(_code(unit))} for unit in asking)


def _code(unit: Unit) -> bytes:
    return unit.region.text if unit.region is not None else unit.document.source
