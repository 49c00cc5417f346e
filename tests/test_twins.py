"""The same program in Python and in JavaScript is the same IR."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import lower_javascript
from jwtscan.syntax.python import lower_python

TWINS = {
    "names and constants": (
        """
key = "abc"
size = 22
rate = 1.5
on = True
off = False
nothing = None
other = key
""",
        """
const key = 'abc';
let size = 22, rate = 1.5;
var on = true, off = false, nothing = null;
const other = key;
""",
    ),
    "properties however they are spelled": (
        """
a = config["zoom"].key
b = config["zoom"]["key"]
c = items[0]
d = items[name]
""",
        """
const a = config["zoom"]?.key;
const b = config['zoom']["key"];
const c = items[0];
const d = items[name];
""",
    ),
    "text put together in every way": (
        """
a = key + "." + meeting + "." + role
b = f"{key}.{meeting}.{role}"
c = ".".join([key, meeting, role])
d = "Bearer " + token
e = f"plain"
""",
        """
const a = key + "." + meeting + "." + role;
const b = `${key}.${meeting}.${role}`;
const c = [key, meeting, role].join(".");
const d = "Bearer " + token;
const e = `plain`;
""",
    ),
    "numbers are not text": (
        """
a = 60 * 60
b = 1 + 2
c = now - 30
d = 1 + 2 + "s"
e = -1
f = day * 24 + 60
""",
        """
const a = 60 * 60;
const b = 1 + 2;
const c = now - 30;
const d = 1 + 2 + "s";
const e = -1;
const f = day * 24 + 60;
""",
    ),
    "one of several values": (
        """
a = given or fallback
b = first or second or third
c = one if ready else two
d = ready and value
e = ready and value or fallback
""",
        """
const a = given || fallback;
const b = first ?? second ?? third;
const c = ready ? one : two;
const d = ready && value;
const e = ready && value || fallback;
""",
    ),
    "objects with spreads and computed keys": (
        """
payload = {"iss": key, "exp": expiry}
more = {**payload, "aud": None, name: 1, "role": {"id": 2}}
""",
        """
const payload = { iss: key, "exp": expiry };
const more = { ...payload, aud: null, [name]: 1, ["role"]: { id: 2 } };
""",
    ),
    "calls with spreads, in chains": (
        """
token = jwt.encode(payload, secret)
result = client.meetings(*args).get("id").list()[0].json()
""",
        """
const token = jwt.encode(payload, secret);
const result = client.meetings(...args).get("id").list()[0].json();
""",
    ),
    "imports": (
        """
from jsonwebtoken import sign
from jsonwebtoken import verify as check
""",
        """
import { sign } from "jsonwebtoken";
import { verify as check } from "jsonwebtoken";
""",
    ),
    "a whole module, imported or required": (
        """
import jwt
token = jwt.sign(payload, secret)
other = importlib.import_module("settings").KEY
""",
        """
const jwt = require("jwt");
const token = jwt.sign(payload, secret);
const other = require("settings").KEY;
""",
    ),
    "functions, defaults and returns": (
        """
def token(key, secret="s", *rest):
    payload = {"iss": key}
    if secret:
        return sign(payload, secret)
    return None
""",
        """
function token(key, secret = "s", ...rest) {
  const payload = { iss: key };
  if (secret) {
    return sign(payload, secret);
  }
  return null;
}
""",
    ),
    "lambdas and nested functions": (
        """
double = lambda x: sign(x)
def outer(a):
    def inner(b):
        return a + b
    return inner
""",
        """
const double = (x) => sign(x);
function outer(a) {
  function inner(b) {
    return a + b;
  }
  return inner;
}
""",
    ),
    "async functions": (
        """
async def load(client):
    answer = await client.get("/users")
    return (await answer.json())["data"]
""",
        """
async function load(client) {
  const answer = await client.get("/users");
  return (await answer.json())["data"];
}
""",
    ),
    "a class with fields, methods and stores": (
        """
class Client(Base):
    host = "api.zoom.us"
    def __init__(self, key, secret):
        self.key = key
        self.secret = secret
    def token(self):
        return sign({"iss": self.key}, self.secret)
client = Client("k", secret)
""",
        """
