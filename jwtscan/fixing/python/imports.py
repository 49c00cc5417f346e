"""Adds imports: after the module's docstring and ``__future__``, with its other imports, none of them twice."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Sequence

import libcst as cst

from jwtscan.fixing import Import
from jwtscan.fixing.python.tree import Tree, every
from jwtscan.text import Edit, Span
from jwtscan.text.layout import layout_of


def added(tree: Tree, imports: Sequence[Import], local: Container[str]) -> list[Edit]:
    """The edits that bring in what is not imported yet: one, or none."""
    known = set(_known(tree))
    rows = sorted({_written(wanted) for wanted in imports if _bound(wanted) not in known})
    if not rows:
        return []
    newline = layout_of(tree.source).newline
    names = {wanted.alias or wanted.name or wanted.module.partition(".")[0] for wanted in imports}
    before = _last(tree, names)
    text = newline.join(rows)
    if before is None:
        first = _first(tree)
        return [Edit(Span(first, first), f"{text}{newline}".encode())]
    gap = newline if _apart(tree) and not _is_local(before, local) else ""
    end = _line_end(tree.source, tree.span(before).end)
    return [Edit(Span(end, end), f"{newline}{gap}{text}".encode())]


def _bound(wanted: Import) -> tuple[str, str, str]:
    name = wanted.name or ""
    return wanted.module, name, wanted.alias or name or wanted.module


def _written(wanted: Import) -> str:
    alias = f" as {wanted.alias}" if wanted.alias else ""
    if wanted.name is None:
        return f"import {wanted.module}{alias}"
    return f"from {wanted.module} import {wanted.name}{alias}"


def _known(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Module, name and bound name of each import at the module's level."""
    for row in _rows(tree.module.body):
        for small in row.body:
            if isinstance(small, cst.Import):
                for alias in small.names:
                    name = cst.Module([]).code_for_node(alias.name)
                    yield name, "", alias.evaluated_alias or name
            elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                module = "." * len(small.relative)
                module += cst.Module([]).code_for_node(small.module) if small.module else ""
                for alias in small.names:
                    yield module, alias.evaluated_name, alias.evaluated_alias or alias.evaluated_name


def _rows(body: Sequence[cst.BaseStatement]) -> Iterator[cst.SimpleStatementLine]:
    return (row for row in body if isinstance(row, cst.SimpleStatementLine))


def _is_import(node: cst.CSTNode) -> bool:
    """An import, or a ``try`` or ``if`` around imports only."""
    if isinstance(node, cst.SimpleStatementLine):
        return any(isinstance(small, (cst.Import, cst.ImportFrom)) for small in node.body)
    if isinstance(node, (cst.Try, cst.If)) and isinstance(node.body, cst.IndentedBlock):
        return all(_is_import(inner) for inner in node.body.body)
    return False


def _last(tree: Tree, names: set[str]) -> cst.CSTNode | None:
    """The import to write behind: the last before anything is defined or the new names are read."""
    last = None
    for statement in tree.module.body:
        if _is_import(statement):
            last = statement
        elif not isinstance(statement, cst.SimpleStatementLine):
            if not isinstance(statement, (cst.Try, cst.If)) or last is not None:
                break
        elif any(name.value in names for name in every(statement, cst.Name)):
            break
    return last


def _first(tree: Tree) -> int:
    """Where a module without imports has its first: behind its docstring and the comments at its head."""
    for statement in tree.module.body:
        start = tree.span(statement).start
        if isinstance(statement, cst.SimpleStatementLine) and tree.module.get_docstring() is not None:
            end = _line_end(tree.source, tree.span(statement).end)
            return min(end + len(layout_of(tree.source).newline), len(tree.source))
        return max(tree.source.rfind(b"\n", 0, start), tree.source.rfind(b"\r", 0, start)) + 1
    return len(tree.source)


def _apart(tree: Tree) -> bool:
    """Whether the module parts its imports into groups by empty lines, or has only one of the standard library's."""
    rows = [statement for statement in tree.module.body if _is_import(statement)]
    spaces = [line for row in rows[1:] for line in getattr(row, "leading_lines", ()) if line.comment is None]
    return bool(spaces) or all(_top(row) in sys.stdlib_module_names for row in rows)


def _top(statement: cst.CSTNode) -> str:
    """The top-level module of the last import of a line; empty for a relative one."""
    small = statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else None
    if isinstance(small, cst.ImportFrom):
        name = None if small.relative else small.module
    else:
        name = small.names[-1].name if isinstance(small, cst.Import) else None
    return "" if name is None else cst.Module([]).code_for_node(name).partition(".")[0]


def _is_local(statement: cst.CSTNode, local: Container[str]) -> bool:
    """Whether an import is of the project's own modules."""
    return not _top(statement) or _top(statement) in local


def _line_end(source: bytes, offset: int) -> int:
    ends = [at for end in (b"\r", b"\n") if (at := source.find(end, offset)) >= 0]
    return min(ends, default=len(source))
