"""Rewriting JavaScript: imports and leftovers, the helper module's form and place, and who has to wait."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from jwtscan.engine import Options, Scan
from jwtscan.engine.fix import fix
from jwtscan.files import Document
from jwtscan.finding import Applicability
from jwtscan.fixing import Import, NewFile, Unused
from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript import slip, tidy
from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.package import is_application, why_browser
from jwtscan.fixing.javascript.tree import Tree
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.templates import Token, token_of
from jwtscan.loading import load_rules
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit

HELPER = Import("a", "./zoom-oauth", "getAccessToken")
MINT = "jwt.sign({ iss: process.env.ZOOM_API_KEY, exp: 1 }, process.env.ZOOM_API_SECRET)"
CALL = "fetch('https://api.zoom.us/v2/users')"
KINDS = {"js": "javascript", "mjs": "javascript", "ts": "typescript", "tsx": "tsx", "vue": "vue", "html": "html"}


def unit_of(path: str, text: str) -> Unit:
    source = text.encode()
    return read_unit(Document(path, source, source), KINDS[path.rpartition(".")[2]])


def tidied(text: str, *unused: str | Unused, imports: tuple[Import, ...] = (), path: str = "a.js") -> str:
    gone = [Unused(path, one) if isinstance(one, str) else one for one in unused]
    return tidy(unit_of(path, text), text.encode(), imports, gone).decode()


# -- imports -------------------------------------------------------------------------------------------------------


def test_require_follows_the_others_in_their_style() -> None:
    text = 'var a = require("a")\nvar b = require("b")\n\nb(a)\n'
    assert tidied(text, imports=(HELPER,)) == text.replace(
        'require("b")\n', 'require("b")\nconst { getAccessToken } = require("./zoom-oauth")\n'
    )


def test_import_follows_the_last_import_with_line_ends_and_semicolons_kept() -> None:
    text = "import a from 'a';\r\nimport b from 'b'; // why\r\n\r\nb(a);\r\n"
    made = tidied(text, imports=(HELPER,))
    assert made == text.replace("// why\r\n", "// why\r\nimport { getAccessToken } from './zoom-oauth';\r\n")


def test_import_stands_behind_declarations_between_the_requires() -> None:
    text = "const a = require('a');\nconst app = a();\nconst b = require('b');\napp.use(b);\n"
    assert tidied(text, imports=(HELPER,)).splitlines()[3] == "const { getAccessToken } = require('./zoom-oauth');"


def test_import_stays_among_imports_where_a_require_follows() -> None:
    text = "import a from 'a';\nconst b = require('b');\n\nb(a);\n"
    assert tidied(text, imports=(HELPER,)).splitlines()[1] == "import { getAccessToken } from './zoom-oauth';"


def test_import_comes_after_hash_bang_directive_and_comment() -> None:
    text = "#!/usr/bin/env node\n'use strict';\n\nrun();\n"
    assert tidied(text, imports=(HELPER,)).splitlines()[2] == "const { getAccessToken } = require('./zoom-oauth');"
    assert tidied("// head\nrun();\n", imports=(HELPER,)).startswith("// head\nconst { getAccessToken }")


def test_import_that_is_there_is_not_repeated() -> None:
    for text in (
        "const { getAccessToken } = require('./zoom-oauth');\n",
        "import { getAccessToken } from './zoom-oauth';\n",
        "import { other, getAccessToken } from './zoom-oauth';\n",
    ):
        assert tidied(text, imports=(HELPER,)) == text


def test_name_joins_the_braces_of_the_same_module() -> None:
    assert tidied("import { other } from './zoom-oauth';\n", imports=(HELPER,)) == (
        "import { other, getAccessToken } from './zoom-oauth';\n"
    )


def test_alias_is_written_as_each_kind_of_import_writes_it() -> None:
    wanted = Import("a", "./zoom-oauth", "getAccessToken", "getZoomAccessToken")
    assert "{ getAccessToken: getZoomAccessToken } = require" in tidied("const a = require('a');\n", imports=(wanted,))
    assert "{ getAccessToken as getZoomAccessToken } from" in tidied("import a from 'a';\n", imports=(wanted,))


def test_component_gets_the_import_inside_its_script() -> None:
    text = "<template><p/></template>\n<script>\nimport a from 'a'\nexport default a\n</script>\n"
    assert "import a from 'a'\nimport { getAccessToken } from './zoom-oauth'\n" in tidied(
        text, imports=(HELPER,), path="a.vue"
    )


# -- leftovers -----------------------------------------------------------------------------------------------------


def test_one_leftover_frees_the_next() -> None:
    text = (
        "const jwt = require('jsonwebtoken');\nconst { KEY, URL } = process.env;\n\n"
        "const payload = { iss: KEY, exp: Math.floor(Date.now() / 1000) };\n\nrun(URL);\n"
    )
    assert tidied(text, "jwt", "KEY", "payload") == "const { URL } = process.env;\n\nrun(URL);\n"


@pytest.mark.parametrize(
    "text",
    [
        "const token = make();\n",
        "export const token = 1;\n",
        "const token = 1;\nmodule.exports = { token };\n",
        "const token = 1;\nconst other = { a: { token } };\nrun(other);\n",
        "const token = 1;\nconst view = () => <Show token={token} />;\nrun(view);\n",
        "let token = 1;\ntoken = 2;\n",
        "const { token, ...others } = process.env;\nrun(others);\n",
        "var token = 1;\nvar token = 2;\n",
        "const token = seen.add(1);\n",
    ],
)
def test_leftover_stays_where_something_reads_it_or_making_it_does_something(text: str) -> None:
    assert tidied(text, "token") == text


def test_name_that_a_template_reads_stays() -> None:
    text = "<template>{{ token }}</template>\n<script setup>\nconst token = 1\n</script>\n"
    assert tidied(text, "token", path="a.vue") == text


def test_name_of_another_scope_is_another_name() -> None:
    text = "const token = 1;\nfunction f(token) {\n  return token;\n}\nf();\n"
    assert tidied(text, "token") == "function f(token) {\n  return token;\n}\nf();\n"


def test_local_goes_by_the_function_it_stands_in() -> None:
    text = "const f = () => {\n  const payload = {};\n  return 1;\n};\nconst g = () => {\n  const payload = {};\n};\n"
    made = tidied(text, Unused("a.js", "payload", "f"))
    assert made == "const f = () => {\n  return 1;\n};\nconst g = () => {\n  const payload = {};\n};\n"
    assert tidied("on(() => {\n  const payload = {};\n});\n", Unused("a.js", "payload", "*")) == "on(() => {\n});\n"


def test_function_that_only_calls_itself_goes() -> None:
    assert tidied("function f() {\n  f();\n}\nrun();\n", "f") == "run();\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("import jwt, { sign } from 'j';\nsign();\n", "import { sign } from 'j';\nsign();\n"),
        ("import * as jwt from 'j';\nrun();\n", "run();\n"),
        ("import { a, jwt } from 'j';\na();\n", "import { a } from 'j';\na();\n"),
        ("import { x as jwt, a } from 'j';\na();\n", "import { a } from 'j';\na();\n"),
        ("const a = 1, jwt = require('j');\nrun(a);\n", "const a = 1;\nrun(a);\n"),
        ("const { sign: jwt } = require('j');\nrun();\n", "run();\n"),
    ],
)
def test_one_name_of_several_goes(text: str, left: str) -> None:
    assert tidied(text, "jwt") == left


def test_comment_in_what_goes_stays() -> None:
    text = "const payload = {\n  iss: KEY, // your key\n};\nrun();\n"
    assert tidied(text, "payload") == "// your key\nrun();\n"


def test_import_of_a_module_that_does_something_stays_without_the_name() -> None:
    text = "const config = require('./config');\nimport other from './config';\nrun();\n"
    gone = [Unused("a.js", "config"), Unused("a.js", "other")]
    made = tidy(unit_of("a.js", text), text.encode(), [], gone, lambda module: module == "./config").decode()
    assert made == "require('./config');\nimport './config';\nrun();\n"


def test_blank_lines_around_what_goes_become_one() -> None:
    assert tidied("a();\n\nconst x = 1;\n\n\nb();\n", "x") == "a();\n\nb();\n"


# -- the helper ----------------------------------------------------------------------------------------------------


def project(folder: Path, files: dict[str, str]) -> Plan:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    scan = Scan(Options(paths=(".",), cwd=folder, jobs=1), load_rules(allow_python=False))
    scan.run()
    assert scan.project is not None
    return Plan(scan.project)


def loaded(plan: Plan, path: str) -> Unit:
    unit = plan.project.load(path)
    assert unit is not None
    return unit


def helper(token: Token) -> tuple[str, str, str]:
    """The helper's path, its template, and the module that the import names."""
    new = next(one for one in token.intents if isinstance(one, NewFile))
    wanted = next(one for one in token.intents if isinstance(one, Import))
    return new.path, new.template, wanted.module


