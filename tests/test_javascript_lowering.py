"""JavaScript, JSX and TypeScript to the IR."""

from __future__ import annotations

import time

import pytest

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import lower_javascript
from jwtscan.text import Span


def lower(source: str | bytes, language: str = "javascript") -> ir.Module:
    return lower_javascript("src/app.js", source.encode() if isinstance(source, str) else source, language)


def value(source: str, name: str = "x", language: str = "javascript") -> ir.Expr | None:
    return lower(source, language).scope.bindings[name][-1].value


def text(expr: ir.Expr | ir.Entry | None) -> str:
    """A short spelling of an expression, to compare whole ones in one line."""
    if expr is None:
        return "?"
    inside = [text(child) for child in ir.children(expr)]
    listed = ", ".join(inside)
    if isinstance(expr, ir.Call):
        return f"{'new ' if expr.new else ''}{inside[0]}({', '.join(inside[1:])})"
    if isinstance(expr, (ir.Name, ir.This, ir.Param, ir.Func, ir.Class, ir.Import, ir.Literal)):
        return leaf(expr)
    if isinstance(expr, ir.Attr):
        return f"{inside[0]}.{expr.name}"
    if isinstance(expr, ir.Index):
        return f"{inside[0]}[{inside[1]}]"
    if isinstance(expr, ir.Entry):
        return f"{expr.key}={listed}"
    if isinstance(expr, ir.Spread):
        return f"...{listed}"
    if isinstance(expr, ir.Object):
        return f"{{{listed}}}"
    if isinstance(expr, ir.Seq):
        return f"[{listed}]"
    word = expr.kind if isinstance(expr, ir.Other) else type(expr).__name__
    return f"{word}{expr.separator if isinstance(expr, ir.Concat) else ''}({listed})"


def leaf(expr: ir.Name | ir.This | ir.Param | ir.Func | ir.Class | ir.Import | ir.Literal) -> str:
    if isinstance(expr, ir.Literal):
        return repr(expr.value)
    if isinstance(expr, ir.Name):
        return expr.id
    if isinstance(expr, ir.This):
        return f"this:{expr.owner.name}" if expr.owner else "this"
    if isinstance(expr, ir.Param):
        return f"<{expr.name} {expr.index}>"
    if isinstance(expr, ir.Import):
        return f"<{expr.module} {expr.name}>"
    return f"<{type(expr).__name__.lower()} {expr.name}>"


def bindings(scope: ir.Scope) -> dict[str, list[str]]:
    return {name: [f"{b.kind} {text(b.value)}" for b in found] for name, found in scope.bindings.items()}


def at(source: str, span: Span) -> str:
    return source.encode()[span.start : span.end].decode()


