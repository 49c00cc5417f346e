"""``client-signature`` and ``legacy-signature``: the Meeting SDK's signature before it was a JWT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.meaning import evidence, zoom
from jwtscan.meaning.evidence import Hint
from jwtscan.meaning.sites import Site
from jwtscan.meaning.uses import Use, Uses
from jwtscan.meaning.uses.join import is_called, is_sdk_receiver, receiver
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.meaning.values import External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit

_MEETING = {"meeting", "mn", "number", "webinar", "conference", "meetingid", "meetingnumber", "room", "mid"}
_TIME = {"ts", "time", "timestamp", "iat", "now", "date", "timestamp2"}
_ROLE = {"role", "host", "isteacher"}
_SIGNATURE_FIELDS = {"meetingNumber", "apiSecret", "role", "apiKey"}


def find(uses: Uses, unit: Unit) -> Iterator[Use]:
    if unit.module is None:
        return
    for call in unit.module.calls:
        if unit.module.language != "python" and is_called(uses, unit, call, "generateSignature"):
            use = _client(uses, unit, call)
            if use is not None:
                yield use
    for site in uses.sites.of(unit, "hmac"):
        use = _legacy(uses, site)
        if use is not None:
            yield use


def _client(uses: Uses, unit: Unit, call: ir.Call) -> Use | None:
    if len(call.args) != 1 or any(isinstance(v.end, (ir.Func, ir.Class)) for v in uses.project.reach(unit, call.func)):
        return None
    entries = entries_of(uses.project, unit, call.args[0])
    fields = _SIGNATURE_FIELDS & (entries.keys if entries is not None else frozenset())
    hints = receiver(uses, unit, call)
    if not is_sdk_receiver(hints) and (entries is None or _has_its_own(uses, "generateSignature")):
        return None
    if len(fields) > 1:
        hints.append(Hint("fields", f"it is given {', '.join(sorted(fields))}"))
    if not hints or (entries is not None and "apiSecret" not in entries and "apiKey" not in entries):
        return None
    keys = entries.values("apiKey") if entries is not None else []
    secrets = entries.values("apiSecret") if entries is not None else []
    hints += evidence.from_names([*keys, *secrets], "the credential") + evidence.from_shapes(keys, secrets)
    span = unit.span(call.span)
    sure = evidence.confidence(hints)
    return Use("client-signature", unit, span, call, sure, tuple(hints), tuple(keys), tuple(secrets))


def _has_its_own(uses: Uses, name: str) -> bool:
    """Whether the project has a function of that name: what is called on an unknown receiver is rather that one."""
    modules = (unit.module for unit in uses.project.candidates() if unit.module is not None)
    return any(func.name == name for module in modules for func in module.functions)


def _legacy(uses: Uses, site: Site) -> Use | None:
    message = _message(uses, site)
    if message is None:
        return None
    unit, parts = message
    secrets = uses.sites.values(site, "key")
    keys = [value for part in parts[:1] for value in uses.project.reach(unit, part)]
    named = evidence.from_names([*keys, *secrets], "the credential")
    hints = [Hint("layout", "an HMAC over key, meeting number, time and role")]
    hints += evidence.surroundings(uses.profiles, site.unit) + named + evidence.from_shapes(keys, secrets)
    modern = any({"sdk", "client"} & set(zoom.words(word)) for value in [*keys, *secrets] for word in value.words)
    kind = "half-migrated" if modern else "legacy-signature"
    span = site.unit.span(site.call.span)
    sure = evidence.confidence(hints)
    detail = "the credentials are of a new app, the signature is the JWT app's" if modern else ""
    return Use(kind, site.unit, span, site.call, sure, tuple(hints), tuple(keys), tuple(secrets), (), detail)


def _message(uses: Uses, site: Site) -> tuple[Unit, Sequence[ir.Expr]] | None:
    """The parts that are signed, where they are the key, the meeting's number, a time and a role."""
    data = uses.sites.argument(site, "data")
    if data is None:
        return None
    for source in uses.project.sources(*data, limit=30):
        parts = _dynamic(source.end)
        if len(parts) >= 3 and _is_layout(uses, source.unit, parts):
            return source.unit, parts
    return _joined_by_dots(uses, site)


def _joined_by_dots(uses: Uses, site: Site) -> tuple[Unit, Sequence[ir.Expr]] | None:
    """The five parts joined by dots whose last is this HMAC: what is left where the message itself is unreadable."""
    for concat in site.unit.module.concats if site.unit.module else ():
        parts = _dynamic(concat)
        dots = concat.separator == "." or sum(isinstance(p, ir.Literal) and p.value == "." for p in concat.parts) >= 3
        if dots and len(parts) >= 4 and _is_layout(uses, site.unit, parts):
            for source in uses.project.sources(site.unit, parts[-1], limit=20):
                if (
                    isinstance(source.end, External)
                    and source.end.call is not None
                    and _contains(source.end.call, site.call)
                ):
                    return site.unit, parts
    return None


def _contains(outer: ir.Call, inner: ir.Call) -> bool:
    return outer.span.holds(inner.span)


def _dynamic(end: object) -> list[ir.Expr]:
    if isinstance(end, (ir.Concat, ir.Seq)):
        parts = end.parts if isinstance(end, ir.Concat) else end.items
        return [part for part in parts if not isinstance(part, ir.Literal) or isinstance(part.value, (int, float))]
    if isinstance(end, ir.Call):
        return list(end.args)
    return []


def _is_layout(uses: Uses, unit: Unit, parts: Sequence[ir.Expr]) -> bool:
    found = set()
    for part in parts:
        said = {word for name in _names(uses, unit, part) for word in zoom.words(name)}
        joined = {"".join(zoom.words(name)) for name in _names(uses, unit, part)}
        for kind, words in (("meeting", _MEETING), ("time", _TIME), ("role", _ROLE)):
            if (said | joined) & words:
                found.add(kind)
                break
    return len(found) >= (2 if len(parts) >= 4 else 3)


def _names(uses: Uses, unit: Unit, part: ir.Expr) -> list[str]:
    """The names that a part is written with, and those it came through."""
    names = []
    for node in ir.walk(part):
        if isinstance(node, ir.Name):
            names.append(node.id)
        elif isinstance(node, ir.Attr):
            names.append(node.name)
    if not names or len(names) == 1:
        values: list[Value] = uses.project.reach(unit, part)
        names += [word for value in values[:4] for word in value.words[:3]]
    return names
