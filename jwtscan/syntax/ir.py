"""The one small intermediate representation that Python and JavaScript are both lowered to.

An expression is a frozen node with a span in bytes of the program's text. What the two languages merely spell
differently is one node: ``x["k"]``, ``x.k`` and ``x?.k`` are ``Attr``; f-strings, templates, ``+``, ``%``,
``.format`` and ``.join`` are ``Concat``; ``or``, ``??``, ``?:`` are ``Choice``. ``await``, casts, ``!`` and
parentheses vanish. There is no printing and there are no statements beyond what following a value needs.
Nodes compare by identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from jwtscan.text import Span


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant. Bytes are decoded; a template without holes is a string. ``value`` None is None/null/undefined."""

    span: Span
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A bare name, looked up from ``scope`` outwards."""

    span: Span
    id: str
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class This:
    """``this``; in Python the first parameter of a method. ``owner`` is the class, or None outside one."""

    span: Span
    owner: Class | None
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Attr:
    """``obj.name``, ``obj["name"]``, ``obj?.name``."""

    span: Span
    obj: Expr
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """``obj[key]`` with a key that is not a string constant (a number, a variable)."""

    span: Span
    obj: Expr
    key: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """``key: value`` of an object, ``key=value`` of a call. ``key`` is None where it is computed.

    ``key_span`` excludes quotes. ``shorthand`` is JavaScript's ``{ key }``.
    """

    span: Span
    key: str | None
    key_span: Span
    value: Expr
    shorthand: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """``...value``, ``*value``, ``**value``."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """``func(args, key=value)``, ``new func(args)``, a JSX element (its props are one Object), a tagged template."""

    span: Span
    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Entry | Spread, ...]
    new: bool
    scope: Scope

    def arg(self, place: int, name: str | None = None) -> Expr | None:
        """The argument at a position, or by keyword. None where it is absent or hidden by a spread before it."""
        if name is not None:
            for entry in self.keywords:
                if isinstance(entry, Entry) and entry.key == name:
                    return entry.value
        if 0 <= place < len(self.args) and not any(isinstance(a, Spread) for a in self.args[: place + 1]):
            return self.args[place]
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """An object literal, a dict display, ``dict(k=v)``."""

    span: Span
    entries: tuple[Entry | Spread, ...]

    def get(self, key: str) -> Entry | None:
        """The last entry with that constant key, not looking into spreads."""
        for entry in reversed(self.entries):
            if isinstance(entry, Entry) and entry.key == key:
                return entry
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(e.key for e in self.entries if isinstance(e, Entry) and e.key is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Seq:
    """A list, tuple, array or set."""

    span: Span
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Concat:
    """Text put together from parts, with ``separator`` between them (not empty only for ``join``)."""

    span: Span
    parts: tuple[Expr, ...]
    separator: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several values: ``a or b``, ``a || b``, ``a ?? b``, ``c ? a : b``, ``a if c else b``, ``x = default``."""

    span: Span
    options: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A function's parameter as a value. ``index`` counts from 0 without a method's receiver; -1 is keyword-only."""

    span: Span
    name: str
    index: int
    func: Func
    default: Expr | None = None
    variadic: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Func:
    """A function, method, arrow or lambda. Lists are filled while its body is lowered."""

    span: Span
    name: str | None
    scope: Scope
    is_async: bool = False
    params: list[Param] = field(default_factory=list)
    returns: list[Expr] = field(default_factory=list)
    decorators: list[Expr] = field(default_factory=list)
    name_span: Span | None = None
    owner: Class | None = None


@dataclass(slots=True, eq=False, repr=False)
class Class:
    """A class. Its fields and methods are the bindings of its scope; ``this.x = v`` are stores in ``Module.stores``."""

    span: Span
    name: str | None
    scope: Scope
    bases: list[Expr] = field(default_factory=list)
    decorators: list[Expr] = field(default_factory=list)
    name_span: Span | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """A module (``name`` None) or one of its names. ``"*"`` is the namespace, ``"default"`` the default export.

    ``module`` is as written: ``"./config"``, ``"jsonwebtoken"``, ``"pkg.mod"``; ``level`` counts Python's leading
    dots, which are not part of ``module``. ``require("x")`` and ``import("x")`` are ``Import(module="x")``.
    """

    span: Span
    module: str
    name: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """Anything else, with the expressions inside it. ``kind`` is a rough word: binary, slice, jsx, rest …"""

    span: Span
    kind: str
    parts: tuple[Expr, ...] = ()


Expr: TypeAlias = Union[
    Literal, Name, This, Attr, Index, Call, Object, Seq, Concat, Choice, Param, Func, Class, Import, Spread, Other
]


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A name given a value in a scope. ``value`` None means that nothing is known of it (a loop variable, ``del``).

    ``kind``: assign, param, import, function, class, field, other. ``span`` is the name's.
    """

    name: str
    span: Span
    value: Expr | None
    kind: str


@dataclass(slots=True, eq=False, repr=False)
class Scope:
    """A module, class or function with the names bound in it (``kind`` says which)."""

    kind: str
    parent: Scope | None
    owner: Func | Class | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)

    def bind(self, binding: Binding) -> None:
        self.bindings.setdefault(binding.name, []).append(binding)

    def find(self, name: str) -> list[Binding]:
        """The bindings that ``name`` means here."""
        holder = self.holder(name)
        return [] if holder is None else holder.bindings[name]

    def holder(self, name: str) -> Scope | None:
        """The nearest scope that binds ``name``. Class scopes hide from functions."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or scope.kind != "class"):
                return scope
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """``obj.name = value`` (also ``obj["name"] = value`` and ``+=``), with the scope it happens in."""

    span: Span
    target: Attr
    value: Expr
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Comment:
    """A comment with its marks."""

    span: Span
    text: str


@dataclass(slots=True, eq=False, repr=False)
class Module:
    """One lowered program: a file, the scripts of a page, the cells of a notebook.

    ``calls``, ``objects``, ``literals`` and ``concats`` list every such node in source order, wherever it stands.
    ``exports`` maps a JavaScript export's name to its value (``"default"``; ``"="`` for ``module.exports = v``);
    ``star_exports`` are ``export * from`` and Python's ``from x import *``. For Python the module scope is the export.
    ``errors`` are spans that the parser could not read.
    """

    path: str
    language: str
    scope: Scope
    calls: list[Call] = field(default_factory=list)
    objects: list[Object] = field(default_factory=list)
    literals: list[Literal] = field(default_factory=list)
    concats: list[Concat] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    functions: list[Func] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    exports: dict[str, Expr] = field(default_factory=dict)
    star_exports: list[Import] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    errors: list[Span] = field(default_factory=list)


def children(expr: Expr | Entry) -> Iterator[Expr | Entry]:
    """The expressions directly inside one (not a function's body)."""
    if isinstance(expr, Attr):
        yield expr.obj
    elif isinstance(expr, Index):
        yield expr.obj
        yield expr.key
    elif isinstance(expr, (Entry, Spread)):
        yield expr.value
    elif isinstance(expr, Call):
        yield expr.func
        yield from expr.args
        yield from expr.keywords
    elif isinstance(expr, Object):
        yield from expr.entries
    elif isinstance(expr, Seq):
        yield from expr.items
    elif isinstance(expr, (Concat, Other)):
        yield from expr.parts
    elif isinstance(expr, Choice):
        yield from expr.options


def walk(expr: Expr | Entry) -> Iterator[Expr | Entry]:
    """An expression and everything inside it, outermost first, without recursion."""
    stack = [expr]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))
