"""What a mint in Python is made of: the expression that is the token, and the credentials that it is handed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from jwtscan.fixing.origin import Origin
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.fixing.recipes.server_to_server.python_account import account_of
from jwtscan.meaning.uses import mint
from jwtscan.syntax import ir
from jwtscan.text import Edit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

MAX_NODES = 60
_JOINED = re.compile(r"""b?["']\.["']\.join$""")
_DOTS = re.compile(r"\}\.\{[^}]*\}\.\{|%s\.%s\.%s|[\"']\.[\"']")
_TURNS = {"encode", "bytes", "str", "bytearray", "decode"}


@dataclass(frozen=True, slots=True)
class Handed:
    """The expressions that the helper is handed, None where it reads its own; ``names`` are those in them.

    ``edits`` are what makes the account id's an expression that says something.
    """

    client_id: str | None = None
    client_secret: str | None = None
    names: frozenset[str] = frozenset()
    account_id: str | None = None
    edits: tuple[tuple[str, Edit], ...] = ()


def token_node(tree: Tree, call: cst.Call, site: Site) -> cst.CSTNode | None:
    """The expression that is the whole token: the call, or what joins header, payload and signature."""
    return call if site.role != "hmac" else _assembled(tree, call)


def _assembled(tree: Tree, call: cst.Call) -> cst.CSTNode | None:
    queue: list[cst.CSTNode] = [call]
    seen: set[cst.CSTNode] = set()
    while queue and len(seen) < MAX_NODES:
        node = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        for around in tree.above(node):
            if _joins(tree, around):
                return _whole(tree, around)
            if isinstance(around, cst.Assign):
                queue += [read for one in around.targets for read in _reads(tree, one.target)]
            elif isinstance(around, cst.Return):
                function = tree.function(around)
                queue += _calls(tree, function) if function is not None else []
            if isinstance(around, cst.BaseStatement):
                break
    return None


def _joins(tree: Tree, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return bool(_JOINED.search(tree.text(node.func))) or bool(
            isinstance(node.func, cst.Attribute) and node.func.attr.value == "format" and _DOTS.search(tree.text(node))
        )
    if isinstance(node, cst.BinaryOperation):
        return bool(_DOTS.search(tree.text(node)))
    return isinstance(node, cst.FormattedString) and tree.text(node).count("}.{") + tree.text(node).count(".{") > 0


def _whole(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    parent = tree.parent(node)
    while isinstance(parent, cst.BinaryOperation):
        node, parent = parent, tree.parent(parent)
    return node


def _reads(tree: Tree, target: cst.CSTNode) -> list[cst.CSTNode]:
    scope = tree.scope(target)
    if not isinstance(target, cst.Name) or scope is None:
        return []
    found = [one for one in scope[target.value] if isinstance(one, Assignment)]
    return [access.node for assignment in found for access in assignment.references]


def _calls(tree: Tree, function: cst.FunctionDef) -> list[cst.CSTNode]:
    name = function.name.value
    return [call for call in tree.each(cst.Call) if tree.text(call.func).rpartition(".")[2] == name]


def handed(use: Use, plan: Plan, tree: Tree, node: cst.CSTNode, site: Site, worst: Origin) -> Handed | str:
    """What the helper has to be handed; a text says why that cannot be."""
    keys, secrets = mint.given(plan.project.uses, site)
    key = _expression(use.unit, tree, node, keys)
    secret = _expression(use.unit, tree, node, secrets)
    held = [one for one in (key, secret) if one is not None]
    if worst is Origin.ENVIRONMENT and not any(_is_own(tree, one) for one in held):
        return Handed()
    if key is None or secret is None:
        if worst is Origin.ENVIRONMENT:
            return Handed()
        return "key and secret are not both at hand where the token is made"
    names = frozenset(name.value for one in held for name in every(one, cst.Name))
    account, edits = account_of(use, plan, tree, key)
    return Handed(tree.text(key), tree.text(secret), names, account, tuple(edits))


def _expression(
    unit: Unit, tree: Tree, node: cst.CSTNode, found: list[tuple[Unit, ir.Expr]]
) -> cst.BaseExpression | None:
    """The one expression of the mint's own function or module, out of what only turns it into bytes."""
    if len(found) != 1 or found[0][0] is not unit:
        return None
    found_at = tree.at(unit.span(found[0][1].span), cst.BaseExpression)  # type: ignore[type-abstract]
    expr: cst.BaseExpression | None = found_at
    while isinstance(expr, cst.Call):
        func = expr.func
        name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
        if name not in _TURNS:
            break
        expr = func.value if isinstance(func, cst.Attribute) else expr.args[0].value if expr.args else None
    if expr is None or tree.function(expr) not in (None, tree.function(node)):
        return None
    return expr


def _is_own(tree: Tree, expr: cst.BaseExpression) -> bool:
    """Whether an expression is a parameter or a field: what others have filled."""
    if isinstance(expr, (cst.Attribute, cst.Subscript)):
        base = expr.value
        while isinstance(base, (cst.Attribute, cst.Subscript)):
            base = base.value
        return isinstance(base, cst.Name) and (base.value in ("self", "cls") or _is_parameter(tree, base))
    return isinstance(expr, cst.Name) and _is_parameter(tree, expr)


def _is_parameter(tree: Tree, name: cst.Name) -> bool:
    scope = tree.scope(name)
    found = scope[name.value] if scope is not None else ()
    return any(isinstance(one.node, cst.Param) for one in found if isinstance(one, Assignment))
