"""Who means a function: every place in the project's scripts that names it, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtscan.fixing.javascript.imports import required
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
MAX_NAMES = 5
"""How often a function may be given on under yet another name."""
_HANDED_IN = frozenset({"req", "res", "request", "response", "ctx", "next", "console", "process"})
_COMMON = frozenset({"toString", "valueOf", "toJSON", "getItem", "setItem", "getElementById", "addEventListener"})


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
        if target is None or not (exported or _is_member(function)):
            return list(found.values())
        whole = bool(exported & {"default", "="})
        for _ in range(MAX_NAMES):
            known = len(names)
            for mention in self._elsewhere(unit, target, names, whole=whole):
                found.setdefault((mention.unit.path, mention.node.start_byte), mention)
                names |= _exported_here(mention.tree, mention.node) - {"default", "="}
            if len(names) == known:
                break
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
            names |= _renamed(tree, names)
            yield from self._required(other, tree, target)
            yield from self._imported(other, tree, target, names, own=other is unit)
            yield from self._members(unit, other, tree, target, names)

    def _required(self, unit: Unit, tree: Tree, target: ir.Func) -> Iterator[Mention]:
        """``require("./token")()``: the function is all that a module exports."""
        for node in tree.walk():
            parent = node.parent
            called = parent is not None and parent.type == "call_expression" and node.type == "call_expression"
            if (
                called
                and required(tree, node) is not None
                and any(end is target for end in self.ends(unit, node) or ())
            ):
                yield Mention(unit, tree, node)

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
        """``x.name`` and ``x["name"]`` that are the function, or may be it."""
        for node in tree.walk():
            member = _member(tree, node, names)
            if member is None or _is_target(member):
                continue
            meant = self._is_meant(home, unit, tree, member, target)
            if meant is not None:
                yield Mention(unit, tree, member, sure=meant)

    def _is_meant(self, home: Unit, unit: Unit, tree: Tree, member: Node, target: ir.Func) -> bool | None:
        """True where a member is the function, False where it may be, None where it is something else."""
        owner = tree.named(member, "object")
        if owner == "super":
            return self._is_base(unit, member, target)
        ends = self.ends(unit, member)
        if ends is not None and any(end is target for end in ends):
            return True
        if (ends and not any(_is_unknown(end) for end in ends)) or owner in _HANDED_IN:
            return None
        near = unit is home or home in self.project.uses.profiles.imported(unit)
        called = owner.rpartition(".")[2]
        if near or zoom.says_zoom(called) or "zoom" in owner.lower():
            return False
        # Handed in, perhaps: where nothing else in the project has that name, it is likely this.
        return False if self._is_alone(target) else None

    def _is_base(self, unit: Unit, member: Node, target: ir.Func) -> bool | None:
        """Whether ``super`` is the class of the function, as far as that can be told."""
        cls = next((one for one in ancestors(member) if one.type in CLASSES), None)
        own = (
            next((one for one in unit.module.classes if cls is not None and one.span == span_of(cls)), None)
            if (unit.module is not None)
            else None
        )
        ends = [
            value.end for base in (own.bases if own is not None else ()) for value in self.project.reach(unit, base)
        ]
        if any(end is target.owner for end in ends):
            return True
        return None if ends and all(isinstance(end, External) for end in ends) else False

    def _is_alone(self, target: ir.Func) -> bool:
        """Whether no other function of the project's loaded scripts has the name, and no library's is likely to."""
        if not target.name or target.name in _COMMON or target.name.islower():
            return False
        units = (unit.module for unit in self.project.units.values() if unit.module is not None)
        same = [func for module in units for func in module.functions if func.name == target.name]
        return len(same) == 1


def _renamed(tree: Tree, names: set[str]) -> set[str]:
    """What ``export { name as other } from`` calls one of the names."""
    found = set()
    for statement in tree.root.named_children:
        if statement.type == "export_statement" and statement.child_by_field_name("source") is not None:
            specifiers = [node for node in tree.walk(statement) if node.type == "export_specifier"]
            found |= {tree.named(one, "alias") for one in specifiers if tree.named(one, "name") in names}
    return found - {""}


def _member(tree: Tree, node: Node, names: set[str]) -> Node | None:
    """The member expression that a property's name, or a string in brackets, is one of ``names`` in."""
    parent = node.parent
    if parent is None:
        return None
    if node.type in ("property_identifier", "private_property_identifier"):
        return parent if parent.type == "member_expression" and tree.text(node) in names else None
    if node.type == "string" and parent.type == "subscript_expression":
        return parent if tree.text(node)[1:-1] in names else None
    return None


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
            if isinstance(part, (ir.Attr, ir.Name, ir.Call, ir.Import)):
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