REQUIRING = f"const jwt = require('jsonwebtoken');\nexports.token = () => {MINT};\nexports.users = () => {CALL};\n"
IMPORTING = f"import jwt from 'jsonwebtoken';\nexport const token = () => {MINT};\nexport const users = () => {CALL};\n"


@pytest.mark.parametrize(
    ("files", "path", "wanted"),
    [
        ({"zoom.js": REQUIRING}, "zoom.js", ("zoom-oauth.js", "zoom-oauth commonjs fetch", "./zoom-oauth")),
        ({"zoom.js": IMPORTING}, "zoom.js", ("zoom-oauth.js", "zoom-oauth module fetch", "./zoom-oauth")),
        ({"zoom.mjs": IMPORTING}, "zoom.mjs", ("zoom-oauth.mjs", "zoom-oauth module fetch", "./zoom-oauth.mjs")),
        (
            {"zoom.js": IMPORTING, "package.json": '{"type": "module"}'},
            "zoom.js",
            ("zoom-oauth.js", "zoom-oauth module fetch", "./zoom-oauth.js"),
        ),
        (
            {"zoom.cjs": REQUIRING, "package.json": '{"type": "module"}'},
            "zoom.cjs",
            ("zoom-oauth.cjs", "zoom-oauth commonjs fetch", "./zoom-oauth.cjs"),
        ),
        (
            {"src/zoom.ts": IMPORTING},
            "src/zoom.ts",
            ("src/zoom-oauth.ts", "zoom-oauth typescript fetch", "./zoom-oauth"),
        ),
        (
            {"a/zoom.js": REQUIRING, "a/b/zoom.js": REQUIRING},
            "a/b/zoom.js",
            ("a/zoom-oauth.js", "zoom-oauth commonjs fetch", "../zoom-oauth"),
        ),
        (
            {"src/pages/api/zoom.js": IMPORTING, "src/lib/db.js": "", "package.json": "{}"},
            "src/pages/api/zoom.js",
            ("src/lib/zoom-oauth.js", "zoom-oauth module fetch", "../../lib/zoom-oauth"),
        ),
        (
            {"zoom.js": REQUIRING, "package.json": '{"dependencies": {"axios": "^1.0.0"}}'},
            "zoom.js",
            ("zoom-oauth.js", "zoom-oauth commonjs axios", "./zoom-oauth"),
        ),
        (
            {
                "zoom.js": REQUIRING,
                "package.json": '{"engines": {"node": ">=20"}, "dependencies": {"axios": "^1.0.0"}}',
            },
            "zoom.js",
            ("zoom-oauth.js", "zoom-oauth commonjs fetch", "./zoom-oauth"),
        ),
        (
            {"zoom.js": REQUIRING, "package.json": '{"dependencies": {"node-fetch": "^3.0.0"}}'},
            "zoom.js",
            ("zoom-oauth.js", "zoom-oauth commonjs fetch", "./zoom-oauth"),
        ),
    ],
)
def test_helper_has_the_form_and_the_place_that_the_package_asks_for(
    files: dict[str, str], path: str, wanted: tuple[str, str, str], tmp_path: Path
) -> None:
    plan = project(tmp_path, files)
    assert helper(token_of(plan, loaded(plan, path))) == wanted


