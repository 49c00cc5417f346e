"""A Python constructor's arguments as a library's OAuth versions want them: by keyword, with the account id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.fixing import Import, Intent
from jwtscan.fixing.recipes.wrapper.libraries import Library
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span
from jwtscan.text.layout import layout_of, margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit

_WIDTH = 100
_BETWEEN = b", \t\r\n"


def is_plain(unit: Unit, call: ir.Call) -> bool:
    """Whether nothing but commas stands between the arguments: no comment, no ``await``, no parenthesis."""
    source = unit.document.source
    start = source.find(b"(", unit.span(call.func.span).end) + 1
    if len(call.args) > 1 and any(isinstance(argument, ir.Spread) for argument in call.args):
        return False
    for node in (*call.args, *call.keywords):
        span = unit.span(node.span)
        if source[start : span.start].strip(_BETWEEN):
            return False
        if (
            isinstance(node, ir.Entry)
            and source[unit.span(node.key_span).end : unit.span(node.value.span).start].strip() != b"="
        ):
            return False
        start = span.end
    return not source[start : unit.span(call.span).end - 1].strip(_BETWEEN)


def rewritten(plan: Plan, unit: Unit, call: ir.Call, library: Library, more: str) -> list[Edit]:
    """Each argument with its new keyword, and ``more`` behind the secret. A line that gets long is broken up."""
    named = [entry for entry in call.keywords if isinstance(entry, ir.Entry)]
    given = [*zip(library.old, call.args, strict=False), *((entry.key or "", entry) for entry in named)]
    texts = [_argument(unit, library, old, node) for old, node in given]
    texts.insert(min(2, len(texts)), more)
    source, span = unit.document.source, unit.span(call.span)
    opening = source.find(b"(", unit.span(call.func.span).end) + 1
    inside = Span(opening, span.end - 1)
    margin, layout = margin_of(source, span.start), plan.layout(unit)
    before = opening - (source.rfind(b"\n", 0, opening) + 1)
    if b"\n" not in source[inside.start : inside.end]:
        if before + len(", ".join(texts)) < _WIDTH or unit.kind == "notebook":
            return [Edit(inside, ", ".join(texts).encode())]
        lines = "".join(f"{layout.newline}{margin}{layout.indent}{text}," for text in texts)
        return [Edit(inside, f"{lines}{layout.newline}{margin}".encode())]
    last = unit.span(given[min(1, len(given) - 1)][1].span)
    between = f",{layout.newline}{margin_of(source, last.start)}" if unit.kind != "notebook" else ", "
    edits = [Edit(unit.span(node.span), _argument(unit, library, old, node).encode()) for old, node in given]
    at = next(place for place, edit in enumerate(edits) if edit.span == last)
    edits[at] = Edit(last, edits[at].text + f"{between}{more}".encode())
    return edits


def _argument(unit: Unit, library: Library, old: str, node: ir.Expr | ir.Entry) -> str:
    """An argument as the later version wants it: by keyword, unless it is spread."""
    value = node.value if isinstance(node, ir.Entry) else node
    span = unit.span(value.span)
    text = unit.document.source[span.start : span.end].decode()
    return text if isinstance(node, ir.Spread) else f"{library.renamed.get(old, old)}={text}"


def account(use: Use, plan: Plan) -> tuple[str, frozenset[Intent], list[tuple[str, Edit]]]:
    """How the account id is read: as the key is, where that is read from the environment; and what that needs."""
    name = plan.names.account_id
    read = _environment_read(use)
    if read is not None:
        text, old = read
        return text.replace(old, name, 1), frozenset(), []
    beside, edits = _beside(use, plan)
    if beside is not None:
        return beside, frozenset(), edits
    return f'os.environ["{name}"]', frozenset({Import(use.unit.path, "os")}), []


def _beside(use: Use, plan: Plan) -> tuple[str | None, list[tuple[str, Edit]]]:
    """The account id out of the settings that the key is read from, where the environment does not have it."""
    import libcst as cst

    from jwtscan.fixing.python.tree import read
    from jwtscan.fixing.recipes.server_to_server.python_account import account_of

    call, unit = use.subject, use.unit
    assert isinstance(call, ir.Call)
    tree = read(unit.document.source) if unit.kind == "python" else None
    given = call.args[0] if call.args else next((e.value for e in call.keywords if isinstance(e, ir.Entry)), None)
    if tree is None or given is None:
        return None, []
    node = tree.at(unit.span(given.span), cst.BaseExpression)  # type: ignore[type-abstract]
    return account_of(use, plan, tree, node) if node is not None else (None, [])


def imported(unit: Unit, call: ir.Call) -> list[Edit]:
    """``import os`` as a line of its own above the call's, in a notebook: its lines are texts of a JSON list."""
    if unit.module is None or unit.region is None or "os" in unit.module.scope.bindings:
        return []
    source, text = unit.document.source, unit.region.text
    start = text.rfind(b"\n", 0, call.span.start) + 1
    margin = text[start : call.span.start][: len(text[start:]) - len(text[start:].lstrip(b" \t"))].decode()
    at = unit.span(Span(start, start)).start
    between = f"{layout_of(source).newline}{margin_of(source, at)}"
    return [Edit(Span(at, at), f'{margin}import os\\n",{between}"'.encode())]


def _environment_read(use: Use) -> tuple[str, str] | None:
    """The text that reads the key from the environment in the same file, and the variable's name in it."""
    unit = use.unit
    for value in use.keys:
        name = value.name.removeprefix("env:")
        if value.unit is not unit or name == value.name or unit.region is not None:
            continue
        text = unit.document.source[unit.span(value.end.span).start : unit.span(value.end.span).end].decode()
        if text.count(name) == 1 and text.endswith((f'{name}"]', f"{name}']", f'{name}")', f"{name}')")):
            return text, name
    return None


def escaped(unit: Unit, text: str) -> str:
    """``text`` as it stands in the document: a notebook's cells are JSON."""
    return text.replace('"', '\\"') if unit.kind == "notebook" else text
