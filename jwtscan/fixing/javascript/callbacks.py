"""What a function is to who calls it from outside of the project: a handler, a step of a chain, a listener …"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.tree import FUNCTIONS, Tree, ancestors, is_async, unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node


class Part(enum.Enum):
    """How a caller outside of the project takes it that a function gives a promise."""

    ADOPTS = "it waits for the promise and sees it fail"
    HANDLER = "an Express handler: nobody waits, nobody sees it fail before Express 5"
    LISTENER = "nobody waits for it, and nobody sees it fail"
    OUTER = "it needs the result at once; what is around it can wait"
    ANSWERS = "it answers by a callback of its own, and gives nothing back"
    CALLBACK_STYLE = "a handler that answers by a callback, and ends with its promise"
    NONE = "it is not handed to anybody"


_ADOPTING = frozenset(
    {
        "then", "catch", "finally", "onRequest", "onCall", "onRun", "onCreate", "onUpdate", "onDelete", "onWrite",
        "onPublish", "onFinalize", "it", "test", "beforeEach", "beforeAll", "afterEach", "afterAll", "before", "after",
        "onDocumentCreated", "onSchedule",
    }
)  # fmt: skip
# What makes a handler of a function that gives a promise; a function without parameters is none.
_WRAPPING = frozenset(
    {"asyncHandler", "catchAsync", "wrapAsync", "catchAsyncErrors", "expressAsyncHandler", "wrap", "tryCatch"}
)
_LISTENING = frozenset(
    {
        "on", "once", "addEventListener", "setInterval", "setTimeout", "setImmediate", "schedule", "listen",
        "subscribe", "scheduleJob", "nextTick", "addListener", "CronJob",
    }
)  # fmt: skip
_ROUTING = frozenset({"get", "post", "put", "patch", "delete", "all", "use", "options", "head"})
_INTERCEPTING = re.compile(r"\binterceptors\.(?:request|response)\.use$")  # axios waits for them
_CALLBACKS = frozenset({"callback", "cb", "done", "fn", "next"})
_REQUEST = re.compile(r"_?(?:req|request)|_+")
_RESPONSE = re.compile(r"_?(?:res|resp|response)")
_CONTEXT = re.compile(r"ctx|context|c")


def part_of(tree: Tree, handed: Node, names: list[str]) -> Part:
    """The part of a function with those parameters, by what it is handed to (itself or its name) and by them."""
    called = callee_of(tree, handed)
    last = called.rpartition(".")[2]
    if last in _ADOPTING or (last in _WRAPPING and names) or _INTERCEPTING.search(called):
        return Part.ADOPTS
    if len(names) >= 2 and _REQUEST.fullmatch(names[0]) and _RESPONSE.fullmatch(names[1]):
        return Part.LISTENER if last == "createServer" else Part.HANDLER
    if last in _ROUTING and names and _CONTEXT.fullmatch(names[0]):
        return Part.ADOPTS
    if len(names) >= 2 and names[0] == "event":
        return Part.CALLBACK_STYLE
    if last in _LISTENING:
        return Part.LISTENER
    if last == "map" and _is_gathered(tree, handed):
        return Part.ADOPTS
    if called:
        return Part.OUTER
    return Part.ANSWERS if names and names[-1] in _CALLBACKS and _gives_nothing(handed) else Part.NONE


def _gives_nothing(function: Node) -> bool:
    """Whether a function returns nothing but what its calls give: ``return callback(error)``."""
    return all(value is None or value.type == "call_expression" for value in returned(function))


def returned(function: Node) -> Iterator[Node | None]:
    """What a function returns, None for a bare ``return``; not what functions in it do."""
    body = function.child_by_field_name("body")
    if body is None:
        return
    if body.type != "statement_block":
        yield unwrapped(body)
        return
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type == "return_statement":
            values = [child for child in node.named_children if child.type != "comment"]
            yield unwrapped(values[0]) if values else None
        elif node.type not in FUNCTIONS:
            stack.extend(node.named_children)


def parameters(tree: Tree, function: Node) -> list[str]:
    """The names of a function's parameters as they are written."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [tree.text(single)]
    several = function.child_by_field_name("parameters")
    nodes = [node for node in several.named_children if node.type != "comment"] if several is not None else []
    return [tree.named(node, "pattern") or tree.named(node, "left") or tree.text(node) for node in nodes]


def callee_of(tree: Tree, argument: Node) -> str:
    """The text of what is called with an argument; empty where it is no argument."""
    parent = argument.parent
    call = parent.parent if parent is not None and parent.type == "arguments" else None
    if call is None:
        return ""
    func = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    if func is not None and func.type == "member_expression":
        return f"{tree.named(func, 'object')}.{tree.named(func, 'property')}"
    return tree.text(func) if func is not None else ""


def _is_gathered(tree: Tree, function: Node) -> bool:
    """``Promise.all(items.map(function))``."""
    call = function.parent.parent if function.parent is not None else None
    return call is not None and callee_of(tree, call).startswith("Promise.")


def is_guarded(node: Node, function: Node) -> bool:
    """Whether a node of a function stands in a ``try`` with a ``catch``."""
    before = node
    for one in ancestors(node):
        if one == function:
            return False
        if one.type == "try_statement" and one.child_by_field_name("body") == before:
            return one.child_by_field_name("handler") is not None
        before = one
    return False


def why_not_async(tree: Tree, function: Node) -> str | None:
    """Why a function cannot become an ``async`` one; None where it is one or can."""
    if is_async(function):
        return None
    marks = {child.type for child in function.children}
    if "get" in marks or "set" in marks:
        return "a getter cannot wait"
    if function.type == "method_definition" and tree.named(function, "name") == "constructor":
        return "a constructor cannot wait"
    if function.type.startswith("generator") or "*" in marks:
        return "a generator gives its values at once"
    body = function.child_by_field_name("body")
    if body is not None and any(node.type.startswith("jsx_") for node in tree.walk(body)):
        return "a component renders at once"
    return None
