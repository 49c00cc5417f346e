"""``jwt-mint`` in Python: the signed token becomes a fetched one, and what was done to the old one is undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from jwtscan.finding import Applicability
from jwtscan.fixing import Intent, Proposal, Unrequired, Unused, advice
from jwtscan.fixing.origin import Origin, origin
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.python.flow import Flow
from jwtscan.fixing.python.lasting import renewed
from jwtscan.fixing.python.leftovers import leftovers, steps_behind
from jwtscan.fixing.python.tree import Tree, every, read
from jwtscan.fixing.recipes.server_to_server import TITLE, left_to_do
from jwtscan.fixing.recipes.server_to_server.python_import_time import AtUse, lasts
from jwtscan.fixing.recipes.server_to_server.python_kept import (
    as_property,
    constructor_of,
    fields_of,
    is_built_upon,
    is_made_once,
    outlives,
    stands_alone,
)
from jwtscan.fixing.recipes.server_to_server.python_mint import Handed, handed, token_node
from jwtscan.fixing.recipes.server_to_server.user_oauth import FLOW, WHY, sends_users_to_zoom
from jwtscan.fixing.templates import Token, token_of
from jwtscan.meaning.uses.elsewhere import is_test
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

_PACKAGES = {
    "jwt": Unrequired("pypi", "pyjwt", ("jwt",)),
    "jose": Unrequired("pypi", "python-jose", ("jose",)),
    "authlib": Unrequired("pypi", "authlib", ("authlib",)),
    "joserfc": Unrequired("pypi", "joserfc", ("joserfc",)),
    "jwcrypto": Unrequired("pypi", "jwcrypto", ("jwcrypto",)),
}
_SKETCH = """\
answer = requests.post(
    "https://zoom.us/oauth/token",
    data={"grant_type": "account_credentials", "account_id": account_id},
    auth=(client_id, client_secret),
    timeout=30,
)
token = answer.json()["access_token"]  # good for one hour: keep it"""


def fix(use: Use, plan: Plan) -> Proposal | None:
    """Replaces the mint by a call of the helper module, or says why not."""
    call = use.subject
    tree = read(use.unit.document.source) if use.unit.kind == "python" else None
    if tree is None or not isinstance(call, ir.Call):
        why = (
            "the file is no Python 3"
            if use.unit.kind == "python"
            else "a notebook's cell or a page's script is not rewritten for this"
        )
        return advice(TITLE, why, _SKETCH, left_to_do(plan))
    if is_test(use.unit):
        return advice(TITLE, "a test makes the token that it expects: let it replace access_token() by one of its own")
    there = tree.at(use.span, cst.Call)
    site = next(iter(plan.project.uses.sites.at(use.unit, call)), None)
    node = token_node(tree, there, site) if there is not None and site is not None else None
    if node is None or site is None:
        return advice(TITLE, "how the token is put together is not understood", _SKETCH, left_to_do(plan))
    worst = origin((*use.keys, *use.secrets))
    if worst is Origin.TENANT:
        return advice(TITLE, WHY, FLOW, left_to_do(plan))
    asking = sends_users_to_zoom(plan)
    if asking is not None:
        return advice(TITLE, asking, FLOW, left_to_do(plan))
    given = handed(use, plan, tree, node, site, worst)
    if isinstance(given, str):
        return advice(TITLE, given, _SKETCH, left_to_do(plan))
    return _Draft(use, plan, tree, node, given, worst).proposal()


