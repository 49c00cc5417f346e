"""Fetches something once before the statement that needs it first, and hands a failure to whoever can answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.callbacks import Part, callee_of, is_guarded, parameters, part_of
from jwtscan.fixing.javascript.package import handles_rejections
from jwtscan.fixing.javascript.tree import FUNCTIONS, Tree, ancestors, is_async, span_of
from jwtscan.fixing.javascript.unused import gone
from jwtscan.text import Edit, Span
from jwtscan.text.layout import Layout, margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.meaning.project import Project
    from jwtscan.syntax.unit import Unit

_BLOCKS = frozenset({"statement_block", "switch_case", "switch_default"})
_ROUTED = frozenset({"get", "post", "put", "patch", "delete", "all", "use"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is told of a failure: a parameter of the function, which ``added`` brings in where it is not there yet."""

    name: str
    added: Edit | None = None


def needs_answer(project: Project, unit: Unit, tree: Tree, host: Node, node: Node) -> bool:
    """Whether nobody would see a failure of what is awaited at ``node``, once ``host`` is async."""
    if is_async(host) or is_guarded(node, host):
        return False
    part = part_of(tree, host, parameters(tree, host))
    return part is Part.ANSWERS or (part is Part.HANDLER and not handles_rejections(project, unit))


def answer_of(tree: Tree, host: Node) -> Answer | None:
    """The callback of a function that answers by one; ``next`` of an Express handler, added where it has none."""
    names = parameters(tree, host)
    if part_of(tree, host, names) is Part.ANSWERS:
        return Answer(names[-1])
    if len(names) > 2:
        return Answer(names[2])
    several = host.child_by_field_name("parameters")
    routed = callee_of(tree, host).rpartition(".")[2]
    taken = any(tree.text(node) == "next" for node in tree.walk(host) if node.type == "identifier")
    if len(names) != 2 or several is None or tree.is_typed or taken or (routed and routed not in _ROUTED):
        return None
    last = several.named_children[-1].end_byte
    return Answer("next", Edit(Span(last, last), b", next"))


def block_of(host: Node, sites: Sequence[Node]) -> Node | None:
    """The innermost block of a function that holds all of the places; None for an arrow that has no block."""
    first, last = min(site.start_byte for site in sites), max(site.end_byte for site in sites)
    site = min(sites, key=lambda node: node.start_byte)
    for one in ancestors(site):
        if one == host:
            return None
        inside = one.type in _BLOCKS and one.start_byte <= first and last <= one.end_byte
        if inside and next((f for f in ancestors(one) if f.type in FUNCTIONS), None) == host:
            return one
    return None


def hoisted(
    tree: Tree,
    layout: Layout,
    block: Node,
    first: Node,
    fetched: tuple[str, str],
    answer: Answer | None,
    declared: Node | None = None,
) -> list[Edit]:
    """Declares ``fetched`` (a name, and the expression that is awaited) before the statement that holds ``first``.

    ``declared`` is the statement that declares the name now.
    """
    name, expression = fetched
    end = ";" if layout.semicolons else ""
    if answer is None:
        rows = [f"const {name} = await {expression}{end}"]
    else:
        kind = ": string" if tree.is_typed else ""
        rows = [f"let {name}{kind}{end}", "try {", f"    {name} = await {expression}{end}", "} catch (error) {"]
        rows += [f"    return {answer.name}(error){end}", "}"]
    text = "\n".join(rows)
    edits = [answer.added] if answer is not None and answer.added is not None else []
    if declared is not None and declared.parent == block:
        margin = margin_of(tree.source, declared.start_byte)
        return [*edits, Edit(span_of(declared), layout.lines(text, margin).encode())]
    statement = next(child for child in block.named_children if child.end_byte > first.start_byte)
    at = _with_comments(statement).start_byte
    margin = margin_of(tree.source, at)
    edits.append(Edit(Span(at, at), (layout.lines(text, margin) + layout.newline + margin).encode()))
    return [*edits, gone(tree, declared)] if declared is not None else edits


def _with_comments(statement: Node) -> Node:
    """A statement, or the first of the comments on the lines right above it."""
    current = statement
    before = current.prev_named_sibling
    while before is not None and before.type == "comment" and before.end_point.row + 1 == current.start_point.row:
        above = before.prev_sibling
        if above is not None and above.end_point.row == before.start_point.row:
            break  # it stands behind something else
        current, before = before, before.prev_named_sibling
    return current