def test_helper_that_is_there_is_used(tmp_path: Path) -> None:
    plan = project(
        tmp_path,
        {"a/zoom.js": REQUIRING, "zoom-oauth.js": "exports.getAccessToken = async () => '';\n", "package.json": "{}"},
    )
    intents = token_of(plan, loaded(plan, "a/zoom.js")).intents
    assert intents == {Import("a/zoom.js", "../zoom-oauth", "getAccessToken")}


def test_name_that_is_taken_is_not_taken_twice(tmp_path: Path) -> None:
    plan = project(tmp_path, {"zoom.js": REQUIRING + "const getAccessToken = () => exports.token();\n"})
    token = token_of(plan, loaded(plan, "zoom.js"), client_id="key")
    assert token.call == "getZoomAccessToken({ clientId: key })"
    assert Import("zoom.js", "./zoom-oauth", "getAccessToken", "getZoomAccessToken") in token.intents


def test_helper_asks_the_government_for_its_own(tmp_path: Path) -> None:
    plan = project(tmp_path, {"zoom.js": REQUIRING.replace("api.zoom.us", "api.zoomgov.com")})
    new = next(i for i in token_of(plan, loaded(plan, "zoom.js")).intents if isinstance(i, NewFile))
    assert b"https://zoomgov.com/oauth/token" in new.source