# Expressions


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a\\n\\x41\\u0042\\u{1F600}\\ud83d\\ude00\\\nb'", "'a\\nAB😀😀b'"),
        ("'\\ud83d'", repr("\ufffd")),
        ("`plain`", "'plain'"),
        ("`a${b}\\tc${d}`", "Concat('a', b, '\\tc', d)"),
        ("tag`a${b}`", "tag(Concat('a', b))"),
        ("0x1F + 1_000 + 0b11 + 017", "binary(31, 1000, 3, 15)"),
        ("10n", "10"),
        ("1.5e3", "1500.0"),
        ("true", "True"),
        ("undefined", "None"),
        ("void 0", "None"),
        ("/a'b/g", "regex()"),
        ("a + '.' + b + '.' + c", "Concat(a, '.', b, '.', c)"),
        ("1 + 2 + a", "Concat(binary(1, 2), a)"),
        ("[1] + a", "binary([1], a)"),
        ("[a, b].join('.')", "Concat.(a, b)"),
        ("[a, b].join()", "Concat,(a, b)"),
        ("[a, b].join(sep)", "[a, b].join(sep)"),
        ("list.join('.')", "list.join('.')"),
        ("''.concat(a, '.').concat(b)", "Concat(Concat('', a, '.'), b)"),
        ("list.concat(b)", "list.concat(b)"),
        ("a || b || c", "Choice(a, b, c)"),
        ("a ?? b", "Choice(a, b)"),
        ("a && b", "Choice(b)"),
        ("a ? b : c ? d : e", "Choice(b, d, e)"),
        ("(a, b, c)", "c"),
        ("(0, m.sign)(y)", "m.sign(y)"),
        ("a?.b?.['c']?.(1)", "a.b.c(1)"),
        ("a[0][k]['d']", "a[0][k].d"),
        ("new Foo", "new Foo()"),
        ("new a.B(1)", "new a.B(1)"),
        ("await (a.b())", "a.b()"),
        ("import.meta.env.VITE_KEY", "import.meta.env.VITE_KEY"),
        ("{ a, 'b': 1, ['c']: 2, [d]: 3, 4: 5, ...e }", "{a=a, b=1, c=2, None=3, 4=5, ...e}"),
        ("{ m() {}, get g() { return 1 } }", "{m=<func m>, g=<func g>}"),
        ("Object.assign({}, a)", "Object.assign({}, a)"),
        ("require('a').b", "<a None>.b"),
        ("await import('a')", "<a *>"),
        ("require(name)", "require(name)"),
        ("window.Zoom.join", "Zoom.join"),
        ("globalThis['Zoom']", "Zoom"),
        ("-1", "unary(1)"),
        ("async (y) => y", "<func None>"),
        ("class Y {}", "<class Y>"),
    ],
)
def test_expression(source: str, expected: str) -> None:
    assert text(value(f"x = {source};" if source[0] != "{" else f"x = ({source});")) == expected


def test_operands_left_out_of_a_value_are_still_listed() -> None:
    module = lower("x = check({ a: 1 }) ? (first(), b) : c && second() && d")
    assert [text(call) for call in module.calls] == ["check({a=1})", "first()", "second()"]
    assert [text(found) for found in module.objects] == ["{a=1}"]


def test_spans_cover_quotes_of_literals_and_exclude_those_of_keys() -> None:
    source = "x = { 'é': \"v\", [`k`]: y['name'], z }"
    module = lower(source)
    entries = [e for e in module.objects[0].entries if isinstance(e, ir.Entry)]
    assert [at(source, e.key_span) for e in entries] == ["é", "k", "z"]
    assert [at(source, e.span) for e in entries] == ["'é': \"v\"", "[`k`]: y['name']", "z"]
    assert [e.shorthand for e in entries] == [False, False, True]
    assert [at(source, literal.span) for literal in module.literals] == ['"v"']
    attr = entries[1].value
    assert isinstance(attr, ir.Attr)
    assert (at(source, attr.span), at(source, attr.name_span)) == ("y['name']", "name")


def test_sum_of_parenthesised_operands_spans_the_parentheses() -> None:
    source = "x = (a) + (b)"
    assert at(source, lower(source).concats[0].span) == "(a) + (b)"


def test_window_property_keeps_its_span() -> None:
    source = "x = window.ZoomMtg.join({})"
    call = lower(source).calls[0]
    assert isinstance(call.func, ir.Attr)
    assert isinstance(call.func.obj, ir.Name)
    assert (call.func.obj.id, at(source, call.func.obj.span)) == ("ZoomMtg", "window.ZoomMtg")


def test_declared_self_is_not_the_window() -> None:
    module = lower("function f() { var self = this; return function () { return self.key } }")
    assert text(module.functions[1].returns[0]) == "self.key"


def test_directive_is_no_literal_and_comments_are_kept() -> None:
    module = lower("#!/usr/bin/env node\n'use strict'; // one\n/* two */ x = <a>{/* three */}</a>;\n<!-- four\n")
    assert module.literals == []
    assert [comment.text for comment in module.comments] == ["// one", "/* two */", "/* three */", "<!-- four"]


def test_jsx_is_a_call_with_props_and_children() -> None:
    module = lower("x = <Zoom.Room a='&lt;b' c={d} {...e} f>text{g}{/* no */}<p/></Zoom.Room>")
    assert text(module.calls[0]) == "Zoom.Room({a='<b', c=d, ...e, f=True}, g, tag()({}))"


