"""``query-token`` in Python: the parameter goes, and each request for the address gets the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing import Proposal
from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree, read
from jwtscan.fixing.recipes.bearer.places import Place, places, sent
from jwtscan.fixing.recipes.bearer.python import Draft
from jwtscan.fixing.recipes.query_token import TITLE, by_hand
from jwtscan.fixing.recipes.query_token.text import without_token
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use
    from jwtscan.meaning.values import Value
    from jwtscan.syntax.unit import Unit

_NAMED = "every request for what is called {0} is taken for one of that address"
_LENT = "what is asked for the address is called with others too, which get the token as well"


@dataclass(frozen=True, slots=True)
class Request:
    """A call that sends the token. ``doubt`` says why it may be another."""

    site: Site
    doubt: str | None = None


def fix(use: Use, plan: Plan) -> Proposal:
    """Takes the parameter out of the address and puts the token in the request's headers, or says why not."""
    unit = use.unit
    tree = read(unit.document.source) if unit.kind == "python" else None
    token = sent(use)
    if tree is None or token is None:
        python = unit.kind == "python"
        return by_hand(
            use,
            plan,
            f"{'the file does not parse as Python 3' if python else 'a document is not a program'}: not rewritten",
        )
    draft = Draft(use, plan)
    constant = _constant(tree, use)
    spans = [use.span, *([tree.span(one) for one in constant.reads] if constant is not None else [])]
    cut = constant.gone(tree) if constant is not None else _cut(tree, use)
    requests = _requests(use, plan, spans[1:] or spans)
    if cut is None or not requests:
        because = "how the address is put together" if cut is None else "which request the address is for"
        return by_hand(use, plan, f"{because} is not understood")
    draft.edits += ((unit.path, edit) for edit in cut)
    for request in requests:
        reason = _with_header(draft, use, request, token)
        if reason is not None:
            return by_hand(use, plan, reason)
    return draft.proposal(TITLE)


# -- the address -------------------------------------------------------------------------------------------------------


def _cut(tree: Tree, use: Use) -> list[Edit] | None:
    if isinstance(use.subject, ir.Entry):
        return _parameter(tree, use)
    node = tree.at(use.span, cst.BaseExpression)  # type: ignore[type-abstract]
    return (without_token(tree, node) if node is not None else None) or _stored(tree, use)


@dataclass(frozen=True, slots=True)
class _Constant:
    """``QUERY = "?access_token=" + TOKEN``, with the places that read it."""

    line: cst.SimpleStatementLine
    reads: tuple[cst.CSTNode, ...]

    def gone(self, tree: Tree) -> list[Edit] | None:
        """The edits that take it out of every sum that it ends; None where it is read otherwise."""
        edits = []
        for node in self.reads:
            parent = tree.parent(node)
            added = isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Add)
            if not added or not isinstance(parent, cst.BinaryOperation) or parent.right is not node:
                return None
            edits.append(Edit(Span(tree.span(parent.left).end, tree.span(node).end), b""))
        return [*edits, *without(tree, [self.line])]


def _constant(tree: Tree, use: Use) -> _Constant | None:
    if isinstance(use.subject, ir.Entry):
        return None
    node = tree.at(use.span, cst.BaseExpression)  # type: ignore[type-abstract]
    parent = tree.parent(node) if node is not None else None
    target = parent.targets[0].target if isinstance(parent, cst.Assign) and len(parent.targets) == 1 else None
    line = tree.parent(parent) if parent is not None else None
    scope = tree.scope(target) if isinstance(target, cst.Name) else None
    if (
        node is None
        or not isinstance(target, cst.Name)
        or scope is None
        or not isinstance(line, cst.SimpleStatementLine)
    ):
        return None
    found = [one for one in scope[target.value] if isinstance(one, Assignment)]
    if len(found) != 1 or without_token(tree, node) is not None:
        return None
    return _Constant(line, tuple(access.node for access in found[0].references))


