"""The SDK JWT in JavaScript and TypeScript: by a library that the file or its package has, else by the file's own HMAC.

The file's own HMAC stays as it is, whatever makes it: what it is given changes, and what is made of its result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent
from jwtscan.fixing.recipes.sdk_signature.code import CALLS, called, last_name, span_of, statement_of
from jwtscan.fixing.recipes.sdk_signature.libraries import imported, is_at_least, is_old_node, required
from jwtscan.fixing.recipes.sdk_signature.old import NotSeparable, Old, place
from jwtscan.fixing.recipes.sdk_signature.where import is_browser, is_server
from jwtscan.syntax import ir
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_BUFFER = re.compile(
    r"(?:Buffer\.from|new Buffer|Buffer)\((?P<text>.*)\)\s*\.toString\(\s*['\"`]base64['\"`]\s*\)", re.DOTALL
)


@dataclass(slots=True)
class JavaScript:
    """Writes the new signature of one program into its draft."""

    old: Old
    intents: set[Intent] = field(default_factory=set)

    def write(self) -> None:
        sign = self._library()
        if sign is not None:
            self._by_library(sign)
        else:
            self._by_hmac()

    # -- with a library --------------------------------------------------------------------------------------------

    def _library(self) -> str | None:
        """The call that signs, with ``{header}``, ``{payload}`` and ``{secret}`` to fill in."""
        unit = self.old.code.unit
        whole = imported(unit, "jsonwebtoken")
        if whole is not None:
            return f"{whole}.sign({{payload}}, {{secret}})"
        sign = imported(unit, "jsonwebtoken", "sign")
        if sign is not None:
            return f"{sign}({{payload}}, {{secret}})"
        simple = imported(unit, "jwt-simple")
        if simple is not None:
            return f"{simple}.encode({{payload}}, {{secret}})"
        kjur = imported(unit, "jsrsasign", "KJUR")
        if kjur is None:
            jsrsasign = imported(unit, "jsrsasign")
            kjur = f"{jsrsasign}.KJUR" if jsrsasign is not None else None
        if kjur is not None:
            texts = "JSON.stringify({header}), JSON.stringify({payload})"
            return f"{kjur}.jws.JWS.sign({self.old.quoted('HS256')}, {texts}, {{secret}})"
        return self._from_package()

    def _from_package(self) -> str | None:
        """jsonwebtoken where the file's package has it and the file could import it."""
        old, project = self.old, self.old.plan.project
        unit = old.code.unit
        if unit.kind in ("html", "vue", "svelte") or is_browser(old.code.unit, old.plan):
            return None
        if required(project, unit, "jsonwebtoken") is None:
            return None
        if old.code.is_typed and required(project, unit, "@types/jsonwebtoken") is None:
            return None
        if any(old.code.text(node) == "jwt" for node in old.code.names(old.code.root)):
            return None
        self.intents.add(Import(unit.path, "jsonwebtoken", None, "jwt"))
        return "jwt.sign({payload}, {secret})"

    def _by_library(self, sign: str) -> None:
        old = self.old
        secret = self._secret()
        gone = [span_of(link) for link in old.final.links]
        dead = old.dead(gone, f"{self._claims()} {secret}")
        spans = [*gone, *map(span_of, dead)]
        self.intents |= old.unused(spans, secret)
        iat, exp, payload = self._fresh(spans)
        rows = f"{self._const} {payload} = {self._payload(iat, exp)}{self.old.closing}"
        header = old.fresh(("header", "jwtHeader"), spans)
        if "{header}" in sign:
            rows = f"{self._const} {header} = {self._header}{old.closing}\n{rows}"
        spots = [(self._times(iat, exp), self._time(dead)), (rows, self._data(dead))]
        place(old, dead, spots, sign.format(header=header, payload=payload, secret=secret))

    def _secret(self) -> str:
        """The secret as the HMAC is given it."""
        key = self.old.plan.project.uses.sites.argument(self.old.site, "key")
        node = self.old.code.whole(key[1]) if key is not None and self.old.is_one else self._password()
        if node is None:
            raise NotSeparable("the secret is given to the HMAC in another place")
        return self.old.code.text(node)

    def _password(self) -> Node | None:
        """The secret that jsrsasign's ``new Mac({ pass })`` is given."""
        code = self.old.code
        made = [code.ir_calls.get(span_of(call)) for call in code.calls(self.old.function)]
        for call in made:
            options = call.args[0] if call is not None and call.new and call.args else None
            entry = options.get("pass") if isinstance(options, ir.Object) else None
            inner = entry.value.get("utf8") if entry is not None and isinstance(entry.value, ir.Object) else entry
            if inner is not None:
                return code.whole(inner.value)
        return None

    def _data(self, dead: list[Node]) -> Node | None:
        """The statement that made what the HMAC is made of."""
        data = self.old.plan.project.uses.sites.argument(self.old.site, "data")
        name = data[1].id if data is not None and isinstance(data[1], ir.Name) else None
        return next((each for each in dead if name is not None and self.old.code.bound_by(each) == name), None)

    # -- with the HMAC that is there -------------------------------------------------------------------------------

    def _by_hmac(self) -> None:
        old = self.old
        source = self._source()
        statement = statement_of(source)
        name = old.code.bound_by(statement) if old.chain.value_of(statement) == source else None
        inline = any(span_of(link).holds(span_of(source)) for link in old.final.links)
        digest = self._digest()
        helper = None if digest is not None and self._is_node() else "base64url"
        hashed = self._hash(source, digest)
        gone = [*(span_of(link) for link in old.final.links), span_of(source)]
        kept = f"{self._claims()} {hashed} {name or ''} {self._encoder('') if helper is not None else ''}"
        dead = [each for each in old.dead(gone, kept) if each != statement]
        spans = [*gone, *map(span_of, dead)]
        self.intents |= old.unused(spans, kept)
        iat, exp, payload = self._fresh(spans)
        message = name or old.fresh(("message", "unsigned", "jwtMessage"), spans)
        safe = old.fresh((helper, "toBase64Url"), spans) if helper is not None else None
        rows = self._rows(payload, iat, exp, safe)
        made = self._message(payload, safe)
        if name is not None:
            ahead = old.code.source[statement.start_byte : source.start_byte].decode()
            behind = old.code.source[source.end_byte : statement.end_byte].decode()
            rows += f"\n{ahead}{made}{behind}"
        else:
            rows += f"\n{self._const} {message} = {made}{self.old.closing}"
        if inline:
            hashed = hashed.replace(old.code.text(source), message)
        elif name is None:
            old.draft.put(source, message)
        if digest is not None:
            written = old.quoted("base64url" if safe is None else "base64")
            if span_of(old.final.end).holds(span_of(digest)):
                hashed = hashed.replace(old.code.text(digest), written)
            else:
                old.draft.put(digest, written)
        end = f"`${{{message}}}.${{{hashed if safe is None else f'{safe}({hashed})'}}}`"
        spots = [(self._times(iat, exp), self._time(dead)), (rows, statement if name is not None else None)]
        place(old, dead, spots, end, None if inline else statement)

    def _source(self) -> Node:
        """The expression that makes base64 of the old message."""
        old = self.old
        data = old.plan.project.uses.sites.argument(old.site, "data")
        start = old.code.at(data[1].span) if data is not None and old.is_one else None
        if start is not None:
            found = old.chain.source(start)
            value = old.chain.value(start) if start.type == "identifier" else start
            if found is None:
                found = value
        else:
            found = self._given()
        if found is None or not span_of(old.function).holds(span_of(found)):
            raise NotSeparable("the message that is signed is made in another place")
        return found

    def _given(self) -> Node | None:
        """What a function that makes the HMAC elsewhere is given to sign."""
        old = self.old
        hashed = old.code.at(old.slots.hash.span) if not isinstance(old.slots.hash, str) else None
        call = old.chain.value(hashed) if hashed is not None and hashed.type == "identifier" else hashed
        arguments = call.child_by_field_name("arguments") if call is not None and call.type in CALLS else None
        found = (old.chain.source(each) for each in (arguments.named_children if arguments is not None else ()))
        return next((each for each in found if each is not None), None)

    def _digest(self) -> Node | None:
        """The text that says how Node's HMAC is written out: ``'base64'`` of ``.digest('base64')``."""
        old = self.old
        site = old.code.at(old.site.call.span) if old.is_one else None
        found = []
        for call in old.code.calls(old.function) if site is not None else ():
            func = called(call)
            receiver = func.child_by_field_name("object") if func is not None else None
            if func is None or receiver is None or last_name(old.code.text(func)) != "digest":
                continue
            arguments = call.child_by_field_name("arguments")
            text = arguments.named_children[0] if arguments is not None and arguments.named_children else None
            is_same = site is not None and (
                span_of(call).holds(span_of(site)) or self._root(receiver) == self._root(site)
            )
            if is_same and text is not None and text.type == "string":
                found.append(text)
        return found[0] if len(found) == 1 else None

    def _root(self, node: Node) -> str:
        """The name that a chain of methods begins with."""
        while node.type in CALLS or node.type == "member_expression":
            inner = node.child_by_field_name("function") or node.child_by_field_name("object")
            if inner is None:
                break
            node = inner
        return self.old.code.text(node)

    def _is_node(self) -> bool:
        """Whether ``Buffer`` is Node's own and knows ``base64url``."""
        old = self.old
        if (
            not is_server(old.code.unit, old.plan)
            or old.final.encoding
            or _BUFFER.match(old.code.text(old.final.links[0])) is None
        ):
            return False
        if is_old_node(old.plan.project, old.code.unit):
            return False
        types = required(old.plan.project, old.code.unit, "@types/node") if old.code.is_typed else None
        return types is None or is_at_least(types, 16)

    def _hash(self, source: Node, digest: Node | None) -> str:
        """The hash as the old signature ended with it: base64 of the HMAC."""
        old = self.old
        slot = old.slots.hash
        node = old.code.at(slot.span) if not isinstance(slot, str) else None
        if node is None:
            raise NotSeparable("the hash is not an expression")
        text = old.code.text(node)
        if digest is not None or not old.is_one or self._says_base64(node, source):
            return text
        made = old.chain.value(node) if node.type == "identifier" else node
        func = called(made) if made is not None and made.type in CALLS else None
        space, _, name = old.code.text(func).rpartition(".") if func is not None else ("", "", "")
        if name.lower() != "hmacsha256" or not space:
            raise NotSeparable("the hash is not written as base64")
        return f"{text}.toString({space}.enc.Base64)"

    def _says_base64(self, node: Node, source: Node) -> bool:
        """Whether base64 is made on the way from the HMAC to its place in the signature."""
        chain = self.old.chain
        todo, seen = [node], set()
        while todo:
            current = todo.pop()
            if current.id in seen or span_of(source).holds(span_of(current)):
                continue
            seen.add(current.id)
            calls = (call for call in self.old.code.calls(current) if not span_of(source).holds(span_of(call)))
            if any(map(chain.makes_base64, calls)):
                return True
            names = [name for name in self.old.code.names(current) if not span_of(source).holds(span_of(name))]
            values = (chain.value(name) for name in names if name.type == "identifier")
            todo += [value for value in values if value is not None and value != source]
        return False

    # -- what is written -------------------------------------------------------------------------------------------

    @property
    def _const(self) -> str:
        statement = self.old.code.text(statement_of(self.old.final.end))
        body = self.old.code.text(self.old.function)
        return "var" if statement.startswith("var ") or not re.search(r"\b(?:const|let)\b|=>", body) else "const"

    def _claims(self) -> str:
        old = self.old
        return f"{old.written(old.slots.key)} {old.written(old.slots.meeting)} {old.role('Number')}"

    def _fresh(self, gone: list[Span]) -> tuple[str, str, str]:
        old = self.old
        return (
            old.fresh(("iat", "issuedAt"), gone),
            old.fresh(("exp", "expiresAt"), gone),
            old.fresh(("payload", "claims", "jwtPayload"), gone),
        )

    def _times(self, iat: str, exp: str) -> str:
        return (
            f"{self._const} {iat} = Math.floor(Date.now() / 1000) - 30{self.old.closing}\n"
            f"{self._const} {exp} = {iat} + 2 * 60 * 60{self.old.closing}"
        )

    def _time(self, dead: list[Node]) -> Node | None:
        name = self.old.local(self.old.slots.time)
        return next((each for each in dead if name is not None and self.old.code.bound_by(each) == name), None)

    def _payload(self, iat: str, exp: str) -> str:
        old = self.old
        key = old.written(old.slots.key)
        claims = {"appKey": key, "sdkKey": key, "mn": old.written(old.slots.meeting), "role": old.role("Number")}
        claims |= {"iat": iat, "exp": exp, "tokenExp": exp}
        if old.drops_sdk_key:
            del claims["sdkKey"]
        rows = (f"    {name},\n" if name == value else f"    {name}: {value},\n" for name, value in claims.items())
        return f"{{\n{''.join(rows)}}}"

    def _rows(self, payload: str, iat: str, exp: str, safe: str | None) -> str:
        """The statements before the message: the claims, and what makes base64url where nothing there does."""
        rows = [f"{self._const} {payload} = {self._payload(iat, exp)}{self.old.closing}"]
        if safe is not None:
            q = self.old.draft.layout.quote
            parameter = "text: string" if self.old.code.is_typed else "text"
            steps = f"text.replace(/\\+/g, {q}-{q}).replace(/\\//g, {q}_{q}).replace(/=+$/, {q}{q})"
            rows.append(f"{self._const} {safe} = ({parameter}) => {steps}{self.old.closing}")
        return "\n".join(rows)

    @property
    def _header(self) -> str:
        return f"{{ alg: {self.old.quoted('HS256')}, typ: {self.old.quoted('JWT')} }}"

    def _message(self, payload: str, safe: str | None) -> str:
        old = self.old
        if safe is None:
            encoded = f"Buffer.from(JSON.stringify(part)).toString({old.quoted('base64url')})"
        else:
            encoded = self._encoder("JSON.stringify(part)")
            # js-base64's own base64url needs nothing more.
            encoded = encoded if ".encodeURI(" in encoded else f"{safe}({encoded})"
        return f"[{self._header}, {payload}]\n    .map((part) => {encoded})\n    .join({old.quoted('.')})"

    def _encoder(self, text: str) -> str:
        """The file's own way to make base64 of a text, as it finished the old signature."""
        old = self.old
        whole = old.slots.whole
        inner = old.code.whole(whole)
        for link in old.final.links[: old.final.encoding + 1]:
            if inner is None:
                break
            if isinstance(whole, ir.Call) and link is old.final.links[0]:
                func = called(inner)
                text = f"{old.code.text(func) if func is not None else ''}({text})"
            outer = old.chain.up(inner, to_base64=True)
            ahead = old.code.source[outer.start_byte : inner.start_byte].decode()
            behind = old.code.source[inner.end_byte : outer.end_byte].decode()
            text = f"{ahead.strip()}{text}{behind.strip()}" if "\n" in ahead + behind else f"{ahead}{text}{behind}"
            text = re.sub(r",?\s*\n\s*", "", text)
            inner = self._read_of(link)
        return text

    def _read_of(self, link: Node) -> Node | None:
        """Where the next link reads what this one is given to."""
        links = self.old.final.links
        place_of = links.index(link) + 1
        parent = link.parent
        name = (
            (parent.child_by_field_name("name") or parent.child_by_field_name("left")) if parent is not None else None
        )
        if place_of >= len(links) or name is None:
            return None
        text = self.old.code.text(name)
        return next((node for node in self.old.code.names(links[place_of]) if self.old.code.text(node) == text), None)
