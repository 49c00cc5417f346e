"""What a mint in JavaScript is made of: the expression that is the token, and the credentials it is handed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing import Unused
from jwtscan.fixing.javascript.callbacks import callee_of
from jwtscan.fixing.javascript.names import Names, declaration_of
from jwtscan.fixing.javascript.tree import (
    DECLARATIONS,
    FUNCTIONS,
    Tree,
    ancestors,
    function_of,
    scope_name,
    span_of,
    unwrapped,
    wrapped,
)
from jwtscan.fixing.origin import Origin
from jwtscan.meaning.uses import mint
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

_READING = frozenset({"compact", "toString", "trim"})
_HANDED = frozenset(
    {"identifier", "member_expression", "subscript_expression", "non_null_expression", "call_expression", "this"}
)
_OBJECTS = frozenset({"njwt.create", "nJwt.create", "jws.createSign"})
"""What gives no text but an object that is asked for it later."""
_JOINS = re.compile(r"""['"`]\.['"`]|\}\.\$\{""")
MAX_NAMES = 60


@dataclass(frozen=True, slots=True)
class Handed:
    """The expressions that the helper is handed, None where it reads its own.

    ``reads`` says what they read that not every place has: ``this``, or ``locals`` of a function.
    """

    client_id: str | None = None
    client_secret: str | None = None
    reads: str = ""


def token_node(tree: Tree, use: Use, site: Site) -> Node | None:
    """The expression that is the whole token; None where it is put together in a way that is not understood."""
    call = tree.at(use.subject.span)
    while call is not None and call.type not in ("call_expression", "new_expression"):
        call = call.parent if call.parent is not None and span_of(call.parent) == span_of(call) else None
    if call is None:
        return None
    if site.role == "hmac":
        return _assembled(call)
    if callback_of(use, site, call) is not None:
        return _promised(tree, call) or call
    node = _read(tree, call)
    return None if node == call and site.name in _OBJECTS else node


def _read(tree: Tree, call: Node) -> Node:
    """The call with ``await``, ``.compact()`` and what else only reads the token of it."""
    node = call
    while True:
        top = wrapped(node)
        parent = top.parent
        if parent is not None and parent.type == "await_expression":
            node = parent
            continue
        around = parent.parent if parent is not None else None
        if (
            parent is not None
            and parent.type == "member_expression"
            and tree.named(parent, "property") in _READING
            and around is not None
            and around.type == "call_expression"
            and around.child_by_field_name("function") == parent
        ):
            node = around
            continue
        return node


def callback_of(use: Use, site: Site, call: Node) -> Node | None:
    """The callback that jsonwebtoken hands the token to, its last argument."""
    if not site.name.startswith("jsonwebtoken") or not isinstance(use.subject, ir.Call):
        return None
    arguments = call.child_by_field_name("arguments")
    given = [node for node in arguments.named_children if node.type != "comment"] if arguments is not None else []
    if len(given) < 3:
        return None
    last = use.subject.args[-1]
    handed_in = isinstance(last, ir.Name) and any(
        isinstance(one.value, (ir.Param, ir.Func)) for one in last.scope.find(last.id)
    )
    return given[-1] if len(given) > 3 or given[-1].type in FUNCTIONS or handed_in else None


def _promised(tree: Tree, call: Node) -> Node | None:
    """``new Promise((resolve, reject) => { jwt.sign(…, callback) })``, where it does nothing else."""
    executor = function_of(call)
    body = executor.child_by_field_name("body") if executor is not None else None
    if executor is None or body is None or callee_of(tree, executor) != "Promise":
        return None
    statements = [node for node in body.named_children if node.type != "comment"]
    alone = body == call or (
        len(statements) == 1 and statements[0].type == "expression_statement" and call in statements[0].named_children
    )
    return executor.parent.parent if alone and executor.parent is not None else None


def _assembled(call: Node) -> Node | None:
    """The body of the function that puts header, payload and signature together and does nothing else."""
    function = function_of(call)
    body = function.child_by_field_name("body") if function is not None else None
    if body is None:
        return None
    return body


def only_assembles(tree: Tree, body: Node) -> bool:
    """Whether a function's body does nothing but make the token, and gives all three parts of it."""
    if body.type != "statement_block":
        return bool(_JOINS.search(tree.text(body)))
    statements = [node for node in body.named_children if node.type != "comment"]
    if not statements or statements[-1].type != "return_statement" or not statements[-1].named_children:
        return False
    given = unwrapped(statements[-1].named_children[0])
    made = [given] if given.type != "identifier" else list(_makings(tree, body, tree.text(given)))
    return any(_JOINS.search(tree.text(one)) for one in made) and all(_only_makes(tree, one) for one in statements[:-1])


def _makings(tree: Tree, body: Node, name: str) -> Iterator[Node]:
    """What a variable of a body is given."""
    for node in tree.walk(body):
        target, value = ("name", "value") if node.type == "variable_declarator" else ("left", "right")
        given = node.child_by_field_name(value)
        if given is not None and tree.named(node, target) == name:
            yield given


def _only_makes(tree: Tree, statement: Node) -> bool:
    if statement.type in DECLARATIONS:
        return True
    inner = statement.named_children[0] if statement.type == "expression_statement" else None
    if inner is None:
        return False
    if inner.type == "assignment_expression":
        return (inner.child_by_field_name("left") or inner).type == "identifier"
    func = inner.child_by_field_name("function") if inner.type == "call_expression" else None
    return func is not None and tree.named(func, "property") in ("update", "write")