def _parameter(tree: Tree, use: Use) -> list[Edit] | None:
    """The entry of a dict of parameters; with the dict, where it was all."""
    element = next((one for one in tree.each(cst.DictElement) if tree.span(one) == use.span), None)
    around = tree.parent(element) if element is not None else None
    if element is None or not isinstance(around, cst.Dict):
        return None
    elements = list(around.elements)
    at = elements.index(element)
    argument = tree.parent(around)
    if len(elements) == 1:
        if isinstance(argument, cst.Arg):
            return _argument_gone(tree, argument) if argument.keyword is not None else None
        return [Edit(tree.span(element), b"")]
    if at + 1 < len(elements):
        return [Edit(Span(tree.span(element).start, tree.span(elements[at + 1]).start), b"")]
    return [Edit(Span(tree.span(elements[at - 1]).end, tree.span(element).end), b"")]


def _argument_gone(tree: Tree, argument: cst.Arg) -> list[Edit] | None:
    call = tree.parent(argument)
    assert isinstance(call, cst.Call)
    at = list(call.args).index(argument)
    if not at:
        return None
    before, own = call.args[at - 1], argument
    return [Edit(Span(tree.span(before.value).end, tree.span(own.value).end), b"")]


def _stored(tree: Tree, use: Use) -> list[Edit] | None:
    """``params["access_token"] = token`` goes as a whole."""
    for one in tree.each(cst.SimpleStatementLine):
        small = one.body[0]
        if len(one.body) == 1 and isinstance(small, cst.Assign) and tree.span(small).holds(use.span):
            target = small.targets[0].target
            if isinstance(target, cst.Subscript) and "access_token" in tree.text(target.slice[0]):
                return without(tree, [one])
    return None


# -- the request -------------------------------------------------------------------------------------------------------


def _requests(use: Use, plan: Plan, spans: Sequence[Span]) -> list[Request]:
    """The calls that ask for each of the addresses: by what reaches them, else by the name that it is given."""
    found: dict[int, Request] = {}
    for span in spans:
        own = _reached(use, plan, span) or _by_name(use, plan, span)
        if not own:
            return []
        for request in own:
            found.setdefault(id(request.site), request)
    return list(found.values())


def _reached(use: Use, plan: Plan, span: Span) -> list[Request]:
    found = []
    for unit in plan.project.candidates():
        for site in plan.project.uses.sites.of(unit, "http"):
            given = [plan.project.uses.sites.argument(site, place) for place in ("url", "params")]
            doubts = [_reaches(use, plan, span, *one) for one in given if one is not None]
            if any(one is not None for one in doubts):
                found.append(Request(site, next((one for one in doubts if one), None)))
    return found


def _reaches(use: Use, plan: Plan, span: Span, unit: Unit, expr: ir.Expr) -> str | None:
    """None where the address is not what is asked for; an empty text where it is; a doubt where others are too."""
    if unit is use.unit and unit.span(expr.span).holds(span):
        return ""
    stores = use.unit.module.stores if use.unit.module is not None and unit is use.unit else ()
    if any(unit.span(one.span) == use.span and plan.project.same_place(one.target.obj, expr) for one in stores):
        return ""
    ends = plan.project.reach(unit, expr)
    if not any(_holds(use, value, [span]) for value in ends):
        return None
    others = [one.span for one in plan.project.uses.of(use.unit, "query-token")]
    mine = [value for value in ends if _holds(use, value, [span, *others])]
    added = [value for value in ends if value not in mine and not isinstance(value.end, (ir.Literal, ir.Concat))]
    return "" if len(mine) == len(ends) or (len(added) == 1 and _grows(use)) else _LENT


def _holds(use: Use, value: Value, spans: Sequence[Span]) -> bool:
    return value.unit is use.unit and any(value.unit.span(value.end.span).holds(span) for span in spans)


