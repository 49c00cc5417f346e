"""A client that sends the same token with every call: each request fetches its own instead, by an interceptor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.tree import Tree, ancestors, statement_of, wrapped
from jwtscan.text import Edit, Span
from jwtscan.text.layout import Layout, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node


def intercepted(tree: Tree, layout: Layout, node: Node, call: str) -> list[Edit] | None:
    """The edits for a token in the default headers of an axios client, None where it stands elsewhere.

    ``axios.create({ headers: { Authorization: … } })`` loses the header, ``axios.defaults.headers… = …`` goes.
    """
    statement = statement_of(node)
    found = _defaults(tree, statement, node) or _created(tree, statement, node)
    if found is None:
        return None
    client, header, value, gone = found
    text = tree.text(value).encode()
    start, end = node.start_byte - value.start_byte, node.end_byte - value.start_byte
    sent = (text[:start] + f"await {call}".encode() + text[end:]).decode()
    close = ";" if layout.semicolons else ""
    headers = "config.headers!" if tree.is_typed else "config.headers"
    code = (
        f"{client}.interceptors.request.use(async (config) => {{\n    {headers}.{header} = {sent}{close}\n"
        f"    return config{close}\n}}){close}"
    )
    written = layout.lines(code, margin_of(tree.source, statement.start_byte))
    if gone is None:
        return [Edit(Span(statement.start_byte, statement.end_byte), written.encode())]
    margin = margin_of(tree.source, statement.start_byte)
    behind = Span(statement.end_byte, statement.end_byte)
    return [Edit(gone, b""), Edit(behind, f"{layout.newline}{margin}{written}".encode())]


def _defaults(tree: Tree, statement: Node, node: Node) -> tuple[str, str, Node, None] | None:
    """``client.defaults.headers.common["Authorization"] = …``."""
    inner = statement.named_children[0] if statement.type == "expression_statement" else None
    if inner is None or inner.type != "assignment_expression":
        return None
    left, right = tree.named(inner, "left"), inner.child_by_field_name("right")
    client, defaults, rest = left.partition(".defaults.headers")
    if not defaults or right is None or not _is_inside(node, right):
        return None
    header = rest.replace(".common", "").strip("[].'\"")
    return (client, header, right, None) if header.lower() == "authorization" else None


def _created(tree: Tree, statement: Node, node: Node) -> tuple[str, str, Node, Span] | None:
    """``client = axios.create({ headers: { Authorization: … } })``."""
    pair = next((one for one in ancestors(node) if one.type == "pair"), None)
    value = pair.child_by_field_name("value") if pair is not None else None
    if pair is None or value is None or pair.parent is None or _key(tree, pair).lower() != "authorization":
        return None
    headers = pair.parent.parent
    options = headers.parent if headers is not None and headers.type == "pair" else None
    made = options.parent.parent if options is not None and options.parent is not None else None
    if headers is None or made is None or _key(tree, headers) != "headers" or made.type != "call_expression":
        return None
    parent = wrapped(made).parent
    if not tree.named(made, "function").endswith("axios.create") or parent is None:
        return None
    client = tree.named(parent, "name") if parent.type == "variable_declarator" else tree.named(parent, "left")
    whole = parent.parent in (statement, statement.parent) or parent in statement.named_children
    if not client or not whole:
        return None
    others = [child for child in pair.parent.named_children if child.type != "comment"]
    if len(others) != len(pair.parent.named_children):
        return None
    return client, _key(tree, pair), value, _entry(others, pair)


def _key(tree: Tree, pair: Node) -> str:
    return tree.named(pair, "key").strip("'\"")


def _is_inside(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _entry(items: list[Node], item: Node) -> Span:
    """An entry of an object with its comma."""
    index = items.index(item)
    if index + 1 < len(items):
        return Span(item.start_byte, items[index + 1].start_byte)
    if index > 0:
        return Span(items[index - 1].end_byte, item.end_byte)
    parent = item.parent
    assert parent is not None
    return Span(parent.start_byte + 1, parent.end_byte - 1)
