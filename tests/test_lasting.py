"""Python values that outlive a token: which constants and fields are made anew, and which keep what they have."""

from __future__ import annotations

import libcst as cst
import pytest

from jwtscan.fixing.python.lasting import merged, renewed
from jwtscan.fixing.python.tree import read
from jwtscan.text import Edit, Span, apply
from jwtscan.text.layout import layout_of

ONCE = "lives for one hour"


def renew(source: str, *, imported: bool = False) -> tuple[str, str | None]:
    """``source`` with ``token()`` in place of ``TOKEN``, and the doubt."""
    tree = read(source.encode())
    assert tree is not None
    node = next(name for name in tree.each(cst.Name) if name.value == "TOKEN")
    made = renewed(tree, node, "token()", layout_of(source.encode()), imported=imported)
    return apply(source.encode(), made.edits).decode(), made.doubt


def test_constant_that_a_function_reads_becomes_a_function() -> None:
    source = 'HEADERS = {"a": TOKEN}\n\n\ndef f():\n    return get(headers=HEADERS)\n'
    assert renew(source) == (
        'def headers():\n    return {"a": token()}\n\n\ndef f():\n    return get(headers=headers())\n',
        None,
    )


def test_function_gets_another_name_where_its_own_is_taken() -> None:
    made, doubt = renew('HEADERS = {"a": TOKEN}\n\n\ndef f(headers):\n    return get(HEADERS, headers)\n')
    assert "def get_headers():" in made
    assert "get(get_headers(), headers)" in made
    assert doubt is None


def test_constant_of_a_script_that_no_function_reads_stays_one() -> None:
    assert renew("H = {'a': TOKEN}\nprint(get(H))\n") == ("H = {'a': token()}\nprint(get(H))\n", None)


def test_constants_between_are_written_out_where_they_are_read_once() -> None:
    made, doubt = renew("A = 'Bearer ' + TOKEN\nH = {'a': A}\n\n\ndef f():\n    return H\n")
    assert made == "def h():\n    return {'a': 'Bearer ' + token()}\n\n\ndef f():\n    return h()\n"
    assert doubt is None


def test_constants_made_of_one_another_become_functions_together() -> None:
    made, _ = renew("A = 'Bearer ' + TOKEN\nH = {'a': A}\n\n\ndef f():\n    return H, A\n")
    assert "def a():\n    return 'Bearer ' + token()\n" in made
    assert "def h():\n    return {'a': a()}\n" in made
    assert "return h(), a()" in made


@pytest.mark.parametrize(
    "source",
    [
        "H = {'a': TOKEN}\n\n\ndef f():\n    H['b'] = 1\n",
        "H = {'a': TOKEN}\n\n\ndef f():\n    H.update(b=1)\n    return H\n",
        "H = {'a': TOKEN}\nH = dict(H)\n\n\ndef f():\n    return H\n",
        "H = {'a': TOKEN}\n\n\ndef f(h=H):\n    return h\n",
        "H = {'a': '''\n''', 'b': TOKEN}\n\n\ndef f():\n    return H\n",
        "H: dict = {'a': TOKEN}\n\n\ndef f():\n    return H\n",
        "s = Session()\ns.headers.update(a=TOKEN)\n\n\ndef f():\n    return s\n",
    ],
)
def test_constant_that_cannot_become_a_function_keeps_its_token(source: str) -> None:
    made, doubt = renew(source)
    assert made == source.replace("TOKEN", "token()")
    assert doubt is not None
    assert ONCE in doubt


def test_constant_that_other_files_read_keeps_its_token() -> None:
    made, doubt = renew("H = {'a': TOKEN}\n", imported=True)
    assert made == "H = {'a': token()}\n"
    assert doubt is not None


CLASS = """\
class C:
    def __init__(self, x):
        self.x = x
        self.h = {value}

    def f(self):
        return self.h
"""


def test_field_becomes_a_property() -> None:
    made, doubt = renew(CLASS.format(value="{'a': TOKEN}"))
    assert made == (
        "class C:\n    def __init__(self, x):\n        self.x = x\n\n    @property\n    def h(self):\n"
        "        return {'a': token()}\n\n    def f(self):\n        return self.h\n"
    )
    assert doubt is None


def test_property_stands_behind_the_function_that_set_the_field() -> None:
    made, _ = renew("class C:\n\tdef __init__(self):\n\t\tself.h = [\n\t\t\tTOKEN,\n\t\t]\n\t\tself.y = 1\n")
    assert made == (
        "class C:\n\tdef __init__(self):\n\t\tself.y = 1\n\n"
        "\t@property\n\tdef h(self):\n\t\treturn [\n\t\t\ttoken(),\n\t\t]\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        CLASS.format(value="{'a': TOKEN, 'b': x}"),
        CLASS.format(value="{'a': TOKEN}") + "\n    def g(self):\n        self.h = None\n",
        CLASS.format(value="{'a': TOKEN}") + "\n    def g(self):\n        self.h['b'] = 1\n",
        "class C:\n    h = {'a': TOKEN}\n",
        "def f(token=TOKEN):\n    return token\n",
        "class C:\n    def __init__(self):\n        self.session.headers['a'] = TOKEN\n",
    ],
)
def test_what_cannot_be_made_anew_keeps_its_token(source: str) -> None:
    made, doubt = renew(source)
    assert made == source.replace("TOKEN", "token()")
    assert doubt is not None


def test_value_of_one_call_is_made_at_that_call() -> None:
    source = "def f():\n    headers = {'a': TOKEN}\n    return get(headers)\n"
    assert renew(source) == (source.replace("TOKEN", "token()"), None)


def test_neighbouring_edits_become_one() -> None:
    edits = [Edit(Span(4, 6), b"c"), Edit(Span(0, 2), b"a"), Edit(Span(2, 4), b"b")]
    assert merged(edits) == [Edit(Span(0, 6), b"abc")]
