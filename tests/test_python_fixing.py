"""Python rewritten: what tidying adds and takes out, where the helper goes, and what becomes of minted tokens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from jwtscan.engine import Options
from jwtscan.engine.fix import Fixed, fix
from jwtscan.finding import Applicability
from jwtscan.fixing import Import, Unused
from jwtscan.fixing.python import tidy
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

OAUTH = Import("a.py", "zoom_oauth", "access_token")
MINT = 'jwt.encode({"iss": API_KEY, "exp": time.time() + 60}, API_SECRET, algorithm="HS256")'
HEAD = """\
import os
import time

import jwt
import requests

API_KEY = os.environ["ZOOM_API_KEY"]
API_SECRET = os.environ["ZOOM_API_SECRET"]
"""
CALL = """

def users():
    headers = {"Authorization": "Bearer " + token()}
    return requests.get("https://api.zoom.us/v2/users", headers=headers).json()
"""
CLEAN = """\
import requests

from zoom_oauth import access_token
"""


def _tidied(source: str, imports: list[Import], *unused: Unused, local: frozenset[str] = frozenset()) -> str:
    return tidy(source.encode(), imports, unused, lambda name: name == "read_elsewhere", local).decode()


def _unused(name: str, scope: str = "") -> Unused:
    return Unused("a.py", name, scope)


# Imports


def test_import_joins_the_others() -> None:
    assert _tidied("import json\nimport requests\n\nx = 1\n", [OAUTH]) == (
        "import json\nimport requests\nfrom zoom_oauth import access_token\n\nx = 1\n"
    )


def test_import_is_apart_where_groups_are() -> None:
    source = "import json\n\nimport requests\n\n\ndef f():\n    pass\n"
    assert _tidied(source, [OAUTH]).startswith(
        "import json\n\nimport requests\n\nfrom zoom_oauth import access_token\n\n\ndef"
    )


def test_import_stays_with_those_of_the_project() -> None:
    source = "import json\n\nimport config\n"
    assert _tidied(source, [OAUTH], local=frozenset({"config"})) == (
        "import json\n\nimport config\nfrom zoom_oauth import access_token\n"
    )


def test_import_of_the_standard_library_goes_to_its_group() -> None:
    source = "import json\n\nimport requests\n"
    assert _tidied(source, [Import("a.py", "os")]) == "import json\nimport os\n\nimport requests\n"


def test_first_import_goes_behind_docstring_and_future() -> None:
    assert _tidied('#!/usr/bin/env python\n"""Doc."""\nx = 1\n', [OAUTH]) == (
        '#!/usr/bin/env python\n"""Doc."""\nfrom zoom_oauth import access_token\nx = 1\n'
    )
    assert _tidied("from __future__ import annotations\nx = 1\n", [OAUTH]).splitlines()[0] == (
        "from __future__ import annotations"
    )


def test_import_goes_behind_the_change_of_the_path_that_it_needs() -> None:
    source = "import sys\nsys.path.append('..')\nimport secret\n\nprint(secret.x)\n"
    assert _tidied(source, [OAUTH]).startswith(
        "import sys\nsys.path.append('..')\nimport secret\nfrom zoom_oauth import access_token\n"
    )


def test_import_that_is_there_is_not_added_again() -> None:
    source = "from zoom_oauth import access_token\n"
    assert _tidied(source, [OAUTH]) == source
    assert _tidied("from zoom_oauth import access_token as other\n", [OAUTH]).count("import") == 2


# What nothing reads


def test_unused_goes_with_what_only_it_read() -> None:
    source = "import time\nKEY = 'k'\n\n\ndef f():\n    p = {'iss': KEY, 'exp': time.time() + 5}\n    return 1\n"
    assert _tidied(source, [], _unused("KEY"), _unused("time"), _unused("p", "f")) == "def f():\n    return 1\n"


@pytest.mark.parametrize(
    "use",
    [
        "print(KEY)",
        "__all__ = ['KEY']",
        "x = f'{KEY}'",
        "getattr(m, 'KEY')",
        "def f():\n    global KEY\n    KEY = 2",
        "def f(x=KEY):\n    pass",
    ],
)
def test_what_is_read_stays(use: str) -> None:
    source = f"KEY = 'k'\n{use}\n"
    assert _tidied(source, [], _unused("KEY")) == source


def test_what_another_file_reads_stays() -> None:
    source = "read_elsewhere = 1\n"
    assert _tidied(source, [], _unused("read_elsewhere")) == source


@pytest.mark.parametrize("value", ["connect()", "requests.get(url)", "[x for x in y]", "input()", "open('f').read()"])
def test_what_may_do_something_stays(value: str) -> None:
    source = f"KEY = {value}\n"
    assert _tidied(source, [], _unused("KEY")) == source


def test_local_of_another_function_stays() -> None:
    source = "def f():\n    p = 1\n    return 2\n\n\ndef g():\n    p = 1\n    return 2\n"
    assert _tidied(source, [], _unused("p", "f")) == source.replace("    p = 1\n", "", 1)


def test_name_of_one_import_among_others() -> None:
    source = "from time import (\n    sleep,\n    time,\n)\nimport jwt, json\nsleep(1)\njson\n"
    assert _tidied(source, [], _unused("time"), _unused("jwt")) == (
        "from time import (\n    sleep,\n)\nimport json\nsleep(1)\njson\n"
    )


def test_value_that_is_replaced_unread_goes() -> None:
    source = "p = {'iss': 1}\nx = 2\np = open('f').read()\nprint(p, x)\n"
    assert _tidied(source, [], _unused("p")) == "x = 2\np = open('f').read()\nprint(p, x)\n"


@pytest.mark.parametrize("between", ["print(p)", "p += 1", "if x:\n    p = 2", "def f():\n    return p"])
def test_value_that_may_be_read_before_it_is_replaced_stays(between: str) -> None:
    source = f"x = p = 1\np = 0\n{between}\np = x\nprint(p)\n"
    assert _tidied(source, [], _unused("p")) == source


def test_comments_stay_and_a_block_keeps_a_statement() -> None:
    source = "def f():\n    p = {\n        'a': 1,  # one\n    }\n"
    assert _tidied(source, [], _unused("p", "f")) == "def f():\n    # one\n    pass\n"


def test_function_that_only_the_token_needed_goes() -> None:
    source = "def part(x):\n    return x.encode()\n\n\ndef f():\n    h = part('a')\n    return 1\n"
    assert _tidied(source, [], _unused("part"), _unused("h", "f")) == "def f():\n    return 1\n"


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_bytes_around_stay(newline: str) -> None:
    source = newline.join(["import jwt\t", "\timport" * 0 + "x = 'é'  ", "\f", "if x:", "\ty = 1", "\tz = x"])
    assert _tidied(source, [], _unused("jwt"), _unused("y")) == newline.join(["x = 'é'  ", "\f", "if x:", "\tz = x"])


def test_text_that_is_no_python_3_comes_back() -> None:
    assert _tidied("print 'x'\n", [OAUTH], _unused("x")) == "print 'x'\n"
    deep = "x = " + "(" * 5000 + ")" * 5000 + "\n"
    assert _tidied(deep, [OAUTH]) == deep


# Minted tokens


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(load_rules(allow_python=True))


def _fix(place: Path, files: Mapping[str, str], *, unsafe: bool = False) -> tuple[dict[str, str], Fixed]:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(text.encode())
    least = Applicability.UNSAFE if unsafe else Applicability.SAFE
    made = fix(Options(jobs=1, paths=(".",), cwd=place), _rules(), least=least)
    return {change.path: change.after.source.decode() for change in made.changes}, made


def _of_one(place: Path, body: str, **options: bool) -> str:
    return _fix(place, {"zoom.py": HEAD + body}, **options)[0].get("zoom.py", "")


@pytest.mark.parametrize(
    "body",
    [
        f"    return {MINT}\n",
        f"    return {MINT}.decode('utf-8')\n",
        f"    return str({MINT})[2:-1]\n",
        f"    return str({MINT}, 'utf-8')\n",
        f'    return str({MINT}).split("\'")[1]\n',
    ],
)
def test_mint_in_one_expression(tmp_path: Path, body: str) -> None:
    assert _of_one(tmp_path, "\n\ndef token():\n" + body + CALL) == (
        CLEAN + "\n\ndef token():\n    return access_token()\n" + CALL
    )


@pytest.mark.parametrize(
    "after",
    [
        "    made = made.decode()\n",
        "    made = str(made)\n    made = made[2:]\n    made = made[:-1]\n",
        "    if isinstance(made, bytes):\n        made = made.decode('utf-8')\n",
        "    if not isinstance(made, str):\n        made = made.decode('utf-8')\n    else:\n        made = str(made)\n",
        "    try:\n        made = made.decode()\n    except AttributeError:\n        pass\n",
        "    made = made.decode() if isinstance(made, bytes) else made\n",
        "    made = made.decode('utf-8') if hasattr(made, 'decode') else made\n",
    ],
)
def test_what_was_done_later_is_undone(tmp_path: Path, after: str) -> None:
    made = _of_one(tmp_path, f"\n\ndef token():\n    made = {MINT}\n{after}    return made\n{CALL}")
    assert "made = access_token()\n" in made
    for left in ("decode", "isinstance", "[2:", "[:-1]", "hasattr", "try"):
        assert left not in made


def test_guard_that_returns_keeps_a_return(tmp_path: Path) -> None:
    body = f"    made = {MINT}\n    if isinstance(made, bytes):\n        return made.decode()\n"
    body += "    else:\n        return made\n"
    made = _of_one(tmp_path, f"\n\ndef token():\n{body}{CALL}")
    assert "    made = access_token()\n    return made\n" in made


def test_slice_that_is_no_leftover_stays(tmp_path: Path) -> None:
    made = _of_one(tmp_path, f"\n\ndef token():\n    made = {MINT}\n    print(made[:10])\n    return made\n{CALL}")
    assert "print(made[:10])" in made


def test_decode_in_another_file_and_of_a_parameter(tmp_path: Path) -> None:
    files = {
        "zoom.py": HEAD + f"\n\ndef token() -> bytes:\n    return {MINT}\n",
        "job.py": (
            "import requests\nfrom zoom import token\n\n\ndef users(auth: bytes):\n"
            "    headers = {'Authorization': 'Bearer ' + auth.decode('utf-8')}\n"
            "    return requests.get('https://api.zoom.us/v2/users', headers=headers)\n\n\nusers(token())\n"
        ),
    }
    made, _ = _fix(tmp_path, files)
    assert "def token() -> str:" in made["zoom.py"]
    assert "def users(auth: str):" in made["job.py"]
    assert "'Bearer ' + auth}" in made["job.py"]


@pytest.mark.parametrize(
    "use", ["    made, _ = pair()\n    made = made.decode()\n", "    made = pair()[0].decode('utf-8')\n"]
)
def test_token_that_is_returned_beside_others(tmp_path: Path, use: str) -> None:
    body = f"\n\ndef pair():\n    return {MINT}, 60\n\n\ndef token():\n{use}    return made\n{CALL}"
    made = _of_one(tmp_path, body)
    assert "return access_token(), 60\n" in made
    assert "decode" not in made


def test_token_that_is_joined_to_bytes_is_left(tmp_path: Path) -> None:
    made, done = _fix(tmp_path, {"zoom.py": HEAD + f"\n\ndef token():\n    return b'Bearer ' + {MINT}\n{CALL}"})
    assert made == {}
    assert "joined to bytes" in str(done.last.findings[0].fix)


def test_comments_between_the_arguments_stay(tmp_path: Path) -> None:
    mint = MINT.replace("({", "(\n        # the claims\n        {").replace(
        "API_SECRET,", "# the secret\n        API_SECRET,"
    )
    made = _of_one(tmp_path, f"\n\ndef token():\n    made = {mint}\n    return made\n{CALL}")
    assert "    # the claims\n    # the secret\n    made = access_token()\n" in made


def test_parameters_are_handed_on(tmp_path: Path) -> None:
    mint = MINT.replace("API_KEY", "key").replace("API_SECRET", "secret")
    body = (
        f"\n\ndef make(key, secret):\n    return {mint}\n\n\ndef token():\n    return make(API_KEY, API_SECRET)\n{CALL}"
    )
    made = _of_one(tmp_path, body)
    assert "def make(key, secret):\n    return access_token(client_id=key, client_secret=secret)\n" in made
    assert 'os.environ["ZOOM_CLIENT_ID"]' in made


def test_parameters_of_unseen_callers_are_unsafe(tmp_path: Path) -> None:
    mint = MINT.replace("API_KEY", "key").replace("API_SECRET", "secret")
    source = (
        f"import time\n\nimport jwt\n\nAPI = 'https://api.zoom.us/v2'\n\n\ndef token(key, secret):\n    return {mint}\n"
    )
    made, done = _fix(tmp_path, {"zoom.py": source})
    assert made == {}
    left = done.last.findings[0].fix
    assert left is not None
    assert (left.applicability, "callers outside" in str(left.because)) == (Applicability.UNSAFE, True)
    made, _ = _fix(tmp_path, {"zoom.py": source}, unsafe=True)
    assert "return access_token(client_id=key, client_secret=secret)" in made["zoom.py"]


def test_credentials_of_many_tenants_are_left_with_the_steps(tmp_path: Path) -> None:
    mint = MINT.replace("API_KEY", "user.zoom_key").replace("API_SECRET", "user.zoom_secret")
    source = f"import time\n\nimport jwt\n\nAPI = 'https://api.zoom.us/v2'\n\n\ndef token(user):\n    return {mint}\n"
    made, done = _fix(tmp_path, {"zoom.py": source}, unsafe=True)
    assert made == {}
    left = done.last.findings[0].fix
    assert left is not None
    assert "user OAuth" in str(left.because)


def test_token_of_a_module_is_fetched_where_it_is_used(tmp_path: Path) -> None:
    body = f"\nTOKEN = {MINT}\nHEADERS = {{\n    'Authorization': 'Bearer ' + TOKEN,\n}}\n"
    use = "\n\ndef users():\n    return requests.get('https://api.zoom.us/v2/users', headers=HEADERS).json()\n"
    other = (
        "import zoom\nfrom zoom import HEADERS, TOKEN\n\n\ndef show():\n    return TOKEN, zoom.TOKEN, dict(HEADERS)\n"
    )
    made, _ = _fix(tmp_path, {"zoom.py": HEAD + body + use, "show.py": other})
    assert "TOKEN" not in made["zoom.py"]
    assert (
        "def HEADERS():\n    return {\n        'Authorization': 'Bearer ' + access_token(),\n    }\n" in made["zoom.py"]
    )
    assert "headers=HEADERS())" in made["zoom.py"]
    assert made["show.py"] == (
        "from zoom import HEADERS\nfrom zoom_oauth import access_token\n\n\n"
        "def show():\n    return access_token(), access_token(), dict(HEADERS())\n"
    )


def test_token_of_a_script_is_fetched_in_place(tmp_path: Path) -> None:
    made = _of_one(
        tmp_path,
        f"\ntoken = {MINT}\nprint(requests.get('https://api.zoom.us/v2/users', headers={{'Authorization': token}}))\n",
    )
    assert "\ntoken = access_token()\n" in made


def test_headers_that_are_changed_keep_their_token(tmp_path: Path) -> None:
    mint = MINT.replace("60", "86400")
    body = f"\nTOKEN = {mint}\nHEADERS = {{'Authorization': 'Bearer ' + TOKEN}}\n"
    use = "\n\ndef users():\n    HEADERS['X'] = '1'\n"
    use += "    return requests.get('https://api.zoom.us/v2/users', headers=HEADERS)\n"
    made, done = _fix(tmp_path, {"zoom.py": HEAD + body + use})
    assert made == {}
    left = done.last.findings[0].fix
    assert left is not None
    assert "good for one hour" in str(left.because)


def test_token_of_a_constructor_becomes_a_property(tmp_path: Path) -> None:
    body = f"""

