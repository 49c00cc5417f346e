"""Ignore comments in each syntax: where they silence a finding, and where the same words are no comment."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jwtscan.engine import Options, Result, scan
from jwtscan.loading import load_rules

RULES = load_rules(allow_python=False)
WORDS = "jwtscan: ignore because"

CLIENT = "from zoomus import ZoomClient\n\n{}\n"
MADE = 'ZoomClient("k", "s")'
PYTHON = {
    "same line": f"client = {MADE}  # §",
    "other tools before": f"client = {MADE}  # noqa: S106  # §",
    "tabs": f"if 1:\n\tclient = {MADE}\t#\t§",
    "line above": f"# §\nclient = {MADE}",
    "first line": 'client = ZoomClient(  # §\n    "k", "s"\n)',
    "inside": 'client = ZoomClient(\n    # §\n    "k", "s"\n)',
    "last line": 'client = ZoomClient(\n    "k", "s"\n)  # §',
    "last line of the statement": 'users = ZoomClient("k",\n  "s").user.list(\n  page=1,\n)  # §',
    "above a list": f"# §\nclients = [\n    1,\n    {MADE},\n]",
    "above a chain": f"# §\nusers = (\n    {MADE}\n    .user\n    .list()\n)",
    "above a return": f"def f():\n    # §\n    return loads(\n        {MADE}.user.list()\n    )",
    "above an await": f"async def f():\n    # §\n    await put(\n        {MADE}\n    )",
    "above a joined line": f"# §\nclient: Client = \\\n    {MADE}",
    "above the head of a loop": f"# §\nfor user in (\n    {MADE}.user.list()\n):\n    pass",
    "above the head of a with": f"# §\nwith opened(\n    {MADE}\n) as file:\n    pass",
    "above a condition": f"# §\nif (\n    {MADE}\n):\n    pass",
    "above its decorator": f"# §\n@first\n@second(\n    {MADE}\n)\ndef f(): ...",
    "above a default": f"# §\ndef f(\n    client={MADE},\n): ...",
    "above an f-string": f'# §\ntext = f"""\n{{{MADE}}}\n"""',
    "above a lambda": f"# §\nmake = lambda: (\n    {MADE})",
    "above a comprehension": f"# §\nclients = [\n    {MADE} for _ in names]",
    "whole file": f"client = {MADE}\n\n# jwtscan: ignore-file",
}
PYTHON_NOT = {
    "a string": f's = "# §"; client = {MADE}',
    "a docstring": f'"""\n# §\n"""\nclient = {MADE}',
    "a loop around": f"# §\nfor user in users:\n    client = {MADE}",
    "a function around": f"# §\ndef f():\n    return {MADE}",
    "a class around": f"# §\nclass Zoom:\n    client = {MADE}",
    "a statement between": f"# §\ntotal = 1\nclient = {MADE}",
}

