"""``jwt-bearer`` in Python: the expressions that read the stored token call the helper module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from jwtscan.finding import Applicability
from jwtscan.fixing import Intent, Proposal, Unused, advice
from jwtscan.fixing.python.lasting import merged, renewed
from jwtscan.fixing.python.leftovers import leftovers
from jwtscan.fixing.python.lines import without
from jwtscan.fixing.python.tree import Tree, every, read
from jwtscan.fixing.recipes.bearer import TITLE
from jwtscan.fixing.recipes.bearer.places import Place, is_whole, places, sent
from jwtscan.fixing.steps import server_to_server
from jwtscan.fixing.templates import token_of
from jwtscan.text import Edit

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

SKETCH = """\
from zoom_oauth import access_token  # fetches by Server-to-Server OAuth, keeps the token for its hour

headers = {"Authorization": f"Bearer {access_token()}"}"""
_ASKED = r"(?:not\s+)?(?:{0})(?:\s+(?:is|==)\s+(?:None|''|\"\"))?|['\"](?:{1})['\"]\s+not\s+in\s+(?:os\.)?environ"
_ENDS = frozenset({"print", "exit", "quit", "sys.exit", "os._exit"})


def fix(use: Use, plan: Plan) -> Proposal:
    """Replaces every place that the token is read at, or says why not."""
    expr = sent(use)
    found = places(plan, use, use.unit, expr, whole=is_whole(use, expr)) if expr is not None else []
    if not found:
        return _by_hand(plan, "the token is handed in by callers outside of the project")
    draft = Draft(use, plan)
    for place in found:
        reason = draft.replace(place)
        if reason is not None:
            return _by_hand(plan, reason)
    return draft.proposal(TITLE)


def _by_hand(plan: Plan, because: str) -> Proposal:
    return advice(TITLE, because, SKETCH, server_to_server(plan.names))


class Draft:
    """The edits that put OAuth tokens in place of a stored one."""

    def __init__(self, use: Use, plan: Plan) -> None:
        self.use = use
        self.plan = plan
        self.edits: list[tuple[str, Edit]] = []
        self.intents: set[Intent] = set()
        self.doubts: list[str] = []

    def replace(self, place: Place) -> str | None:
        """Takes up the edits for one place; a text says why there are none."""
        unit = place.unit
        tree = read(unit.document.source) if unit.kind == "python" else None
        if tree is None:
            return (
                "the file does not parse as Python 3"
                if unit.kind == "python"
                else "a notebook's cell or a page's script is not rewritten for this"
            )
        node = tree.at(unit.span(place.expr.span), cst.BaseExpression)  # type: ignore[type-abstract]
        if node is None:
            return "the token is not read by an expression of its own"
        made = renewed(
            tree,
            node,
            self.text(place, tree, node),
            self.plan.layout(unit),
            imported=_is_imported(self.plan, unit, tree, node),
            others=[use.span for use in self.plan.project.uses.of(unit, "jwt-bearer")],
        )
        self.edits += ((unit.path, edit) for edit in made.edits)
        self.doubts += [made.doubt] if made.doubt is not None else []
        self.clear(unit, tree, node)
        return None

    def text(self, place: Place, tree: Tree, node: cst.CSTNode) -> str:
        """The call in place of ``node``, with what awaits it and the scheme where the stored text had that too."""
        token = token_of(self.plan, place.unit, is_async=_can_wait(tree, node))
        self.intents |= token.intents
        call = f"await {token.call}" if token.is_async else token.call
        quote = self.plan.layout(place.unit).quote
        return f"f{quote}Bearer {{{call}}}{quote}" if place.is_whole else call

    def proposal(self, title: str) -> Proposal:
        because = self.doubts[0] if self.doubts else None
        return Proposal(
            Applicability.SAFE if because is None else Applicability.UNSAFE,
            title,
            tuple(self._merged()),
            frozenset(self.intents),
            because,
            server_to_server(self.plan.names),
        )

    def _merged(self) -> Iterator[tuple[str, Edit]]:
        for path in dict.fromkeys(path for path, _ in self.edits):
            yield from ((path, edit) for edit in merged(edit for home, edit in self.edits if home == path))

    def clear(self, unit: Unit, tree: Tree, node: cst.CSTNode) -> None:
        """What nothing needs any longer: names, here and in the modules they came from, and questions for the token."""
        unused = set(leftovers(tree, unit.path, node, frozenset()))
        self.intents |= unused
        for step in (step for value in self.use.tokens for step in value.trail if step.path != unit.path):
            other = self.plan.project.units.get(step.path)
            module = other.module if other is not None and other.kind == "python" else None
            if module is not None and step.text in module.scope.bindings:
                self.intents.add(Unused(step.path, step.text))
        names = {one.name for one in unused if not one.scope and one.name in _assigned(tree)}
        gone = list(_guards(tree, names, {value.name.removeprefix("env:") for value in self.use.tokens}))
        self.edits += ((unit.path, edit) for edit in without(tree, gone))
        self.intents.update(one for guard in gone for one in leftovers(tree, unit.path, guard, frozenset()))


def _can_wait(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a node stands in the body of an ``async`` function."""
    function = next((one for one in tree.above(node) if isinstance(one, (cst.FunctionDef, cst.Lambda))), None)
    return isinstance(function, cst.FunctionDef) and function.asynchronous is not None