class Zoom:
    def __init__(self, base):
        self.base = base
        self.token = {MINT}

    def users(self):
        headers = {{"Authorization": "Bearer " + self.token}}
        return requests.get(self.base + "https://api.zoom.us/v2/users", headers=headers).json()
"""
    made = _of_one(tmp_path, body)
    assert "    @property\n    def token(self):\n        return access_token()\n\n    def users(self):" in made
    assert "self.token = " not in made


def test_constant_made_of_a_long_token_becomes_a_function(tmp_path: Path) -> None:
    mint = MINT.replace("60", "86400")
    body = f"\n\ndef token():\n    return {mint}\n\n\nHEADERS = {{'Authorization': 'Bearer ' + token()}}\n"
    use = "\n\ndef users():\n    return requests.get('https://api.zoom.us/v2/users', headers=HEADERS)\n"
    made = _of_one(tmp_path, body + use)
    assert "return {'Authorization': 'Bearer ' + token()}" in made
    assert "HEADERS = " not in made


def test_field_of_a_long_token_of_a_method_becomes_a_property(tmp_path: Path) -> None:
    body = f"""

class Zoom:
    def __init__(self):
        self.token = self.sign()

    def sign(self):
        return {MINT.replace("60", "86400")}

    def users(self):
        headers = {{"Authorization": "Bearer " + self.token}}
        return requests.get("https://api.zoom.us/v2/users", headers=headers).json()