# -- packages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "is_one"),
    [
        ('{"main": "index.js"}', False),
        ('{"main": "index.js", "private": true}', True),
        ('{"main": "index.js", "scripts": {"start": "node ."}}', True),
        ('{"main": "index.js", "dependencies": {"express": "4"}}', True),
        ('{"name": "tool"}', True),
    ],
)
def test_package_with_an_entry_and_no_server_is_a_library(manifest: str, is_one: bool, tmp_path: Path) -> None:
    plan = project(tmp_path, {"zoom.js": REQUIRING, "package.json": manifest})
    assert is_application(plan.project, loaded(plan, "zoom.js")) is is_one


def test_secret_in_a_browser_is_told_from_one_on_a_server(tmp_path: Path) -> None:
    plan = project(
        tmp_path,
        {
            "package.json": '{"dependencies": {"react-scripts": "5"}}',
            "src/zoom.js": IMPORTING,
            "src/View.js": "import React from 'react';\n" + IMPORTING,
            "server/zoom.js": REQUIRING,
            "src/node.js": "const fs = require('fs');\n" + REQUIRING,
        },
    )
    seen = {path: why_browser(plan.project, loaded(plan, path)) for path in plan.project.modules.files if "js" in path}
    assert {path for path, reason in seen.items() if reason is None} >= {"server/zoom.js", "src/node.js"}
    assert seen["src/zoom.js"] == "the package around it is a browser's or an app's"
    assert seen["src/View.js"] == "this runs in the browser"


# -- waiting -------------------------------------------------------------------------------------------------------


