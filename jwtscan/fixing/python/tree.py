"""A Python text as libcst sees it, with every node's bytes, parent and scope."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ParentNodeProvider, Scope, ScopeProvider

from jwtscan.text import Span

Node = TypeVar("Node", bound=cst.CSTNode)

MAX_NODES = 200_000
"""Of Python's own tree: libcst takes 2 KB and a tenth of a millisecond for each. A client of 1.7 MB has 165,000."""
MAX_DEPTH = 300
"""libcst visits by recursion, and where the stack ends its own clean-up fails too. A chain of elif goes as deep."""


class Tree:
    """``source`` is UTF-8 without a BOM; spans are in its bytes and leave out comments and parentheses around."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        wrapper = MetadataWrapper(cst.parse_module(source.decode()), unsafe_skip_copy=True)
        self.module = wrapper.module
        self._spans = wrapper.resolve(ByteSpanPositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._scopes = wrapper.resolve(ScopeProvider)
        self._kinds: dict[type[cst.CSTNode], list[Any]] = {}

    def span(self, node: cst.CSTNode) -> Span:
        place: Any = self._spans[node]
        return Span(place.start, place.start + place.length)

    def text(self, node: cst.CSTNode) -> str:
        span = self.span(node)
        return self.source[span.start : span.end].decode()

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        found = self._parents.get(node)
        return found if isinstance(found, cst.CSTNode) else None

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around one, nearest first."""
        parent = self.parent(node)
        while parent is not None:
            yield parent
            parent = self.parent(parent)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that a node stands in."""
        found = self._scopes.get(node)
        return found if isinstance(found, Scope) else None

    def each(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of a kind, in source order."""
        # Asked for again and again, and a walk through libcst's nodes is slow.
        if kind not in self._kinds:
            self._kinds[kind] = list(every(self.module, kind))
        return iter(self._kinds[kind])

    def at(self, span: Span, kind: type[Node]) -> Node | None:
        """The outermost node of a kind that covers exactly these bytes."""
        return next((node for node in self.each(kind) if self.span(node) == span), None)

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The function that a node stands in."""
        return next((one for one in self.above(node) if isinstance(one, cst.FunctionDef)), None)

    def enclosing_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The nearest class that a node stands in."""
        return next((one for one in self.above(node) if isinstance(one, cst.ClassDef)), None)

    def statement(self, node: cst.CSTNode) -> cst.BaseStatement | None:
        """The statement that a node stands in."""
        return next((one for one in (node, *self.above(node)) if isinstance(one, cst.BaseStatement)), None)

    def path_of(self, node: cst.CSTNode) -> str:
        """The dotted name of the functions and classes around a node."""
        names = [n.name.value for n in self.above(node) if isinstance(n, (cst.FunctionDef, cst.ClassDef))]
        return ".".join(reversed(names))


@lru_cache(maxsize=16)  # one file after the other, and what it leads to
def read(source: bytes) -> Tree | None:
    """The tree of a text, None where it is no Python 3, too deep or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # libcst's own parser has no limit to its depth but the stack's.
            parsed = ast.parse(source.decode())
        return Tree(source) if _fits(parsed) else None
    except (SyntaxError, ValueError, RecursionError, MemoryError, cst.ParserSyntaxError):
        return None


def _fits(tree: ast.AST) -> bool:
    """Whether libcst can take a program."""
    count = 0
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            return False
        waiting.extend((inner, depth + 1) for inner in ast.iter_child_nodes(node))
    return True


def every(root: cst.CSTNode, kind: type[Node]) -> Iterator[Node]:
    """Every node of a kind in another, itself too, in source order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, kind):
            yield node
        stack.extend(reversed(node.children))
