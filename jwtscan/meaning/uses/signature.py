"""``client-signature`` and ``legacy-signature``: the Meeting SDK's signature before it was a JWT."""

from __future__ import annotations

import itertools
import re
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

_LAYOUT = {
    "meeting": {
        "meeting",
        "mn",
        "number",
        "webinar",
        "conference",
        "meetingid",
        "meetingnumber",
        "room",
        "mid",
        "conf",
    },
    "time": {"ts", "time", "timestamp", "iat", "now", "date", "stamp"},
    "role": {"role", "host", "isteacher"},
}
_NEW_NAMES = {("sdk", "key"), ("sdk", "secret"), ("client", "id"), ("client", "secret")}
_BARE = re.compile(r"[\d.\s]*")
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
    if not is_sdk_receiver(hints) and ("meetingNumber" not in fields or _has_its_own(uses, "generateSignature")):
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
    detail = ""
    if any(_is_of_new_app(word) for value in [*keys, *secrets] for word in value.words):
        detail = "the credentials are of a new app, the signature is the JWT app's"
    elif _feeds_sdk_key(uses, site):
        detail = "join() is given sdkKey, the signature is the JWT app's"
    kind = "half-migrated" if detail else "legacy-signature"
    span = site.unit.span(site.call.span)
    sure = evidence.confidence(hints)
    return Use(kind, site.unit, span, site.call, sure, tuple(hints), tuple(keys), tuple(secrets), (), detail)


def _is_of_new_app(name: str) -> bool:
    """``sdkKey``, ``ZOOM_SDK_SECRET``, ``client_id``; not ``zoomClient``, nor ``sdkApiKey`` of the older samples."""
    parts = zoom.words(name)
    return "api" not in parts and any(pair in _NEW_NAMES for pair in itertools.pairwise(parts))


def _feeds_sdk_key(uses: Uses, site: Site) -> bool:
    """Whether the signature goes to a ``join()`` that is given ``sdkKey`` already."""
    for unit in uses.project.candidates():
        uses.project.effort.spend(len(unit.module.calls) / 10 if unit.module is not None else 0)
        for call in unit.module.calls if unit.module is not None and unit.module.language != "python" else ():
            if len(call.args) == 1 and is_called(uses, unit, call, "join"):
                entries = entries_of(uses.project, unit, call.args[0])
                if entries is not None and "sdkKey" in entries:
                    signatures = [(home, _value(row)) for home, row in entries.rows["signature"]]
                    if any(_is_made_of(uses, home, expr, site) for home, expr in signatures):
                        return True
    return False


def _value(row: ir.Entry | ir.Store | ir.Expr) -> ir.Expr:
    return row.value if isinstance(row, (ir.Entry, ir.Store)) else row


def _is_made_of(uses: Uses, unit: Unit, expr: ir.Expr, site: Site) -> bool:
    """Whether the HMAC of a site is among what an expression is made of."""
    ends = [source.end for source in uses.project.sources(unit, expr, limit=40) if source.unit is site.unit]
    calls = [end.call for end in ends if isinstance(end, External) and end.call is not None]
    return any(call.span.holds(site.call.span) for call in calls)


def _message(uses: Uses, site: Site) -> tuple[Unit, Sequence[ir.Expr]] | None:
    """The parts that are signed, where they are the key, the meeting's number, a time and a role."""
    data = uses.sites.argument(site, "data")
    if data is None:
        return None
    steps: list[tuple[Unit, list[ir.Expr]]] = []
    for source in uses.project.sources(*data, limit=30):
        parts = _dynamic(source.end)
        if parts and not _says_more(source.end):
            found = _layout(uses, source.unit, parts)
            if len(found) == len(_LAYOUT) or (len(parts) > len(found) == 2 and _has_dotted(site, source.unit)):
                return source.unit, parts
            if isinstance(source.end, ir.Concat):
                steps.append((source.unit, parts))
    return _put_together(uses, steps) or _joined_by_dots(uses, site)


def _put_together(uses: Uses, steps: list[tuple[Unit, list[ir.Expr]]]) -> tuple[Unit, Sequence[ir.Expr]] | None:
    """The parts of a text that was made step by step (``text += part``)."""
    found = {kind for unit, parts in steps for kind in _layout(uses, unit, parts)}
    if len(found) < len(_LAYOUT):
        return None
    unit = steps[0][0]
    return unit, [part for home, parts in reversed(steps) for part in parts if home is unit]


