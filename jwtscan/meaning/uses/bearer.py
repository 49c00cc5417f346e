"""``jwt-bearer`` and ``query-token``: a JWT-app token that was made elsewhere and is sent to Zoom's API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jwtscan.finding import Confidence
from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.values import Configured, External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_OAUTH_WORDS = {"oauth", "refresh", "bot", "zak", "verification", "webhook", "download"}
_QUERY = "access_token="


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    if unit.module is None:
        return
    seen: set[tuple[int, int]] = set()
    for subject, expr in _headers(unit.module):
        use = _sent(uses, unit, subject, expr, "jwt-bearer")
        if use is not None and tuple(use.span) not in seen:
            seen.add((use.span.start, use.span.end))
            yield use
    for node, expr in _queries(unit.module):
        use = _sent(uses, unit, node, expr, "query-token")
        if use is not None:
            yield use


def _headers(module: ir.Module) -> Iterator[tuple[ir.Entry | ir.Store, ir.Expr]]:
    """What is put into an ``Authorization`` header, or given to a client's ``auth.bearer``."""
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
        first = call.arg(0)
        if isinstance(call.func, ir.Attr) and call.func.name in {"set", "setHeader", "append", "header", "add_header"}:
            second = call.arg(1)
            if isinstance(first, ir.Literal) and str(first.value).lower() == "authorization" and second is not None:
                yield ir.Entry(call.span, "Authorization", first.span, second), second


def _queries(module: ir.Module) -> Iterator[tuple[ir.Expr | ir.Entry, ir.Expr]]:
    """What follows ``access_token=`` in a text, and ``access_token`` among query parameters."""
    for concat in module.concats:
        for part, following in zip(concat.parts, concat.parts[1:], strict=False):
            if isinstance(part, ir.Literal) and isinstance(part.value, str) and part.value.endswith(_QUERY):
                yield concat, following
    for call in module.calls:
        params = [e for e in call.keywords if isinstance(e, ir.Entry) and e.key in {"params", "qs", "query"}]
        for entry in params:
            if isinstance(entry.value, ir.Object):
                token = entry.value.get("access_token")
                if token is not None:
                    yield token, token.value


def _sent(uses: Uses, unit: Unit, subject: ir.Entry | ir.Store | ir.Expr, expr: ir.Expr, kind: str) -> Use | None:
    sources = uses.project.sources(unit, expr, limit=40)
    tokens = [value for value in sources if _is_token(value)]
    minted = any(_is_minted(uses, value) for value in sources)
    if (minted and kind == "jwt-bearer") or not (tokens or minted):
        return None
    if any(_is_fetched(value) for value in sources):
        return None
    profile = uses.profiles.of(unit)
    hints = [hint for hint in evidence.surroundings(uses.profiles, unit) if hint.kind in {"host", "name", "path"}]
    hints += evidence.from_names(tokens, "the token")
    if minted:
        hints.append(Hint("mint", "the token is minted with the API key and secret"))
    if any("jwt" in zoom.words(word) for value in tokens for word in value.words):
        hints.append(Hint("jwt", "the token is called a JWT"))
    kinds = {hint.kind for hint in hints}
    if not kinds & {"host", "trail"} or (profile.oauth_host and not kinds & {"jwt", "mint"}):
        return None
    if not minted and not kinds & {"trail", "jwt"} and not (kinds >= {"host", "path"} or kinds >= {"host", "name"}):
        return None
    sure = evidence.confidence(hints)
    if _is_oauth(tokens) or profile.server_to_server:
        sure = Confidence.LOW
    node = subject.value if isinstance(subject, ir.Store) else subject
    return Use(kind, unit, unit.span(subject.span), node, sure, tuple(hints), tokens=tuple(tokens))


def _is_token(value: Value) -> bool:
    """A constant, a setting or an environment variable that is called a token or a JWT, or is one."""
    if isinstance(value.end, ir.Literal):
        text = value.end.value
        if not isinstance(text, str) or text.strip().lower() in {"bearer", "", "token"}:
            return False
        return zoom.is_jwt_app_token(text) or (
            _named_token(value.words) and " " not in text.strip() and "/" not in text
        )
    if isinstance(value.end, Configured):
        return _named_token(value.words)
    if isinstance(value.end, External):
        if value.end.call is not None and not value.end.name.startswith(("env:", "setting:")):
            return _is_loaded(value.end.name) and _named_token(value.words)
        outside = value.end.name.startswith("?")
        return not outside and _named_token(value.words)
    return False


def _is_loaded(name: str) -> bool:
    """Something read from a settings file: ``json.load().token``, ``yaml.safe_load()``."""
    return any(
        part in name
        for part in ("json.load", "yaml.", "toml", "ConfigParser", "config", "getpass", "input()", "environ")
    )


def _named_token(names: Iterable[str]) -> bool:
    return any(zoom.credential_part(name.rpartition(".")[2].rpartition(":")[2]) == "token" for name in names)


def _is_minted(uses: Uses, value: Value) -> bool:
    call = value.end.call if isinstance(value.end, External) else None
    if call is None:
        return False
    return any(site.call is call for site in uses.sites.of(value.unit, "jwt.sign"))


def _is_fetched(value: Value) -> bool:
    """The token comes out of an HTTP answer: OAuth."""
    name = value.name
    return "access_token" in name and ("()" in name or name.startswith("?"))


def _is_oauth(tokens: Iterable[Value]) -> bool:
    return any(_OAUTH_WORDS & set(zoom.words(word)) for value in tokens for word in value.words)