def waiting(folder: Path, files: dict[str, str], at: str) -> tuple[Asynchrony, dict[str, str]]:
    """Has ``MINT`` of the file ``at`` awaited. Gives what was found, and the files with the edits."""
    from jwtscan.text import apply

    plan = project(folder, files)
    scripts = Scripts(plan.project)
    unit = loaded(plan, at)
    tree = scripts.tree(unit)
    assert isinstance(tree, Tree)
    start = tree.source.index(MINT.encode())
    node = tree.root.descendant_for_byte_range(start, start + len(MINT))
    assert node is not None
    waits = Asynchrony(plan, scripts)
    waits.suspend(unit, tree, node)
    made = {
        path: apply(loaded(plan, path).document.source, [edit for where, edit in waits.edits if where == path]).decode()
        for path in files
    }
    return waits, made


HEAD = "const jwt = require('jsonwebtoken');\n"


def test_await_goes_through_files_classes_and_aliases(tmp_path: Path) -> None:
    files = {
        "token.js": f"{HEAD}exports.make = () => {MINT};\n",
        "client.js": (
            "const { make: mint } = require('./token');\n"
            "class Client {\n  headers() {\n    return { a: mint() };\n  }\n"
            f"  users() {{\n    const {{ a }} = this.headers();\n    return {CALL};\n  }}\n}}\n"
            "module.exports = Client;\n"
        ),
        "main.js": "const Client = require('./client');\nnew Client().users().then(console.log);\n",
    }
    waits, made = waiting(tmp_path, files, "token.js")
    assert waits.obstacles == waits.doubts == []
    assert "exports.make = async () =>" in made["token.js"]
    assert "async headers() {\n    return { a: await mint() };" in made["client.js"]
    assert "async users() {\n    const { a } = await this.headers();" in made["client.js"]
    assert made["main.js"] == files["main.js"], "it got a promise before"


@pytest.mark.parametrize(
    ("use", "wanted"),
    [
        ("async function f() { return make().length; }", "return (await make()).length;"),
        ("async function f() { return { ...make() }; }", "{ ...(await make()) }"),
        ("async function f() { return await make(); }", "return await make();"),
        ("function f() { return make().then(run); }", "function f() { return make().then(run); }"),
        ("function f() { return make(); }", "async function f() { return make(); }"),
        ("const f = x => run(make());", "const f = async x => run(await make());"),
        ("const o = { f() { run(make()); } };", "const o = { async f() { run(await make()); } };"),
        ("const f = () => Promise.all([make()]);", "const f = () => Promise.all([make()]);"),
        ("p.then(function (x) { run(make()); });", "p.then(async function (x) { run(await make()); });"),
        ("(function () { run(make()); })();", "(async function () { run(await make()); })();"),
        ("class A { static f() { run(make()); } }", "class A { static async f() { run(await make()); } }"),
    ],
)
def test_await_is_written_where_the_value_is_needed(use: str, wanted: str, tmp_path: Path) -> None:
    text = f"{HEAD}const make = () => {MINT};\n{CALL};\n{use}\n"
    waits, made = waiting(tmp_path, {"a.js": text}, "a.js")
    assert waits.obstacles == []
    assert wanted in made["a.js"]


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        ("class A { constructor() { this.a = make(); } }", "a constructor cannot wait"),
        ("const o = { get f() { return make(); } };", "a getter cannot wait"),
        ("function* f() { yield make(); }", "a generator gives its values at once"),
        ("class A { f = make(); }", "a class field's initialiser cannot wait"),
        ("function f(a = make()) {}", "a parameter's default cannot wait"),
        ("const a = make();", "at module level there is no await here"),
        ("list.sort((a, b) => make() - b);", "what calls this function needs its result at once"),
        ("list.filter(make);", "make is handed to something that needs its result at once"),
        ("const other = make;", "make is used as a value"),
        ("const f = () => () => make();", "this function is handed on, and who calls it is not known"),
    ],
)
def test_place_that_cannot_wait_is_said(use: str, reason: str, tmp_path: Path) -> None:
    text = f"{HEAD}const make = () => {MINT};\n{CALL};\n{use}\n"
    waits, _ = waiting(tmp_path, {"a.js": text}, "a.js")
    assert [note.rpartition(": ")[2] for note in waits.obstacles] == [reason]


