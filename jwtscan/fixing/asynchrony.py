"""Carries ``await`` and ``async`` from a place that has to wait through every caller in the project.

One caller that does not wait sends ``Bearer [object Promise]``: what cannot be followed is an obstacle, what is likely
but not certain a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.callbacks import Part, is_guarded, parameters, part_of, returned, why_not_async
from jwtscan.fixing.javascript.hoist import answer_of, block_of, hoisted, needs_answer
from jwtscan.fixing.javascript.mentions import Mention, Scripts
from jwtscan.fixing.javascript.package import handles_rejections, is_application, is_module
from jwtscan.fixing.javascript.tree import (
    FIELDS,
    Tree,
    ancestors,
    function_of,
    is_async,
    name_of,
    span_of,
    wrapped,
)
from jwtscan.fixing.javascript.types import agreed, promised
from jwtscan.meaning.values import External
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan

_CLIENTS = ("axios", "fetch", "node-fetch", "request-promise", "got", "superagent", "ky", "cross-fetch", "Promise")
_VERB = re.compile(r"^(?:get|generate|create|make|build|fetch|new|sign)(?=[A-Z])")
_CHAINED = frozenset({"then", "catch", "finally"})
_EXPORTS = ("module.exports", "exports")
_AROUND = frozenset({"member_expression", "subscript_expression", "call_expression", "spread_element"})


class Asynchrony:
    """What it takes that places can wait. ``edits`` are by path; ``exported`` are functions that importers see change.

    ``obstacles`` say why it cannot be done, ``doubts`` what is assumed.
    """

    def __init__(self, plan: Plan, scripts: Scripts | None = None) -> None:
        self.plan = plan
        self.project = plan.project
        self.scripts = scripts or Scripts(plan.project)
        self.edits: list[tuple[str, Edit]] = []
        self.obstacles: list[str] = []
        self.doubts: list[str] = []
        self._made: set[tuple[str, int]] = set()
        self._awaited: set[tuple[str, int]] = set()
        self._named: dict[str, set[str]] = {}

    def suspend(self, unit: Unit, tree: Tree, node: Node, *, guarded: bool = False) -> None:
        """Something is awaited where ``node`` stands. ``guarded`` says that it will be in a ``try`` of its own."""
        function = function_of(node)
        if any(one.type in FIELDS and (function is None or function in ancestors(one)) for one in ancestors(node)):
            self.note_obstacle(unit, node, "a class field's initialiser cannot wait")
        elif function is None:
            self._at_top(unit, tree, node)
        elif _is_in_parameters(node, function):
            self.note_obstacle(unit, node, "a parameter's default cannot wait")
        else:
            self.make_async(unit, tree, function, guarded=guarded or is_guarded(node, function))

    # -- functions ---------------------------------------------------------------------------------------------

    def make_async(self, unit: Unit, tree: Tree, function: Node, *, guarded: bool) -> None:
        """A function gives a promise from now on; ``guarded`` where a failure is caught in it."""
        if is_async(function):
            return
        part = part_of(tree, function, parameters(tree, function))
        unseen = part in (Part.HANDLER, Part.LISTENER, Part.ANSWERS) and not guarded
        if unseen and not (part is Part.HANDLER and handles_rejections(self.project, unit)):
            self.note_doubt(unit, function, "nobody sees it where the token request fails in this callback")
        if (unit.path, function.start_byte) in self._made:
            return
        self._made.add((unit.path, function.start_byte))
        reason = why_not_async(tree, function)
        if reason is not None:
            self.note_obstacle(unit, function, reason)
            return
        at = _async_place(function)
        self.edits.append((unit.path, Edit(Span(at, at), b"async ")))
        self._retype(unit, tree, function)
        if part is Part.OUTER:
            self.note_obstacle(unit, function, "what calls this function needs its result at once")
        elif part is Part.CALLBACK_STYLE and not self._gives_promise(unit, tree, function):
            self.note_obstacle(unit, function, "the platform ends this handler with its promise, before the callback")
        elif part in (Part.NONE, Part.CALLBACK_STYLE) and not self._gives_promise(unit, tree, function):
            self._tell_callers(unit, tree, function)

    def _retype(self, unit: Unit, tree: Tree, function: Node) -> None:
        if not tree.is_typed:
            return
        edits, reason = promised(tree, function)
        self.edits += [(unit.path, edit) for edit in edits]
        if reason is not None:
            self.note_obstacle(unit, function, reason)
        for other, edit in agreed(self.scripts, tree, function):
            if isinstance(edit, str):
                self.note_obstacle(other, None, edit)
            else:
                self.edits.append((other.path, edit))

    def _gives_promise(self, unit: Unit, tree: Tree, function: Node) -> bool:
        """Whether whoever calls a function gets a promise already."""
        given = list(returned(function))
        return bool(given) and all(value is not None and self._is_promise(unit, tree, value) for value in given)

    def _is_promise(self, unit: Unit, tree: Tree, value: Node) -> bool:
        if value.type == "new_expression":
            return tree.named(value, "constructor") == "Promise"
        if value.type != "call_expression":
            return False
        func = value.child_by_field_name("function")
        if func is not None and func.type == "member_expression" and tree.named(func, "property") in _CHAINED:
            return True
        ends = (self.scripts.ends(unit, func) if func is not None else None) or []
        return bool(ends) and all(
            (isinstance(end, ir.Func) and end.is_async)
            or (isinstance(end, External) and end.name.replace("()", "").partition(".")[0] in _CLIENTS)
            for end in ends
        )

    # -- callers -----------------------------------------------------------------------------------------------

    def _tell_callers(self, unit: Unit, tree: Tree, function: Node) -> None:
        if self.scripts.is_too_large():
            self.note_obstacle(unit, function, "the project is too large to look at every caller")
            return
        parent = wrapped(function).parent
        if parent is not None and parent.type == "call_expression":
            self._called(unit, tree, parent)  # (function () { … })()
            return
        mentions = self.scripts.mentions(unit, tree, function)
        if self.scripts.is_exported(unit, tree, function) and not is_application(self.project, unit):
            self.note_doubt(unit, function, "callers outside of this repository get a promise now")
        if not mentions and not name_of(tree, function) and not _is_export(tree, function):
            self.note_obstacle(unit, function, "this function is handed on, and who calls it is not known")
        for mention in mentions:
            self._mentioned(mention, parameters(tree, function))

    def _mentioned(self, mention: Mention, names: list[str]) -> None:
        unit, tree, node = mention.unit, mention.tree, mention.node
        top = wrapped(node)
        parent = top.parent
        called = (
            parent is not None and parent.type == "call_expression" and parent.child_by_field_name("function") == top
        )
        if not mention.sure and not called:
            return  # a field of the same name
        if not mention.sure:
            self.note_doubt(unit, node, f"{tree.text(node)} is taken for the function that changes")
        if parent is None or parent.type in (
            "export_specifier",
            "export_statement",
            "pair",
            "object",
            "jsx_expression",
        ):
            return
        if called:
            self._called(unit, tree, parent)
        elif parent.type == "arguments":
            part = part_of(tree, top, names)
            if part is Part.OUTER:
                self.note_obstacle(
                    unit, node, f"{tree.text(node)} is handed to something that needs its result at once"
                )
            elif part is Part.LISTENER:
                self.note_doubt(unit, node, "nobody sees it where the token request fails in this callback")
        elif parent.type == "assignment_expression" and tree.named(parent, "left").startswith(_EXPORTS):
            return
        else:
            self.note_obstacle(unit, node, f"{tree.text(node)} is used as a value")

    def _called(self, unit: Unit, tree: Tree, call: Node) -> None:
        """A call that gives a promise from now on."""
        top = wrapped(call)
        parent = top.parent
        if (unit.path, call.start_byte) in self._awaited or parent is None or _is_awaited(tree, top, parent):
            return
        self._awaited.add((unit.path, call.start_byte))
        function = function_of(call)
        if parent.type == "return_statement" or (
            parent.type == "arrow_function" and parent.child_by_field_name("body") == top
        ):
            if function is not None:
                self.make_async(unit, tree, function, guarded=False)
            return
        if function is None and parent.type == "expression_statement":
            self._started(unit, parent)
            return
        if function is not None and self._hoisted(unit, tree, function, call):
            return
        opened, closed = (
            ("(await ", ")") if parent.type in _AROUND and not _is_argument(top, parent) else ("await ", "")
        )
        self.edits.append((unit.path, Edit(Span(call.start_byte, call.start_byte), opened.encode())))
        if closed:
            self.edits.append((unit.path, Edit(Span(call.end_byte, call.end_byte), closed.encode())))
        self.suspend(unit, tree, call)

    def _hoisted(self, unit: Unit, tree: Tree, function: Node, call: Node) -> bool:
        """Where nobody would see the call fail: calls it before its statement, and hands a failure on."""
        if not needs_answer(self.project, unit, tree, function, call) or tree.is_typed:
            return False
        answer, block = answer_of(tree, function), block_of(function, [call])
        if answer is None or block is None or why_not_async(tree, function) is not None:
            return False
        declarator = call.parent if call.parent is not None and call.parent.type == "variable_declarator" else None
        statement = declarator.parent if declarator is not None else None
        alone = statement is not None and statement.parent == block and len(statement.named_children) == 1
        own = tree.named(declarator, "name") if declarator is not None and alone else ""
        called = _VERB.sub("", tree.named(call, "function").rpartition(".")[2])
        given = (called[:1].lower() + called[1:], "fetched")
        name = own if own.isidentifier() else self.free_name(unit, tree, given)
        declared = statement if name == own else None
        layout = self.plan.layout(unit)
        edits = hoisted(tree, layout, block, call, (name, tree.text(call)), answer, declared)
        if declared is None:
            edits.append(Edit(span_of(call), name.encode()))
        self.edits += [(unit.path, edit) for edit in edits]
        self.make_async(unit, tree, function, guarded=True)
        return True

    def free_name(self, unit: Unit, tree: Tree, wanted: Sequence[str]) -> str:
        """The first of the names that the file does not have yet, or the last with a number."""
        names = self.scripts.names(unit, tree)
        taken = self._named.setdefault(unit.path, set())
        tries = chain(wanted, (f"{wanted[-1]}{number}" for number in count(2)))
        name = next(n for n in tries if n.isidentifier() and not names.is_taken(n) and n not in taken)
        taken.add(name)
        return name

    def _started(self, unit: Unit, statement: Node) -> None:
        """A script's own start: what fails in it ends the program as before, but what follows no longer waits."""
        following = statement.next_named_sibling
        while following is not None:
            if following.type not in ("comment", "function_declaration", "class_declaration", "export_statement"):
                self.note_doubt(unit, following, "this no longer waits for what is started above it")
                return
            following = following.next_named_sibling

    def _at_top(self, unit: Unit, tree: Tree, node: Node) -> None:
        if tree.is_typed or not is_module(self.project, unit):
            self.note_obstacle(unit, node, "at module level there is no await here")
        elif any(one.type == "variable_declarator" for one in ancestors(node)):
            self.note_doubt(unit, node, "this is fetched once, and good for an hour")

    # -- what is in the way ------------------------------------------------------------------------------------

    def note_obstacle(self, unit: Unit, node: Node | None, reason: str) -> None:
        self._note(self.obstacles, unit, node, reason)

    def note_doubt(self, unit: Unit, node: Node, reason: str) -> None:
        self._note(self.doubts, unit, node, reason)

    def _note(self, notes: list[str], unit: Unit, node: Node | None, reason: str) -> None:
        line = f":{unit.document.lines.line_of(node.start_byte)}" if node is not None else ""
        note = f"{unit.path}{line}: {reason}"
        if note not in notes:
            notes.append(note)


