"""Where a token is fetched for the places that send it: in place, or once before the statement that needs it first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript.callbacks import Part, callee_of, is_guarded, parameters, part_of, why_not_async
from jwtscan.fixing.javascript.hoist import answer_of, block_of, hoisted, needs_answer
from jwtscan.fixing.javascript.tree import FUNCTIONS, Tree, ancestors, function_of, is_async, span_of, wrapped
from jwtscan.text import Edit
from jwtscan.text.layout import Layout

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.syntax.unit import Unit

_AROUND = frozenset({"member_expression", "subscript_expression", "call_expression"})
NAMES = ("token", "accessToken", "zoomToken", "zoomAccessToken")
_STEPS = frozenset({"then", "catch", "finally", "map"})


class Hosting:
    """The places of one file that send a token, and the functions that fetch it for them.

    ``call`` gives the token, without ``await``; ``names`` are what it may be called. ``edits`` are what it takes in
    the file, and ``is_used`` says that something calls it. What ``stays`` can only be fetched in its own function.
    """

    def __init__(
        self, unit: Unit, tree: Tree, waits: Asynchrony, layout: Layout, call: str, names: Sequence[str] = NAMES
    ) -> None:
        self.unit = unit
        self.tree = tree
        self.waits = waits
        self.layout = layout
        self.call = call
        self.edits: list[Edit] = []
        self.is_used = False
        self.stays = False
        self.names = names

    def place(self, sites: Sequence[Node], variable: str | None = None, declared: Node | None = None) -> None:
        """Has a token where each of ``sites`` stands.

        ``variable`` is what they call it where they are names; ``declared`` the local statement that gives it to them
        now, which goes.
        """
        groups: dict[int, list[Node]] = defaultdict(list)
        hosts: dict[int, Node] = {}
        for site in sites:
            host = self.host(site)
            if host is None:
                self.waits.suspend(self.unit, self.tree, site)
                if function_of(site) is None:
                    self.inline(site)
                continue
            hosts[host.id] = host
            groups[host.id].append(site)
        self._gather(hosts, groups, variable)
        for key, members in groups.items():
            self._fetch(hosts[key], members, variable, declared)

    def _gather(self, hosts: dict[int, Node], groups: dict[int, list[Node]], variable: str | None) -> None:
        """Lets a step of a promise chain read what the function around it has fetched."""
        for key, host in list(hosts.items()):
            step = callee_of(self.tree, host).rpartition(".")[2] in _STEPS
            around = next((one for one in ancestors(host) if one.id in groups), None)
            if variable is not None and step and around is not None and around.type in FUNCTIONS:
                groups[around.id] += groups.pop(key)

    def in_place(self, node: Node) -> None:
        """Awaits the token right where it was made."""
        self.inline(node)
        self.waits.suspend(self.unit, self.tree, node)

    # -- who waits -----------------------------------------------------------------------------------------------

    def host(self, site: Node) -> Node | None:
        """The nearest function outwards that can wait for a token; None where there is none."""
        function = function_of(site)
        inner = site
        while function is not None:
            body = function.child_by_field_name("body")
            if body is None or inner.end_byte <= body.start_byte:
                return None
            part = part_of(self.tree, function, parameters(self.tree, function))
            if is_async(function) or (part is not Part.OUTER and why_not_async(self.tree, function) is None):
                return function
            if part is not Part.OUTER or self.stays:
                return None
            inner, function = function, function_of(function)
        return None

    def _fetch(self, host: Node, sites: list[Node], variable: str | None, declared: Node | None) -> None:
        first = min(sites, key=lambda node: node.start_byte)
        direct = all(function_of(site) == host for site in sites)
        unseen = needs_answer(self.waits.project, self.unit, self.tree, host, first)
        block = block_of(host, sites)
        inline = direct and not unseen and declared is None and (len(sites) == 1 or block is None)
        if inline:
            for site in sites:
                self.inline(site)
            self.waits.make_async(self.unit, self.tree, host, guarded=is_guarded(first, host))
            return
        if block is None:
            self.waits.suspend(self.unit, self.tree, first)
            return
        name = variable or self.waits.free_name(self.unit, self.tree, self.names)
        if variable is None:
            self.edits += [_named(self.tree, site, name) for site in sites]
        answer = answer_of(self.tree, host) if unseen else None
        self.is_used = True
        self.edits += hoisted(self.tree, self.layout, block, first, (name, self.call), answer, declared)
        self.waits.make_async(self.unit, self.tree, host, guarded=not unseen or answer is not None)

    def inline(self, site: Node) -> None:
        """Writes the awaited call where a place stands."""
        self.is_used = True
        text = f"await {self.call}"
        if site.type == "shorthand_property_identifier":
            self.edits.append(Edit(span_of(site), f"{self.tree.text(site)}: {text}".encode()))
            return
        top = wrapped(site)
        parent = top.parent
        called = parent is not None and parent.type in _AROUND
        if called and parent is not None and parent.child_by_field_name("index") != top:
            text = f"({text})"
        if parent is not None and parent.type == "await_expression":
            top = parent
        self.edits.append(Edit(span_of(top), text.encode()))


def _named(tree: Tree, site: Node, name: str) -> Edit:
    """A name where a place stands; ``{ headers }`` keeps its key."""
    if site.type == "shorthand_property_identifier":
        return Edit(span_of(site), f"{tree.text(site)}: {name}".encode())
    return Edit(span_of(wrapped(site)), name.encode())


def joined(edits: Iterable[tuple[str, Edit]]) -> tuple[tuple[str, Edit], ...]:
    """The edits by path and place, each once; those that touch, as statements do that go together, are one."""
    found: list[tuple[str, Edit]] = []
    for path, edit in sorted(dict.fromkeys(edits), key=lambda row: (row[0], row[1].span)):
        if found and found[-1][0] == path and found[-1][1].span.end == edit.span.start:
            before = found.pop()[1]
            edit = Edit(before.span.join(edit.span), before.text + edit.text)
        found.append((path, edit))
    return tuple(found)