def test_lists_are_in_source_order() -> None:
    module = lower("f(g({ a: 1 }), () => h({ b: 2 }));\ni();")
    assert [text(call.func) for call in module.calls] == ["f", "g", "h", "i"]
    assert [literal.value for literal in module.literals] == [1, 2]


# Bindings and stores


def test_destructuring_is_paths_into_the_value() -> None:
    source = "const { a, b: { c }, d = 1, ['e']: f, ...rest } = v; const [p, , q = 2, ...s] = w;"
    assert bindings(lower(source).scope) == {
        "a": ["assign v.a"],
        "c": ["assign v.b.c"],
        "d": ["assign Choice(v.d, 1)"],
        "f": ["assign v.e"],
        "rest": ["assign rest(v)"],
        "p": ["assign w[0]"],
        "q": ["assign Choice(w[2], 2)"],
        "s": ["assign rest(w)"],
    }


def test_destructuring_assignment_writes_names_and_properties() -> None:
    module = lower("let a; ({ a, b: this.c, d: [e.f] } = v)")
    assert bindings(module.scope) == {"a": ["assign ?", "assign v.a"]}
    assert [(text(s.target), text(s.value)) for s in module.stores] == [("this.c", "v.b"), ("e.f", "v.d[0]")]


def test_assignment_binds_where_the_name_is_declared() -> None:
    module = lower("function f() { later = 1; g = () => { token = 2; global_ = 3 }; var token }\nlet later;")
    assert bindings(module.scope)["later"] == ["assign 1", "assign ?"]
    assert bindings(module.scope)["global_"] == ["assign 3"]
    assert bindings(module.functions[0].scope) == {"token": ["assign 2", "assign ?"]}


def test_chained_assignment_gives_each_target_the_value() -> None:
    module = lower("exports = module.exports = a.b = make()")
    assert [text(s.target) for s in module.stores] == ["module.exports", "a.b"]
    assert len(module.calls) == 1
    assert module.exports["="] is module.calls[0]


@pytest.mark.parametrize(
    ("source", "stored"),
    [
        ("a.b = 1", ("a.b", "1")),
        ("a['b'] = 1", ("a.b", "1")),
        ("a.b += c", ("a.b", "Concat(a.b, c)")),
        ("a.b ||= c", ("a.b", "Choice(a.b, c)")),
        ("a.b -= c", ("a.b", "binary(a.b, c)")),
        ("make().b += c", ("make().b", "Concat(make().b, c)")),
    ],
)
def test_store(source: str, stored: tuple[str, str]) -> None:
    module = lower(source)
    assert [(text(s.target), text(s.value)) for s in module.stores] == [stored]
    assert len(module.calls) == source.count("make")


@pytest.mark.parametrize("root", ["window", "globalThis", "self", "global"])
def test_global_store_is_also_a_name_of_the_module(root: str) -> None:
    module = lower(f"function f() {{ {root}.KEY = 1 }} g({root}.KEY)")
    assert bindings(module.scope)["KEY"] == ["assign 1"]
    name = module.calls[0].args[0]
    assert isinstance(name, ir.Name)
    assert name.scope.find("KEY") == module.scope.bindings["KEY"]
    assert text(module.stores[0].target) == f"{root}.KEY"


def test_loop_and_catch_names_are_unknown() -> None:
    module = lower("for (const { a } of b) {} for (c in d) {} try {} catch ({ e }) {} for (let i = 0; i < 1; i++) {}")
    assert bindings(module.scope) == {
        "a": ["other ?"],
        "e": ["other ?"],
        "i": ["assign 0"],
        "c": ["other ?"],
    }


# Functions and classes


def test_parameters_with_defaults_patterns_and_rest() -> None:
    func = lower("function f(a, { b, c = 1 }, [d] = e, ...g) { return a; return }").functions[0]
    assert bindings(func.scope) == {
        "a": ["param <a 0>"],
        "b": ["param < 1>.b"],
        "c": ["param Choice(< 1>.c, 1)"],
        "d": ["param < 2>[0]"],
        "g": ["param <g 3>"],
    }
    assert [(text(p.default), p.variadic) for p in func.params] == [
        ("?", False),
        ("?", False),
        ("e", False),
        ("?", True),
    ]
    assert [text(found) for found in func.returns] == ["a"]