IMPORT = "import {{ ZoomMtg }} from '@zoomus/websdk';\n{}\n"
JOIN = "ZoomMtg.join({ apiKey: window.key, signature, meetingNumber: '1', userName: 'Guest' })"
SCRIPT = {
    "line comment": f"{JOIN}; // §",
    "block comment": f"{JOIN} /* § */;",
    "before it": f"/* § */ {JOIN};",
    "above": f"// §\n{JOIN};",
    "above, in a block": f"/**\n * §\n */\n{JOIN};",
    "above other tools": f"// §\n// eslint-disable-next-line\n{JOIN};",
    "behind other tools": f"{JOIN}; // eslint-disable-line no-undef -- §",
    "above a chain": "// §\nZoomMtg\n  .join({ apiKey: window.key, signature, meetingNumber, userName });",
    "above a chain of others": f"// §\nfirst()\n  .then(second)\n  .then({JOIN});",
    "above an await": f"async function f() {{\n  // §\n  await put(\n    {JOIN}\n  );\n}}",
    "above an export": f"// §\nexport default {{\n  room: {JOIN},\n}};",
    "above a named export": f"// §\nexport const room = {{\n  made: {JOIN},\n}};",
    "above a choice": f"// §\nconst room = ready\n  ? 1\n  : {JOIN};",
    "above several": f"// §\nconst one = 1,\n  room = {JOIN};",
    "above an arrow": f"// §\nconst enter = () =>\n  {JOIN};",
    "above a condition": f"// §\nif (\n  {JOIN}\n) {{}}",
    "above a return": f"function f() {{\n  // §\n  return [\n    {JOIN},\n  ];\n}}",
    "above a template": f"// §\nconst text = `\n  ${{{JOIN}}}`;",
    "at the end of the call": "ZoomMtg.join({\n  apiKey: window.key,\n  signature, meetingNumber, userName,\n}); // §",
    "at its start": "ZoomMtg.join({ // §\n  signature, meetingNumber, userName,\n  apiKey: window.key,\n});",
}
SCRIPT_NOT = {
    "a string": f'const text = "// §"; {JOIN};',
    "a template": f"const text = `\n// §\n`;\n{JOIN};",
    "an expression": f"const sign = /\\/\\/ §/; {JOIN};",
    "a function around": f"// §\nfunction enter() {{\n  {JOIN};\n}}",
    "a callback around": f"// §\nready(() => {{\n  {JOIN};\n}});",
    "a method around": f"// §\nexport default {{\n  mounted() {{\n    {JOIN};\n  }},\n}};",
    "a block around": f"// §\nif (ready) {{\n  {JOIN};\n}}",
}
TYPED = {
    "above a cast": f"// §\nconst room = <any>made(\n  {JOIN} as Room);",
    "above a decorator": f"// §\n@Component({{\n  room: {JOIN},\n}})\nclass Page {{}}",
    "above a field": f"class Page {{\n  // §\n  private room: Room =\n    {JOIN};\n}}",
}

COMPONENT = IMPORT.replace("{}\n", "export const Room = ({{ signature }}) => (\n{}\n);\n")
CLICK = f"onClick={{() => {JOIN}}}"
JSX = {
    "above the element": f"<p>\n  {{/* § */}}\n  <a {CLICK} />\n</p>",
    "above an element of several lines": f'<p>\n  {{/* § */}}\n  <a\n    id="x"\n    {CLICK}\n  />\n</p>',
    "above, in a line comment": f"<p>\n  {{\n    // §\n  }}\n  <a {CLICK} />\n</p>",
    "above, in several lines": f"<p>\n  {{/*\n    §\n  */}}\n  <a {CLICK} />\n</p>",
    "above the root": f'// §\n<a\n  id="x"\n  {CLICK}\n/>',
    "between attributes": f"<p>\n  <a\n    // §\n    {CLICK}\n  />\n</p>",
    "in a block between attributes": f"<p>\n  <a /* § */ {CLICK} />\n</p>",
    "in the attribute": f"<p>\n  <a onClick={{() => {JOIN} /* § */}} />\n</p>",
    "above the value": f"<p>\n  <a onClick={{\n    // §\n    () => {JOIN}}} />\n</p>",
    "after the opening tag": f"<p>\n  <a {CLICK}> {{/* § */}}\n    Join\n  </a>\n</p>",
    "after the opening tag's last line": f"<p>\n  <a\n    {CLICK}\n  > {{/* § */}}\n    Join\n  </a>\n</p>",
    "above the element of a handler": f"<p>\n  {{/* § */}}\n  <a\n    onClick={{() => {{\n      {JOIN};\n    }}}}\n  />"
    "\n</p>",
}
JSX_NOT = {
    "text with slashes": f"<p>\n  // §\n  <a {CLICK} />\n</p>",
    "text with stars": f"<p>\n  /* § */\n  <a {CLICK} />\n</p>",
    "an attribute": f'<p>\n  <a title="// §" {CLICK} />\n</p>',
    "a string": f"<p>\n  <a title={{'// §'}} {CLICK} />\n</p>",
    "an element between": f"<p>\n  {{/* § */}}\n  <b />\n  <a {CLICK} />\n</p>",
    "an element around": f"<p>\n  {{/* § */}}\n  <b>\n    <a {CLICK} />\n  </b>\n</p>",
}

