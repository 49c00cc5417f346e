"""Python lowered to the intermediate representation: shapes, lists, spans, and input that is no Python."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.syntax import ir
from jwtscan.syntax.python import lower_python
from jwtscan.text import Span


def _module(source: str | bytes) -> ir.Module:
    return lower_python("a.py", source.encode() if isinstance(source, str) else source)


def _value(source: str) -> str:
    """How the last binding of ``x`` in ``source`` reads."""
    value = _module(source).scope.bindings["x"][-1].value
    return "unknown" if value is None else _shown(value)


def _shown(expr: ir.Expr | ir.Entry) -> str:
    inside = ", ".join(_shown(child) for child in ir.children(expr))
    if isinstance(expr, ir.Literal):
        return repr(expr.value)
    if isinstance(expr, ir.Name):
        return expr.id
    if isinstance(expr, ir.This):
        return f"this {expr.owner.name}" if expr.owner else "this"
    if isinstance(expr, ir.Attr):
        return f"{inside}.{expr.name}"
    if isinstance(expr, ir.Entry):
        return f"{expr.key}={inside}"
    if isinstance(expr, ir.Param):
        return f"param {expr.name} {expr.index}"
    if isinstance(expr, (ir.Func, ir.Class)):
        return f"{type(expr).__name__} {expr.name}"
    if isinstance(expr, ir.Import):
        return f"import {'.' * expr.level}{expr.module}:{expr.name}"
    if isinstance(expr, ir.Concat) and expr.separator:
        return f"Join({expr.separator!r}, {inside})"
    return f"{expr.kind if isinstance(expr, ir.Other) else type(expr).__name__}({inside})"


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("a.b['c'].d", "a.b.c.d"),
        ("a[0][k]", "Index(Index(a, 0), k)"),
        ("a[0, k]", "Index(a, Seq(0, k))"),
        ("t[2:-1]", "slice(t, 2, unary(1))"),
        ("f(a, *b, k=1, **c)", "Call(f, a, Spread(b), k=1, Spread(c))"),
        ("a.b(1)(2).c", "Call(Call(a.b, 1), 2).c"),
        ("await f((((a))))", "Call(f, a)"),
        ("a or b or c", "Choice(a, b, c)"),
        ("a and b", "Choice(b)"),
        ("a if c else b", "Choice(a, b)"),
        ("not a", "unary(a)"),
        ("a < b <= c", "compare(a, b, c)"),
        ("[a, (b, c), {d}]", "Seq(a, Seq(b, c), Seq(d))"),
        ("{'k': a, b: c, **d, b'e': f, 'g' 'h': i}", "Object(k=a, None=c, Spread(d), e=f, gh=i)"),
        ("dict(a=1, **b)", "Object(a=1, Spread(b))"),
        ("dict(o, k=1)", "Object(Spread(o), k=1)"),
        ("dict([('a', 1), (b, 2)])", "Object(a=1, None=2)"),
        ("[f(v) for v in vs if g(v)]", "comprehension(Call(f, v), vs, Call(g, v))"),
        ("f(v for v in vs)", "Call(f, comprehension(v, vs))"),
        ("lambda a: a", "Func None"),
        ("__import__('m')", "import m:None"),
        ("importlib.import_module('.m', package=p)", "import .m:None"),
        ("importlib.import_module(m)", "Call(importlib.import_module, m)"),
        ("(yield a)", "yield(a)"),
        ("...", "ellipsis()"),
    ],
)
def test_expression(expression: str, shown: str) -> None:
    assert _value(f"x = {expression}") == shown


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("'a' + b + 'c'", "Concat('a', b, 'c')"),
        ("1 + 2 * 3", "binary(1, binary(2, 3))"),
        ("1 + 2 + a", "Concat(binary(1, 2), a)"),
        ("a - 1 - b", "binary(a, 1, b)"),
        ("[1] + a", "binary(Seq(1), a)"),
        ("'=' * 3 + a", "Concat(binary('=', 3), a)"),
        ("f'a{b!r:>{c}}{{}}'", "Concat('a', b, '{}')"),
        ("f'{a}' 'b' f'c'", "Concat(a, 'b', 'c')"),
        ("f'a{{b}}' 'c'", "'a{b}c'"),
        ("'%s:%d%%' % (a, b)", "Concat(a, ':', b, '%')"),
        ("'a%s' % b", "Concat('a', b)"),
        ("'%s.%s' % pair", "Concat(Index(pair, 0), '.', Index(pair, 1))"),
        ("'%(k)s-%(z)s' % {'k': a, **r}", "Concat(a, '-', r.z)"),
        ("'%(k)s' % cfg", "Concat(cfg.k)"),
        ("'%s' % a + b", "Concat(Concat(a), b)"),
        ("'{}/{}'.format(a, b)", "Concat(a, '/', b)"),
        ("'{1}{0}{k:>3}{{'.format(a, b, k=c)", "Concat(b, a, c, '{')"),
        ("'{a.b}{0[c]}'.format(d, **e)", "Concat(e.a.b, d.c)"),
        ("'{}{}'.format(a, *b)", "Concat(a, Index(b, 0))"),
        ("'{}'.format()", "Concat(missing())"),
        ("('a' 'b{}').format(c).encode()", "Call(Concat('a', 'b', c).encode)"),
        ("'.'.join([a, b])", "Join('.', a, b)"),
        ("'.'.join(parts)", "Call('.'.join, parts)"),
        ("fmt % a", "binary(fmt, a)"),
    ],
)
def test_text(expression: str, shown: str) -> None:
    assert _value(f"x = {expression}") == shown


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"'a\n\x41\101\u00e9\U0001F600\N{EM DASH}\q\\'", "a\nAA\u00e9\U0001f600\u2014\\q\\"),
        (r"r'\n'", "\\n"),
        (r"b'\xff\u00e9'", "\xff\\u00e9"),
        ("'''a\r\nb'''", "a\nb"),
        ("'a\\\nb'", "ab"),
        ("u'a' \"b\"", "ab"),
        ("''", ""),
        ("0x1F", 31),
        ("1_000", 1000),
        ("0o17", 15),
        ("0777", 511),
        ("10L", 10),
        ("1.5e3", 1500.0),
        ("None", None),
        ("True", True),
    ],
)
def test_constant(written: str, value: object) -> None:
    module = _module(f"x = {written}")
    (literal,) = module.literals
    assert (literal.value, type(literal.value)) == (value, type(value))
    assert literal.span == Span(4, 4 + len(written.encode()))


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("x = y = 1", "1"),
        ("a, x = b", "Index(b, 1)"),
        ("a, (b, x) = c", "Index(Index(c, 1), 1)"),
        ("a, x = 1, 2", "2"),
        ("a, *x = b", "rest(b)"),
        ("*a, x = b", "Index(b, -1)"),
        ("x: str = a", "a"),
        ("x += 'a'", "Concat(x, 'a')"),
        ("x -= a", "binary(x, a)"),
        ("f(x := a)", "a"),
        ("with f() as x: pass", "Call(f)"),
        ("with a as b, c as (d, x): pass", "Index(c, 1)"),
        ("for x in a: pass", "unknown"),
        ("try:\n pass\nexcept E as x:\n pass", "unknown"),
        ("try:\n pass\nexcept E, x:\n pass", "unknown"),
        ("match a:\n case B(c=[x, _]): pass", "unknown"),
        ("x = 1\ndel x", "unknown"),
        ("import x.y.z", "import x:None"),
        ("import a.b as x", "import a.b:None"),
        ("from a.b import c as x", "import a.b:c"),
        ("from ..a import x", "import ..a:x"),
        ("from . import x", "import .:x"),
        ("from __future__ import x", "import __future__:x"),
        ("def f():\n global x\n x = 1", "1"),
        ("def x(): pass", "Func x"),
        ("class x: pass", "Class x"),
    ],
)
def test_binding(statement: str, shown: str) -> None:
    assert _value(statement) == shown


def test_imports_are_listed_with_what_they_bind() -> None:
    module = _module("import a.b\nfrom m import (c,\n d as e)\nfrom .n import *\n")
    assert [_shown(found) for found in module.imports] == [
        "import a.b:None",
        "import a:None",
        "import m:c",
        "import m:d",
        "import .n:*",
    ]
    assert [found.module for found in module.star_exports] == ["n"]


@pytest.mark.parametrize(
    ("statement", "stored"),
    [
        ("a.b = c", "a.b = c"),
        ("a['b'] = c", "a.b = c"),
        ("a.b.c = d.e = f", "a.b.c = f; d.e = f"),
        ("a.b += 'c'", "a.b = Concat(a.b, 'c')"),
        ("a.b: str = c", "a.b = c"),
        ("a.b, c['d'] = e", "a.b = Index(e, 0); c.d = Index(e, 1)"),
        ("with a as b.c: pass", "b.c = a"),
        ("a[0] = b", ""),
        ("for a.b in c: pass", ""),
    ],
)
def test_store(statement: str, stored: str) -> None:
    stores = _module(statement).stores
    assert "; ".join(f"{_shown(store.target)} = {_shown(store.value)}" for store in stores) == stored


CLASS = """
class Zoom(Base, metaclass=Meta):
    key: str = Field(title="t")
    bare: str

    def __init__(self, key, secret="s", *args, only=1, **rest):
        self.key = key
        def inner():
            return self.key
        def other(self):
            return self

    @staticmethod
    def static(a, /, b, *, c):
        return a

    @classmethod
    @cached(ttl=60)
    async def shared(cls):
        return await cls.fetch(), 1
