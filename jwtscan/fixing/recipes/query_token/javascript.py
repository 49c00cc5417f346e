"""``query-token`` in JavaScript: the parameter goes from an address that is written where it is asked for."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from jwtscan.fixing import Proposal
from jwtscan.fixing.javascript.package import why_browser
from jwtscan.fixing.javascript.tree import Tree, span_of
from jwtscan.fixing.recipes.bearer.javascript import Draft
from jwtscan.fixing.recipes.bearer.places import places, sent
from jwtscan.fixing.recipes.query_token import TITLE, by_hand
from jwtscan.fixing.templates import token_of
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use

_NAME = "access_token="
_IN_TEXT = re.compile(r"(?P<lead>[?&])access_token=\$\{(?:[^{}]|\{[^{}]*\})*\}(?P<next>&?)")
_ALONE = re.compile(r"`\$\{([^{}]*)\}`")
_STRING = re.compile(r"""(?P<quote>['"`])(?P<text>.*)(?P=quote)""", re.S)


def fix(use: Use, plan: Plan) -> Proposal:
    """Takes the parameter out of the address and puts the token in the request's headers, or says why not."""
    unit = use.unit
    reason = why_browser(plan.project, unit)
    if reason is not None:
        return by_hand(use, plan, f"{reason}: a token has no place there, so the API calls have to move to a server")
    draft = Draft(plan)
    tree, token = draft.scripts.tree(unit), sent(use)
    node = tree.at(use.subject.span) if tree is not None else None
    site = next((one for one in plan.project.uses.sites.of(unit, "http") if _asks(one, use)), None)
    if tree is None or tree.root.has_error or node is None or token is None:
        return by_hand(use, plan, "the file does not parse as a whole")
    cut = _parameter(node) if isinstance(use.subject, ir.Entry) else _address(tree, node)
    if site is None or cut is None:
        because = "which request the address is for" if cut is not None else "how the address is put together"
        return by_hand(use, plan, f"{because} is not understood")
    text = _token(draft, use, tree, node, token)
    entry = f"Authorization: `Bearer ${{{text}}}`"
    header = _header(tree, site, entry) if text is not None else None
    if header is None:
        return by_hand(use, plan, "the request is given its options in a way that headers cannot be added to")
    alone = _only_option(node) if isinstance(use.subject, ir.Entry) else None
    edits = [cut, *header] if alone is None else [Edit(span_of(alone), f"headers: {{ {entry} }}".encode())]
    draft.edits += ((unit.path, edit) for edit in edits)
    return draft.proposal(TITLE)


def _asks(site: Site, use: Use) -> bool:
    """Whether an address or parameter stands in the very call that asks for it."""
    return site.call.span.holds(use.subject.span)


# -- the address -------------------------------------------------------------------------------------------------------


def _address(tree: Tree, node: Node) -> Edit | None:
    if node.type == "template_string":
        left, count = _IN_TEXT.subn(lambda m: "?" if m["lead"] == "?" and m["next"] else m["next"], tree.text(node))
        alone = _ALONE.fullmatch(left)
        return Edit(span_of(node), (alone[1] if alone is not None else left).encode()) if count == 1 else None
    operands = _operands(tree, node)
    for at, (text, token) in enumerate(pairwise(operands)):
        written = _STRING.fullmatch(tree.text(text))
        if written is None or not written["text"].endswith(_NAME) or operands[at + 2 :]:
            continue
        start = written["text"][: -len(_NAME)].rstrip("?&")
        if start:
            shorter = f"{written['quote']}{start}{written['quote']}"
            return Edit(Span(text.start_byte, token.end_byte), shorter.encode())
        return Edit(Span(operands[at - 1].end_byte, token.end_byte), b"") if at else None
    return None


def _operands(tree: Tree, node: Node) -> list[Node]:
    """``a + b + c`` as a list."""
    found: list[Node] = []
    while node.type == "binary_expression" and tree.named(node, "operator") == "+":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        found.append(right)
        node = left
    return [node, *reversed(found)]


def _parameter(node: Node) -> Edit | None:
    """``params: { access_token: token }``: the entry, or all of it where nothing else is in it."""
    if node.type not in ("pair", "shorthand_property_identifier") or node.parent is None:
        return None
    around = node.parent
    entries = [one for one in around.named_children if one.type != "comment"]
    if len(entries) > 1:
        return Edit(_with_comma(entries, node), b"")
    holder = around.parent
    if holder is None or holder.type != "pair" or holder.parent is None:
        return None
    others = [one for one in holder.parent.named_children if one.type != "comment"]
    if len(others) == 1:
        return Edit(span_of(around), b"{}")
    return Edit(_with_comma(others, holder), b"")


def _only_option(node: Node) -> Node | None:
    """``params: { access_token: token }`` where a request is given no other option."""
    holder = node.parent.parent if node.parent is not None else None
    around = holder.parent if holder is not None else None
    if holder is None or around is None or holder.type != "pair" or node.parent is None:
        return None
    alone = all(len(one.named_children) == 1 for one in (node.parent, around))
    return holder if alone else None


def _with_comma(entries: list[Node], entry: Node) -> Span:
    at = next(place for place, one in enumerate(entries) if one.id == entry.id)
    if at + 1 < len(entries):
        return Span(entry.start_byte, entries[at + 1].start_byte)
    return Span(entries[at - 1].end_byte, entry.end_byte)


# -- the request -------------------------------------------------------------------------------------------------------


def _token(draft: Draft, use: Use, tree: Tree, node: Node, token: ir.Expr) -> str | None:
    """The token as the request has it; what waits for it is taken up."""
    own = tree.at(token.span)
    if own is None:
        return None
    if not use.tokens:
        return tree.text(own)
    found = places(draft.plan, use, use.unit, token, whole=False)
    if found and all(place.expr is not token for place in found):
        units = {place.unit.path: place.unit for place in found}
        failed = [draft.replace(unit, [place for place in found if place.unit is unit]) for unit in units.values()]
        return tree.text(own) if not any(failed) else None
    made = token_of(draft.plan, use.unit)
    draft.intents |= made.intents
    draft.clear(use.unit, tree, own)
    draft.waits.suspend(use.unit, tree, node)
    return f"await {made.call}"


def _header(tree: Tree, site: Site, entry: str) -> list[Edit] | None:
    """The edits that add a header to a request; none where it has that header already."""
    place = site.model.places.get("config")
    call = site.call
    if place is None or any(isinstance(one, ir.Spread) for one in call.args):
        return None
    if len(call.args) == place.index:
        last = tree.at(call.args[-1].span) if call.args else None
        return [Edit(Span(last.end_byte, last.end_byte), f", {{ headers: {{ {entry} }} }}".encode())] if last else None
    config = call.args[place.index] if len(call.args) > place.index else None
    if not isinstance(config, ir.Object):
        return None
    headers = config.get("headers")
    if headers is None:
        return _first(tree, config, f"headers: {{ {entry} }}")
    if isinstance(headers.value, ir.Object):
        has = any(key.lower() == "authorization" for key in headers.value.keys)
        return [] if has else _first(tree, headers.value, entry)
    span = headers.value.span
    name = tree.source[span.start : span.end].decode()
    text = f"{{ ...{name}, {entry} }}"
    return [Edit(headers.span, f"headers: {text}".encode())]


def _first(tree: Tree, config: ir.Object, entry: str) -> list[Edit] | None:
    """An entry at the start of an object."""
    node = tree.at(config.span)
    if node is None or node.type != "object":
        return None
    start = config.span.start + 1
    empty = not node.named_children
    return [Edit(Span(start, start), f" {entry}{' ' if empty else ','}".encode())]