@pytest.mark.parametrize(
    "use",
    [
        "setInterval(() => { run(make()); }, 1000);",
        "bus.on('a', () => { run(make()); });",
        "function start() { run(make()); }\nstart();\nrun();",
    ],
)
def test_wait_that_nobody_sees_fail_is_a_doubt(use: str, tmp_path: Path) -> None:
    text = f"{HEAD}const make = () => {MINT};\n{CALL};\n{use}\n"
    waits, _ = waiting(tmp_path, {"a.js": text}, "a.js")
    assert waits.obstacles == []
    assert len(waits.doubts) == 1


ZOOM = f"{HEAD}class Zoom {{ getHeaders() {{ return {{ a: {MINT} }}; }} }}\nmodule.exports = Zoom;\n{CALL};\n"
TOKEN = f"{HEAD}exports.getToken = () => {MINT};\n{CALL};\n"


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (
            {"a.js": TOKEN, "lib.js": "module.exports = { ...require('./a') };\n", "b.js": "LIB.getToken()"},
            "await require('./lib').getToken()",
        ),
        (
            {"a.js": f"{HEAD}module.exports = () => {MINT};\n{CALL};\n", "b.js": "require('./a')()"},
            "await require('./a')()",
        ),
        (
            {"a.js": TOKEN, "lib.js": "exports.mint = require('./a').getToken;\n", "b.js": "LIB.mint()"},
            "await require('./lib').mint()",
        ),
        ({"a.js": TOKEN, "b.js": "require('./a')['getToken']()"}, "await require('./a')['getToken']()"),
        (
            {
                "a.js": f"import jwt from 'jsonwebtoken';\nexport const getToken = () => {MINT};\n{CALL};\n",
                "lib.js": "export { getToken as mint } from './a';\n",
                "b.js": "import { mint as made } from './lib';\nmade()",
            },
            "await made()",
        ),
        (
            {"a.js": ZOOM, "b.js": "const Zoom = require('./a');\nnew Zoom().getHeaders()"},
            "await new Zoom().getHeaders()",
        ),
        (
            {"a.js": ZOOM, "b.js": "const Zoom = require('./a');\nconst { getHeaders } = new Zoom();\ngetHeaders()"},
            "await getHeaders()",
        ),
        (
            {"a.js": ZOOM, "b.js": "class B extends require('./a') { async f() { return [super.getHeaders()]; } }\n0"},
            "[await super.getHeaders()]",
        ),
    ],
)
def test_caller_is_found_however_it_came_by_the_function(files: dict[str, str], wanted: str, tmp_path: Path) -> None:
    *lines, last = files["b.js"].replace("LIB", "require('./lib')").split("\n")
    files = files | {"b.js": "\n".join([*lines, f"async function b() {{ run({last}); }}", ""])}
    waits, made = waiting(tmp_path, files, "a.js")
    assert waits.obstacles == []
    assert wanted in made["b.js"]


def test_object_that_is_handed_in_is_a_doubt_and_waits(tmp_path: Path) -> None:
    files = {
        "a.js": ZOOM,
        "main.js": "const Zoom = require('./a');\nrequire('./b')(new Zoom());\n",
        "b.js": "module.exports = (service) => ({ f: async () => run(service.getHeaders()) });\n",
    }
    waits, made = waiting(tmp_path, files, "a.js")
    assert "run(await service.getHeaders())" in made["b.js"]
    assert [note.rpartition(": ")[2] for note in waits.doubts] == [
        "service.getHeaders is taken for the function that changes"
    ]


def test_types_follow_the_function(tmp_path: Path) -> None:
    text = (
        f"import jwt from 'jsonwebtoken';\n{CALL};\nconst make: (a: string) => string = (a) => {MINT};\n"
        "export async function f(): Promise<string> { return make(''); }\n"
    )
    waits, made = waiting(tmp_path, {"a.ts": text}, "a.ts")
    assert waits.obstacles == []
    assert "const make: (a: string) => Promise<string> = async (a) =>" in made["a.ts"]
    assert "f(): Promise<string> { return make(''); }" in made["a.ts"]