def test_function_kinds() -> None:
    source = "async function* f() {} x = async y => y.z; x = function g() { return g }; o = { async m() {} }"
    functions = lower(source).functions
    assert [(func.name, func.is_async) for func in functions] == [("f", True), (None, True), ("g", False), ("m", True)]
    assert text(functions[1].returns[0]) == "y.z"
    assert bindings(functions[2].scope) == {"g": ["function <func g>"]}
    assert functions[2].name_span is not None
    assert at(source, functions[2].name_span) == "g"


def test_class_members_are_bindings_of_its_scope() -> None:
    module = lower(
        """
        class A extends B.C {
          static host = url;
          #key = this.other;
          'quoted' = 1;
          empty;
          constructor(key) { super(key); this.key = key }
          get token() { return this.#key }
          static async make() {}
          static { setup() }
        }
        """
    )
    cls = module.classes[0]
    assert [text(base) for base in cls.bases] == ["B.C"]
    assert bindings(cls.scope) == {
        "host": ["field url"],
        "#key": ["field this:A.other"],
        "quoted": ["field 1"],
        "empty": ["field ?"],
        "constructor": ["function <func constructor>"],
        "token": ["function <func token>"],
        "make": ["function <func make>"],
    }
    getter = next(func for func in module.functions if func.name == "token")
    assert (text(getter.returns[0]), text(getter.decorators[0])) == ("this:A.#key", "get()")
    assert [func.owner for func in module.functions] == [cls] * 3
    assert [text(s.target) for s in module.stores] == ["this:A.key"]
    assert "setup()" in [text(call) for call in module.calls]


def test_bare_name_in_a_field_is_not_the_field() -> None:
    module = lower("const key = 1; class A { key = key }")
    field = module.classes[0].scope.bindings["key"][0].value
    assert isinstance(field, ir.Name)
    assert [b.kind for b in field.scope.find("key")] == ["assign"]


def test_this_in_an_arrow_is_the_class_and_in_an_object_method_is_not() -> None:
    module = lower("class A { m() { f(() => this.a, { n() { return this.b }, o: () => this.c }) } }")
    assert [text(func.returns[0]) for func in module.functions if func.returns] == ["this:A.a", "this.b", "this:A.c"]


def test_then_on_an_import_gives_the_callback_its_module() -> None:
    module = lower("import('@zoomus/websdk').then(({ ZoomMtg }) => ZoomMtg.join({}))")
    param = module.functions[0].params[0]
    assert text(param.default) == "<@zoomus/websdk *>"
    assert bindings(module.functions[0].scope) == {"ZoomMtg": ["param < 0>.ZoomMtg"]}


# Modules


def test_import_forms() -> None:
    source = "import d, { a as b, default as e } from 'm'; import * as ns from './n'; import 's.css';"
    source += " import type { T } from 't'"
    module = lower(source, "typescript")
    assert bindings(module.scope) == {
        "d": ["import <m default>"],
        "b": ["import <m a>"],
        "e": ["import <m default>"],
        "ns": ["import <./n *>"],
        "T": ["import <t T>"],
    }
    assert [(text(i), at(source, i.span)) for i in module.imports] == [
        ("<m default>", "d"),
        ("<m a>", "a as b"),
        ("<m default>", "default as e"),
        ("<./n *>", "* as ns"),
        ("<s.css None>", "import 's.css';"),
        ("<t T>", "T"),
    ]
    assert [literal.value for literal in module.literals] == ["m", "./n", "s.css", "t"]


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("export { a as b, c }", {"b": "a", "c": "c"}),
        ("export { a as b, default as c } from 'm'", {"b": "<m a>", "c": "<m default>"}),
        ("export * as ns from 'm'", {"ns": "<m *>"}),
        ("export const a = 1, { b } = c", {"a": "a", "b": "b"}),
        ("export function f() {}", {"f": "<func f>"}),
        ("export class A {}", {"A": "<class A>"}),
        ("export default class A {}", {"default": "<class A>"}),
        ("export default function () {}", {"default": "<func None>"}),
        ("export default { a: 1 }", {"default": "{a=1}"}),
        ("export default connect(a)(b)", {"default": "connect(a)(b)"}),
        ("module.exports = { a, b: 1 }", {"=": "{a=a, b=1}", "a": "a", "b": "1"}),
        ("module.exports = sign", {"=": "sign"}),
        ("exports.a = 1; module.exports.b = 2; exports.default = c", {"a": "1", "b": "2", "default": "c"}),
        ("(function (module, exports) { module.exports = a; exports.b = 1 })", {}),
    ],
)
def test_exports(source: str, exports: dict[str, str]) -> None:
    assert {name: text(found) for name, found in lower(source).exports.items()} == exports