class Client extends Base {
  host = "api.zoom.us";
  constructor(key, secret) {
    this.key = key;
    this.secret = secret;
  }
  token() {
    return sign({ iss: this.key }, this.secret);
  }
}
const client = Client("k", secret);
""",
    ),
    "stores on other objects": (
        """
config["key"] = "abc"
app.settings.zoom = {"key": key}
config.text += "x"
text = "a"
text += "b"
""",
        """
config["key"] = "abc";
app.settings.zoom = { key };
config.text += "x";
let text = "a";
text += "b";
""",
    ),
    "loops and errors bind the unknown": (
        """
for user in users:
    try:
        notify(user)
    except Failure as error:
        log(error)
""",
        """
for (const user of users) {
  try {
    notify(user);
  } catch (error) {
    log(error);
  }
}
""",
    ),
    "environment": (
        """
key = os.environ["ZOOM_API_KEY"]
secret = os.environ.get("ZOOM_API_SECRET") or "none"
""",
        """
const key = os.environ["ZOOM_API_KEY"];
const secret = os.environ.get("ZOOM_API_SECRET") || "none";
""",
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_same_program_same_ir(name: str) -> None:
    python, javascript = TWINS[name]
    lowered = lower_javascript("twin.js", javascript.encode(), "javascript")
    assert lowered.errors == []
    assert "\n".join(printed(lowered)) == "\n".join(printed(lower_python("twin.py", python.encode())))


def printed(module: ir.Module) -> Iterator[str]:
    """What the module says, without spans and without what only one of the two languages can spell."""
    yield from _scope("module", module.scope)
    for func in module.functions:
        owner = f" of {func.owner.name}" if func.owner else ""
        yield f"function {_word(func.name)}{owner} async={func.is_async} -> {[_text(value) for value in func.returns]}"
        yield f"  takes {[_text(param) for param in func.params]}"
        yield from _scope("  in it", func.scope)
    for cls in module.classes:
        yield f"class {cls.name} from {[_text(base) for base in cls.bases]}"
        yield from _scope("  in it", cls.scope)
    for title, nodes in (("call", module.calls), ("object", module.objects), ("text", module.concats)):
        yield from (f"{title} {_text(node)}" for node in nodes)
    yield from (f"store {_text(store.target)} = {_text(store.value)}" for store in module.stores)
    yield from (f"import {_text(imported)}" for imported in module.imports)


def _scope(title: str, scope: ir.Scope) -> Iterator[str]:
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            if not isinstance(binding.value, ir.This):
                yield f"{title}: {_word(name)} {_kind(scope, binding)} {_text(binding.value)}"


def _kind(scope: ir.Scope, binding: ir.Binding) -> str:
    if isinstance(binding.value, ir.Import):
        return "import"
    return "field" if scope.kind == "class" and binding.kind == "assign" else binding.kind


def _word(name: str | None) -> str:
    return {"__init__": "constructor"}.get(name or "", name or "anonymous")


def _text(expr: ir.Expr | ir.Entry | None) -> str:
    if isinstance(expr, ir.Literal):
        return repr(expr.value)
    if isinstance(expr, (ir.Name, ir.Attr, ir.This)):
        return _reading(expr)
    if isinstance(expr, ir.Param):
        return f"<{expr.name} {expr.index} {expr.variadic} {_text(expr.default)}>"
    if isinstance(expr, ir.Import):
        return f"<{expr.module} {expr.name}>"
    if isinstance(expr, (ir.Func, ir.Class)):
        return f"<{type(expr).__name__} {_word(expr.name)}>"
    if isinstance(expr, ir.Entry):
        return f"{expr.key}={_text(expr.value)}"
    if expr is None:
        return "unknown"
    word = expr.kind if isinstance(expr, ir.Other) else type(expr).__name__
    mark = expr.separator if isinstance(expr, ir.Concat) else ""
    return f"{word}{mark}({', '.join(_text(child) for child in ir.children(expr))})"


def _reading(expr: ir.Name | ir.Attr | ir.This) -> str:
    if isinstance(expr, ir.Name):
        return _word(expr.id)
    if isinstance(expr, ir.This):
        return f"this of {expr.owner.name if expr.owner else None}"
    return f"{_text(expr.obj)}.{expr.name}"