def test_named_type_and_type_guard_are_obstacles(tmp_path: Path) -> None:
    text = (
        f"import jwt from 'jsonwebtoken';\n{CALL};\ntype Maker = () => string;\nconst make: Maker = () => {MINT};\n"
        "function isGood(a: unknown): a is string { return a === make(); }\n"
    )
    waits, _ = waiting(tmp_path, {"a.ts": text}, "a.ts")
    reasons = [note.rpartition(": ")[2] for note in waits.obstacles]
    assert reasons == ["its type Maker is declared elsewhere", "a type guard cannot wait"]


# -- the whole -----------------------------------------------------------------------------------------------------


def test_slip_that_a_parser_lets_pass_is_seen() -> None:
    before = unit_of("a.js", "function f() { const a = 1; }\n")
    assert (
        slip(before, unit_of("a.js", "function f() { const a = 1; let a = 2; }\n"))
        == "the result would declare a twice"
    )
    assert slip(before, unit_of("a.js", "function f() { var a = 1; var a = 2; }\n")) is None
    stray = "the result would await where nothing is async"
    assert slip(before, unit_of("a.js", "function f() { const a = await 1; }\n")) == stray
    assert slip(before, unit_of("a.js", "async function f() { const a = await 1; }\n")) is None


FIXTURES = Path(__file__).parent.parent / "fixtures" / "jwt-mint"
OUTCOMES = sorted(
    path
    for kind in ("out", "unsafe")
    for folder in FIXTURES.glob(f"*.{kind}")
    for path in folder.rglob("*.*js")
    if not path.read_text().startswith("template:")
)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on the PATH")
@pytest.mark.parametrize("path", OUTCOMES, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_outcome_is_javascript_to_node(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    is_module = any(line.startswith(("import ", "export ")) for line in text.splitlines())
    target = tmp_path / ("a.mjs" if is_module else "a.cjs")
    target.write_text(text)
    made = subprocess.run(["node", "--check", target], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_every_helper_is_javascript_to_node(tmp_path: Path) -> None:
    from jwtscan.fixing.names import Names
    from jwtscan.fixing.templates.javascript_text import CLIENTS, Flavour, helper_text
    from jwtscan.text.layout import Layout

    if shutil.which("node") is None:
        pytest.skip("there is no node on the PATH")
    for client in CLIENTS:
        for system, name in (("commonjs", "a.cjs"), ("module", "a.mjs")):
            target = tmp_path / name
            for layout in (Layout(), Layout("\n", "\t", "'", semicolons=False)):
                target.write_text(helper_text(Flavour(client, system, "zoom.us"), Names(), layout))
                made = subprocess.run(["node", "--check", target], capture_output=True, text=True, check=False)
                assert made.returncode == 0, made.stderr


def test_two_mints_in_one_handler_get_names_of_their_own(tmp_path: Path) -> None:
    handler = (
        f"app.get('/a', (req, res) => {{\n  rp({{ auth: {{ bearer: {MINT} }} }}).then(run);\n"
        f"  rp({{ auth: {{ bearer: {MINT} }} }}).then(run);\n}});\n"
    )
    files = {"a.js": f"{HEAD}const app = require('express')();\n{CALL};\n{handler}"}
    project(tmp_path, files)
    rules = load_rules(allow_python=False)
    made = fix(Options(paths=(".",), cwd=tmp_path, jobs=1), rules, least=Applicability.UNSAFE)
    text = next(change.after.source.decode() for change in made.changes if change.path == "a.js")
    assert "jwt" not in text
    assert slip(unit_of("a.js", ""), unit_of("a.js", text)) is None