def test_star_exports_are_apart() -> None:
    module = lower("export * from './a'; export * as b from './b'")
    assert [text(star) for star in module.star_exports] == ["<./a *>"]
    assert [text(found) for found in module.imports] == ["<./a *>", "<./b *>"]


def test_required_names_are_properties_of_the_module() -> None:
    module = lower("const { sign } = require('jsonwebtoken'); const v = require('a').b.c; require('side')")
    assert bindings(module.scope) == {"sign": ["assign <jsonwebtoken None>.sign"], "v": ["assign <a None>.b.c"]}
    assert [text(found) for found in module.imports] == ["<jsonwebtoken None>", "<a None>", "<side None>"]
    assert module.calls == []


# TypeScript


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a as unknown as B", "a"),
        ("a!.b!", "a.b"),
        ("a satisfies B", "a"),
        ("f<string>(1)", "f(1)"),
        ("new Map<string, B>()", "new Map()"),
        ("(window as any).Zoom", "Zoom"),
        ("<T,>(y: T): string => y", "<func None>"),
    ],
)
@pytest.mark.parametrize("language", ["typescript", "tsx"])
def test_types_vanish(source: str, expected: str, language: str) -> None:
    module = lower(f"const x: Foo = {source};", language)
    assert module.errors == []
    assert text(module.scope.bindings["x"][0].value) == expected


def test_old_type_assertion_vanishes() -> None:
    assert text(value("const x = <any>window", language="typescript")) == "window"


def test_typescript_statements() -> None:
    module = lower(
        """
        import x = require("y"); import a = B.c;
        enum E { A, B = "b", "c" = 2 } export enum G { D = 1 }
        namespace N { export const inner = 1 }
        declare const ZoomMtg: any; declare global { interface Window { Z: any } }
        interface I { key: string } type T = { key: "none" };
        function over(a: string): void; function over(a: any) {}
        export type { T }; export interface J {}
        export = x;
        """,
        "typescript",
    )
    assert module.errors == []
    assert bindings(module.scope) == {
        "x": ["import <y None>"],
        "a": ["import B.c"],
        "E": ["assign {A=enum(), B='b', c=2}"],
        "G": ["assign {D=1}"],
        "inner": ["assign 1"],
        "over": ["function <func over>"],
    }
    assert {name: text(found) for name, found in module.exports.items()} == {"G": "G", "T": "T", "=": "x"}


def test_parameter_properties_are_fields() -> None:
    module = lower(
        """
        @Injectable({ providedIn: "root" })
        export class Service {
          @Input() room!: string;
          constructor(private readonly apiKey: string, public b?: B, c: string) {}
          @HostListener("click") join(this: Service, d = 1) { return this.apiKey }
        }
        """,
        "typescript",
    )
    cls = module.classes[0]
    assert bindings(cls.scope)["apiKey"] == ["field <apiKey 0>"]
    assert bindings(cls.scope)["b"] == ["field <b 1>"]
    assert "c" not in cls.scope.bindings
    join = next(func for func in module.functions if func.name == "join")
    assert [text(param) for param in join.params] == ["<d 0>"]
    assert [text(found) for found in join.decorators] == ["HostListener('click')"]
    assert [text(found) for found in cls.decorators] == ["Injectable({providedIn='root'})"]
    assert module.exports["Service"] is cls


