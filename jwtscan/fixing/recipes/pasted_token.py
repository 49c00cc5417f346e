"""``jwt-literal``: a token that was pasted from the JWT app's page goes, and one is fetched in its place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability, Confidence
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.settings import emptied
from jwtscan.fixing.steps import server_to_server
from jwtscan.fixing.templates import token_of
from jwtscan.meaning import zoom
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Held, Setting, Unit
from jwtscan.text import Edit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

TITLE = "fetch an OAuth access token in place of the pasted one"
_EMPTY = "take the pasted token out"
_SCHEME = re.compile(r"(?i)bearer\s+")
_REVOKE = "Revoke the pasted token: deactivate the JWT app, and delete it when nothing misses it."
_BROWSER_SKETCH = """\
// On a server, where nobody sees the secret, with a token by Server-to-Server OAuth:
app.get("/zoom/users", async (req, res) => {
    const answer = await fetch("https://api.zoom.us/v2/users", { headers: { Authorization: `Bearer ${token}` } });
    res.status(answer.status).json(await answer.json());
});"""


def fix(held: Held | None, plan: Plan) -> Proposal | None:
    """The proposal for a token in a setting or in code; None where it goes with the call that sends it."""
    if held is None:
        return None
    unit, item = held.unit, held.item
    todo = (*server_to_server(plan.names), _REVOKE)
    if isinstance(item, Setting):
        edit = emptied(unit, item)
        return Proposal(Applicability.SAFE, _EMPTY, ((unit.path, edit),), left_to_do=todo) if edit is not None else None
    if not isinstance(item, ir.Literal) or not isinstance(item.value, str):
        return advice(_EMPTY, "it stands in the middle of other text", left_to_do=todo)
    if _goes_with_use(plan, item.value):
        return None
    place = zoom.decode_token(item.value)
    scheme = _SCHEME.match(item.value)
    bare = item.value[scheme.end() :] if scheme is not None else item.value
    if place is None or re.search(r"\s", bare.strip()):
        return advice(_EMPTY, "it stands in the middle of other text", left_to_do=todo)
    made = _fetched(plan, unit, item, is_whole=scheme is not None)
    return replace(made, left_to_do=todo) if made.edits else _taken_out(unit, item, made, todo)


def _goes_with_use(plan: Plan, text: str) -> bool:
    uses = (use for use in plan.project.uses.all if use.confidence > Confidence.LOW)
    return any(value.text == text for use in uses for value in use.tokens)


def _fetched(plan: Plan, unit: Unit, literal: ir.Literal, *, is_whole: bool) -> Proposal:
    if unit.kind == "python":
        return _in_python(plan, unit, literal, is_whole=is_whole)
    if unit.module is None or unit.module.language == "python" or unit.kind == "notebook":
        return advice(TITLE, "a notebook's cell or a page's script is not rewritten for this")
    return _in_script(plan, unit, literal, is_whole=is_whole)


def _in_python(plan: Plan, unit: Unit, literal: ir.Literal, *, is_whole: bool) -> Proposal:
    import libcst as cst

    from jwtscan.fixing.python.lasting import renewed
    from jwtscan.fixing.python.tree import read

    tree = read(unit.document.source)
    node = tree.at(unit.span(literal.span), cst.BaseExpression) if tree is not None else None  # type: ignore[type-abstract]
    if tree is None or node is None:
        return advice(TITLE, "the file does not parse as Python 3")
    function = tree.function(node)
    token = token_of(plan, unit, is_async=isinstance(function, cst.FunctionDef) and function.asynchronous is not None)
    call = f"await {token.call}" if token.is_async else token.call
    quote = plan.layout(unit).quote
    layout = plan.layout(unit)
    imported = function is None and bool(plan.project.uses.profiles.importers(unit))
    text = f"f{quote}Bearer {{{call}}}{quote}" if is_whole else call
    made = renewed(tree, node, text, layout, imported=imported)
    edits = tuple((unit.path, edit) for edit in made.edits)
    least = Applicability.SAFE if made.doubt is None else Applicability.UNSAFE
    return Proposal(least, TITLE, edits, token.intents, made.doubt)


def _in_script(plan: Plan, unit: Unit, literal: ir.Literal, *, is_whole: bool) -> Proposal:
    from jwtscan.fixing.javascript.hosting import joined
    from jwtscan.fixing.javascript.mentions import Scripts
    from jwtscan.fixing.javascript.package import why_browser
    from jwtscan.fixing.javascript.replacement import Replacement

    scripts = Scripts(plan.project)
    tree = scripts.tree(unit)
    node = tree.at(unit.span(literal.span)) if tree is not None and not tree.root.has_error else None
    if tree is None or node is None:
        return advice(TITLE, "the file does not parse as a whole")
    reason = why_browser(plan.project, unit)
    if reason is not None:
        return advice(TITLE, f"{reason}: the calls have to move to a server", _BROWSER_SKETCH)
    token = token_of(plan, unit)
    replacement = Replacement(plan, unit, scripts, tree, node, token.call)
    waits = replacement.waits
    if is_whole:
        waits.suspend(unit, tree, node)
        place = Edit(unit.span(literal.span), f"`Bearer ${{await {token.call}}}`".encode())
        edits = joined([(unit.path, place), *waits.edits])
    else:
        replacement.replace()
        edits = replacement.edits
    if waits.obstacles:
        return advice(TITLE, "; ".join(waits.obstacles[:3]))
    doubt = waits.doubts[0] if waits.doubts else None
    least = Applicability.SAFE if doubt is None else Applicability.UNSAFE
    intents = token.intents if is_whole or replacement.is_used else frozenset()
    return Proposal(least, TITLE, edits, intents, doubt)


def _taken_out(unit: Unit, literal: ir.Literal, why: Proposal, todo: tuple[str, ...]) -> Proposal:
    """Zoom refuses the token anyway, and it tells who holds the account."""
    span = unit.span(literal.span)
    opened = unit.document.source[span.start : span.start + 1]
    if opened not in (b'"', b"'", b"`"):
        return replace(why, left_to_do=todo)
    because = f"no OAuth token takes its place, as {why.because}; Zoom refuses the old one since 2023"
    edits = ((unit.path, Edit(span, opened + opened)),)
    todo = (*todo, f"Send an OAuth access token where {unit.path} had the pasted one.")
    return Proposal(Applicability.UNSAFE, _EMPTY, edits, because=because, left_to_do=todo, sketch=why.sketch)
