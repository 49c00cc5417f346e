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
    """The edits that bring in what is not imported yet, at no more than two places."""
    known = set(_known(tree))
    wanted = sorted({_written(one): one for one in imports if _bound(one) not in known}.items())
    if not wanted:
        return []
    newline = layout_of(tree.source).newline
    names = {one.alias or one.name or one.module.partition(".")[0] for one in imports}
    rows = _rows_before(tree, names)
    last = rows[-1] if rows else None
    shared = [row for row, one in wanted if _is_standard(one.module)]
    others = [row for row, one in wanted if not _is_standard(one.module)]
    standard = next((row for row in reversed(rows) if _is_standard(_top(row))), None)
    if last is None:
        first = _first(tree)
        return [Edit(Span(first, first), "".join(f"{row}{newline}" for row in (*shared, *others)).encode())]
    texts: dict[int, str] = {}
    if shared and standard is None and (top := _top_of(tree, rows)) is not None:
        gap = newline if _apart(tree) else ""
        texts[top] = "".join(f"{row}{newline}" for row in shared) + gap
    elif shared:
        at = _line_end(tree.source, tree.span(standard or last).end)
        texts[at] = "".join(f"{newline}{row}" for row in shared)
    if others:
        gap = newline if _apart(tree) and not _is_local(last, local) else ""
        at = _line_end(tree.source, tree.span(last).end)
        texts[at] = texts.get(at, "") + gap + "".join(f"{newline}{row}" for row in others)
    return [Edit(Span(at, at), text.encode()) for at, text in sorted(texts.items())]


def _top_of(tree: Tree, rows: Sequence[cst.BaseStatement]) -> int | None:
    """Where the first import's line begins; None where something belongs to it that has to stay above it."""
    first = rows[0]
    lines = getattr(first, "leading_lines", ())
    if _top(first) == "__future__" or any(line.comment is not None for line in lines):
        return None
    start = tree.span(first).start
    return start if not tree.source[:start].strip() or tree.source[:start].endswith((b"\n", b"\r")) else None


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


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


def _rows_before(tree: Tree, names: set[str]) -> list[cst.BaseStatement]:
    """The imports before anything is defined or the new names are read: new ones go behind one of them."""
    found: list[cst.BaseStatement] = []
    for statement in tree.module.body:
        if _is_import(statement):
            found.append(statement)
        elif not isinstance(statement, cst.SimpleStatementLine):
            if not isinstance(statement, (cst.Try, cst.If)) or found:
                break
        elif any(name.value in names for name in every(statement, cst.Name)):
            break
    return found


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
    return bool(spaces) or all(_is_standard(_top(row)) for row in rows)


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
