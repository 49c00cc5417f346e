"""From the five joined parts up to the finished signature, through what only encodes them, over several statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.recipes.sdk_signature.code import CALLS, WRAPPERS, Code, called, last_name, span_of, statement_of
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from jwtscan.meaning.project import Project

BASE64 = re.compile(r"64|btoa", re.IGNORECASE)
_TEXTS = frozenset({"bytes", "str", "String", "bytearray", "Buffer", "from", "encodeURIComponent"})
_CODECS = frozenset({"encode", "encodeURI", "encodeURL", "stringify", "parse", "encodebytes", "encodestring"})
_METHODS = frozenset(
    {"toString", "decode", "encode", "rstrip", "strip", "replace", "replaceAll", "trim", "trimEnd", "toBase64"}
)
_WRITERS = frozenset({"toString", "digest", "stringify", "encode"})
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class Final:
    """The way to the finished signature. ``links`` are the widest encodings, one a statement; the last is the end.

    ``encoding`` is the link that makes base64 of the parts: those behind it only trim, which does nothing to a JWT. So
    what is done to the finished signature stays where that is read in several places.
    """

    links: tuple[Node, ...]
    encoding: int

    @property
    def end(self) -> Node:
        return self.links[-1]


class Chain:
    """Follows a text through what encodes it."""

    def __init__(self, project: Project, code: Code) -> None:
        self.project = project
        self.code = code

    def final(self, start: Node) -> Final | None:
        """The finished signature of five joined parts; None where it is lost on the way."""
        links = [self.up(start)]
        encoding = 0 if self.says_base64(links[0], start) else None
        while len(links) < _LONGEST:
            name = self._bound(links[-1])
            reads = self._reads(name) if name is not None else ()
            ups = tuple(self.up(read) for read in reads)
            if len(reads) != 1 or ups == reads:
                return None if encoding is None else Final(tuple(links), encoding)
            if encoding is None and self.says_base64(ups[0], reads[0]):
                encoding = len(links)
            links.append(ups[0])
        return None

    def up(self, start: Node, *, to_base64: bool = False) -> Node:
        """The widest expression around a node that only encodes it, or the narrowest that makes base64 of it."""
        node = start
        while (parent := node.parent) is not None and not (to_base64 and self.says_base64(node, start)):
            wider: Node | None = None
            if parent.type in WRAPPERS:
                wider = parent
            elif parent.type in ("arguments", "argument_list") and parent.parent is not None:
                first = next((child for child in parent.named_children if child.type != "comment"), None)
                wider = parent.parent if first == node and self.is_encoder(parent.parent) else None
            elif parent.type in ("member_expression", "attribute") and parent.child_by_field_name("object") == node:
                call = parent.parent
                if call is not None and call.type in CALLS and called(call) == parent:
                    wider = call if last_name(self.code.text(parent)) in _METHODS else None
            elif parent.type == "subscript" and any(child.type == "slice" for child in parent.children):
                wider = parent
            if wider is None:
                return node
            node = wider
        return node

    def is_encoder(self, call: Node) -> bool:
        func = called(call)
        if call.type not in CALLS or func is None:
            return False
        text = self.code.text(func)
        name = last_name(text)
        if text.startswith("JSON."):
            return False
        return name in _TEXTS or name in _CODECS or BASE64.search(name) is not None or self._is_own_encoder(call)

    def says_base64(self, outer: Node, inner: Node) -> bool:
        """Whether what stands around ``inner`` makes base64 of it."""
        around = (call for call in self.code.calls(outer) if not span_of(inner).holds(span_of(call)))
        return any(map(self.makes_base64, around))

    def makes_base64(self, call: Node) -> bool:
        """Whether a call makes base64 of its argument or receiver."""
        func = called(call)
        if func is None:
            return False
        name = last_name(self.code.text(func))
        receiver = func.child_by_field_name("object")
        says = name if receiver is not None and receiver.type in CALLS else self.code.text(func)
        arguments = call.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None and name in _WRITERS else []
        if BASE64.search(says) or any(BASE64.search(self.code.text(each)) for each in given if each.type not in CALLS):
            return True
        if name in ("encode", "encodeURI") and not self.code.is_python and self._imports_base64():
            return receiver is None or BASE64.search(self.code.text(receiver)) is not None
        return self._is_own_encoder(call)

    def source(self, node: Node, depth: int = 0) -> Node | None:
        """The innermost expression behind one, by local names too, that makes base64 of something."""
        if depth > _LONGEST:
            return None
        if node.type == "identifier":
            value = self.value(node)
            return self.source(value, depth + 1) if value is not None else None
        if node.type in WRAPPERS or node.type == "await_expression":
            return self.source(node.named_children[0], depth + 1)
        func = called(node) if node.type in CALLS else None
        if func is None:
            return None
        arguments = node.child_by_field_name("arguments")
        inner = [*(arguments.named_children if arguments is not None else ()), func.child_by_field_name("object")]
        found = (self.source(each, depth + 1) for each in inner if each is not None)
        return next((each for each in found if each is not None), node if self.makes_base64(node) else None)

    def value(self, name: Node) -> Node | None:
        """What a local name is given, where that happens once."""
        holder = self.code.holder(name, self.code.text(name))
        own = self.code.occurrences(holder, self.code.text(name)).own if holder is not None else None
        given = [each for each in own or () if self.code.bound_by(each) == self.code.text(name)]
        if len(given) != 1:
            return None
        return self.value_of(given[0])

    def value_of(self, statement: Node) -> Node | None:
        """What a statement, or one part of a declaration, gives a name."""
        parts = (statement, *statement.named_children)
        found = (part.child_by_field_name("value") or part.child_by_field_name("right") for part in parts)
        return next((value for value in found if value is not None), None)

    def _imports_base64(self) -> bool:
        module = self.code.unit.module
        return module is not None and any(BASE64.search(ref.module) for ref in module.imports)

    def _is_own_encoder(self, call: Node) -> bool:
        """Whether a call is of a function of the project that makes base64 of its argument."""
        made = self.code.ir_calls.get(span_of(call))
        if made is None or len(made.args) != 1:
            return False
        ends = [value.end for value in self.project.reach(self.code.unit, made.func)]
        return any(isinstance(end, ir.Func) and any(map(_makes_base64, end.returns)) for end in ends)

    def _bound(self, node: Node) -> Node | None:
        """The local name that a whole expression is given to, and nothing else with it."""
        parent = node.parent
        while parent is not None and parent.type == "await_expression":
            node, parent = parent, parent.parent
        if parent is None or parent.child_by_field_name("value" if "declarator" in parent.type else "right") != node:
            return None
        if parent.type not in ("variable_declarator", "assignment", "assignment_expression"):
            return None
        name = parent.child_by_field_name("name") or parent.child_by_field_name("left")
        if name is None or name.type != "identifier":
            return None
        holder = self.code.holder(node, self.code.text(name))
        return name if holder is not None else None

    def _reads(self, name: Node) -> tuple[Node, ...]:
        """Where a name is read before it is given another value."""
        holder = self.code.holder(name, self.code.text(name))
        if holder is None:
            return ()
        found = self.code.occurrences(holder, self.code.text(name))
        start = statement_of(name).end_byte
        later = [node for node in found.own or () if node.start_byte >= start]
        end = min((node.end_byte for node in later), default=self.code.root.end_byte)
        inside = (node for statement in later[:1] for node in self._named(statement, self.code.text(name)))
        reads = {node.id: node for node in (*found.reads, *inside)}
        return tuple(node for node in reads.values() if start <= node.start_byte < end)

    def _named(self, statement: Node, name: str) -> Iterator[Node]:
        for node in self.code.names(statement):
            parent = node.parent
            if self.code.text(node) == name and parent is not None and parent.child_by_field_name("left") != node:
                yield node


def _makes_base64(expr: ir.Expr) -> bool:
    for node in ir.walk(expr):
        if isinstance(node, ir.Call):
            func = node.func
            name = func.name if isinstance(func, ir.Attr) else func.id if isinstance(func, ir.Name) else ""
            texts = (arg.value for arg in node.args if isinstance(arg, ir.Literal))
            if BASE64.search(name) or any(isinstance(text, str) and BASE64.search(text) for text in texts):
                return True
    return False