LOADED = '<script src="https://source.zoom.us/zoom-meeting-1.9.1.min.js"></script>'
LOADED_IN_LINES = '<script\n  defer\n  src="https://source.zoom.us/zoom-meeting-1.9.1.min.js"\n></script>'
PAGE = {
    "above": f"<!-- § -->\n{LOADED}",
    "in several lines": f"<!--\n  §\n-->\n{LOADED}",
    "same line": f"{LOADED} <!-- § -->",
    "above a tag of several lines": f"<!-- § -->\n{LOADED_IN_LINES}",
    "behind a tag of several lines": f"{LOADED_IN_LINES} <!-- § -->",
    "in the script": f"<script>\n  // §\n  {JOIN}\n</script>",
    "above the script": f"<!-- § -->\n<script>\n  start();\n  {JOIN}\n</script>",
    "above a handler": f'<!-- § -->\n<a\n  id="x"\n  onclick="{JOIN}">Join</a>',
    "of Jinja": f"{{# § #}}\n{LOADED}",
    "of Jinja, trimmed": f"{{#- § -#}}\n{LOADED}",
    "of Jinja, in a script": f"<script>\n  {{# § #}}\n  {JOIN}\n</script>",
    "of Django": f"{{% comment %}} § {{% endcomment %}}\n{LOADED}",
    "of Django, with a note": f'{{% comment "a note" %}}\n§\n{{% endcomment %}}\n{LOADED}',
    "of Handlebars": f"{{{{! § }}}}\n{LOADED}",
    "of Handlebars, long": f"{{{{!-- § --}}}}\n{LOADED}",
    "of EJS": f"<%# § %>\n{LOADED}",
    "in a style": f"{LOADED}\n<style>\n  /* jwtscan: ignore-file */\n</style>",
}
PAGE_NOT = {
    "text": f"<p>§</p>{LOADED}",
    "an attribute": f'<script title="<!-- § -->" {LOADED.removeprefix("<script ")}',
    "a string": f'<script>\n  const text = "<!-- § -->"; {JOIN}\n</script>',
    "a string of a style": f"<style>\n  p::before {{ content: '/* jwtscan: ignore-file */' }}\n</style>\n{LOADED}",
}
IMPORTED = IMPORT.format("")
VUE = {
    "template": f'<template>\n  <!-- § -->\n  <a @click="{JOIN}" />\n</template>\n<script>\n{IMPORTED}</script>',
    "script": f"<template>\n  <p />\n</template>\n<script>\n{IMPORTED}{JOIN} // §\n</script>",
    "setup": f'<script setup lang="ts">\n{IMPORTED}// §\n{JOIN}\n</script>',
    "style": f"<script>\n{IMPORTED}{JOIN}\n</script>\n<style>\n/* jwtscan: ignore-file */\n</style>",
}
SVELTE = {
    "script": f"<script>\n{IMPORTED}// §\n{JOIN}\n</script>\n<p />",
    "markup": f"<script>\n{IMPORTED}</script>\n<!-- § -->\n<a on:click={{() => {JOIN}}} />",
}

