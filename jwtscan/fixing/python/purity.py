"""Which expressions may go without a trace: constants, names, settings and environment reads, sums of time."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

_CALLS = {
    "bool", "bytes", "bytearray", "dict", "float", "int", "len", "list", "max", "min", "round", "str", "tuple",
    "time", "now", "utcnow", "today", "timedelta", "datetime", "timestamp", "mktime", "timetuple", "utctimetuple",
    "timegm", "gmtime", "localtime", "total_seconds", "fromtimestamp", "utcfromtimestamp", "strftime", "isoformat",
    "encode", "decode", "format", "join", "strip", "rstrip", "lstrip", "replace", "lower", "upper", "split",
    "dumps", "b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "hexdigest", "digest", "quote",
    "getenv", "getattr", "config", "env", "uuid4", "hex", "new", "sha256",
}  # fmt: skip
_READERS = ("environ", "config", "conf", "cfg", "settings", "parser", "env", "secrets", "credentials", "setting")
_KINDS = (
    cst.BinaryOperation, cst.UnaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp,
    cst.BaseString, cst.BaseNumber, cst.Name, cst.Attribute, cst.Subscript, cst.Dict, cst.List, cst.Tuple, cst.Set,
    cst.Ellipsis, cst.Call,
)  # fmt: skip


def is_pure(expr: cst.BaseExpression | None, known: frozenset[str] = frozenset()) -> bool:
    """Whether leaving an expression out changes nothing but its value. ``known`` functions may be called, too."""
    stack: list[cst.CSTNode] = [expr] if expr is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, cst.BaseExpression) and not isinstance(node, _KINDS):
            return False
        if isinstance(node, cst.Call) and not _may_call(node, known):
            return False
        stack.extend(node.children)
    return True


def pure_functions(functions: Iterable[cst.FunctionDef]) -> frozenset[str]:
    """The names of functions that only make a value of what they are given."""
    known: frozenset[str] = frozenset()
    waiting = list(functions)
    while found := [func for func in waiting if _makes_a_value(func, known)]:
        known |= {func.name.value for func in found}
        waiting = [func for func in waiting if func not in found]
    return known


def _makes_a_value(func: cst.FunctionDef, known: frozenset[str]) -> bool:
    for line in func.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else [line]:
            if not isinstance(small, (cst.Return, cst.Assign, cst.Expr)) or not is_pure(small.value, known):
                return False
    return not func.decorators


def _may_call(call: cst.Call, known: frozenset[str]) -> bool:
    func = call.func
    if isinstance(func, cst.Name):
        return func.value in _CALLS or func.value in known
    if not isinstance(func, cst.Attribute):
        return False
    if func.attr.value != "get":
        return func.attr.value in _CALLS
    owner = func.value.attr if isinstance(func.value, cst.Attribute) else func.value
    return isinstance(owner, cst.Name) and owner.value.lower().endswith(_READERS)
