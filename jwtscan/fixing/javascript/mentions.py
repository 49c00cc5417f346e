"""Who means a function: every place in the project's scripts that names it, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.names import Names
from jwtscan.fixing.javascript.tree import CLASSES, FIELDS, Tree, ancestors, name_of, span_of, tree_of
from jwtscan.meaning import zoom
from jwtscan.meaning.values import End, External
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.meaning.project import Project

_SUFFIXES = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
MAX_SCRIPTS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A name or ``x.name`` that means a function. ``sure`` is false where only the name says so."""

    unit: Unit
    tree: Tree
    node: Node
    sure: bool = True


class Scripts:
    """The scripts of a project with their trees, names and lowered expressions, read when they are asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._trees: dict[str, Tree | None] = {}
        self._names: dict[str, Names] = {}
        self._exprs: dict[str, dict[Span, ir.Expr]] = {}

    def tree(self, unit: Unit) -> Tree | None:
        if unit.path not in self._trees:
            self._trees[unit.path] = tree_of(unit)
        return self._trees[unit.path]

    def names(self, unit: Unit, tree: Tree) -> Names:
        if unit.path not in self._names:
            self._names[unit.path] = Names(tree)
        return self._names[unit.path]

    def holding(self, words: frozenset[bytes]) -> Iterator[Unit]:
        """The scripts that have one of the words anywhere."""
        for path in sorted(self.project.modules.files):
            if not path.endswith(_SUFFIXES) or path.endswith(".d.ts"):
                continue
            text = self.project.text(path)
            if text is None or any(word in text for word in words):
                unit = self.project.load(path)
                if unit is not None and unit.module is not None:
                    yield unit

    def is_too_large(self) -> bool:
        return sum(path.endswith(_SUFFIXES) for path in self.project.modules.files) > MAX_SCRIPTS

    def expr(self, unit: Unit, node: Node) -> ir.Expr | None:
        """The lowered expression that stands where a node does."""
        if unit.path not in self._exprs:
            self._exprs[unit.path] = dict(_expressions(unit.module)) if unit.module is not None else {}
        return self._exprs[unit.path].get(span_of(node))

    def ends(self, unit: Unit, node: Node) -> list[End] | None:
        """What an expression may be; None where it was not lowered."""
        expr = self.expr(unit, node)
        return None if expr is None else [value.end for value in self.project.reach(unit, expr)]

    def function(self, unit: Unit, node: Node) -> ir.Func | None:
        """The lowered function that stands where a node does."""
        functions = unit.module.functions if unit.module is not None else ()
        return next((func for func in functions if func.span == span_of(node)), None)

    # -- mentions ----------------------------------------------------------------------------------------------

    def mentions(self, unit: Unit, tree: Tree, function: Node) -> list[Mention]:
        """Every place that means a function, but for where it is defined."""
        target = self.function(unit, function)
        name = name_of(tree, function)
        found: dict[tuple[str, int], Mention] = {}
        names = {name} if name else set()
        local = self._local(unit, tree, function, name)
        for node in local:
            found[unit.path, node.start_byte] = Mention(unit, tree, node)
        exported = _export_names(tree, function, local)
        names |= exported - {"default", "="}
        if target is not None and (exported or _is_member(function)):
            for mention in self._elsewhere(unit, target, names, whole=bool(exported & {"default", "="})):
                found.setdefault((mention.unit.path, mention.node.start_byte), mention)
        return list(found.values())

    def is_exported(self, unit: Unit, tree: Tree, function: Node) -> bool:
        """Whether importers can get at a function, or at the class that it is a method of."""
        own = class_of(function) or function
        local = self._local(unit, tree, own, name_of(tree, own))
        return bool(_export_names(tree, own, local))

    def _local(self, unit: Unit, tree: Tree, function: Node, name: str) -> list[Node]:
        """The references to the variable that holds a function or a class."""
        names = self.names(unit, tree)
        own = function.child_by_field_name("name") if function.type.endswith("declaration") else None
        parent = function.parent
        if own is None and parent is not None and parent.type == "variable_declarator":
            own = parent.child_by_field_name("name")
        if own is None and parent is not None and parent.type == "assignment_expression":
            left = parent.child_by_field_name("left")
            if left is None or left.type != "identifier":
                return []
            scope = names.holder(name, names.scope_at(parent))
            return [] if scope is None else [node for node in names.meaning(name, scope) if node != left]
        for scope, node in names.declarations(name):
            if own is not None and node == own:
                return names.meaning(name, scope)
        return []

    def _elsewhere(self, unit: Unit, target: ir.Func, names: set[str], *, whole: bool) -> Iterator[Mention]:
        words = {name.encode() for name in names}
        if whole:
            words |= {b"require", b"import", b"export"}
        for other in self.holding(frozenset(words)):
            tree = self.tree(other)
            if tree is None:
                continue
            yield from self._imported(other, tree, target, names, own=other is unit)
            yield from self._members(unit, other, tree, target, names)

    def _imported(self, unit: Unit, tree: Tree, target: ir.Func, names: set[str], *, own: bool) -> Iterator[Mention]:
        """What a file calls the function after importing it."""
        lexical = self.names(unit, tree)
        for binding in _bindings(unit.module):
            value = binding.value
            if not isinstance(value, ir.Import) and not (isinstance(value, ir.Attr) and value.name in names):
                continue
            if own and isinstance(value, ir.Import):
                continue
            if all(found.end is not target for found in self.project.reach(unit, value)):
                continue
            for scope, node in lexical.declarations(binding.name):
                if span_of(node) == binding.span:
                    yield from (Mention(unit, tree, ref) for ref in lexical.meaning(binding.name, scope))

    def _members(self, home: Unit, unit: Unit, tree: Tree, target: ir.Func, names: set[str]) -> Iterator[Mention]:
        """``x.name`` that is the function, or may be it."""
        for node in tree.walk():
            if node.type not in ("property_identifier", "private_property_identifier") or tree.text(node) not in names:
                continue
            member = node.parent
            if member is None or member.type != "member_expression" or _is_target(member):
                continue
            meant = self._is_meant(home, unit, tree, member, target)
            if meant is not None:
                yield Mention(unit, tree, member, sure=meant)

    def _is_meant(self, home: Unit, unit: Unit, tree: Tree, member: Node, target: ir.Func) -> bool | None:
        """True where a member is the function, False where it may be, None where it is something else."""
        ends = self.ends(unit, member)
        if ends is not None and any(end is target for end in ends):
            return True
        if ends and not any(_is_unknown(end) for end in ends):
            return None
        owner = tree.named(member, "object")
        near = unit is home or home in self.project.uses.profiles.imported(unit)
        if owner in ("req", "res", "request", "response", "ctx", "next", "console", "process"):
            return None
        return False if near or zoom.says_zoom(owner.rpartition(".")[2]) or "zoom" in owner.lower() else None


def _is_unknown(end: End) -> bool:
    return isinstance(end, External) and end.name.startswith(("?", "this", "().", "."))


def _expressions(module: ir.Module | None) -> Iterator[tuple[Span, ir.Expr]]:
    """Every name and attribute of a program by where it stands."""
    if module is None:
        return
    tops: list[ir.Expr | ir.Entry] = [*module.calls, *module.objects, *module.concats]
    tops += [store.value for store in module.stores] + [returned for f in module.functions for returned in f.returns]
    tops += [binding.value for binding in _bindings(module) if binding.value is not None]
    tops += list(module.exports.values())
    for top in tops:
        for part in ir.walk(top):
            if isinstance(part, (ir.Attr, ir.Name, ir.Call)):
                yield part.span, part


def _bindings(module: ir.Module | None) -> Iterator[ir.Binding]:
    if module is None:
        return
    for scope in (module.scope, *(f.scope for f in module.functions), *(c.scope for c in module.classes)):
        for bindings in scope.bindings.values():
            yield from bindings


def _is_member(function: Node) -> bool:
    """Whether a function is a method, a field or a property's value: reached through its owner."""
    parent = function.parent
    if function.type == "method_definition":
        return True
    if parent is None:
        return False
    if parent.type in FIELDS or parent.type == "pair":
        return True
    left = parent.child_by_field_name("left") if parent.type == "assignment_expression" else None
    return left is not None and left.type == "member_expression"