KEY = "ZOOM_API_KEY"
SETTINGS = {
    ".env": [f"{KEY}=  # §", f"# §\n{KEY}=abcdefghijk", f"export {KEY}=abcdefghijk # §", f'{KEY}="abcdefghijk" # §'],
    "docker-compose.yml": [
        f"services:\n  web:\n    environment:\n      # §\n      {KEY}: abc",
        f"services:\n  web:\n    environment:\n      # §\n      - {KEY}=abc",
        f"services:\n  web:\n    environment:\n      - {KEY}=abc # §",
    ],
    ".github/workflows/ci.yml": [f"jobs:\n  test:\n    env:\n      {KEY}: ${{{{ secrets.{KEY} }}}} # §"],
    "app.toml": ['[zoom]\n# §\napi_key = "abcdefghijk"', '[zoom]\napi_key = "abcdefghijk" # §'],
    "app.ini": ["[zoom]\n; §\napi_key = abc", "[zoom]\n# §\napi_key = abc", "[zoom]\napi_key = abc ; §"],
    "app.cfg": ["[zoom]\n# §\napi_key = abc"],
    "app.properties": ["# §\nzoom.api.key=abc", "! §\nzoom.api.key=abc"],
    "Dockerfile": [f"FROM python:3\n# §\nENV {KEY}=abc", f"FROM python:3\n# §\nENV PORT=80 \\\n    {KEY}=abc"],
    "deploy.sh": [f"# §\nexport {KEY}=abc", f"export {KEY}=abc # §"],
    "main.tf": [
        '# §\nvariable "zoom_api_key" {}',
        '// §\nvariable "zoom_api_key" {}',
        '/* § */\nvariable "zoom_api_key" {}',
        'locals {\n  zoom_api_key = "abc" # §\n}',
    ],
    "app.json": ['{\n  // §\n  "zoom_api_key": "abcdefghijk"\n}'],
    "app.jsonc": ['{\n  "zoom_api_key": "abcdefghijk" /* § */\n}'],
    "app.json5": ["{\n  // §\n  zoom_api_key: 'abcdefghijk',\n}"],
    "requirements.txt": ["zoomus==1.1.0  # §", "# §\nzoomus==1.1.0", "# §\nzoomus==1.1.0 \\\n  --hash=sha256:00"],
    "pyproject.toml": ['[project]\ndependencies = [\n  # §\n  "zoomus==1.1.0",\n]'],
    "Pipfile": ['[packages]\nzoomus = "==1.1.0" # §'],
    "environment.yml": ["dependencies:\n  - pip:\n    - zoomus==1.1.0 # §"],
    "setup.cfg": ["[options]\ninstall_requires =\n    # §\n    zoomus==1.1.0"],
    "setup.py": ['from setuptools import setup\nsetup(install_requires=[\n    "zoomus==1.1.0",  # §\n])'],
}
SETTINGS_NOT = {
    ".env": [f'{KEY}="abc # §"', f"{KEY}='abc # §'", f"{KEY}=abc#§"],
    "docker-compose.yml": [
        f'services:\n  web:\n    environment:\n      - "{KEY}=abc # §"',
        f"services:\n  web:\n    command: |\n      # §\n    environment:\n      {KEY}: abc",
    ],
    "app.toml": ['[zoom]\napi_key = "abc # §"', '[zoom]\ntext = """\n# §\n"""\napi_key = "abcdefghijk"'],
    "app.properties": ["zoom.api.key=abc # §"],
    "Dockerfile": [f"FROM python:3\nENV {KEY}=abc # §"],
    "deploy.sh": [f'export {KEY}="abc # §"', f"cat <<END\n# §\nEND\nexport {KEY}=abc"],
    "main.tf": ['locals {\n  zoom_api_key = "abc # §"\n}'],
    "app.json": ['{\n  "//": "§",\n  "zoom_api_key": "abcdefghijk"\n}'],
}