def test_flow_annotations_are_read_as_types() -> None:
    module = lower("// @flow\nfunction sign(key: string, n: ?number): string { return make(key) }")
    assert (module.language, [text(call) for call in module.calls]) == ("javascript", ["make(key)"])
    assert [param.name for param in module.functions[0].params] == ["key", "n"]


def test_name_that_flow_declares_stays_global() -> None:
    module = lower("import React from 'react';\n\ndeclare var ZoomMtg\n\nZoomMtg.join({});\nx = <App/>;\n")
    assert module.errors == []
    assert "ZoomMtg" not in module.scope.bindings


# Broken and hostile files


@pytest.mark.parametrize(
    "source",
    [
        "ZoomMtg.join({ apiKey: c.key, passWord: c.pw error(r) { log(r) } })",
        "ZoomMtg.init({ success() { ZoomMtg.join({ apiKey: c.key }) } });\n}",
        "var KEY = <API_KEY>;\nZoomMtg.join({ apiKey: KEY });",
        "getSignature(c) {\n fetch(url).then(r => { ZoomMtg.join({ apiKey: c.key }) })\n}\n}",
        "class A { m() { ZoomMtg.join({ apiKey: this.key });",
        "const a = {\n b: 1\n c: 2,\n d() { ZoomMtg.join({ apiKey: k }) }",
    ],
)
def test_broken_file_still_gives_its_calls(source: str) -> None:
    module = lower(source)
    assert module.errors
    joins = [call for call in module.calls if text(call.func) == "ZoomMtg.join"]
    assert len(joins) == 1
    options = joins[0].args[0]
    assert isinstance(options, ir.Object)
    assert options.get("apiKey") is not None


HOSTILE = {
    "parentheses": b"(" * 100_000 + b"1" + b")" * 100_000,
    "open parentheses": b"(" * 100_000,
    "brackets": b"[" * 100_000 + b"1" + b"]" * 100_000,
    "objects": b"x=" + b"{a:" * 20_000 + b"1" + b"}" * 20_000,
    "blocks": b"{" * 20_000 + b"a()" + b"}" * 20_000,
    "else-ifs": b"if(a)b();else " * 10_000 + b"c()",
    "calls in a chain": b"a" + b".a().b()" * 20_000,
    "sum": b"a" + b"+b" * 20_000,
    "assignments": b"a=" * 20_000 + b"1",
    "added to twice": b"(" * 2_000 + b"a.b" + b"+=1).c" * 2_000,
    "outcomes": b"a?b:" * 20_000 + b"c",
    "calls in calls": b"f(" * 20_000 + b")" * 20_000,
    "functions": b"(function(){a=1;window.b;" * 3_000 + b"})" * 3_000,
    "patterns": b"var " + b"[" * 20_000 + b"a" + b"]" * 20_000 + b"=x",
    "templates": b"`${" * 10_000 + b"1" + b"}`" * 10_000,
    "elements": b"<A>" * 10_000 + b"</A>" * 10_000,
    "classes": b"(class{a=" * 3_000 + b"1" + b"})" * 3_000,
    "type assertions without an end": b"a = <X>;\n" * 5_000,
    "digits": b"x=" + b"1" * 100_000,
    "blanked page": b" " * 3_000_000 + b"a()",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_takes_little_time_and_no_stack(name: str) -> None:
    start = time.process_time()
    lower(HOSTILE[name], "typescript" if name.startswith("type") else "javascript")
    assert time.process_time() - start < 10


def test_deeply_nested_calls_are_all_listed() -> None:
    assert len(lower("f(" * 1000 + ")" * 1000).calls) == 1000


def test_file_that_takes_too_long_to_parse_is_one_error() -> None:
    source = HOSTILE["type assertions without an end"]
    assert lower(source, "typescript").errors == [Span(0, len(source))]
    assert lower("x = 1", "typescript").errors == []


def test_any_bytes_are_lowered() -> None:
    base = b"export class A { #k = `a${b}`; async m({ c = 1 }, ...d) { return <F a='b' {...d}>{c}</F> } } x['y'] ??= z"
    for cut in range(len(base)):
        for language in ("javascript", "typescript", "tsx"):
            lower(base[:cut], language)
            lower(base[:cut] + b"\xff\x00" + base[cut + 3 :], language)
