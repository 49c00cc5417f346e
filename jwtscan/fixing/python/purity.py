"""Which expressions may go without a trace: constants, names, settings and environment reads, sums of time."""

from __future__ import annotations

import libcst as cst

_CALLS = {
    "bool", "bytes", "bytearray", "dict", "float", "int", "len", "list", "max", "min", "round", "str", "tuple",
    "time", "now", "utcnow", "today", "timedelta", "datetime", "timestamp", "mktime", "timetuple", "utctimetuple",
    "timegm", "gmtime", "localtime", "total_seconds", "fromtimestamp", "utcfromtimestamp", "strftime", "isoformat",
    "encode", "decode", "format", "join", "strip", "rstrip", "lstrip", "replace", "lower", "upper", "split",
    "dumps", "b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "hexdigest", "digest", "quote",
    "getenv", "getattr", "config", "env", "uuid4", "hex",
}  # fmt: skip
_READERS = ("environ", "config", "conf", "cfg", "settings", "parser", "env", "secrets", "credentials", "setting")
_KINDS = (
    cst.BinaryOperation, cst.UnaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp,
    cst.BaseString, cst.BaseNumber, cst.Name, cst.Attribute, cst.Subscript, cst.Dict, cst.List, cst.Tuple, cst.Set,
    cst.Ellipsis, cst.Call,
)  # fmt: skip


def is_pure(expr: cst.BaseExpression | None) -> bool:
    """Whether leaving an expression out changes nothing but its value."""
    stack: list[cst.CSTNode] = [expr] if expr is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, cst.BaseExpression) and not isinstance(node, _KINDS):
            return False
        if isinstance(node, cst.Call) and not _may_call(node):
            return False
        stack.extend(node.children)
    return True


def _may_call(call: cst.Call) -> bool:
    func = call.func
    if isinstance(func, cst.Name):
        return func.value in _CALLS
    if not isinstance(func, cst.Attribute):
        return False
    if func.attr.value != "get":
        return func.attr.value in _CALLS
    owner = func.value.attr if isinstance(func.value, cst.Attribute) else func.value
    return isinstance(owner, cst.Name) and owner.value.lower().endswith(_READERS)