def _grows(use: Use) -> bool:
    """Whether the parameter is put to an address that has a name already: that one's own value is no other."""
    return use.unit.document.source[: use.span.start].rstrip().endswith(b"+=")


def _by_name(use: Use, plan: Plan, span: Span) -> list[Request]:
    tree = read(use.unit.document.source)
    node = tree.at(span, cst.BaseExpression) if tree is not None else None  # type: ignore[type-abstract]
    around = tree.above(node) if tree is not None and node is not None else ()
    assigned = next((one for one in around if isinstance(one, (cst.Assign, cst.BaseStatement))), None)
    target = assigned.targets[0].target if isinstance(assigned, cst.Assign) else None
    if not isinstance(target, cst.Name):
        return []
    found = []
    for site in plan.project.uses.sites.of(use.unit, "http"):
        given = plan.project.uses.sites.argument(site, "url")
        if given is not None and isinstance(given[1], ir.Name) and given[1].id == target.value:
            found.append(Request(site, _NAMED.format(target.value)))
    return found


def _with_header(draft: Draft, use: Use, request: Request, token: ir.Expr) -> str | None:
    """Takes up the header of one request; a text says why it cannot get one."""
    unit, call = request.site.unit, request.site.call
    tree = read(unit.document.source) if unit.kind == "python" else None
    node = tree.at(unit.span(call.span), cst.Call) if tree is not None else None
    if tree is None or node is None or not node.args:
        return "the request is not a call that can be given headers"
    if request.doubt:
        draft.doubts.append(request.doubt)
    text = _token(draft, use, tree, node, unit, call, token)
    quote = draft.plan.layout(unit).quote
    entry = f"{quote}Authorization{quote}: f{quote}Bearer {{{text}}}{quote}"
    if quote in text:
        entry = f"{quote}Authorization{quote}: {quote}Bearer {quote} + {text}"
    given = next((one for one in node.args if one.keyword is not None and one.keyword.value == "headers"), None)
    if given is None:
        if any(one.star for one in node.args):
            return "the request is given its options as a whole"
        end = tree.span(node.args[-1].value).end
        draft.edits.append((unit.path, Edit(Span(end, end), f", headers={{{entry}}}".encode())))
    elif "authorization" in _headers(draft.plan, request.site):
        return None
    elif isinstance(given.value, cst.Dict) and given.value.elements:
        end = tree.span(given.value.elements[-1]).end
        draft.edits.append((unit.path, Edit(Span(end, end), f", {entry}".encode())))
    else:
        span = tree.span(given.value)
        draft.edits.append((unit.path, Edit(span, f"{{**{tree.text(given.value)}, {entry}}}".encode())))
    return None


def _token(draft: Draft, use: Use, tree: Tree, node: cst.Call, unit: Unit, call: ir.Call, token: ir.Expr) -> str:
    """The token as the request has it: what stood in the address where that is at hand, else the helper's."""
    own = tree.at(use.unit.span(token.span), cst.BaseExpression) if unit is use.unit else None  # type: ignore[type-abstract]
    here = own is not None and tree.function(own) is tree.function(node)
    if own is not None and here and not use.tokens:
        return tree.text(own)
    found = places(draft.plan, use, use.unit, token, whole=False) if use.tokens else []
    kept = own is not None and here and found and all(place.expr is not token for place in found)
    if own is not None and kept and all(draft.replace(place) is None for place in found):
        return tree.text(own)
    if not here and not use.tokens:
        draft.doubts.append("the token is made elsewhere: here it is asked for by the variables of the environment")
    if own is not None:
        draft.clear(unit, tree, own)
    return draft.text(Place(unit, call), tree, node)


def _headers(plan: Plan, site: Site) -> set[str]:
    """The headers that a request has already, in small letters."""
    given = plan.project.uses.sites.argument(site, "headers")
    ends = [value.end for value in plan.project.reach(*given)] if given is not None else []
    return {key.lower() for end in ends if isinstance(end, ir.Object) for key in end.keys}