"""


def test_class_and_its_fields() -> None:
    (found,) = _module(CLASS).classes
    assert [_shown(base) for base in found.bases] == ["Base"]
    kinds = {
        name: (bound[0].kind, bound[0].value and _shown(bound[0].value)) for name, bound in found.scope.bindings.items()
    }
    assert kinds == {
        "key": ("field", "Call(Field, title='t')"),
        "bare": ("field", None),
        "__init__": ("function", "Func __init__"),
        "static": ("function", "Func static"),
        "shared": ("function", "Func shared"),
    }


def test_parameters_leave_out_the_receiver() -> None:
    init, _, _, static, shared = _module(CLASS).functions
    assert [(p.name, p.index, p.variadic) for p in init.params] == [
        ("key", 0, False),
        ("secret", 1, False),
        ("args", 2, True),
        ("only", -1, False),
        ("rest", -1, True),
    ]
    assert [p.default and _shown(p.default) for p in init.params] == [None, "'s'", None, "1", None]
    assert [(p.name, p.index) for p in static.params] == [("a", 0), ("b", 1), ("c", -1)]
    assert shared.params == []


def test_receiver_is_this_also_in_a_closure() -> None:
    module = _module(CLASS)
    init, inner, other, static, shared = module.functions
    assert [_shown(store.target) for store in module.stores] == ["this Zoom.key"]
    assert [[_shown(value) for value in func.returns] for func in (inner, other, static, shared)] == [
        ["this Zoom.key"],
        ["self"],
        ["a"],
        ["Seq(Call(this Zoom.fetch), 1)"],
    ]
    assert [func.owner is not None for func in (init, inner, static, shared)] == [True, False, True, True]


def test_decorators_and_async() -> None:
    *_, static, shared = _module(CLASS).functions
    assert [_shown(found) for found in shared.decorators] == ["classmethod", "Call(cached, ttl=60)"]
    assert (static.is_async, shared.is_async) == (False, True)


def test_tuple_parameters_of_python_2() -> None:
    module = _module("def f((a, b), c): pass")
    (func,) = module.functions
    assert [(p.name, p.index) for p in func.params] == [("", 0), ("c", 1)]
    value = func.scope.bindings["b"][0].value
    assert value is not None
    assert _shown(value) == "Index(param  0, 1)"


def test_names_look_up_in_their_scope() -> None:
    module = _module(
        "k = 1\nclass C:\n k = 2\n def f(self):\n  return k\ndef g():\n def h():\n  nonlocal k\n  k = 4\n k = 3\n"
    )
    (name,) = module.functions[0].returns
    assert isinstance(name, ir.Name)
    assert name.scope.find("k") == module.scope.bindings["k"]


def test_nonlocal_binds_in_the_function_around() -> None:
    outer, inner = _module("def f():\n k = 1\n def g():\n  nonlocal k\n  k = 2\n").functions
    assert [bound.value and _shown(bound.value) for bound in outer.scope.bindings["k"]] == ["1", "2"]
    assert "k" not in inner.scope.bindings


def test_docstrings_are_prose() -> None:
    module = _module(
        '"""Module."""\ndef f():\n    "a" "b"\n    return "c"\nclass D:\n    \'d\'\n    k = 1\n    """of k"""\n'
    )
    assert [literal.value for literal in module.literals] == ["c", 1]


def test_everything_is_listed_in_source_order_wherever_it_stands() -> None:
    module = _module(
        "@a(1)\ndef f(p=b(2), q: c(3) = {}):\n    return d(e(4))[g(5):]\nx = [h(6) for i in j(7)]\n"
        "y = f'{k(8):{l(9)}}'\nassert m(10), n(11)\nz = {o(12): p(13)}\ndel q(14).r, s[t(15)]\n"
        "match u(16):\n    case 17 if v(18): w(19)\nclass C(aa(20), k=bb(21)): pass\n"
    )
    assert [literal.value for literal in module.literals] == list(range(1, 22))
    assert [call.span.start for call in module.calls] == sorted(call.span.start for call in module.calls)
    assert len(module.calls) == 21


def test_spans_of_names_and_keys() -> None:
    source = "ä = a.bc['de'](fg=1, **{'hi': j, k: l})"
    module = _module(source)

    def text(span: Span) -> str:
        return source.encode()[span.start : span.end].decode()

    (call,) = module.calls
    assert text(call.span) == "a.bc['de'](fg=1, **{'hi': j, k: l})"
    assert isinstance(call.func, ir.Attr)
    assert (text(call.func.span), text(call.func.name_span)) == ("a.bc['de']", "de")
    keyword = call.keywords[0]
    assert isinstance(keyword, ir.Entry)
    assert (text(keyword.span), text(keyword.key_span)) == ("fg=1", "fg")
    entries = [entry for entry in module.objects[0].entries if isinstance(entry, ir.Entry)]
    assert [(text(entry.span), text(entry.key_span)) for entry in entries] == [("'hi': j", "hi"), ("k: l", "k")]


def test_spans_inside_templates() -> None:
    source = "x = '/v2/%s/{0.key}' % a + 'b{0.key}/c'.format(d)"
    module = _module(source)
    assert [source[part.span.start : part.span.end] for part in module.literals] == ["/v2/", "/{0.key}", "b", "/c"]
    (attr,) = [part for concat in module.concats for part in concat.parts if isinstance(part, ir.Attr)]
    assert source[attr.name_span.start : attr.name_span.end] == "key"


def test_comments_keep_their_marks() -> None:
    module = _module("# a\nx = f(  # b\n  '# no'\n)\n")
    assert [comment.text for comment in module.comments] == ["# a", "# b"]


def test_python_2_is_read() -> None:
    module = _module("print 'a', b('c')\nexec 'd' in e\nraise E, 'f'\nprint >>g, h('i')\n")
    assert [literal.value for literal in module.literals] == ["a", "c", "d", "f", "i"]
    assert len(module.calls) == 2


@pytest.mark.parametrize(
    "source",
    [
        "x = jwt.encode({'iss': k}, s\ny = f('z')\n",
        "def f(:\n    return jwt.encode({'iss': k}, s)\ny = f('z')\n",
        "f(a b, jwt.encode({'iss': k}, s), 'z')\n",
        "} ]\njwt.encode({'iss': k}, s)\ny = 'z'\n",
        "class A\n  def f(self):\n    jwt.encode({'iss': k}, s) + 'z'\n",
        "<<<<<<< HEAD\njwt.encode({'iss': k}, s)\n=======\n'' + 'z'\n>>>>>>> main\n",
    ],
)
def test_broken_file_still_gives_what_can_be_read(source: str) -> None:
    module = _module(source)
    assert module.errors
    assert [found.keys for found in module.objects] == [("iss",)]
    assert "z" in [literal.value for literal in module.literals]


def test_broken_expression_stands_in_its_function() -> None:
    module = _module("def f(a):\n    x = g(a b, h(a), c d)\n    return x\ny = 1\n")
    (call,) = [call for call in module.calls if isinstance(call.func, ir.Name) and call.func.id == "h"]
    assert call.scope is module.functions[0].scope
    assert module.errors


MANY = 20_000
HOSTILE = {
    "parentheses": "x = " + "(" * MANY + "a" + ")" * MANY,
    "open parentheses": "(" * MANY,
    "lists": "x = " + "[" * MANY + "]" * MANY,
    "sum": "x = " + " + ".join(["a"] * MANY),
    "differences": "x = " + " - ".join(["a"] * MANY),
    "powers": "x = " + " ** ".join(["a"] * MANY),
    "alternatives": "x = " + " or ".join(["a"] * MANY),
    "conditionals": "x = " + "a if b else " * MANY + "c",
    "attributes": "x = a" + ".b" * MANY,
    "calls": "x = a" + ".b()" * MANY,
    "parenthesised attributes": "x = " + "(" * MANY + "a" + ").b" * MANY,
    "negations": "x = " + "not " * MANY + "a",
    "lambdas": "x = " + "lambda: " * MANY + "a",
    "assignments": "x = " * MANY + "a",
    "unpacking": "a, " * MANY + "= x",
    "nested unpacking": "(" * 900 + "a" + ",)" * 900 + " = x",
    "blocks": "".join(" " * depth + "if a:\n" for depth in range(1200)),
    "patterns": "match a:\n case " + "[" * 2000 + "]" * 2000 + ": pass",
    "percent holes": "x = '" + "%s" * MANY + "' % (" + "a," * MANY + ")",
    "named holes": "x = '" + "%(b)s" * MANY + "' % {" + "'a': 1," * MANY + "}",
    "brace holes": "x = '" + "{}" * MANY + "'.format(" + "a," * MANY + ")",
    "open brace hole": "x = '{:" + "{}" * MANY + "'.format(a)",
    "escapes": "x = '" + "\\x41" * MANY + "'",
    "strings": "x = " + "'a' " * MANY,
    "comments": "if a:\n  b\n" + "#\n" * MANY + "  c\n",
    "quoted comments": "if a:\n  b\n" + '  # """\n' * MANY,
    "continued lines": "x = 1 " + "\\\n " * MANY + "+ 2\n",
    "digits": "x = " + "9" * MANY,
    "unclosed functions": "def f(\n" * 3000,
    "dots": "from " + "." * MANY + " import x",
    "nul": "\0" * MANY,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_takes_linear_time_and_no_stack(name: str) -> None:
    started = time.perf_counter()
    module = _module(HOSTILE[name])
    assert time.perf_counter() - started < 10
    assert sum(1 for call in module.calls for _ in ir.children(call)) <= 2 * MANY


