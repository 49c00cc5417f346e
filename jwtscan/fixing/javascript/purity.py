"""Whether an expression can go: it does nothing but give a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.tree import FUNCTIONS, Tree

if TYPE_CHECKING:
    from tree_sitter import Node

_INERT = frozenset(
    {
        "identifier", "this", "super", "property_identifier", "private_property_identifier", "string", "number", "true",
        "false", "null", "undefined", "regex", "shorthand_property_identifier", "string_fragment", "escape_sequence",
        "template_string", "template_substitution", "object", "array", "pair", "spread_element", "arguments",
        "binary_expression", "unary_expression", "ternary_expression", "member_expression", "subscript_expression",
        "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion",
        "computed_property_name", "comment", "sequence_expression", "meta_property", "optional_chain",
    }
)  # fmt: skip
_TYPES = frozenset({"type_arguments", "predefined_type", "type_identifier", "type_annotation", "generic_type"})
_CALLS = frozenset(
    {
        "require", "parseInt", "Number", "String", "Boolean", "btoa", "encodeURIComponent", "moment", "dayjs",
        "Date.now", "Math.floor", "Math.round", "Math.ceil", "Math.trunc", "JSON.stringify", "Object.assign",
        "Object.freeze", "Buffer.from", "functions.config", "createHmac", "crypto.createHmac", "createSecretKey",
        "crypto.createSecretKey", "config.get", "config.has", "getConfig", "createSigner",
    }
)  # fmt: skip
_METHODS = frozenset(
    {
        "getTime", "valueOf", "toString", "unix", "add", "subtract", "trim", "replace", "replaceAll", "encode", "join",
        "concat", "getSeconds", "getMinutes", "toISOString", "slice", "substring", "toUpperCase", "toLowerCase",
    }
)  # fmt: skip
_NEW = frozenset({"Date", "TextEncoder"})
_TIME = ("moment", "dayjs", "Date", "new Date", "TextEncoder", "new TextEncoder")


def is_pure(tree: Tree, value: Node) -> bool:
    """Whether evaluating an expression can be left out: nothing outside of it would notice."""
    stack = [value]
    while stack:
        node = stack.pop()
        if node.type in FUNCTIONS or node.type in _TYPES:
            continue
        if node.type == "call_expression":
            if not _is_known(tree, node):
                return False
        elif node.type == "new_expression":
            if tree.named(node, "constructor") not in _NEW:
                return False
        elif node.type not in _INERT or _deletes(node):
            return False
        stack.extend(node.named_children)
    return True


def _deletes(node: Node) -> bool:
    return node.type == "unary_expression" and any(child.type == "delete" for child in node.children)


def _is_known(tree: Tree, call: Node) -> bool:
    func = call.child_by_field_name("function")
    if func is None or tree.text(func) in _CALLS:
        return func is not None
    if func.type != "member_expression" or tree.named(func, "property") not in _METHODS:
        return False
    owner = func.child_by_field_name("object")
    if tree.named(func, "property") in ("add", "subtract", "encode"):
        # Others' ``add`` and ``encode`` do things: sets, moments that somebody holds.
        return owner is not None and tree.text(owner).startswith(_TIME)
    return owner is not None and owner.type != "super"