"""
    made = _of_one(tmp_path, body)
    assert "    @property\n    def token(self):\n        return self.sign()\n" in made


def test_field_that_needs_a_parameter_is_unsafe(tmp_path: Path) -> None:
    mint = MINT.replace("60", "86400")
    body = f"""

class Zoom:
    def __init__(self, days):
        self.token = self.sign(days)

    def sign(self, days):
        return {mint}

    def users(self):
        headers = {{"Authorization": "Bearer " + self.token}}
        return requests.get("https://api.zoom.us/v2/users", headers=headers).json()
"""
    made, done = _fix(tmp_path, {"zoom.py": HEAD + body})
    assert made == {}
    assert "good for one hour" in str(done.last.findings[0].fix)


def test_token_that_nothing_uses_goes_without_a_helper(tmp_path: Path) -> None:
    body = f"\n\ndef users():\n    token = {MINT}\n    return requests.get('https://api.zoom.us/v2/users').json()\n"
    made, _ = _fix(tmp_path, {"zoom.py": HEAD + body})
    assert list(made) == ["zoom.py"]
    assert (
        made["zoom.py"]
        == "import requests\n\n\ndef users():\n    return requests.get('https://api.zoom.us/v2/users').json()\n"
    )


def test_token_that_the_library_reads_again_is_left(tmp_path: Path) -> None:
    body = f"\n\ndef token():\n    made = {MINT}\n    jwt.decode(made, API_SECRET, algorithms=['HS256'])\n"
    body += f"    return made\n{CALL}"
    made, done = _fix(tmp_path, {"zoom.py": HEAD + body}, unsafe=True)
    assert made == {}
    assert "read with the JWT library" in str(done.last.findings[0].fix)


def test_coroutine_awaits_the_token(tmp_path: Path) -> None:
    source = (
        HEAD.replace("requests", "httpx")
        + f"\n\nasync def token():\n    return {MINT}\n\n\nAPI = 'https://api.zoom.us/v2'\n"
    )
    made, _ = _fix(tmp_path, {"zoom.py": source})
    assert "    return await access_token()\n" in made["zoom.py"]
    assert "from zoom_oauth_async import access_token\n" in made["zoom.py"]
    assert "import httpx\n" in made["zoom_oauth_async.py"]


# Where the helper goes


MODULE = HEAD + f"\n\ndef token():\n    return {MINT}\n" + CALL


@pytest.mark.parametrize(
    ("files", "helper", "line"),
    [
        ({"zoom.py": MODULE}, "zoom_oauth.py", "from zoom_oauth import access_token"),
        ({"a b/zoom.py": MODULE}, "a b/zoom_oauth.py", "from zoom_oauth import access_token"),
        ({"app/__init__.py": "", "app/zoom.py": MODULE}, "app/zoom_oauth.py", "from .zoom_oauth import access_token"),
        (
            {"app/zoom.py": MODULE, "main.py": "from app.zoom import users\n"},
            "app/zoom_oauth.py",
            "from app.zoom_oauth import access_token",
        ),
        (
            {"app/zoom.py": "from app.core import x\n" + MODULE, "app/core.py": "x = 1\n"},
            "app/zoom_oauth.py",
            "from app.zoom_oauth import access_token",
        ),
        (
            {"site/manage.py": "", "site/api/zoom.py": MODULE},
            "site/api/zoom_oauth.py",
            "from api.zoom_oauth import access_token",
        ),
        (
            {
                "setup.py": "",
                "pkg/__init__.py": "",
                "pkg/zoom.py": MODULE + "\nif __name__ == '__main__':\n    users()\n",
            },
            "pkg/zoom_oauth.py",
            "from pkg.zoom_oauth import access_token",
        ),
        (
            {"one-job/zoom.py": "import sys\nsys.path.append('../')\nimport secret\n" + MODULE, "secret.py": "x = 1\n"},
            "zoom_oauth.py",
            "from zoom_oauth import access_token",
        ),
        (
            {"zoom.py": MODULE, "zoom_oauth.py": "x = 1\n"},
            "zoom_oauth_tokens.py",
            "from zoom_oauth_tokens import access_token",
        ),
    ],
    ids=["script", "folder", "package", "importer", "import", "django", "setup", "path", "taken"],
)
def test_helper_is_where_the_import_works(tmp_path: Path, files: dict[str, str], helper: str, line: str) -> None:
    made, _ = _fix(tmp_path, files)
    assert helper in made
    assert line in next(text for path, text in made.items() if path.endswith("zoom.py"))


def test_two_files_share_a_helper(tmp_path: Path) -> None:
    made, _ = _fix(tmp_path, {"zoom.py": MODULE, "other.py": MODULE})
    assert sorted(made) == ["other.py", "zoom.py", "zoom_oauth.py"]


def test_helper_is_found_again(tmp_path: Path) -> None:
    made, _ = _fix(tmp_path, {"zoom.py": MODULE})
    made, _ = _fix(tmp_path, {"zoom_oauth.py": made["zoom_oauth.py"], "zoom.py": made["zoom.py"], "more.py": MODULE})
    assert sorted(made) == ["more.py"]


def test_name_that_is_taken_gets_an_alias(tmp_path: Path) -> None:
    made = _of_one(
        tmp_path, f"\n\ndef token():\n    return {MINT}\n\n\ndef access_token():\n    return token()\n{CALL}"
    )
    assert "from zoom_oauth import access_token as zoom_access_token\n" in made
    assert "return zoom_access_token()" in made


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("import requests", "import httpx as requests"), "import httpx"),
        (("import requests", "from urllib import request as requests"), "import urllib.request"),
        (("api.zoom.us", "api.zoomgov.com"), "https://zoomgov.com/oauth/token"),
        (("import requests", "import requests\nfrom decouple import config"), 'config(name, default="")'),
    ],
)
def test_helper_fits_the_project(tmp_path: Path, change: tuple[str, str], part: str) -> None:
    made, _ = _fix(tmp_path, {"zoom.py": MODULE.replace(*change)})
    assert part in made["zoom_oauth.py"]
