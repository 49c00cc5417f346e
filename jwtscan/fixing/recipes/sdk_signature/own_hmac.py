"""The SDK JWT in JavaScript and TypeScript with the file's own HMAC, whatever makes it.

The HMAC stays as it is: what it is given changes, and what is made of its result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing import Intent
from jwtscan.fixing.recipes.sdk_signature.code import CALLS, called, last_name, span_of, statement_of
from jwtscan.fixing.recipes.sdk_signature.encoder import encoder
from jwtscan.fixing.recipes.sdk_signature.leftovers import leftovers
from jwtscan.fixing.recipes.sdk_signature.libraries import is_at_least, is_old_node, required
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old
from jwtscan.fixing.recipes.sdk_signature.place import place
from jwtscan.fixing.recipes.sdk_signature.script import read_by, script_of, time_of
from jwtscan.fixing.recipes.sdk_signature.where import is_browser, is_server

if TYPE_CHECKING:
    from tree_sitter import Node

_BUFFER = re.compile(r"(?:Buffer\.from|new Buffer|Buffer)\(.*\)\s*\.toString\(\s*['\"`]base64['\"`]\s*\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Hmac:
    """The old HMAC in the function.

    ``source`` is the expression that makes base64 of the message. It may be given to ``name``, by a statement that does
    only that (``is_alone``) or declares more. ``digest`` is the text of ``.digest('base64')``, ``result`` the hash.
    """

    source: Node
    name: str | None
    digest: Node | None
    result: str
    is_inline: bool
    is_alone: bool


def write_with_own_hmac(old: Old) -> set[Intent]:
    """Writes the new signature into the draft. Gives what the file no longer needs."""
    hmac = _read(old)
    statement = statement_of(hmac.source)
    is_native = hmac.digest is not None and _is_native(old)
    gone = [*(span_of(link) for link in old.final.links), span_of(hmac.source)]
    kept = f"{read_by(old)} {hmac.result} {hmac.name or ''} {'' if is_native else encoder(old, '')}"
    dead = [each for each in old.dead(gone, kept) if each != statement]
    spans = [*gone, *map(span_of, dead)]
    script = script_of(old, spans)
    safe = None if is_native else old.fresh(("base64url", "toBase64Url"), spans)
    message = hmac.name or old.fresh(("message", "unsigned", "jwtMessage"), spans)
    rows = [script.claims, *([script.url_safe(safe)] if safe is not None else [])]
    made = script.unsigned(_part(old, safe))
    if hmac.is_alone:
        rows.append(_around(old, statement, hmac.source, made))
    elif hmac.name is None:
        rows.append(script.let(message, made))
    else:
        old.draft.put(hmac.source, old.draft.laid(made, statement))
    result = _result(old, hmac, message, safe)
    spots = [
        (script.times, time_of(old, dead)),
        ("\n".join(rows), statement if hmac.is_alone else None),
    ]
    place(old, dead, spots, f"`${{{message}}}.${{{result}}}`", None if hmac.is_inline else statement)
    return set(leftovers(old, spans, kept))


def _part(old: Old, safe: str | None) -> str:
    """The expression that makes base64url of the object ``part``."""
    if safe is None:
        return f"Buffer.from(JSON.stringify(part)).toString({old.quoted('base64url')})"
    encoded = encoder(old, "JSON.stringify(part)")
    # js-base64's own base64url needs nothing more.
    return encoded if ".encodeURI(" in encoded else f"{safe}({encoded})"


def _around(old: Old, statement: Node, expr: Node, text: str) -> str:
    """A statement with another text in place of one of its expressions."""
    ahead = old.code.source[statement.start_byte : expr.start_byte].decode()
    return f"{ahead}{text}{old.code.source[expr.end_byte : statement.end_byte].decode()}"


def _result(old: Old, hmac: _Hmac, message: str, safe: str | None) -> str:
    """The hash in base64url. What has to change for it elsewhere is put there."""
    result = hmac.result
    if hmac.is_inline:
        result = result.replace(old.code.text(hmac.source), message)
    elif hmac.name is None:
        old.draft.put(hmac.source, message)
    if hmac.digest is not None:
        written = old.quoted("base64url" if safe is None else "base64")
        if span_of(old.final.end).holds(span_of(hmac.digest)):
            result = result.replace(old.code.text(hmac.digest), written)
        elif old.code.text(hmac.digest) != written:
            old.draft.put(hmac.digest, written)
    return result if safe is None else f"{safe}({result})"


def _is_native(old: Old) -> bool:
    """Whether ``Buffer`` is Node's own and knows ``base64url``."""
    unit, project = old.code.unit, old.plan.project
    if old.final.encoding or _BUFFER.match(old.code.text(old.final.links[0])) is None:
        return False
    if is_browser(unit, old.plan) or not is_server(unit, old.plan) or is_old_node(project, unit):
        return False
    types = required(project, unit, "@types/node") if old.code.is_typed else None
    return types is None or is_at_least(types, 16)