def is_handed_claims(use: Use, plan: Plan, tree: Tree, node: Node, site: Site) -> bool:
    """Whether a function signs whatever it is handed: others may sign other things with it."""
    payload = plan.project.uses.sites.argument(site, "payload")
    if site.role != "hmac":
        expr = payload[1] if payload is not None else None
        return isinstance(expr, ir.Name) and any(isinstance(one.value, ir.Param) for one in expr.scope.find(expr.id))
    for unit, key in mint.given(plan.project.uses, site)[0]:
        found = tree.at(key.span) if unit is use.unit else None
        function = function_of(found) if found is not None else None
        if found is None or (function is not None and not _is_around(node, found)):
            return True
    return False


def _is_around(outer: Node, node: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


# -- credentials ---------------------------------------------------------------------------------------------------


def handed(use: Use, plan: Plan, tree: Tree, node: Node, site: Site, worst: Origin) -> Handed | str:
    """What the helper has to be handed; a text says why that cannot be."""
    keys, secrets = mint.given(plan.project.uses, site)
    key, secret = _expression(use.unit, tree, node, keys), _expression(use.unit, tree, node, secrets)
    names = Names(tree)
    own = [one for one in (key, secret) if one is not None and _is_own(names, tree, one)]
    if worst is Origin.ENVIRONMENT and not own:
        return Handed()
    if key is None or secret is None:
        if worst is Origin.ENVIRONMENT:
            return Handed()
        return "key and secret are not both at hand where the token is made"
    return Handed(tree.text(key), tree.text(secret), _reads(names, tree, [key, secret]))


def _reads(names: Names, tree: Tree, exprs: list[Node]) -> str:
    """``locals`` where an expression names something of a function, ``this`` where it is a field's."""
    inner = [node for expr in exprs for node in tree.walk(expr)]
    for node in inner:
        if node.type == "identifier":
            holder = names.holder(tree.text(node), names.scope_at(node))
            if holder is not None and holder is not names.top:
                return "locals"
    return "this" if any(node.type == "this" for node in inner) else ""


def _expression(unit: Unit, tree: Tree, node: Node, found: list[tuple[Unit, ir.Expr]]) -> Node | None:
    """The one expression of the mint's own function or module that a credential is."""
    if len(found) != 1 or found[0][0] is not unit:
        return None
    expr = tree.at(found[0][1].span)
    if expr is None or unwrapped(expr).type not in _HANDED:
        return None
    function = function_of(expr)
    visible = function is None or function in (function_of(node), *ancestors(node))
    return expr if visible else None


def _is_own(names: Names, tree: Tree, expr: Node) -> bool:
    """Whether an expression is a parameter or a field: what others have filled."""
    base = unwrapped(expr)
    while base.type in ("member_expression", "subscript_expression"):
        inner = base.child_by_field_name("object")
        if inner is None:
            return False
        base = unwrapped(inner)
    if base.type == "this":
        return True
    if base.type != "identifier":
        return False
    name = tree.text(base)
    holder = names.holder(name, names.scope_at(base))
    return holder is not None and any(_is_parameter(node) or _is_this(tree, node) for node in holder.names[name])


def _is_parameter(name: Node) -> bool:
    for one in ancestors(name):
        if one.type in ("formal_parameters", "required_parameter"):
            return True
        if one.type in FUNCTIONS:
            return one.child_by_field_name("parameter") == name
        if one.type in ("statement_block", "program", *DECLARATIONS):
            return False
    return False


def _is_this(tree: Tree, name: Node) -> bool:
    """``const self = this``, ``const { key } = this``."""
    statement = next((one for one in ancestors(name) if one.type == "variable_declarator"), None)
    return statement is not None and tree.named(statement, "value").partition(".")[0] == "this"


# -- what only fed the token ---------------------------------------------------------------------------------------


def leftovers(tree: Tree, path: str, nodes: list[Node]) -> Iterator[Unused]:
    """The declarations that expressions read, and what those read in turn."""
    names = Names(tree)
    queue = list(nodes)
    seen: set[int] = set()
    while queue and len(seen) < MAX_NAMES:
        for inner in tree.walk(queue.pop()):
            if inner.type not in ("identifier", "shorthand_property_identifier", "type_identifier"):
                continue
            name = tree.text(inner)
            holder = names.holder(name, names.scope_at(inner))
            for declared in holder.names[name] if holder is not None else ():
                if declared.id in seen or _is_parameter(declared):
                    continue
                seen.add(declared.id)
                yield Unused(path, name, scope_name(tree, declared))
                queue += _values(declared)


def _values(name: Node) -> list[Node]:
    """What a variable starts with, what a function does."""
    parent = name.parent
    if parent is not None and parent.type == "function_declaration":
        body = parent.child_by_field_name("body")
        return [body] if body is not None else []
    declarator = next((one for one in ancestors(name) if one.type in ("variable_declarator", "program")), None)
    if declarator is None or declaration_of(name) is None:
        return []
    parts = (declarator.child_by_field_name("value"), declarator.child_by_field_name("type"))
    return [part for part in parts if part is not None]


def verified(use: Use, plan: Plan) -> str | None:
    """Where a program checks its tokens with the very secret that signs them: an OAuth token does not pass there."""
    secrets = {value.name or value.text for value in use.secrets} - {None, ""}
    for unit in plan.project.candidates():
        for call in unit.module.calls if unit.module is not None else ():
            if not isinstance(call.func, ir.Attr) or call.func.name != "verify" or len(call.args) < 2:
                continue
            names = {value.name or value.text for value in plan.project.reach(unit, call.args[1])}
            if secrets & names and any(name.startswith("jsonwebtoken") for name in plan.project.names(unit, call.func)):
                line = unit.document.lines.line_of(unit.span(call.span).start)
                return f"{unit.path}:{line}: the token is verified with the API secret, which signs none of Zoom's"
    return None