def _is_target(member: Node) -> bool:
    parent = member.parent
    return (
        parent is not None and parent.type == "assignment_expression" and parent.child_by_field_name("left") == member
    )


def _export_names(tree: Tree, function: Node, local: list[Node]) -> set[str]:
    """The names that a function is exported under: ``default`` and ``=`` (``module.exports``) among them."""
    found = _exported_here(tree, function)
    for node in local:
        parent = node.parent
        if parent is not None and parent.type == "export_specifier":
            found.add(tree.named(parent, "alias") or tree.named(parent, "name"))
        else:
            found |= _exported_here(tree, node)
    return found


def _exported_here(tree: Tree, node: Node) -> set[str]:
    """The name that the statement around an expression exports it under, if it does."""
    parent = node.parent
    if parent is None:
        return set()
    if parent.type == "variable_declarator" and parent.child_by_field_name("value") == node:
        statement = parent.parent.parent if parent.parent is not None else None
        return {tree.named(parent, "name")} if statement is not None and statement.type == "export_statement" else set()
    if parent.type == "export_statement":
        default = any(child.type == "default" for child in parent.children)
        return {"default"} if default or node.type != "function_declaration" else {tree.named(node, "name")}
    if parent.type == "assignment_expression" and parent.child_by_field_name("right") == node:
        left = tree.named(parent, "left")
        if left == "module.exports":
            return {"="}
        if left.startswith(("exports.", "module.exports.")):
            return {left.rpartition(".")[2]}
    if parent.type in ("pair", "object") or node.type == "method_definition":
        key = tree.named(parent, "key").strip("'\"") if parent.type == "pair" else ""
        if not key and node.type == "shorthand_property_identifier":
            key = tree.text(node)
        return {key or tree.named(node, "name")} if _in_exports(tree, node) else {key} - {""}
    return set()


def _in_exports(tree: Tree, node: Node) -> bool:
    for one in ancestors(node):
        if one.type == "assignment_expression":
            return tree.named(one, "left") == "module.exports"
        if one.type == "export_statement":
            return True
        if one.type not in ("pair", "object", "parenthesized_expression"):
            return False
    return False


def class_of(function: Node) -> Node | None:
    """The class whose method or field a function is."""
    holder = next(iter(ancestors(function)), None)
    if holder is not None and holder.type in FIELDS:
        holder = holder.parent
    body = holder if holder is not None and holder.type == "class_body" else None
    parent = body.parent if body is not None else None
    return parent if parent is not None and parent.type in CLASSES else None
