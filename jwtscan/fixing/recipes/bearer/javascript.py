"""``jwt-bearer`` in JavaScript and TypeScript: the places that read the stored token wait for the helper module's."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Intent, Proposal, advice
from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript.constants import Constant
from jwtscan.fixing.javascript.hosting import Hosting, joined
from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.package import why_browser
from jwtscan.fixing.javascript.tree import FUNCTIONS, Tree, ancestors, span_of, wrapped
from jwtscan.fixing.recipes.bearer import TITLE
from jwtscan.fixing.recipes.bearer.places import Place, is_whole, places, sent
from jwtscan.fixing.recipes.server_to_server.javascript_mint import leftovers
from jwtscan.fixing.steps import server_to_server
from jwtscan.fixing.templates import token_of
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

SKETCH = """\
const { getAccessToken } = require("./zoom-oauth"); // fetches by Server-to-Server OAuth, keeps the token for its hour

const headers = { Authorization: `Bearer ${await getAccessToken()}` };"""
_DEFAULT = re.compile(
    r"(?P<client>[\w.$]+)\.defaults\.headers(?:\.common)?(?:\.|\[['\"])authorization(?:['\"]\])?", re.I
)
_INTERCEPTOR = b".interceptors.request.use("


def fix(use: Use, plan: Plan) -> Proposal:
    """Replaces every place that the token is read at, or says why not."""
    reason = why_browser(plan.project, use.unit)
    if reason is not None:
        return _by_hand(plan, f"{reason}: a token has no place there, so the API calls have to move to a server")
    expr = sent(use)
    found = places(plan, use, use.unit, expr, whole=is_whole(use, expr)) if expr is not None else []
    if not found:
        return _by_hand(plan, "the token is handed in by callers outside of the project")
    units: dict[str, list[Place]] = defaultdict(list)
    for place in found:
        units[place.unit.path].append(place)
    draft = Draft(plan)
    for path in sorted(units):
        failed = draft.replace(units[path][0].unit, units[path])
        if failed is not None:
            return _by_hand(plan, failed)
    return draft.proposal(TITLE)


def _by_hand(plan: Plan, because: str) -> Proposal:
    return advice(TITLE, because, SKETCH, server_to_server(plan.names))


class Draft:
    """The edits that put OAuth tokens in place of a stored one, and the ``await`` that they need."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scripts = Scripts(plan.project)
        self.waits = Asynchrony(plan, self.scripts)
        self.edits: list[tuple[str, Edit]] = []
        self.intents: set[Intent] = set()

    def replace(self, unit: Unit, found: list[Place]) -> str | None:
        """Takes up the edits for the places of one file; a text says why there are none."""
        tree = self.scripts.tree(unit)
        if tree is None or tree.root.has_error:
            return "the file does not parse as a whole"
        token = token_of(self.plan, unit)
        hosting = Hosting(unit, tree, self.waits, self.plan.layout(unit), token.call)
        constant = Constant(hosting, self.waits, unit, tree)
        for place in found:
            node = tree.at(place.expr.span)
            if node is None or (place.is_whole and node.type == "shorthand_property_identifier"):
                return "the token is not read by an expression of its own"
            before = len(hosting.edits)
            default = _default_header(tree, node)
            if default is not None:
                hosting.edits.append(_intercepted(hosting, tree, default, node))
            else:
                constant.read_at(node)
            if place.is_whole:
                _say_bearer(hosting, before, tree, node, token.call)
            self.clear(unit, tree, node)
        self.intents |= token.intents
        self.edits += ((unit.path, edit) for edit in hosting.edits)
        return None

    def clear(self, unit: Unit, tree: Tree, node: Node) -> None:
        """What nothing needs any longer when a token is not read there."""
        self.intents.update(leftovers(tree, unit.path, [node]))

    def proposal(self, title: str) -> Proposal:
        todo = server_to_server(self.plan.names)
        if self.waits.obstacles:
            because = "; ".join(self.waits.obstacles[:3])
            return advice(title, because, f"{SKETCH}\n// then await it, and whatever calls this", todo)
        doubt = self.waits.doubts[0] if self.waits.doubts else None
        return Proposal(
            Applicability.SAFE if doubt is None else Applicability.UNSAFE,
            title,
            joined([*self.edits, *self.waits.edits]),
            frozenset(self.intents),
            doubt,
            todo,
        )


def _default_header(tree: Tree, node: Node) -> Node | None:
    """The statement ``client.defaults.headers.common.Authorization = …`` that a token is read in."""
    for one in ancestors(node):
        if one.type == "assignment_expression" and one.parent is not None:
            found = _DEFAULT.fullmatch(tree.named(one, "left"))
            return one.parent if found is not None and one.parent.type == "expression_statement" else None
        if one.type in FUNCTIONS:
            return None
    return None


def _intercepted(hosting: Hosting, tree: Tree, statement: Node, node: Node) -> Edit:
    """The statement as an interceptor, which sets the header for each request."""
    assignment = statement.named_children[0]
    value = assignment.child_by_field_name("right") or assignment
    found = _DEFAULT.fullmatch(tree.named(assignment, "left"))
    assert found is not None
    place, start = span_of(wrapped(node)), value.start_byte
    text = tree.source[start : place.start].decode() + f"await {hosting.call}"
    text += tree.source[place.end : value.end_byte].decode()
    end = ";" if hosting.layout.semicolons else ""
    code = (
        f"{found['client']}.interceptors.request.use(async (config) => {{\n"
        f"    config.headers.Authorization = {text}{end}\n    return config{end}\n}}){end}"
    )
    margin = margin_of(tree.source, statement.start_byte)
    return Edit(span_of(statement), hosting.layout.lines(code, margin).encode())


def _say_bearer(hosting: Hosting, before: int, tree: Tree, node: Node, call: str) -> None:
    """Writes the scheme, which the stored text had too, before the token."""
    place = span_of(wrapped(node))
    made = hosting.edits[before:]
    sent_by_client = [edit for edit in made if _INTERCEPTOR in edit.text]
    for edit in sent_by_client:
        text = edit.text.replace(f"= await {call}".encode(), f"= `Bearer ${{await {call}}}`".encode())
        hosting.edits[hosting.edits.index(edit)] = Edit(edit.span, text)
    if not sent_by_client and tree.text(node):
        hosting.edits += [Edit(Span(place.start, place.start), b"`Bearer ${"), Edit(Span(place.end, place.end), b"}`")]
