"""Lowers statements: what is given to which name. Order is kept; branches are simply walked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.syntax import ir
from jwtscan.syntax.python.operators import Sum
from jwtscan.syntax.python.state import NOTHING, Leaf, State, Step, Steps, anything, every, parts, span
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_FIRST_IS_NO_CAPTURE = frozenset({"class_pattern", "keyword_pattern"})
_PATTERNS = _FIRST_IS_NO_CAPTURE | {
    *("case_pattern", "as_pattern", "union_pattern", "tuple_pattern", "list_pattern"),
    *("dict_pattern", "splat_pattern", "complex_pattern"),
}


def _walked(state: State, node: Node) -> Steps:
    """A statement that only holds others, or a stretch that could not be read."""
    for child in node.named_children:
        if child.type == "ERROR":
            state.errors_read.add(child.id)
        if child.type not in ("comment", "line_continuation"):
            yield child
    return NOTHING


def _expression(state: State, node: Node) -> Steps:
    """An expression on its own. A string on its own is prose and is left out."""
    inside = parts(node)
    if len(inside) != 1 or state.quoted(inside[0]) is None:
        yield from every(inside)
    return NOTHING


def _assignment(state: State, node: Node) -> Steps:
    """``a = b = value``, with or without an annotation; in a class an annotation alone makes a field."""
    lefts: list[Node] = []
    right: Node | None = node
    while right is not None and right.type == "assignment":
        left, annotation = right.child_by_field_name("left"), right.child_by_field_name("type")
        if left is not None:
            lefts.append(left)
        if annotation is not None:
            yield annotation
        right = right.child_by_field_name("right")
    value = (yield right) if right is not None else None
    for left in lefts:
        target = yield left
        if value is not None or state.scope.kind == "class":
            state.assign(target, value)
    return NOTHING


def _augmented(state: State, node: Node) -> Steps:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return (yield from anything(state, node))
    operator = node.child_by_field_name("operator")
    target = yield left
    total = Sum(state, node.start_byte, left.end_byte, target)
    total.add(operator is not None and operator.type == "+=", (yield right), node.end_byte)
    state.assign(target, total.value())
    return NOTHING


def _for(state: State, node: Node) -> Steps:
    left = node.child_by_field_name("left")
    for child in parts(node):
        value = yield child
        if left is not None and child.id == left.id:
            state.assign(value, None, "other")
    return NOTHING


def _delete(state: State, node: Node) -> Steps:
    for child in parts(node):
        state.assign((yield child), None, "other")
    return NOTHING


def _as(state: State, node: Node) -> Steps:
    """``value as target`` of a ``with``."""
    alias = node.child_by_field_name("alias")
    inside = parts(node)
    if alias is None or len(inside) != 2:
        return (yield from anything(state, node))
    value = yield inside[0]
    state.assign((yield alias), value)
    return value


def _except(state: State, node: Node) -> Steps:
    """``except E as e`` and Python 2's ``except E, e``."""
    caught = node.children_by_field_name("value")
    targets = [each.id for each in caught[1:]]
    for child in parts(node):
        alias = child.child_by_field_name("alias") if child.type == "as_pattern" else None
        for inside in [child] if alias is None else parts(child):
            value = yield inside
            if inside.id in targets or (alias is not None and inside.id == alias.id):
                state.assign(value, None, "other")
    return NOTHING


def _case(state: State, node: Node) -> Steps:
    """The patterns of a ``case``: each name that it captures is bound to something unknown."""
    todo = [node]
    while todo:
        current = todo.pop()
        inside = parts(current)
        if current.type == "identifier" or (current.type == "dotted_name" and len(inside) == 1):
            if state.text(current) != "_":
                state.bind(state.text(current), span(current), None, "other")
        elif current.type in _PATTERNS:
            todo.extend(reversed(inside[current.type in _FIRST_IS_NO_CAPTURE :]))
        elif current.type != "dotted_name":
            yield current
    return NOTHING


def _return(state: State, node: Node) -> Steps:
    for child in parts(node):
        value = yield child
        if isinstance(state.scope.owner, ir.Func):
            state.scope.owner.returns.append(value)
    return NOTHING


def _global(state: State, node: Node) -> ir.Expr:
    for child in parts(node):
        if state.scope is not state.module.scope:
            state.move(state.text(child), state.module.scope)
    return NOTHING


def _nonlocal(state: State, node: Node) -> ir.Expr:
    for child in parts(node):
        name = state.text(child)
        scope = state.scope.parent
        while scope is not None and (scope.kind != "function" or name not in scope.bindings):
            scope = scope.parent
        if scope is not None:
            state.move(name, scope)
    return NOTHING


def _import(state: State, node: Node) -> ir.Expr:
    """``import a.b`` binds ``a``, though both are imported; ``import a.b as x`` binds ``a.b``."""
    for name in node.children_by_field_name("name"):
        alias = name.child_by_field_name("alias")
        dotted = name.child_by_field_name("name") if alias is not None else name
        if dotted is None:
            continue
        module = _dotted(state, dotted)
        made = state.imported(span(name), module)
        if alias is not None:
            state.bind(state.text(alias), span(alias), made, "import")
            continue
        first, _, rest = module.partition(".")
        place = Span(dotted.start_byte, dotted.start_byte + len(first.encode()))
        state.bind(first, place, state.imported(place, first) if rest else made, "import")
    return NOTHING


def _import_from(state: State, node: Node) -> ir.Expr:
    source = node.child_by_field_name("module_name")
    module, level = "__future__" if node.type == "future_import_statement" else "", 0
    if source is not None:
        dotted = _dotted(state, source)
        module = dotted.lstrip(".")
        level = len(dotted) - len(module)
    for name in node.children_by_field_name("name"):
        alias = name.child_by_field_name("alias")
        original = name.child_by_field_name("name") if alias is not None else name
        if original is None:
            continue
        made = state.imported(span(name), module, state.text(original), level)
        bound = alias if alias is not None else original
        state.bind(state.text(bound), span(bound), made, "import")
    for child in node.named_children:
        if child.type == "wildcard_import":
            state.module.star_exports.append(state.imported(span(child), module, "*", level))
    return NOTHING


def _dotted(state: State, node: Node) -> str:
    """A dotted name without the spaces, line ends and comments that may stand between its words."""
    words = []
    todo = [node]
    while todo:
        current = todo.pop()
        if current.child_count:
            todo.extend(reversed(current.children))
        elif current.type in ("identifier", "."):
            words.append(state.text(current))
    return "".join(words)


_WALKED = """module block ERROR if_statement elif_clause else_clause while_statement try_statement finally_clause
except_group_clause with_statement with_clause with_item match_statement case_clause assert_statement raise_statement
print_statement chevron exec_statement pass_statement break_statement continue_statement type_alias_statement"""

STATEMENTS: dict[str, Step] = {
    **dict.fromkeys(_WALKED.split(), _walked),
    "expression_statement": _expression,
    "assignment": _assignment,
    "augmented_assignment": _augmented,
    "for_statement": _for,
    "delete_statement": _delete,
    "as_pattern": _as,
    "except_clause": _except,
    "case_pattern": _case,
    "return_statement": _return,
}

STATEMENT_LEAVES: dict[str, Leaf] = {
    "global_statement": _global,
    "nonlocal_statement": _nonlocal,
    "import_statement": _import,
    "import_from_statement": _import_from,
    "future_import_statement": _import_from,
}
