"""An address without its ``access_token`` parameter: the edits of the Python expression that puts it together."""

from __future__ import annotations

import re
from itertools import pairwise

import libcst as cst

from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree
from jwtscan.text import Edit, Span

_NAME = "access_token="
_IN_TEXT = re.compile(r"(?P<lead>[?&])access_token=\{[^{}]*\}(?P<next>&?)")


def without_token(tree: Tree, node: cst.CSTNode) -> list[Edit] | None:
    """The edits that leave the rest of an address; None where it is put together in a way not known here."""
    if isinstance(node, cst.FormattedString):
        return _formatted(tree, node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return _added(tree, node)
    template, values = _template(node)
    if template is None:
        return None
    match = re.fullmatch(r"(?P<head>(?:\{\w*\}|%s)?)[?]access_token=(?:\{\w*\}|%s)", template)
    if match is None:
        return None
    if not match["head"]:
        return _nothing_left(tree, node)
    return [Edit(tree.span(node), tree.text(values[0]).encode())] if len(values) == 2 else None


def _formatted(tree: Tree, node: cst.FormattedString) -> list[Edit] | None:
    text = tree.text(node)
    left, count = _IN_TEXT.subn(lambda m: "?" if m["lead"] == "?" and m["next"] else m["next"], text)
    if count != 1:
        return None
    inner = left[len(node.start) : -len(node.end)]
    parts = [one for one in node.parts if isinstance(one, cst.FormattedStringExpression)]
    if not inner:
        return _nothing_left(tree, node)
    alone = re.fullmatch(r"\{([^{}!:]+)\}", inner)
    if alone is not None and len(parts) == 2:
        left = tree.text(parts[0].expression)
    elif "{" not in inner:
        left = node.start.lower().replace("f", "") + inner + node.end
    return [Edit(tree.span(node), left.encode())]


def _added(tree: Tree, node: cst.BinaryOperation) -> list[Edit] | None:
    operands = _operands(node)
    for at, (text, token) in enumerate(pairwise(operands)):
        value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
        if not isinstance(value, str) or not value.endswith(_NAME) or not isinstance(text, cst.SimpleString):
            continue
        follows = operands[at + 2 :]
        start = value[: -len(_NAME)]
        if follows and start.endswith("?"):
            return None  # what follows would need another mark before it
        return _cut(tree, node, operands, at, start.rstrip("?&"), token)
    return None


def _cut(
    tree: Tree,
    node: cst.BinaryOperation,
    operands: list[cst.BaseExpression],
    at: int,
    start: str,
    token: cst.BaseExpression,
) -> list[Edit] | None:
    text = operands[at]
    assert isinstance(text, cst.SimpleString)
    follows = operands[at + 2 :]
    if start:
        shorter = f"{text.prefix}{text.quote}{start}{text.quote}"
        return [Edit(Span(tree.span(text).start, tree.span(token).end), shorter.encode())]
    if at:
        return [Edit(Span(tree.span(operands[at - 1]).end, tree.span(token).end), b"")]
    if follows:
        return [Edit(Span(tree.span(text).start, tree.span(follows[0]).start), b"")]
    return _nothing_left(tree, node)


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """``a + b + c`` as a list."""
    found: list[cst.BaseExpression] = []
    while isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _template(node: cst.CSTNode) -> tuple[str | None, list[cst.BaseExpression]]:
    """The text and the values of ``"…".format(a, b)`` and ``"…" % (a, b)``."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
        text, values = node.func.value, [one.value for one in node.args]
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        right = node.right
        text = node.left
        values = [one.value for one in right.elements] if isinstance(right, cst.Tuple) else [right]
    else:
        return None, []
    value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
    return (value, values) if isinstance(value, str) else (None, [])


def _nothing_left(tree: Tree, node: cst.CSTNode) -> list[Edit] | None:
    """``url += "?access_token=…"`` goes as a whole, and so does the last part of a sum."""
    parent = tree.parent(node)
    line = tree.parent(parent) if parent is not None else None
    if isinstance(parent, cst.AugAssign) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        return without(tree, [line])
    if isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Add) and parent.right is node:
        return [Edit(Span(tree.span(parent.left).end, tree.span(parent).end), b"")]
    return None