def notebook(*lines: str, joined: bool) -> str:
    text = "\n".join(lines)
    cell = {"cell_type": "code", "metadata": {}, "source": text if joined else text.splitlines(keepends=True)}
    note = {"cell_type": "markdown", "metadata": {}, "source": ["# jwtscan: ignore-file"]}
    return json.dumps(
        {"cells": [note, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False
    )


NOTEBOOK = {
    f"{name}, {'joined' if joined else 'in lines'}": notebook("from zoomus import ZoomClient", *lines, joined=joined)
    for joined in (True, False)
    for name, lines in {
        "same line": (f"client = {MADE}  # §",),
        "above": ("# §", f"client = {MADE}"),
        "above its statement": ("# §", "client = made(", f"    {MADE})"),
    }.items()
}
NOTEBOOK_NOT = {
    f"a line between, {'joined' if joined else 'in lines'}": notebook(
        "from zoomus import ZoomClient", "# §", "total = 1", f"client = {MADE}", joined=joined
    )
    for joined in (True, False)
}


def test_a_comment_at_the_end_of_a_cell_says_nothing_about_the_next(tmp_path: Path) -> None:
    sources = [["from zoomus import ZoomClient\n", f"# {WORDS}"], [f"client = {MADE}"]]
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert rules_of(scanned(tmp_path, "a.ipynb", text.encode())) == ["unused-ignore", "wrapper-client"]


def table(name: str, texts: dict[str, str], form: str = "{}\n") -> list[object]:
    return [pytest.param(name, form.format(text), id=f"{name}: {what}") for what, text in texts.items()]


def listed(texts: dict[str, list[str]]) -> list[object]:
    rows = ((name, text, number) for name, found in texts.items() for number, text in enumerate(found))
    return [pytest.param(name, f"{text}\n", id=f"{name}: {number}") for name, text, number in rows]


SILENCING = [
    *table("a.py", PYTHON, CLIENT),
    *table("a.js", SCRIPT, IMPORT),
    *table("a.ts", TYPED, IMPORT),
    *table("a.jsx", JSX, COMPONENT),
    *table("a.tsx", JSX, COMPONENT),
    *table("a.html", PAGE),
    *table("a.vue", VUE),
    *table("a.svelte", SVELTE),
    *table("a.ipynb", NOTEBOOK),
    *listed(SETTINGS),
]
NOT_SILENCING = [
    *table("a.py", PYTHON_NOT, CLIENT),
    *table("a.js", SCRIPT_NOT, IMPORT),
    *table("a.jsx", JSX_NOT, COMPONENT),
    *table("a.html", PAGE_NOT),
    *table("a.ipynb", NOTEBOOK_NOT),
    *listed(SETTINGS_NOT),
]


def scanned(folder: Path, name: str, text: bytes) -> Result:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text)
    return scan(Options(cwd=folder, jobs=1), RULES)


def rules_of(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


@pytest.mark.parametrize(("name", "text"), SILENCING)
def test_a_comment_silences(tmp_path: Path, name: str, text: str) -> None:
    result = scanned(tmp_path, name, text.replace("§", WORDS, 1).encode())
    assert rules_of(result) == []
    assert result.silenced


@pytest.mark.parametrize(("name", "text"), NOT_SILENCING)
def test_the_same_words_elsewhere_do_not(tmp_path: Path, name: str, text: str) -> None:
    result = scanned(tmp_path, name, text.replace("§", WORDS).encode())
    assert set(rules_of(result)) - {"unused-ignore"}
    assert not result.silenced


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("end", [b"", b"\n"], ids=["no final newline", "final newline"])
def test_bytes_around_do_not_matter(tmp_path: Path, start: bytes, newline: bytes, end: bytes) -> None:
    text = CLIENT.format(f"# {WORDS}\nclient = {MADE}").strip().encode().replace(b"\n", newline)
    result = scanned(tmp_path, "a.py", start + text + end)
    assert rules_of(result) == []
    assert [(one.reason, one.at) for one in result.silenced] == [("because", (3, 3))]


def test_a_reason_in_latin_1(tmp_path: Path) -> None:
    text = "# coding: latin-1\n" + CLIENT.format(f"client = {MADE}  # {WORDS} \xe9t\xe9")
    result = scanned(tmp_path, "a.py", text.encode("latin-1"))
    assert [one.reason for one in result.silenced] == ["because \xe9t\xe9"]


PAGE_OF_DOCS = (Path(__file__).parent.parent / "docs" / "silencing.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r'^(?P<margin> *)```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^ *```$', re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", list(EXAMPLE.finditer(PAGE_OF_DOCS)), ids=lambda match: match["name"])
def test_what_the_documentation_shows(tmp_path: Path, example: re.Match[str]) -> None:
    text = re.sub(rf"^{example['margin']}", "", example["text"], flags=re.MULTILINE)
    result = scanned(tmp_path, example["name"], text.encode())
    assert rules_of(result) == []
    assert len(result.silenced) >= text.count("ignore[")
    assert all(one.reason for one in result.silenced)