class _Draft:
    """One mint that is being replaced."""

    def __init__(self, use: Use, plan: Plan, tree: Tree, node: cst.CSTNode, given: Handed, worst: Origin) -> None:
        self.use = use
        self.plan = plan
        self.tree = tree
        self.node = node
        self.given = given
        self.worst = worst
        self.path = use.unit.path
        self.flow = Flow(plan)
        self.root = self.flow.follow(use.unit, tree, node)

    def proposal(self) -> Proposal:
        if self.flow.stops:
            return advice(TITLE, self.flow.stops[0], _SKETCH, left_to_do(self.plan))
        unused = set(leftovers(self.tree, self.path, self.root, self.given.names))
        unused |= steps_behind(self.plan, self.use, self.given.names)
        packages = {_PACKAGES[name] for name in self._libraries() if name in _PACKAGES}
        intents: frozenset[Intent] = frozenset({*unused, *packages})
        statement = self._dead()
        if statement is not None:
            self.flow.gone[self.path].add(statement)
            return self._made("take out a token that nothing uses", tuple(self.flow.proposed()), intents)
        if not self.tree.path_of(self.root) and lasts(self.plan, self.use.unit, self.tree):
            made = self._at_use(intents)
            if made is not None:
                return made
        if constructor_of(self.tree, self.root) is not None:
            made = self._as_property(intents)
            if made is not None:
                return made
        return self._in_place(intents)

    def _renew(self) -> list[tuple[str, Edit]]:
        """A token that is kept for longer than it is good is fetched anew each time; where it cannot be, a doubt."""
        around = self.tree.function(self.root) or self.tree.module
        if not outlives(self.tree.text(around)):
            return []
        edits: list[tuple[str, Edit]] = []
        for unit, tree, node in self.flow.places:
            is_of_module = not tree.path_of(node) and lasts(self.plan, unit, tree)
            is_kept = is_of_module or is_made_once(tree, node)
            if not is_kept or (node is not self.node and not isinstance(node, cst.Call)):
                continue
            is_free = is_of_module or (stands_alone(tree, node, set()) and not is_built_upon(tree, node))
            if node is self.node or not is_free or self.flow.edits[unit.path] or self.flow.gone[unit.path]:
                self.flow.doubts.append("the token is kept where it was fetched, and is good for one hour")
                continue
            layout = self.plan.layout(unit)
            made = renewed(tree, node, tree.text(node), layout, imported=unit.path in self.plan.importers)
            self.flow.doubts += [made.doubt] if made.doubt is not None else []
            edits += ((unit.path, edit) for edit in made.edits if made.doubt is None)
        return edits

    def _as_property(self, intents: frozenset[Intent]) -> Proposal | None:
        """A token that a constructor keeps, as a property."""
        fields = fields_of(self.tree, self.root)
        given = [text and fields.get(text, text) for text in (self.given.client_id, self.given.client_secret)]
        if any(not text.startswith("self.") for text in given if text):
            return None
        account = self.given.account_id
        if account is not None and not account.startswith("self."):
            return None
        token = token_of(self.plan, self.use.unit, account_id=account, client_id=given[0], client_secret=given[1])
        edits = as_property(self.tree, self.flow, self.use.unit, self.root, token.call)
        if edits is None:
            return None
        return self._made(TITLE, (*edits, *self.flow.proposed()), intents | token.intents)

    def _token(self, unit: Unit, *, is_async: bool = False) -> Token:
        given = self.given
        return token_of(
            self.plan,
            unit,
            is_async=is_async,
            account_id=given.account_id,
            client_id=given.client_id,
            client_secret=given.client_secret,
        )

    def _in_place(self, intents: frozenset[Intent]) -> Proposal:
        token = self._token(self.use.unit, is_async=self._is_async())
        text = f"await {token.call}" if token.is_async else token.call
        place = self.tree.span(self.root)
        if token.is_async and isinstance(self.tree.parent(self.root), (cst.Attribute, cst.Subscript, cst.Call)):
            text = f"({text})"
        edits = [(self.path, Edit(place, text.encode())), *self._comments()]
        edits += self.flow.proposed((self.path, place))
        more = self._renew()
        if any(edit.conflicts(other) for path, edit in more for there, other in edits if path == there):
            self.flow.doubts.append("the token is kept where it was fetched, and is good for one hour")
            more = []
        return self._made(TITLE, (*edits, *more), intents | token.intents)

    def _at_use(self, intents: frozenset[Intent]) -> Proposal | None:
        """A token that is made at import, fetched at each use instead."""
        target = self._target()
        if target is None:
            return None
        token = self._token(self.use.unit)
        at_use = AtUse(self.use.unit, self.tree, Flow(self.plan, self.flow.edits, self.flow.gone), token.call)
        at_use.token(target)
        if not at_use.possible or (self.given.names and at_use.elsewhere):
            return None
        edits = at_use.proposed()
        found = set(intents | token.intents)
        for unit, tree, node, is_token in at_use.elsewhere:
            text = tree.text(node)
            if is_token:
                there = self._token(unit)
                found |= there.intents
                found.add(Unused(unit.path, text.partition(".")[0]))
                edits.append((unit.path, Edit(tree.span(node), there.call.encode())))
            else:
                edits.append((unit.path, Edit(tree.span(node), f"{text}()".encode())))
        taken = {(path, edit.span) for path, edit in edits}
        edits += [row for row in self.flow.proposed() if not _is_inside(row, taken)]
        return self._made(TITLE, tuple(edits), frozenset(found))

    def _target(self) -> cst.Name | None:
        """The one name that the token is given to."""
        parent = self.tree.parent(self.root)
        target = parent.targets[0].target if isinstance(parent, cst.Assign) and len(parent.targets) == 1 else None
        line = self.tree.parent(parent) if parent is not None else None
        alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
        return target if alone and isinstance(target, cst.Name) else None

    def _made(self, title: str, edits: tuple[tuple[str, Edit], ...], intents: frozenset[Intent]) -> Proposal:
        because = None
        if self.flow.doubts:
            because = self.flow.doubts[0]
        elif self.worst is Origin.CALLER:
            because = "callers outside of the project have to hand in the new app's client id and client secret"
        applicability = Applicability.SAFE if because is None else Applicability.UNSAFE
        edits = tuple(_joined((*edits, *self.given.edits)))
        return Proposal(applicability, title, edits, intents, because, left_to_do(self.plan))

    def _libraries(self) -> set[str]:
        names = (
            self.plan.project.names(self.use.unit, self.use.subject.func)
            if isinstance(self.use.subject, ir.Call)
            else []
        )
        return {name.partition(".")[0] for name in names}

    def _is_async(self) -> bool:
        around = (one for one in self.tree.above(self.root) if isinstance(one, (cst.FunctionDef, cst.Lambda)))
        function = next(around, None)
        return isinstance(function, cst.FunctionDef) and function.asynchronous is not None

    def _comments(self) -> Iterator[tuple[str, Edit]]:
        """The comments inside of what is replaced, on lines of their own above its statement."""
        source = self.tree.source
        found = [one.value for one in every(self.root, cst.Comment)]
        statement = self.tree.statement(self.root)
        if not found or statement is None:
            return
        start = self.tree.span(statement).start
        margin = margin_of(source, start)
        newline = self.plan.layout(self.use.unit).newline
        at = start - len(margin.encode())
        yield self.path, Edit(Span(at, at), "".join(f"{margin}{text}{newline}" for text in found).encode())

    def _dead(self) -> cst.BaseStatement | None:
        """The statement, where it gives the token to a name that nothing reads."""
        target = self._target()
        if target is None or self.flow.is_read(self.use.unit, self.tree, target):
            return None
        return self.tree.statement(self.root)


def _joined(edits: Iterable[tuple[str, Edit]]) -> Iterator[tuple[str, Edit]]:
    """The edits, those that touch as one: a line that goes may end where the next edit begins."""
    last: tuple[str, Edit] | None = None
    for path, edit in sorted(set(edits)):
        if last is not None and last[0] == path and last[1].span.end == edit.span.start:
            last = path, Edit(last[1].span.join(edit.span), last[1].text + edit.text)
            continue
        if last is not None:
            yield last
        last = path, edit
    if last is not None:
        yield last


def _is_inside(row: tuple[str, Edit], taken: set[tuple[str, Span]]) -> bool:
    path, edit = row
    return any(path == other and span.holds(edit.span) for other, span in taken)