# -- what is there -----------------------------------------------------------------------------------------------------


def _read(old: Old) -> _Hmac:
    source = _source(old)
    statement = statement_of(source)
    is_alone = old.code.bound_by(statement) is not None and old.chain.value_of(statement) == source
    name = old.code.declared(source)
    digest = _digest(old)
    is_inline = any(span_of(link).holds(span_of(source)) for link in old.final.links)
    return _Hmac(source, name, digest, _hash(old, source, digest), is_inline, is_alone)


def _source(old: Old) -> Node:
    data = old.argument("data")
    start = old.code.at(data.span) if data is not None and old.is_one else None
    found = _given(old) if start is None else old.chain.source(start)
    if found is None and start is not None:
        found = old.chain.value(start) if start.type == "identifier" else start
    if found is None or not span_of(old.around or old.function).holds(span_of(found)):
        raise NotSeparable("the message that is signed is made in another place")
    return found


def _given(old: Old) -> Node | None:
    """What a function that makes the HMAC elsewhere is given to sign."""
    hashed = old.code.at(old.slots.hash.span) if not isinstance(old.slots.hash, str) else None
    call = old.chain.value(hashed) if hashed is not None and hashed.type == "identifier" else hashed
    arguments = call.child_by_field_name("arguments") if call is not None and call.type in CALLS else None
    found = (old.chain.source(each) for each in (arguments.named_children if arguments is not None else ()))
    return next((each for each in found if each is not None), None)


def _digest(old: Old) -> Node | None:
    """The text that says how Node's HMAC is written out: ``'base64'`` of ``.digest('base64')``."""
    site = old.code.at(old.site.call.span) if old.is_one else None
    if site is None:
        return None
    found = []
    for call in old.code.calls(old.around or old.function):
        func = called(call)
        receiver = func.child_by_field_name("object") if func is not None else None
        if func is None or receiver is None or last_name(old.code.text(func)) != "digest":
            continue
        arguments = call.child_by_field_name("arguments")
        text = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        is_same = span_of(call).holds(span_of(site)) or _root(old, receiver) == _root(old, site)
        if is_same and text is not None and text.type == "string":
            found.append(text)
    return found[0] if len(found) == 1 else None


def _root(old: Old, node: Node) -> str:
    """The name that a chain of methods begins with."""
    while node.type in CALLS or node.type == "member_expression":
        inner = node.child_by_field_name("function") or node.child_by_field_name("object")
        if inner is None:
            break
        node = inner
    return old.code.text(node)


def _hash(old: Old, source: Node, digest: Node | None) -> str:
    """The hash as the old signature ended with it: base64 of the HMAC."""
    slot = old.slots.hash
    node = old.code.at(slot.span) if not isinstance(slot, str) else None
    if node is None:
        raise NotSeparable("the hash is not an expression")
    text = old.code.text(node)
    if digest is not None or not old.is_one or _says_base64(old, node, source):
        return text
    made = old.chain.value(node) if node.type == "identifier" else node
    func = called(made) if made is not None and made.type in CALLS else None
    space, _, name = old.code.text(func).rpartition(".") if func is not None else ("", "", "")
    if name.lower() != "hmacsha256" or not space:
        raise NotSeparable("the hash is not written as base64")
    return f"{text}.toString({space}.enc.Base64)"


def _says_base64(old: Old, node: Node, source: Node) -> bool:
    """Whether base64 is made on the way from the HMAC to its place in the signature."""
    todo = [node]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if current.id in seen or span_of(source).holds(span_of(current)):
            continue
        seen.add(current.id)
        calls = (call for call in old.code.calls(current) if not span_of(source).holds(span_of(call)))
        if any(map(old.chain.makes_base64, calls)):
            return True
        names = (name for name in old.code.names(current) if not span_of(source).holds(span_of(name)))
        values = (old.chain.value(name) for name in names if name.type == "identifier")
        todo += [value for value in values if value is not None and value != source]
    return False