def test_receiver_in_a_broken_expression() -> None:
    module = _module("class C:\n    def f(self):\n        x = g(a b, h(self.key), c d)\n        return x\n")
    assert "this C.key" in [_shown(arg) for call in module.calls for arg in call.args]
    assert module.errors


def test_nesting_beyond_the_limit_is_said() -> None:
    module = _module("x = " + "[" * 3000 + "]" * 3000)
    assert len(module.errors) == 1
    value = module.scope.bindings["x"][0].value
    assert value is not None
    assert 900 < sum(1 for _ in ir.walk(value)) < 1100


def test_long_runs_of_comments_are_kept() -> None:
    source = "def f():\n  a = 1\n" + '  # "b"\n' * 300 + '  """\n' + "  # text\n" * 300 + '  """\n  return a\n'
    module = _module(source)
    assert [comment.text for comment in module.comments] == ['# "b"'] * 300
    assert [_shown(value) for value in module.functions[0].returns] == ["a"]


WORDS = (
    "def class self.x = ( ) [ ] { } : , . 'a' f'{ } \" \"\"\" b'' %s % + ** * lambda return import from as with for in "
    "if else try except match case global x y jwt.encode await yield @ -> := \\ # print not or and 1 é \0"
)
FRAGMENTS = st.sampled_from([*WORDS.split(), "\n", "\n\n", "\n  ", "\t"])


@given(st.lists(FRAGMENTS, max_size=40))
def test_no_text_raises(fragments: list[str]) -> None:
    source = " ".join(fragments).encode()
    module = lower_python("a.py", source)
    found: list[ir.Expr] = [*module.calls, *module.objects, *module.literals, *module.concats, *module.functions]
    spans = [*module.errors, *(each.span for each in found)]
    assert all(0 <= span.start <= span.end <= len(source) for span in spans)


@given(st.binary(max_size=60))
def test_no_bytes_raise(source: bytes) -> None:
    assert lower_python("a.py", source).language == "python"


@given(st.integers(0, len(CLASS)))
def test_no_cut_raises(end: int) -> None:
    module = _module(CLASS[:end])
    assert len(module.classes) <= 1
