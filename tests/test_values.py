"""Reaching values: the same program in Python and JavaScript gives the same ends and the same trails."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from jwtscan.files import Document
from jwtscan.files.kinds import kind_of
from jwtscan.meaning.project import Project
from jwtscan.meaning.values import Value
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit

Files = dict[str, str]


def reached(files: Files, main: str) -> list[Value]:
    """The values of the argument of ``use(…)`` in the file ``main``."""

    def read(path: str) -> Unit | None:
        source = files[path].encode()
        kind = kind_of(PurePosixPath(path).name, path)
        return read_unit(Document(path, source, source), kind or "")

    project = Project(files, read)
    project.look_at(files)
    unit = project.units[main]
    assert unit.module is not None
    calls = [call for call in unit.module.calls if getattr(call.func, "id", "") == "use"]
    return project.reach(unit, calls[-1].args[0])


def shown(value: Value) -> str:
    """An end and its trail in one line, without what differs between the languages."""
    end = value.name or repr(value.text)
    return f"{end} <- {', '.join(step.text for step in value.trail)}"


TWINS: dict[str, tuple[Files, Files, list[str]]] = {
    "environment": (
        {"a.py": "import os\nkey = os.environ['ZOOM_KEY']\nuse(key)\n"},
        {"a.js": "const key = process.env.ZOOM_KEY;\nuse(key);\n"},
        ["env:ZOOM_KEY <- env:ZOOM_KEY, key"],
    ),
    "literal": (
        {"a.py": "key = 'k1'\nuse(key)\n"},
        {"a.js": "const key = 'k1';\nuse(key);\n"},
        ["'k1' <- key"],
    ),
    "default": (
        {"a.py": "key = first or 'k2'\nuse(key)\n"},
        {"a.js": "const key = first || 'k2';\nuse(key);\n"},
        ["first <- first, key", "'k2' <- key"],
    ),
    "member of a local object": (
        {"a.py": "config = {'key': 'k1', 'other': 'o'}\nuse(config['key'])\n"},
        {"a.js": "const config = {key: 'k1', other: 'o'};\nuse(config.key);\n"},
        ["'k1' <- key, config, key"],
    ),
    "spread": (
        {"a.py": "base = {'key': 'k1'}\nall = {**base, 'x': 1}\nuse(all['key'])\n"},
        {"a.js": "const base = {key: 'k1'};\nconst all = {...base, x: 1};\nuse(all.key);\n"},
        ["'k1' <- key, base, key"],
    ),
    "another module": (
        {"config.py": "KEY = 'k1'\n", "a.py": "from config import KEY\nuse(KEY)\n"},
        {"config.js": "export const KEY = 'k1';\n", "a.js": "import { KEY } from './config';\nuse(KEY);\n"},
        ["'k1' <- KEY, KEY, KEY"],
    ),
    "result of a function": (
        {"a.py": "def key():\n    return 'k1'\nuse(key())\n"},
        {"a.js": "function key() { return 'k1'; }\nuse(key());\n"},
        ["'k1' <- key()"],
    ),
    "parameter": (
        {"a.py": "def run(key):\n    use(key)\nrun('k1')\n"},
        {"a.js": "function run(key) { use(key); }\nrun('k1');\n"},
        ["'k1' <- key, key"],
    ),
    "field of a class": (
        {
            "a.py": "class A:\n"
            "    def __init__(self, key):\n        self.key = key\n"
            "    def go(self):\n        use(self.key)\n"
            "A('k1')\n"
        },
        {"a.js": "class A { constructor(key) { this.key = key; } go() { use(this.key); } }\nnew A('k1');\n"},
        ["'k1' <- key, key, key"],
    ),
    "nobody in the project calls it": (
        {"a.py": "def run(key):\n    use(key)\n"},
        {"a.js": "function run(key) { use(key); }\n"},
        ["?key <- key, key"],
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_twins_reach_the_same_values_by_the_same_names(name: str) -> None:
    python, javascript, expected = TWINS[name]
    assert [_distinct(shown(value)) for value in reached(python, "a.py")] == [_distinct(row) for row in expected]
    assert [_distinct(shown(value)) for value in reached(javascript, "a.js")] == [_distinct(row) for row in expected]


def _distinct(row: str) -> str:
    """A row with repeated neighbours of the trail said once: how often a name is bound differs by language."""
    end, _, trail = row.partition(" <- ")
    steps = trail.split(", ")
    return f"{end} <- {', '.join(step for index, step in enumerate(steps) if index == 0 or step != steps[index - 1])}"


def ends(files: Files, main: str) -> list[str]:
    return sorted(value.name or str(value.text) for value in reached(files, main))


def test_star_import_from_the_project() -> None:
    assert ends({"config.py": "KEY = 'k1'\n", "a.py": "from config import *\nuse(KEY)\n"}, "a.py") == ["k1"]


def test_star_import_from_outside_keeps_the_module_in_the_name() -> None:
    assert ends({"a.py": "from config import *\nuse(KEY)\n"}, "a.py") == ["config.KEY"]


def test_whole_export_of_a_commonjs_module() -> None:
    files = {"config.js": "module.exports = { key: 'k1' };\n", "a.js": "const c = require('./config');\nuse(c.key);\n"}
    assert ends(files, "a.js") == ["k1"]


def test_re_export() -> None:
    files = {
        "config.ts": "export const KEY = 'k1';\n",
        "index.ts": "export { KEY as ZoomKey } from './config';\n",
        "a.ts": "import { ZoomKey } from '.';\nuse(ZoomKey);\n",
    }
    assert ends(files, "a.ts") == ["k1"]


def test_settings_file_that_is_imported() -> None:
    files = {
        "config.json": '{"zoom": {"key": "k1"}}',
        "a.js": "const c = require('./config.json');\nuse(c.zoom.key);\n",
    }
    assert ends(files, "a.js") == ["k1"]


def test_environment_that_is_chosen_by_a_variable() -> None:
    text = "const all = { dev: { key: 'k1' }, live: { key: 'k2' } };\nuse(all[process.env.NODE_ENV].key);\n"
    assert ends({"a.js": text}, "a.js") == ["k1", "k2"]


def test_react_state_and_its_setter() -> None:
    text = "const [key, setKey] = useState('k1');\nsetKey('k2');\nuse(key);\n"
    assert ends({"a.jsx": text}, "a.jsx") == ["k1", "k2"]


def test_scripts_of_one_page_share_their_names() -> None:
    files = {
        "index.html": '<script src="config.js"></script><script src="main.js"></script>',
        "config.js": "var API_KEY = 'k1';\n",
        "main.js": "use(API_KEY);\n",
    }
    assert ends(files, "main.js") == ["k1"]


def test_property_of_a_python_class() -> None:
    text = (
        "class A:\n    @property\n    def key(self):\n        return 'k1'\n    def go(self):\n        use(self.key)\n"
    )
    assert ends({"a.py": text}, "a.py") == ["k1"]


@pytest.mark.parametrize(
    "text",
    [
        "a = b\nb = a\nuse(a)\n",
        "def f(x):\n    return f(x)\nuse(f(1))\n",
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nuse(f(g(1)))\n",
        "class A(A):\n    pass\nuse(A().x)\n",
        "x = {**x}\nuse(x['k'])\n",
    ],
)
def test_cycles_end(text: str) -> None:
    reached({"a.py": text}, "a.py")