def _says_more(end: object) -> bool:
    """Whether a text has words or marks of its own: the old message is nothing but its four parts."""
    parts = end.parts if isinstance(end, ir.Concat) else ()
    texts = [part.value for part in parts if isinstance(part, ir.Literal) and isinstance(part.value, str)]
    return any(not _BARE.fullmatch(text) for text in texts)


def _has_dotted(site: Site, unit: Unit) -> bool:
    """Whether the file that signs, or the one that makes the message, puts five parts together with dots."""
    units = {home.path: home for home in (site.unit, unit)}
    concats = (concat for home in units.values() if home.module is not None for concat in home.module.concats)
    return any(_is_dotted(concat) and len(_dynamic(concat)) >= 4 for concat in concats)


def _is_dotted(concat: ir.Concat) -> bool:
    dots = sum(isinstance(part, ir.Literal) and part.value == "." for part in concat.parts)
    return concat.separator == "." or dots >= 3


def _joined_by_dots(uses: Uses, site: Site) -> tuple[Unit, Sequence[ir.Expr]] | None:
    """The five parts joined by dots whose last is this HMAC: what is left where the message itself is unreadable."""
    concats = site.unit.module.concats if site.unit.module else []
    uses.project.effort.spend(len(concats) / 4)
    for concat in concats:
        parts = _dynamic(concat)
        if not _is_dotted(concat) or len(parts) < 4 or len(_layout(uses, site.unit, parts)) < 2:
            continue
        if _is_made_of(uses, site.unit, parts[-1], site):
            return site.unit, parts
    return None


def joined(uses: Uses, site: Site) -> Iterator[tuple[Unit, ir.Expr]]:
    """Where the five parts may be put together whose last is this HMAC, with the likeliest place first.

    Also ``Buffer.from(key, number, time, role, hash)``, which was meant to.
    """
    units = [site.unit, *(unit for unit in uses.project.candidates() if unit is not site.unit)]
    near: list[tuple[Unit, ir.Expr]] = []
    owner = site.call.scope.owner
    for unit in units:
        if unit.module is None:
            continue
        uses.project.effort.spend((len(unit.module.concats) + len(unit.module.calls)) / 8)
        found: list[ir.Expr] = [concat for concat in unit.module.concats if _is_dotted(concat)]
        found += [call for call in unit.module.calls if len(call.args) == 5 or mapped(call) is not None]
        for whole in found:
            inner = mapped(whole) if isinstance(whole, ir.Call) else None
            parts = _dynamic(inner or whole)
            if len(parts) < 4 or len(_layout(uses, unit, parts)) < 2:
                continue
            if _is_made_of(uses, unit, parts[-1], site):
                yield unit, whole
            elif unit is site.unit and (owner is None or owner.span.holds(whole.span)):
                near.append((unit, whole))
    if len(near) == 1:
        yield near[0]


def mapped(call: ir.Call) -> ir.Seq | None:
    """The parts of ``".".join(map(str, (key, number, …)))``."""
    func = call.func
    made = call.args[0] if len(call.args) == 1 else None
    if not isinstance(func, ir.Attr) or func.name != "join" or not isinstance(made, ir.Call) or len(made.args) != 2:
        return None
    is_dot = isinstance(func.obj, ir.Literal) and func.obj.value == "."
    of = made.args[1]
    return (
        of if is_dot and isinstance(made.func, ir.Name) and made.func.id == "map" and isinstance(of, ir.Seq) else None
    )


def _dynamic(end: object) -> list[ir.Expr]:
    if isinstance(end, (ir.Concat, ir.Seq)):
        parts = end.parts if isinstance(end, ir.Concat) else end.items
        return [part for part in parts if not isinstance(part, ir.Literal) or isinstance(part.value, (int, float))]
    if isinstance(end, ir.Call):
        return list(end.args)
    return []


def _layout(uses: Uses, unit: Unit, parts: Sequence[ir.Expr]) -> set[str]:
    """Which of the meeting's number, the time and the role are among the parts, by their names."""
    found = set()
    for part in parts:
        names = _names(uses, unit, part)
        said = {word for name in names for word in (*zoom.words(name), "".join(zoom.words(name)))}
        kind = next((kind for kind, words in _LAYOUT.items() if said & words), None)
        if kind is not None:
            found.add(kind)
    return found


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