def _async_place(function: Node) -> int:
    """Where ``async`` stands: before ``function``, before an arrow's parameters, before a method's name."""
    if function.type != "method_definition":
        return function.start_byte
    name = function.child_by_field_name("name")
    return name.start_byte if name is not None else function.start_byte


def _is_awaited(tree: Tree, top: Node, parent: Node) -> bool:
    """Whether a call's result is taken for a promise already."""
    if parent.type == "await_expression":
        return True
    if parent.type == "member_expression" and parent.child_by_field_name("object") == top:
        return tree.named(parent, "property") in _CHAINED
    if parent.type == "array" or parent.type == "arguments":
        around = parent if parent.type == "arguments" else parent.parent
        call = around.parent if around is not None and around.type == "arguments" else None
        return call is not None and tree.named(call, "function").startswith("Promise.")
    return False


def _is_argument(top: Node, parent: Node) -> bool:
    return parent.type == "subscript_expression" and parent.child_by_field_name("index") == top


def _is_export(tree: Tree, function: Node) -> bool:
    parent = function.parent
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return tree.named(parent, "left").startswith(_EXPORTS)
    return parent.type == "export_statement"


def _is_in_parameters(node: Node, function: Node) -> bool:
    body = function.child_by_field_name("body")
    return body is not None and node.end_byte <= body.start_byte
