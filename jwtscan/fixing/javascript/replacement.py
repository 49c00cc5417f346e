"""Puts an awaited call where a program makes or reads a token at once, by the shape of what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript.clients import intercepted
from jwtscan.fixing.javascript.constants import Constant
from jwtscan.fixing.javascript.hoist import needs_answer
from jwtscan.fixing.javascript.hosting import Hosting, joined
from jwtscan.fixing.javascript.kept import kept_by_constructor, looked_up
from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.tree import Tree, ancestors, function_of, span_of, wrapped
from jwtscan.fixing.javascript.unused import gone
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.fixing.plan import Plan
    from jwtscan.syntax.unit import Unit


class Replacement:
    """One expression that becomes ``await call``. ``waits`` has what is in the way, and what is assumed.

    ``reads`` says what the call reads that not every place has: ``this``, ``locals`` of the function around the node.
    ``is_used`` says after ``replace`` that the call stands somewhere: nothing may have read the token.
    """

    def __init__(
        self, plan: Plan, unit: Unit, scripts: Scripts, tree: Tree, node: Node, call: str, *, reads: str = ""
    ) -> None:
        self.plan = plan
        self.unit = unit
        self.tree = tree
        self.node = node
        self.call = call
        self.layout = plan.layout(unit)
        self.waits = Asynchrony(plan, scripts)
        self.reads = reads
        self.hosting = Hosting(unit, tree, self.waits, self.layout, call)
        self.hosting.stays = bool(reads)

    @property
    def edits(self) -> tuple[tuple[str, Edit], ...]:
        return joined([*((self.unit.path, edit) for edit in self.hosting.edits), *self.waits.edits])

    @property
    def is_used(self) -> bool:
        return self.hosting.is_used

    def replace(self) -> None:
        """Replaces the expression by what its surroundings need."""
        top = wrapped(self.node)
        parent = top.parent
        declarator = parent if parent is not None and parent.type == "variable_declarator" else None
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if declarator is not None and name is not None and name.type == "identifier":
            self._named(declarator, name)
            return
        if parent is not None and parent.type in ("return_statement", "arrow_function"):
            self.give(top, function_of(top))
        else:
            self._sent(top, parent)
        self._keep_comments(top)

    def give(self, place: Node, function: Node | None) -> None:
        """``return jwt.sign(…)``: the function gives the call's promise on."""
        self.put(span_of(place), self.call)
        if function is not None:
            self.waits.make_async(self.unit, self.tree, function, guarded=True)

    def put(self, place: Span, text: str) -> None:
        """Writes a text that has the call in it."""
        self.hosting.is_used = True
        self.hosting.edits.append(Edit(place, text.encode()))

    # -- shapes ------------------------------------------------------------------------------------------------

    def _sent(self, top: Node, parent: Node | None) -> None:
        """The expression stands in another one, or is assigned."""
        if self._kept():
            return
        left = parent.child_by_field_name("left") if parent is not None else None
        kept = parent is not None and parent.type == "assignment_expression" and left is not None
        if kept and function_of(top) is None:
            self.waits.note_obstacle(self.unit, top, "a token that is kept at module level is good for an hour only")
            return
        if kept and left is not None and left.type != "identifier":
            self.waits.note_doubt(self.unit, top, "the token is kept here, and good for an hour only")
        if self._is_cached(top):
            self.waits.note_doubt(self.unit, top, "the token is kept here, and good for an hour only")
        self.hosting.place([self.node])

    def _is_cached(self, top: Node) -> bool:
        """``token = token || …``, ``token ??= …``, ``if (!token) token = …``: made once, and kept."""
        function = function_of(top)
        around = [one for one in ancestors(top) if function is None or one.start_byte > function.start_byte]
        made = next((one for one in around if "assignment_expression" in one.type), None)
        left = self.tree.named(made, "left") if made is not None else ""
        if made is None or not left:
            return False
        if made.type == "augmented_assignment_expression":
            return True
        chosen = any(one.type == "binary_expression" and self.tree.named(one, "left") == left for one in around)
        return chosen or any(one.type == "if_statement" and left in self.tree.named(one, "condition") for one in around)

    def _kept(self) -> bool:
        """The token of a client's default headers, or of a field: who sends it fetches it."""
        end = ";" if self.layout.semicolons else ""
        place = looked_up(self.tree, self.node)
        if place is not None:
            comments = [one for one in self.tree.walk() if one.type == "comment" and place.holds(span_of(one))]
            margin = self.layout.newline + margin_of(self.tree.source, place.start)
            lines = [*(self.tree.text(one) for one in comments), f"return {self.call}{end}"]
            self.put(place, margin.join(lines))
            self.waits.suspend(self.unit, self.tree, self.node)
            return True
        if self.hosting.host(self.node) is not None:
            return False
        edits = intercepted(self.tree, self.layout, self.node, self.call)
        if edits is not None:
            self.hosting.is_used = True
            self.hosting.edits += edits
            return True
        if self.reads == "locals":
            return False
        self.hosting.stays = False
        field = kept_by_constructor(self.waits.scripts, self.unit, self.tree, self.node)
        if field is None:
            return False
        self.hosting.edits += field[1]
        self.hosting.place(field[0])
        return True

    def _named(self, declarator: Node, name: Node) -> None:
        """The expression is the value of a variable."""
        names = self.waits.scripts.names(self.unit, self.tree)
        text = self.tree.text(name)
        holder = names.holder(text, names.scope_at(declarator))
        references = names.meaning(text, holder) if holder is not None else []
        statement = declarator.parent
        assert statement is not None
        alone = len([child for child in statement.named_children if child.type == "variable_declarator"]) == 1
        if function_of(declarator) is None:
            Constant(self.hosting, self.waits, self.unit, self.tree).dissolve(statement, text, references, alone=alone)
        elif not references and alone:
            self.hosting.edits.append(gone(self.tree, statement))
        else:
            self._local(text, statement, references, alone=alone)

    def _local(self, name: str, statement: Node, references: list[Node], *, alone: bool) -> None:
        """A function makes the token for itself."""
        function = function_of(statement)
        host = self.hosting.host(self.node)
        following = statement.next_named_sibling
        if alone and following is not None and _returns(following, references):
            end = ";" if self.layout.semicolons else ""
            self.put(Span(statement.start_byte, following.end_byte), f"return {self.call}{end}")
            if function is not None:
                self.waits.make_async(self.unit, self.tree, function, guarded=True)
        elif alone and host is None and self._sent_by_client(references):
            self.hosting.edits.append(gone(self.tree, statement))
            return
        elif alone and host is not None and self._has_to_move(host, function):
            self.hosting.place([self.node], name, statement)
        else:
            self.hosting.in_place(self.node)
        self._keep_comments(statement)

    def _sent_by_client(self, references: list[Node]) -> bool:
        """Whether all that reads a constructor's token are the default headers of one client."""
        if len(references) != 1:
            return False
        edits = intercepted(self.tree, self.layout, references[0], self.call)
        self.hosting.edits += edits or ()
        self.hosting.is_used = edits is not None
        return edits is not None

    def _has_to_move(self, host: Node, function: Node | None) -> bool:
        return host != function or needs_answer(self.plan.project, self.unit, self.tree, host, self.node)

    def _keep_comments(self, replaced: Node) -> None:
        """The comments inside of what goes, on lines of their own above it."""
        found = [self.tree.text(one) for one in self.tree.walk(replaced) if one.type == "comment"]
        if not found:
            return
        statement = replaced
        while statement.parent is not None and statement.parent.type not in ("program", "statement_block"):
            statement = statement.parent
        at = statement.start_byte
        margin = margin_of(self.tree.source, at)
        text = "".join(f"{comment}{self.layout.newline}{margin}" for comment in found)
        self.hosting.edits.append(Edit(Span(at, at), text.encode()))


def _returns(statement: Node, references: list[Node]) -> bool:
    """Whether a statement returns the one reference there is."""
    return (
        statement.type == "return_statement"
        and len(references) == 1
        and references[0].parent == statement
        and len(statement.named_children) == 1
    )
