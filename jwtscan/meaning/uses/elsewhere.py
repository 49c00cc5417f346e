"""Signs that a token is not for Zoom's REST API, whatever its claims: other hosts, mail, cookies, own issuers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from jwtscan.meaning import zoom
from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses import Uses
from jwtscan.meaning.values import External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_HOST = re.compile(r"^https?://([\w.-]+)", re.I)
_SENDERS = {"get", "post", "put", "patch", "delete", "request", "fetch", "head", "ajax", "urlopen", "Request"}
_KEEPERS = {"set_cookie", "cookie", "setCookie", "sendMail", "send_mail", "send_email", "sendEmail"}
_LINK = re.compile(r"(?=.*[/?])(?=.*(?:reset|verif|confirm|activat|forgot|unsubscrib|magic))", re.I | re.S)
_PLAIN_RESOURCE = re.compile(
    r"/(?:users|meetings|webinars|report|metrics|accounts|past_meetings|phone|rooms|groups|im)\b"
)
_OWN_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_. ][a-z0-9]+)*|.*://.*|(?:[\w-]+\.)+[a-z]{2,}")
_ISSUER_WORDS = {"issuer", "domain", "url", "uri", "host", "site", "origin", "name", "project", "app"}
_KEY_WORDS = {"key", "api", "apikey", "zoom", "client", "token"}
MAX_NODES = 400
MAX_ROUNDS = 3


def goes_elsewhere(uses: Uses, site: Site) -> bool:
    """Whether the token provably ends in a cookie, a mail's link or a call to another host, and in no call to Zoom."""
    module = site.unit.module
    if module is None:
        return False
    holders = _holders(site)
    found = False
    for call in module.calls:
        if call is site.call or not _holds(_inside(call), site.call, holders):
            continue
        name = call.func.name if isinstance(call.func, ir.Attr) else getattr(call.func, "id", "")
        hosts = _hosts(uses, site.unit, call) if name in _SENDERS or uses.sites.site(site.unit, call) else []
        if any(zoom.ANY_HOST.search(host) for host in hosts):
            return False
        found = found or bool(hosts) or name in _KEEPERS
    for text in module.concats:
        words = "".join(str(part.value) for part in text.parts if isinstance(part, ir.Literal))
        if _LINK.search(words) and not zoom.ANY_HOST.search(words) and _holds([text], site.call, holders):
            found = True
    return found


def is_own_issuer(keys: Sequence[Value]) -> bool:
    """Whether ``iss`` names the program itself, as a login token's does: a plain word, a URL, a setting ISSUER."""
    return bool(keys) and all(_names_itself(value) for value in keys)


def is_for_video_sdk(unit: Unit) -> bool:
    """Whether every path of the REST API in a unit is the Video SDK's, which keeps its own keys."""
    texts = [str(literal.value) for literal in unit.module.literals] if unit.module else []
    if not any(zoom.VIDEO_SDK_PATH.search(text) for text in texts):
        return False
    return not any(_PLAIN_RESOURCE.search(text) for text in texts if not zoom.VIDEO_SDK_PATH.search(text))


def _names_itself(value: Value) -> bool:
    said = {word for text in value.words for word in zoom.words(text)}
    if said & _KEY_WORDS:
        return False
    text = value.text
    if text is not None:
        return bool(_OWN_NAME.fullmatch(text)) and not zoom.PLACEHOLDER.search(text) and not zoom.looks_like_key(text)
    return isinstance(value.end, External) and bool(said & _ISSUER_WORDS)


def _holders(site: Site) -> set[ir.Binding]:
    """The bindings around a call that hold its result, or something put together with it."""
    near: list[ir.Binding] = []
    scope: ir.Scope | None = site.call.scope
    while scope is not None:
        near += [binding for bindings in scope.bindings.values() for binding in bindings]
        scope = scope.parent
    holders: set[ir.Binding] = set()
    for _ in range(MAX_ROUNDS):
        more = {one for one in near if one.value is not None and _holds([one.value], site.call, holders)}
        if more <= holders:
            break
        holders |= more
    return holders


def _holds(roots: Iterable[ir.Expr | ir.Entry], call: ir.Call, holders: set[ir.Binding]) -> bool:
    for root in roots:
        for node in islice(ir.walk(root), MAX_NODES):
            if node is call:
                return True
            if isinstance(node, ir.Name) and any(binding in holders for binding in node.scope.find(node.id)):
                return True
    return False


def _inside(call: ir.Call) -> Iterator[ir.Expr | ir.Entry]:
    yield from call.args
    yield from call.keywords


def _hosts(uses: Uses, unit: Unit, call: ir.Call) -> list[str]:
    """The hosts that a call is sent to, where they are written down."""
    places = [call.arg(0, "url"), *(e.value for e in call.keywords if isinstance(e, ir.Entry) and e.key == "url")]
    options = [arg for arg in call.args if isinstance(arg, ir.Object)]
    places += [entry.value for arg in options for name in ("url", "uri") if (entry := arg.get(name)) is not None]
    found = []
    for place in places:
        for value in uses.project.reach(unit, place):
            first: ir.Expr | None = value.end.parts[0] if isinstance(value.end, ir.Concat) and value.end.parts else None
            ends = uses.project.reach(value.unit, first) if first is not None else [value]
            found += [match[0] for end in ends if end.text and (match := _HOST.match(end.text))]
    return found
