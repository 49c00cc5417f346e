"""A tree as somebody would make it who wants a scanner to hang, crash, leak or run something. Builds it, no more."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import socket
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1 << 20
DEEP = 100_000
SHALLOW = 1_000
JS = "const jwt = require('jsonwebtoken'); // https://api.zoom.us/v2\n"
JS_USE = (
    "module.exports = async () => jwt.sign({iss: process.env.ZOOM_API_KEY, exp: 1}, process.env.ZOOM_API_SECRET);\n"
)
PY = "import os\nimport jwt\n\nURL = 'https://api.zoom.us/v2'\n"
PY_USE = "jwt.encode({'iss': os.environ['ZOOM_API_KEY'], 'exp': 1}, os.environ['ZOOM_API_SECRET'])\n"
PAGE = "<script>ZoomMtg.join({apiKey: KEY, meetingNumber: 1, signature: s})</script>\n"
ENV = "ZOOM_API_KEY=FAKEapiKeyFAKEapiKey00\n"

CONTROLS = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u200b"
"""What would clear a screen, rename its window, colour, and turn text around."""

Files = dict[bytes, bytes]


@dataclass
class Part:
    """One kind of harm: files by path, those with a use by rule, and what has to be said of those without."""

    files: Files = field(default_factory=dict)
    uses: dict[bytes, str] = field(default_factory=dict)
    skipped: dict[bytes, str] = field(default_factory=dict)

    def add(self, path: str | bytes, text: str | bytes, *, use: str | None = None, skipped: str | None = None) -> None:
        name, content = (
            word.encode("utf-8", "surrogateescape") if isinstance(word, str) else word for word in (path, text)
        )
        self.files[name] = content
        if use is not None:
            self.uses[name] = use
        if skipped is not None:
            self.skipped[name] = skipped


def long_lines() -> Part:
    """A line of 10 MB in each language, which is too large, and one that is just not too large to be read or parsed."""
    part = Part()
    setting = "FAKEapiKeyFAKEapiKey00"
    for name, start, end in (
        ("line.js", JS + "const a = '", "';\n" + JS_USE),
        ("line.py", PY + "a = '", "'\n" + PY_USE),
        (".env", ENV + "ZOOM_A=", "\n"),
        ("zoom.json", f'{{"zoom_api_key": "{setting}", "a": "', '"}\n'),
    ):
        for folder, size, said in (
            ("ten", 10 * MEGABYTE, "too large"),
            ("seven", 7 * MEGABYTE, "not parsed"),
            ("half", MEGABYTE // 2, None),
        ):
            if folder == "seven" and not name.endswith("js"):
                continue
            rule = "jwt-mint" if name.startswith("line") else "config-credential"
            text = start + "a" * (size - len(start) - len(end)) + end
            part.add(f"long/{folder}/{name}", text, use=None if said else rule, skipped=said)
    return part


def nesting() -> Part:
    """Brackets, calls, tags and flows inside of each other, closed and left open."""
    part = Part()
    js, py, setting = JS + JS_USE, PY + PY_USE, "FAKEapiKeyFAKEapiKey00"
    for name, opening, closing, depth in (
        ("arrays", "[\n", "]\n", DEEP),
        ("objects", "{a:\n", "}\n", SHALLOW),
        ("calls", "f(\n", ")\n", DEEP // 10),
        ("functions", "()=>{\n", "}\n", SHALLOW),
        ("templates", "`${\n", "}`\n", SHALLOW),
        ("ternaries", "a?b:\n", "", SHALLOW),
        ("members", "a.\n", "", SHALLOW),
        ("unary", "!\n", "", SHALLOW),
    ):
        part.add(f"deep/{name}.js", f"{js}x = {opening * depth}1{closing * depth};\n", use="jwt-mint")
        if name in ("arrays", "objects", "templates"):
            part.add(f"deep/open-{name}.js", f"{js}x = {opening * SHALLOW}", use="jwt-mint")
    part.add("deep/jsx.jsx", f"{js}x = {'<a>' * SHALLOW}{'</a>' * SHALLOW};\n", use="jwt-mint")
    part.add("deep/types.ts", f"{js}type T = {'A<' * SHALLOW}1{'>' * SHALLOW};\n", use="jwt-mint")
    for name, opening, closing, depth in (
        ("parentheses", "(", ")", DEEP),
        ("lists", "[", "]", SHALLOW),
        ("calls", "f(", ")", DEEP // 10),
        ("lambdas", "lambda: ", "", SHALLOW),
        ("powers", "1**", "", SHALLOW),
        ("nots", "not ", "", SHALLOW),
        ("strings", "f'{", "}'", SHALLOW),
    ):
        part.add(f"deep/{name}.py", f"{py}x = {opening * depth}1{closing * depth}\n", use="jwt-mint")
    blocks = "".join(" " * i + "if 1:\n" for i in range(500)) + " " * 500 + "pass\n"
    part.add("deep/blocks.py", py + blocks, use="jwt-mint")
    part.add("deep/elifs.py", py + "if 1: pass\n" + "elif 2: pass\n" * SHALLOW, use="jwt-mint")
    for name, opening, closing in (
        ("arrays.json", f'{{"zoom_api_key": "{setting}", "a": ' + "[" * DEEP, "]" * DEEP + "}"),
        ("objects.json", f'{{"zoom_api_key": "{setting}", "a": ' + '{"a":' * SHALLOW + "1", "}" * SHALLOW + "}"),
        ("flow.yaml", f"zoom_api_key: {setting}\na: " + "[" * DEEP, "]" * DEEP + "\n"),
        ("flow-map.yaml", f"zoom_api_key: {setting}\na: " + "{a: " * SHALLOW, "}" * SHALLOW + "\n"),
        ("block.yaml", f"zoom_api_key: {setting}\n", "- " * SHALLOW + "a\n"),
        ("arrays.toml", f"zoom_api_key = '{setting}'\na = " + "[" * DEEP, "]" * DEEP + "\n"),
        ("tables.toml", f"zoom_api_key = '{setting}'\n[" + "a." * SHALLOW, "a]\n"),
    ):
        part.add(f"deep/{name}", opening + closing, use="config-credential")
    part.add("deep/tags.html", PAGE + "<div>" * DEEP + "</div>" * DEEP, use="join-api-key")
    part.add("deep/open.html", PAGE + "<div a='\n" * SHALLOW, use="join-api-key")
    page = PAGE.replace("<script>", "<script>import { ZoomMtg } from '@zoomus/websdk'\n")
    page += "<template>" + "<div>" * SHALLOW + "</div>" * SHALLOW + "</template>\n"
    part.add("deep/page.vue", page, use="join-api-key")
    return part


def baits() -> Part:
    """Text at which a careless expression would go back again and again."""
    part = Part()
    js, py = JS + JS_USE, PY + PY_USE
    for name, text in (
        ("backslashes.js", js + 'const apiSecret = "' + "\\" * 60_000 + "\";\nsecret = '" + "a" * 60_000 + "\n"),
        ("quotes.js", js + "x = " + "\"'" * 3_000 + "\n"),
        ("quotes.py", py + "x = " + "'\"" * 20_000 + "\n"),
        ("spaces.py", py + "secret" + " " * 100_000 + "x\n"),
        ("token.py", py + "t = '" + "eyJ" * (MEGABYTE // 6) + "'\n"),
        ("comments.js", js + "/*" * 20_000 + "\n"),
        ("ignore.js", js + "// jwtscan: ignore[" + "a," * 20_000 + "\n"),
    ):
        part.add(f"bait/{name}", text, use="jwt-mint")
    claims = base64.urlsafe_b64encode(b'{"iss":"' + b"a" * (5 * MEGABYTE * 3 // 4) + b'","exp":1}').decode().rstrip("=")
    part.add("bait/token.txt", f"token: eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl\n")
    part.add("bait/token.js", f"{JS}t = 'eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl'\n", skipped="not parsed")
    part.add("bait/eyj.env", "ZOOM_JWT_TOKEN=" + "eyJ" * (5 * MEGABYTE // 3) + "\n", skipped="not parsed")
    part.add("bait/equals.env", "ZOOM=" + "=" * (MEGABYTE // 2) + "\n" + ENV, use="config-credential")
    part.add("bait/many.env", ENV + "".join(f"A{i}=a{i}\n" for i in range(DEEP)), use="config-credential")
    return part


def settings() -> Part:
    """Files of settings that grow when they are read, or name programs to run."""
    part = Part()
    laughs = "zoom_api_key: FAKEapiKeyFAKEapiKey00\nl0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
    laughs += "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]\n" for i in range(1, 30))
    part.add("settings/laughs.yaml", laughs, use="config-credential")
    merges = "zoom_api_key: FAKEapiKeyFAKEapiKey00\nm0: &m0 {a: 1}\n"
    merges += "".join(f"m{i}: &m{i}\n  <<: [{', '.join([f'*m{i - 1}'] * 10)}]\n" for i in range(1, 30))
    part.add("settings/merges.yaml", merges, use="config-credential")
    part.add(
        "settings/itself.yaml", "zoom_api_key: FAKEapiKeyFAKEapiKey00\na: &a [*a, {b: *a}]\n", use="config-credential"
    )
    tags = "zoom_api_key: FAKEapiKeyFAKEapiKey00\na: !!python/object/apply:os.system ['touch {marker}']\n"
    tags += "b: !!python/object/new:os.system ['touch {marker}']\nc: !!python/module:antigravity\nd: !own 1\n"
    part.add("settings/tags.yaml", tags, use="config-credential")
    xml = '<?xml version="1.0"?>\n<!DOCTYPE zoom [<!ENTITY l0 "ha"><!ENTITY x SYSTEM "file:///etc/passwd">'
    xml += "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 30))
    part.add("settings/laughs.xml", xml + "]>\n<zoom><zoom_api_key>&l29;&x;</zoom_api_key></zoom>\n")
    part.add("settings/laughs.html", xml + "]>\n" + PAGE + "&l29;", use="join-api-key")
    part.add("settings/.gitconfig", "[core]\n\tpager = touch {marker}\n")
    many = {f"a{i}": "1" for i in range(DEEP // 10)}
    part.add("many/package.json", json.dumps({"dependencies": {"@zoomus/websdk": "2.0.0", **many}}))
    part.add("many/requirements.txt", "zoomus==1.1.0\n" + "".join(f"zoom{i}==1\n" for i in range(DEEP // 5)))
    part.add("many/index.js", JS + JS_USE, use="jwt-mint")
    for one, other in (("a", "b"), ("b", "a")):
        part.add(
            f"loop/{one}/tsconfig.json",
            json.dumps({"extends": f"../{other}/tsconfig.json", "compilerOptions": {"paths": {"@/*": ["./*"]}}}),
        )
        part.add(
            f"loop/{one}/index.ts",
            f"import {{ K }} from '@/index';\nimport {{ S }} from '../{other}/index';\n{JS}"
            "jwt.sign({iss: K, exp: 1}, S);\n",
        )
    part.add("loop/self/tsconfig.json", '{"extends": "./tsconfig.json"}')
    part.add("loop/self/index.ts", JS + JS_USE, use="jwt-mint")
    return part


def notebooks() -> Part:
    """A notebook of ten thousand cells, one as large as is read, and one that is larger."""
    part = Part()

    def notebook(cells: Iterator[str]) -> str:
        made: list[dict[str, object]] = [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
            for cell in cells
        ]
        return (
            json.dumps(
                {"cells": made, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5},
                indent=1,
            )
            + "\n"
        )

    part.add("books/many.ipynb", notebook(iter([PY + PY_USE, *(f"x{i} = {i}" for i in range(10_000))])), use="jwt-mint")
    picture = "a" * (7 * MEGABYTE)
    part.add("books/large.ipynb", notebook(iter([PY + PY_USE, f"x = '{picture}'"])), skipped="not parsed")
    part.add("books/huge.ipynb", notebook(iter([PY + PY_USE, f"x = '{picture + picture}'"])), skipped="too large")
    return part


def encodings() -> Part:
    """Every way to write the same text."""
    part = Part()
    text = JS + "// caf\u00e9\n" + JS_USE
    for name, content in (
        ("crlf", text.replace("\n", "\r\n").encode()),
        ("cr", (PY + PY_USE).replace("\n", "\r").encode()),
        ("bom", text.encode("utf-8-sig")),
        ("utf16", text.encode("utf-16")),
        ("utf16be", b"\xfe\xff" + text.encode("utf-16-be")),
        ("utf16-bare", text.encode("utf-16-le")),
        ("utf32", text.encode("utf-32")),
        ("latin1", text.encode("latin-1")),
        ("broken", text.encode() + b"// \xff\xfe\xc0\xaf\xed\xa0\x80\n"),
        ("controls", text.encode() + b"// " + CONTROLS.encode() + b"\n"),
    ):
        part.add(f"encodings/{name}.{'py' if name == 'cr' else 'js'}", content, use="jwt-mint")
    part.add("encodings/nul.js", text.encode() + b"\0\n", skipped="binary")
    part.add("encodings/half.js", text.encode("utf-16")[:-1], skipped="not valid")
    part.add("encodings/random.js", text.encode() + random.Random(4).randbytes(100_000), skipped="binary")
    return part


def names() -> Part:
    """Names that speak to the terminal, to git, to a shell, or to nobody."""
    part = Part()
    for name in (
        "two\nlines",
        CONTROLS,
        "'single'",
        '"double"',
        "--help",
        "-rf",
        "$(touch marker)",
        "`touch marker`",
        "a;b|c&d",
        "back\\slash",
        " ",
        "tab\there",
        "%s%n",
        "::error::zoom",
        "\r::set-output name=a::b",
        "=1+1",
        "<img src=x onerror=alert(1)>",
        "]]>",
        "CON",
        "n" * 240,
        "\U0001f4a9" * 60,
        "e\u0301",
        "..js",
    ):
        part.add(f"names/{name}.js", JS + JS_USE, use="jwt-mint")
    part.add(b"names/bytes-\xff\xfe.js", JS + JS_USE, use="jwt-mint")
    part.add(b"names/\xed\xa0\x80.js", JS + JS_USE, use="jwt-mint")
    part.add("names/" + "/".join(["d" * 200] * 15) + "/deep.js", JS + JS_USE, use="jwt-mint")
    return part


def programs() -> Part:
    """Modules and programs that would be run or imported by a tool that is not careful."""
    part = Part()
    planted = "open({marker!r}, 'a').write(__file__)\nraise SystemExit('the tree was run')\n"
    for name in (
        "conftest",
        "setup",
        "sitecustomize",
        "usercustomize",
        "__init__",
        "__main__",
        "click",
        "rich",
        "yaml",
        "libcst",
        "tree_sitter",
        "tomli",
        "tomllib",
        "jwt",
        "token",
        "json",
        "re",
        "os",
        "rich/__init__",
        "click/__init__",
        "rules/evil",
    ):
        part.add(f"{name}.py", planted)
    for name in ("git", "node", "git.exe", "less", "editor", "rg"):
        part.add(name, "#!/bin/sh\necho ran >> {marker}\n")
    part.add("Makefile", "all:\n\ttouch {marker}\n")
    part.add("evil.pth", "import os; os.system('touch {marker}')\n")
    return part


PARTS = (long_lines, nesting, baits, settings, notebooks, encodings, names)


def everything() -> Part:
    whole = Part()
    for part in (make() for make in PARTS):
        whole.files.update(part.files)
        whole.uses.update(part.uses)
        whole.skipped.update(part.skipped)
    return whole


def lay(folder: Path, files: Mapping[bytes, bytes], marker: Path) -> None:
    """Writes files. ``{marker}`` in a text is the path of the file that says that something of the tree was run."""
    for name, content in files.items():
        if b"{marker" in content:
            content = content.replace(b"{marker!r}", repr(str(marker)).encode()).replace(
                b"{marker}", str(marker).encode()
            )
        above, _, base = name.rpartition(b"/")
        descriptor = _folder(os.fsencode(folder), above)
        try:
            mode = 0o755 if b"." not in base else 0o644
            file = os.open(base, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, dir_fd=descriptor)
            with open(file, "wb") as stream:
                stream.write(content)
        finally:
            os.close(descriptor)


def _folder(top: bytes, path: bytes) -> int:
    """A descriptor of a folder that may lie deeper than a path can say."""
    descriptor = os.open(top, os.O_RDONLY)
    for name in filter(None, path.split(b"/")):
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    return descriptor


def lay_nodes(folder: Path, outside: Path) -> dict[bytes, str]:
    """Links, pipes, sockets, devices and an archive. Returns what has to be said of each."""
    links = folder / "links"
    links.mkdir()
    outside.mkdir()
    (outside / "zoom.js").write_text(JS + JS_USE)
    for name, target in (
        ("a.js", "b.js"),
        ("b.js", "a.js"),
        ("itself", "."),
        ("up", ".."),
        ("zero.js", "/dev/zero"),
        ("out.js", str(outside / "zoom.js")),
        ("outside", str(outside)),
        ("broken.js", "nowhere"),
        ("root", "/"),
        (".gitignore", "/dev/zero"),
        (".ignore", "/dev/zero"),
        ("pyproject.toml", "/dev/zero"),
        ("tsconfig.json", "/dev/zero"),
        ("package.json", "/dev/urandom"),
        (".env", "/dev/stdin"),
    ):
        (links / name).symlink_to(target)
    (links / "zoom.js").write_text(JS + JS_USE)
    os.mkfifo(links / "pipe.js")
    os.mkfifo(links / "Dockerfile")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(links)  # a socket's path may only have a hundred bytes
        try:
            server.bind("socket.py")
        finally:
            os.chdir(here)
    said = {
        b"pipe.js": "pipe",
        b"socket.py": "socket",
        b"Dockerfile": "pipe",
        b"zero.js": "out of the tree",
        b"out.js": "out of the tree",
    }
    said |= {
        b"broken.js": "broken",
        b"a.js": "broken",
        b"outside": "out of the tree",
        b"root": "out of the tree",
        b"package.json": "out of the tree",
    }
    if os.geteuid() == 0:
        os.mknod(links / "device.js", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        said[b"device.js"] = "device"
    with zipfile.ZipFile(folder / "zoom.zip", "w") as archive:
        for name, target in (("a", "b"), ("b", "a"), ("zoom.js", "../../../etc/passwd")):
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return {b"links/" + name: words for name, words in said.items()}
