"""Signs that a token is not for Zoom's REST API, whatever its claims: other hosts, mail, cookies, own issuers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
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
_LINK = re.compile(r"\A(?=.*[/?])(?=.*(?:reset|verif|confirm|activat|forgot|unsubscrib|magic))", re.I | re.S)
_OWN_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_. ][a-z0-9]+)*|.*://.*|(?:[\w-]+\.)+[a-z]{2,}")
_ISSUER_WORDS = {"issuer", "domain", "url", "uri", "host", "site", "origin", "name", "project", "app"}
_KEY_WORDS = {"key", "api", "apikey", "zoom", "client", "token"}
_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|specs?)/|(?:^|/)(?:test_|conftest)[^/]*$|[._](?:test|spec)s?\.\w+$")
MAX_NODES = 400
NODES_A_STEP = 25
MAX_ROUNDS = 3


def goes_elsewhere(uses: Uses, site: Site) -> bool:
    """Whether the token provably ends in a cookie, a mail's link or a call to another host, and in no call to Zoom."""
    return _ends(uses, site.unit, site.call, _holders(uses, site.call, _scopes(site.call.scope)))


def is_sent_elsewhere(uses: Uses, unit: Unit, subject: ir.Entry | ir.Store | ir.Expr) -> bool:
    """The same of a header or text that is not a call."""
    if unit.module is None or not names_other_hosts(unit):
        return False
    uses.project.effort.spend(len(unit.module.functions) / 50)
    holding = [func for func in unit.module.functions if func.span.holds(subject.span)]
    holders: set[ir.Binding] = set()
    if isinstance(subject, ir.Store):
        place: ir.Expr = subject.target.obj
        while isinstance(place, ir.Attr):
            place = place.obj
        holders.update(place.scope.find(place.id) if isinstance(place, ir.Name) else ())
        subject = subject.value
    return _ends(
        uses, unit, subject, _holders(uses, subject, [unit.module.scope, *(f.scope for f in holding)], holders)
    )


@lru_cache(maxsize=4)  # asked for each header of a file, one file after the other
def names_other_hosts(unit: Unit) -> bool:
    """Whether a unit's code has the URL of a host that is not Zoom's."""
    texts = [literal.value for literal in unit.module.literals] if unit.module else []
    hosts = (_HOST.match(text) for text in texts if isinstance(text, str))
    return any(host is not None and not zoom.ANY_HOST.search(host[0]) for host in hosts)


def _ends(uses: Uses, unit: Unit, token: ir.Expr | ir.Entry, holders: set[ir.Binding]) -> bool:
    found = False
    uses.project.effort.spend(len(unit.module.calls) + len(unit.module.concats) if unit.module else 0)
    for call in unit.module.calls if unit.module else ():
        name = call.func.name if isinstance(call.func, ir.Attr) else getattr(call.func, "id", "")
        sends = name in _SENDERS or bool(uses.sites.at(unit, call))
        # What is cheap is asked first: calls inside of calls hold all that is inside.
        if call is token or not (sends or name in _KEEPERS) or not _holds(uses, _inside(call), token, holders):
            continue
        hosts = _hosts(uses, unit, call) if sends else []
        if any(zoom.ANY_HOST.search(host) for host in hosts):
            return False
        found = found or bool(hosts) or name in _KEEPERS
    for text in unit.module.concats if unit.module else ():
        words = "".join(str(part.value) for part in text.parts if isinstance(part, ir.Literal))
        if _LINK.search(words) and not zoom.ANY_HOST.search(words) and _holds(uses, [text], token, holders):
            found = True
    return found


def is_own_issuer(keys: Sequence[Value]) -> bool:
    """Whether ``iss`` names the program itself, as a login token's does: a plain word, a URL, a setting ISSUER."""
    return bool(keys) and all(_names_itself(value) for value in keys)


def is_another_vendors(values: Iterable[Value]) -> bool:
    """Whether a credential is called after another product on its way."""
    return any(zoom.OTHER_PRODUCTS.search(word) for value in values for word in value.words)


def is_made_up(unit: Unit, values: Sequence[Value]) -> bool:
    """Whether everything that is given is a test's own invention."""
    made_up = [value.text is not None and zoom.is_placeholder(value.text) for value in values]
    return bool(values) and all(made_up) and is_test(unit)


def is_test(unit: Unit) -> bool:
    return bool(_TESTS.search(unit.path))


def _names_itself(value: Value) -> bool:
    said = {word for text in value.words for word in zoom.words(text)}
    if said & _KEY_WORDS:
        return False
    text = value.text
    if text is not None:
        made_up = "://" not in text and bool(zoom.PLACEHOLDER.search(text))
        return bool(_OWN_NAME.fullmatch(text)) and not made_up and not zoom.looks_like_key(text)
    return isinstance(value.end, External) and bool(said & _ISSUER_WORDS)


def _scopes(scope: ir.Scope | None) -> list[ir.Scope]:
    found = []
    while scope is not None:
        found.append(scope)
        scope = scope.parent
    return found


def _holders(
    uses: Uses, token: ir.Expr | ir.Entry, scopes: Iterable[ir.Scope], known: Iterable[ir.Binding] = ()
) -> set[ir.Binding]:
    """The bindings in scopes that hold a token, or something put together with it."""
    near = [binding for scope in scopes for bindings in scope.bindings.values() for binding in bindings]
    holders = set(known)
    for _ in range(MAX_ROUNDS):
        uses.project.effort.spend(len(near) / 2)
        more = {one for one in near if one.value is not None and _holds(uses, [one.value], token, holders)}
        if more <= holders:
            break
        holders |= more
    return holders


def _holds(
    uses: Uses, roots: Iterable[ir.Expr | ir.Entry], token: ir.Expr | ir.Entry, holders: set[ir.Binding]
) -> bool:
    for root in roots:
        for number, node in enumerate(islice(ir.walk(root), MAX_NODES)):
            if number % NODES_A_STEP == NODES_A_STEP - 1:
                uses.project.effort.spend()
            if node is token:
                return True
            if isinstance(node, ir.Name) and not holders.isdisjoint(node.scope.find(node.id)):
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
