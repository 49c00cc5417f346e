"""Lowers expressions without operators. Chains (``a.b().c``) are followed in loops, not by depth."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from jwtscan.syntax import ir
from jwtscan.syntax.python.operators import OPERATORS
from jwtscan.syntax.python.state import Leaf, State, Step, Steps, anything, every, parts, span, unwrapped
from jwtscan.syntax.python.strings import decoded, number, quoted
from jwtscan.syntax.python.templates import formatted
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

Arguments: TypeAlias = tuple[list[ir.Expr], "list[ir.Entry | ir.Spread]"]

_LEFT = {"attribute": "object", "call": "function", "subscript": "value"}


# Leaves


def _string(state: State, node: Node) -> ir.Expr | None:
    token = quoted(state.source, span(node))
    if token is None or token.is_formatted:
        return None
    return state.literal(span(node), decoded(state.source, token.prefix, token.content))


def _number(state: State, node: Node) -> ir.Expr:
    value = number(state.text(node))
    return ir.Other(span(node), "number") if value is None else state.literal(span(node), value)


def _constant(value: bool | None) -> Leaf:
    return lambda state, node: state.literal(span(node), value)


# Chains: names, attributes, subscripts, calls


def _chain(state: State, node: Node) -> Steps:
    links: list[Node] = []
    base = node
    while base.type in _LEFT:
        inner = base.child_by_field_name(_LEFT[base.type])
        if inner is None:
            break
        links.append(base)
        base = unwrapped(inner)
    if not links:
        return (yield from anything(state, node))
    links.reverse()
    value = yield from _text_method(state, base, links)
    if value is not None:
        del links[:2]
    else:
        value = yield base
    for link in links:
        if link.type == "attribute":
            value = _attribute(state, link, value)
        elif link.type == "call":
            value = yield from _call(state, link, value)
        else:
            value = yield from _subscript(state, link, value)
    return value


def _attribute(state: State, node: Node, obj: ir.Expr) -> ir.Expr:
    name = node.child_by_field_name("attribute")
    if name is None:
        return ir.Other(span(node), "attribute", (obj,))
    return ir.Attr(span(node), obj, state.text(name), span(name))


def _subscript(state: State, node: Node, obj: ir.Expr) -> Steps:
    keys = node.children_by_field_name("subscript")
    if len(keys) == 1:
        constant = state.constant(keys[0])
        if constant is not None:
            return ir.Attr(span(node), obj, *constant)
        if keys[0].type == "slice":
            return ir.Other(span(node), "slice", (obj, *(yield from every(parts(keys[0])))))
        return ir.Index(span(node), obj, (yield keys[0]))
    places = yield from every(keys)
    within = keys[0].start_byte if keys else node.end_byte
    return ir.Index(span(node), obj, ir.Seq(Span(within, keys[-1].end_byte if keys else within), tuple(places)))


def _call(state: State, node: Node, func: ir.Expr) -> Steps:
    args, keywords = yield from _arguments(state, node)
    if isinstance(func, ir.Name):
        if func.id == "dict" and len(args) < 2:
            return state.object(span(node), [*_dict_entries(state, args), *keywords])
        if func.id not in ("__import__", "import_module"):
            return state.call(span(node), func, args, keywords)
    elif not (isinstance(func, ir.Attr) and func.name == "import_module"):
        return state.call(span(node), func, args, keywords)
    if args and isinstance(args[0], ir.Literal) and isinstance(args[0].value, str):
        module = args[0].value
        return state.imported(span(node), module.lstrip("."), level=len(module) - len(module.lstrip(".")))
    return state.call(span(node), func, args, keywords)


def _arguments(state: State, node: Node) -> Generator[Node, ir.Expr, Arguments]:
    """The positional and the keyword arguments of a call."""
    args: list[ir.Expr] = []
    keywords: list[ir.Entry | ir.Spread] = []
    given = node.child_by_field_name("arguments")
    if given is None:
        return args, keywords
    for child in parts(given) if given.type == "argument_list" else [given]:
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        value = child.child_by_field_name("value") if name is not None else None
        if name is not None and value is not None:
            keywords.append(ir.Entry(span(child), state.text(name), span(name), (yield value)))
            continue
        lowered = yield child
        if isinstance(lowered, ir.Spread) and child.type == "dictionary_splat":
            keywords.append(lowered)
        else:
            args.append(lowered)
    return args, keywords


def _dict_entries(state: State, args: Sequence[ir.Expr]) -> list[ir.Entry | ir.Spread]:
    """The entries of ``dict([("a", 1)])``; any other argument is spread."""
    entries: list[ir.Entry | ir.Spread] = []
    for arg in args:
        pairs = arg.items if isinstance(arg, ir.Seq) else ()
        if not isinstance(arg, ir.Seq):
            entries.append(arg if isinstance(arg, ir.Spread) else ir.Spread(arg.span, arg))
        for pair in pairs:
            if isinstance(pair, ir.Seq) and len(pair.items) == 2:
                key, value = pair.items
                constant = key.value if isinstance(key, ir.Literal) and isinstance(key.value, str) else None
                token = quoted(state.source, key.span) if constant is not None else None
                entries.append(ir.Entry(pair.span, constant, token.content if token else key.span, value))
            else:
                entries.append(ir.Spread(pair.span, pair))
    return entries


def _text_method(state: State, base: Node, links: list[Node]) -> Generator[Node, ir.Expr, ir.Expr | None]:
    """``"..".format(..)`` and ``"..".join([..])`` at the foot of a chain; None for anything else."""
    if base.type not in ("string", "concatenated_string") or [n.type for n in links[:2]] != ["attribute", "call"]:
        return None
    method = links[0].child_by_field_name("attribute")
    strings = state.quoted(base)
    name = state.text(method) if method is not None else ""
    if strings is None or name not in ("format", "join"):
        return None
    if name == "format":
        args, keywords = yield from _arguments(state, links[1])
        return state.concat(span(links[1]), formatted(state, strings, args, keywords))
    given = links[1].child_by_field_name("arguments")
    inside = parts(given) if given is not None else []
    if len(inside) != 1 or unwrapped(inside[0]).type not in ("list", "tuple", "set"):
        return None
    separator = yield base
    items = yield inside[0]
    if isinstance(separator, ir.Literal) and isinstance(items, ir.Seq):
        return state.concat(span(links[1]), items.items, str(separator.value))
    return ir.Other(span(links[1]), "join", (separator, items))


def _walrus(state: State, node: Node) -> Steps:
    name, given = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or given is None:
        return (yield from anything(state, node))
    value = yield given
    state.bind(state.text(name), span(name), value, "assign")
    return value


# Displays and text


def _dictionary(state: State, node: Node) -> Steps:
    entries: list[ir.Entry | ir.Spread] = []
    for child in parts(node):
        key, given = child.child_by_field_name("key"), child.child_by_field_name("value")
        if key is None or given is None:
            value = yield child
            entries.append(value if isinstance(value, ir.Spread) else ir.Spread(span(child), value))
            continue
        constant = state.constant(key)
        if constant is None:
            yield key
        text, place = constant or (None, span(key))
        entries.append(ir.Entry(span(child), text, place, (yield given)))
    return state.object(span(node), entries)


def _sequence(_state: State, node: Node) -> Steps:
    return ir.Seq(span(node), tuple((yield from every(parts(node)))))


def _spread(_state: State, node: Node) -> Steps:
    inside = parts(node)
    return ir.Spread(span(node), (yield inside[0])) if inside else ir.Other(span(node), "missing")


def _text(state: State, node: Node) -> Steps:
    """A string with holes, or several side by side."""
    if node.type == "string" and quoted(state.source, span(node)) is None:
        return (yield from anything(state, node))
    strings = state.quoted(node)
    if strings is not None:
        return state.literal(span(node), state.joined(strings))
    pieces: list[ir.Expr] = []
    for child in [node] if node.type == "string" else parts(node):
        token = quoted(state.source, span(child))
        if token is not None and token.is_formatted:
            yield from _formatted_string(state, child, token.prefix, pieces)
        else:
            pieces.append((yield child))
    return state.concat(span(node), pieces)


def _formatted_string(state: State, node: Node, prefix: str, pieces: list[ir.Expr]) -> Generator[Node, ir.Expr, None]:
    for child in node.named_children:
        if child.type == "string_content":
            pieces.append(state.literal(span(child), decoded(state.source, prefix, span(child))))
        elif child.type == "interpolation":
            inside = parts(child)
            for place, expression in enumerate(inside):
                value = yield expression
                if place == 0:
                    pieces.append(value)


def _comprehension(state: State, node: Node) -> Steps:
    values = []
    for child in parts(node):
        target = child.child_by_field_name("left") if child.type == "for_in_clause" else None
        for inside in parts(child) if child.type in ("for_in_clause", "if_clause", "pair") else [child]:
            value = yield inside
            if target is not None and inside.id == target.id:
                state.assign(value, None, "other")
            else:
                values.append(value)
    return ir.Other(span(node), "comprehension", tuple(values))


# The rest


def _other(kind: str) -> Step:
    def step(_state: State, node: Node) -> Steps:
        return ir.Other(span(node), kind, tuple((yield from every(parts(node)))))

    return step


def _wrapped(state: State, node: Node) -> Steps:
    inside = parts(node)
    if len(inside) != 1:
        return (yield from anything(state, node))
    return (yield unwrapped(inside[0]))


EXPRESSION_LEAVES: dict[str, Leaf] = {
    "identifier": State.name,
    "string": _string,
    "integer": _number,
    "float": _number,
    "true": _constant(True),
    "false": _constant(False),
    "none": _constant(None),
}

EXPRESSIONS: dict[str, Step] = {
    **OPERATORS,
    "attribute": _chain,
    "subscript": _chain,
    "call": _chain,
    "named_expression": _walrus,
    "comparison_operator": _other("compare"),
    "unary_operator": _other("unary"),
    "not_operator": _other("unary"),
    "dictionary": _dictionary,
    **dict.fromkeys(("list", "tuple", "set", "expression_list"), _sequence),
    **dict.fromkeys(("pattern_list", "tuple_pattern", "list_pattern"), _sequence),
    **dict.fromkeys(("list_splat", "list_splat_pattern"), _spread),
    **dict.fromkeys(("dictionary_splat", "dictionary_splat_pattern"), _spread),
    **dict.fromkeys(("string", "concatenated_string"), _text),
    **dict.fromkeys(("list_comprehension", "set_comprehension"), _comprehension),
    **dict.fromkeys(("dictionary_comprehension", "generator_expression"), _comprehension),
    **dict.fromkeys(("parenthesized_expression", "await", "as_pattern_target", "type"), _wrapped),
}
