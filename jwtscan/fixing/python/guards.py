"""Questions whether a value is bytes, with what hangs on the answer."""

from __future__ import annotations

import re

import libcst as cst

from jwtscan.fixing.python.tree import Tree

_ASKS = (
    r"^(?:not\s+)?(?:isinstance\(\s*{0}\s*,\s*\(?(?:bytes|str|six\.\w+)\b[^)]*\)?\s*\)"
    r"|hasattr\(\s*{0}\s*,\s*['\"]decode['\"]\s*\)"
    r"|type\(\s*{0}\s*\)\s*(?:==|is|!=|is\s+not)\s*(?:bytes|str))$"
)

_PLAIN = r"^(?:{0}|{0}\.(?:de|en)code\([^()]*\)|(?:str|bytes|six\.\w+|force_text)\(\s*{0}\s*(?:,[^()]*)?\))$"


def guard_of(tree: Tree, node: cst.CSTNode) -> cst.IfExp | cst.If | None:
    """The ``if`` around ``node`` that asks for its type and does no more than to make text of it."""
    text = tree.text(node)
    asks = re.compile(_ASKS.format(re.escape(text)))
    for around in tree.above(node):
        if isinstance(around, (cst.IfExp, cst.If)) and asks.match(tree.text(around.test)):
            turns = _gives(tree, around, text) if isinstance(around, cst.IfExp) else _only_turns(tree, around, text)
            return around if turns else None
        if isinstance(around, (cst.FunctionDef, cst.ClassDef)):
            return None
    return None


def _gives(tree: Tree, guard: cst.IfExp, text: str) -> bool:
    """Whether each branch is the value and nothing around it."""
    plain = re.compile(_PLAIN.format(re.escape(text)))
    return all(plain.match(tree.text(branch)) for branch in (guard.body, guard.orelse))


def _only_turns(tree: Tree, guard: cst.If, text: str) -> bool:
    """Whether each branch is one statement that assigns the value to itself or returns it."""
    branches = [guard.body, *([guard.orelse.body] if isinstance(guard.orelse, cst.Else) else [])]
    if isinstance(guard.orelse, cst.If):
        return False
    for branch in branches:
        lines = branch.body if isinstance(branch, cst.IndentedBlock) else []
        line = lines[0] if len(lines) == 1 else None
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        if isinstance(small, cst.Assign):
            if (
                len(small.targets) != 1
                or tree.text(small.targets[0].target) != text
                or text not in tree.text(small.value)
            ):
                return False
        elif not (isinstance(small, cst.Return) and small.value is not None and text in tree.text(small.value)):
            return False
    return True