def _assigned(tree: Tree) -> set[str]:
    """The names that the module gives a value or imports by name."""
    given = {one.target.value for one in tree.each(cst.AssignTarget) if isinstance(one.target, cst.Name)}
    return given | {tree.text(one.name) for one in tree.each(cst.ImportAlias)}


def _guards(tree: Tree, names: set[str], variables: set[str]) -> Iterator[cst.If]:
    """``if not TOKEN: exit()``: the helper asks for its own variables, and says which are missing."""
    words = "|".join(map(re.escape, sorted(variables))) or "$^"
    reads = rf"(?:os\.)?(?:environ\.get|getenv|environ)[(\[]\s*['\"](?:{words})['\"]\s*[)\]]"
    asked = re.compile(_ASKED.format("|".join([*map(re.escape, sorted(names)), reads]), words))
    for one in tree.each(cst.If):
        alone = one.orelse is None and not isinstance(tree.parent(one), cst.If)
        if (
            alone
            and asked.fullmatch(tree.text(one.test))
            and _only_ends(tree, one.body)
            and not any(every(one.body, cst.Comment))
        ):
            yield one


def _only_ends(tree: Tree, body: cst.BaseSuite) -> bool:
    for line in body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else [line]:
            call = small.value if isinstance(small, cst.Expr) else None
            called = tree.text(call.func) if isinstance(call, cst.Call) else ""
            if not isinstance(small, cst.Raise) and called not in _ENDS and not called.startswith(("log", "click.")):
                return False
    return True


def _is_imported(plan: Plan, unit: Unit, tree: Tree, node: cst.CSTNode) -> bool:
    """Whether another file reads the module's name that the expression's statement defines."""
    line = next((one for one in tree.above(node) if isinstance(one, cst.SimpleStatementLine)), None)
    small = line.body[0] if line is not None else None
    target = small.targets[0].target if isinstance(small, cst.Assign) else None
    if not isinstance(target, cst.Name) or tree.function(node) is not None:
        return False
    name = target.value
    inside = re.compile(rb"(?:\.\s*|[\"'])%s\b" % re.escape(name.encode()))
    for other in plan.project.uses.profiles.importers(unit):
        refs = (*other.module.imports, *other.module.star_exports) if other.module is not None else ()
        of_unit = [ref for ref in refs if (found := plan.project.modules.target(other, ref)) and found[0] == unit.path]
        if any(ref.name in (name, "*") for ref in of_unit) or inside.search(other.document.source):
            return True
    return False
