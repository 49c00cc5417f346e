"""``wrapper-client``: a client library's constructor comes to take what its OAuth versions take, by keyword."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Import, Intent, Proposal, advice
from jwtscan.fixing.origin import Origin, origin
from jwtscan.fixing.raising import raises
from jwtscan.fixing.steps import server_to_server
from jwtscan.fixing.templates import token_of
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span
from jwtscan.text.layout import layout_of, margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use
    from jwtscan.syntax.unit import Unit


@dataclass(frozen=True, slots=True)
class Library:
    """A client library whose later versions know OAuth.

    ``packages`` are the names that manifests have it by, the first is the one to keep; ``least`` its first good
    version. ``old`` are the constructor's parameters in order, each with its new name where it has another.
    """

    packages: tuple[str, ...]
    least: str
    old: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    account: str = ""


# Read from the wheels: zoomus 1.1.6 and 1.2.1, its forks zoom-us 1.1.4 and zoomus2 0.2.0, which are imported as zoomus.
_ZOOMUS = Library(
    ("zoomus", "zoom-us", "pw-zoomus", "zoomus2"),
    "1.2.1",
    ("api_key", "api_secret", "data_type", "timeout", "version", "base_uri"),
    {"api_key": "client_id", "api_secret": "client_secret"},
    "api_account_id",
)
# Read from the wheel of parsons 3.2.0; since move-coop/parsons#873.
_PARSONS = Library(
    ("parsons",),
    "3.2.0",
    ("api_key", "api_secret"),
    {"api_key": "client_id", "api_secret": "client_secret"},
    "account_id",
)
# npm zoomapi 1.15.0 and 2.0.1
_ZOOMAPI = Library(
    ("zoomapi", "@schoolhouse/zoomapi"),
    "2.0.1",
    renamed={"apiKey": "oauthClientId", "apiSecret": "oauthClientSecret"},
    account="accountId",
)
_PYZOOM = Library(("pyzoom",), "1.0.3")
_WIDTH = 100
_BETWEEN = b", \t\r\n"


def fix(use: Use, plan: Plan) -> Proposal | None:
    """The constructor with the keywords of the library's OAuth versions, and the requirement that has them."""
    call = use.subject
    assert isinstance(call, ir.Call)
    package = _package(use, plan)
    if package is None:
        return _own(use)
    if origin([*use.keys, *use.secrets]) is Origin.TENANT:
        return advice(
            "give the client an OAuth app's credentials",
            "each account has a key and a secret of its own here, and each needs an account id beside them",
            left_to_do=("Ask every account for the credentials of a Server-to-Server OAuth app, or offer user OAuth.",),
        )
    maker = _MAKERS.get(package)
    return maker(use, plan) if maker is not None else dead(*package, plan)


def library_of(ecosystem: str, package: str) -> Library | None:
    """The library with OAuth that a package is, or that takes its place. None where there is none."""
    known = {"pypi": (_ZOOMUS, _PARSONS, _PYZOOM), "npm": (_ZOOMAPI,)}[ecosystem]
    return next((library for library in known if package in library.packages), None)


def library_of_use(use: Use, plan: Plan) -> Library | None:
    """The library that a use constructs a client of, if it has one with OAuth."""
    package = _package(use, plan)
    return None if package is None else library_of(*package)


def _package(use: Use, plan: Plan) -> tuple[str, str] | None:
    """Ecosystem and name of the library that a use constructs a client of; None for a class of the project."""
    site = (
        next(iter(plan.project.uses.sites.at(use.unit, use.subject)), None)
        if isinstance(use.subject, ir.Call)
        else None
    )
    if site is None:
        return None
    ecosystem = "npm" if site.model.options.get("language") == "javascript" else "pypi"
    return ecosystem, str(site.model.options.get("package", ""))


def _own(use: Use) -> Proposal:
    return advice(
        f"mend how {use.detail} gets its token",
        f"{use.detail} signs the token by itself: it is mended where that happens, and this call with it",
    )


def dead(ecosystem: str, package: str, plan: Plan) -> Proposal:
    """What to do about a library that has no version with OAuth."""
    return advice(
        f"replace {package} by calls with an OAuth token",
        f"no release of {package} knows OAuth, and its methods are not those of another library",
        _PYTHON_SKETCH if ecosystem == "pypi" else _NODE_SKETCH,
        server_to_server(plan.names),
    )


_PYTHON_SKETCH = """\
token = requests.post(
    "https://zoom.us/oauth/token",
    data={"grant_type": "account_credentials", "account_id": os.environ["ZOOM_ACCOUNT_ID"]},
    auth=(os.environ["ZOOM_CLIENT_ID"], os.environ["ZOOM_CLIENT_SECRET"]),
    timeout=10,
).json()["access_token"]  # good for one hour: keep it
users = requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"}, timeout=10)
"""
_NODE_SKETCH = """\
// npm install @zoom/rivet: Zoom's own library
const { MeetingsS2SAuthClient } = require("@zoom/rivet");

const client = new MeetingsS2SAuthClient({
    accountId: process.env.ZOOM_ACCOUNT_ID,
    clientId: process.env.ZOOM_CLIENT_ID,
    clientSecret: process.env.ZOOM_CLIENT_SECRET,
});
"""


# -- by keyword in Python ----------------------------------------------------------------------------------------------


def _keywords(library: Library) -> Callable[[Use, Plan], Proposal]:
    """The maker for a Python library whose constructor keeps key and secret under other names, and takes one more."""

    def make(use: Use, plan: Plan) -> Proposal:
        call, unit = use.subject, use.unit
        assert isinstance(call, ir.Call)
        if any(isinstance(entry, ir.Spread) for entry in call.keywords):
            return advice(
                f"hand {library.account} to the client",
                "what it is given is put together elsewhere: rename its keys there",
                sketch="\n".join(f"{old} -> {new}" for old, new in library.renamed.items()),
                left_to_do=server_to_server(plan.names),
            )
        if not _is_plain(unit, call):
            return advice(f"hand {library.account} to the client", "its arguments are written in a way of their own")
        site = plan.project.uses.sites.at(unit, call)[0]
        if site.name.partition(".")[0] != library.packages[0]:
            return advice(
                f"import the client from {library.packages[0]}",
                f"{site.name} is a fork's that {library.packages[0]} {library.least} takes the place of",
                left_to_do=server_to_server(plan.names),
            )
        account, intents = _account(use, plan)
        more = f"{library.account}={_escaped(unit, account)}"
        edits = _rewritten(plan, unit, call, library, more)
        if unit.kind == "notebook" and intents:
            edits, intents = [*edits, *_imported(unit, call)], frozenset()
        return _proposal(use, plan, library, "pypi", edits, intents)

    return make


def _is_plain(unit: Unit, call: ir.Call) -> bool:
    """Whether nothing but commas stands between the arguments: no comment, no ``await``, no parenthesis."""
    source = unit.document.source
    start = source.find(b"(", unit.span(call.func.span).end) + 1
    if len(call.args) > 1 and any(isinstance(argument, ir.Spread) for argument in call.args):
        return False
    for node in (*call.args, *call.keywords):
        span = unit.span(node.span)
        if source[start : span.start].strip(_BETWEEN):
            return False
        if (
            isinstance(node, ir.Entry)
            and source[unit.span(node.key_span).end : unit.span(node.value.span).start].strip() != b"="
        ):
            return False
        start = span.end
    return not source[start : unit.span(call.span).end - 1].strip(_BETWEEN)


def _rewritten(plan: Plan, unit: Unit, call: ir.Call, library: Library, more: str) -> list[Edit]:
    """Each argument with its new keyword, and ``more`` behind the secret. A line that gets long is broken up."""
    named = [entry for entry in call.keywords if isinstance(entry, ir.Entry)]
    given = [*zip(library.old, call.args, strict=False), *((entry.key or "", entry) for entry in named)]
    texts = [_argument(unit, library, old, node) for old, node in given]
    texts.insert(min(2, len(texts)), more)
    source, span = unit.document.source, unit.span(call.span)
    opening = source.find(b"(", unit.span(call.func.span).end) + 1
    inside = Span(opening, span.end - 1)
    margin, layout = margin_of(source, span.start), plan.layout(unit)
    before = opening - (source.rfind(b"\n", 0, opening) + 1)
    if b"\n" not in source[inside.start : inside.end]:
        if before + len(", ".join(texts)) < _WIDTH or unit.kind == "notebook":
            return [Edit(inside, ", ".join(texts).encode())]
        lines = "".join(f"{layout.newline}{margin}{layout.indent}{text}," for text in texts)
        return [Edit(inside, f"{lines}{layout.newline}{margin}".encode())]
    last = unit.span(given[min(1, len(given) - 1)][1].span)
    between = f",{layout.newline}{margin_of(source, last.start)}" if unit.kind != "notebook" else ", "
    edits = [Edit(unit.span(node.span), _argument(unit, library, old, node).encode()) for old, node in given]
    at = next(place for place, edit in enumerate(edits) if edit.span == last)
    edits[at] = Edit(last, edits[at].text + f"{between}{more}".encode())
    return edits


def _argument(unit: Unit, library: Library, old: str, node: ir.Expr | ir.Entry) -> str:
    """An argument as the later version wants it: by keyword, unless it is spread."""
    value = node.value if isinstance(node, ir.Entry) else node
    span = unit.span(value.span)
    text = unit.document.source[span.start : span.end].decode()
    return text if isinstance(node, ir.Spread) else f"{library.renamed.get(old, old)}={text}"


def _account(use: Use, plan: Plan) -> tuple[str, frozenset[Intent]]:
    """How the account id is read: as the key is, where that is read from the environment; and what that needs."""
    name = plan.names.account_id
    call = use.subject
    assert isinstance(call, ir.Call)
    read = _environment_read(use)
    if read is not None:
        text, old = read
        return text.replace(old, name, 1), frozenset()
    return f'os.environ["{name}"]', frozenset({Import(use.unit.path, "os")})


def _imported(unit: Unit, call: ir.Call) -> list[Edit]:
    """``import os`` as a line of its own above the call's, in a notebook: its lines are texts of a JSON list."""
    if unit.module is None or unit.region is None or "os" in unit.module.scope.bindings:
        return []
    source, text = unit.document.source, unit.region.text
    start = text.rfind(b"\n", 0, call.span.start) + 1
    margin = text[start : call.span.start][: len(text[start:]) - len(text[start:].lstrip(b" \t"))].decode()
    at = unit.span(Span(start, start)).start
    between = f"{layout_of(source).newline}{margin_of(source, at)}"
    return [Edit(Span(at, at), f'{margin}import os\\n",{between}"'.encode())]


def _environment_read(use: Use) -> tuple[str, str] | None:
    """The text that reads the key from the environment in the same file, and the variable's name in it."""
    unit = use.unit
    for value in use.keys:
        name = value.name.removeprefix("env:")
        if value.unit is not unit or name == value.name or unit.region is not None:
            continue
        text = unit.document.source[unit.span(value.end.span).start : unit.span(value.end.span).end].decode()
        if text.count(name) == 1 and text.endswith((f'{name}"]', f"{name}']", f'{name}")', f"{name}')")):
            return text, name
    return None


def _escaped(unit: Unit, text: str) -> str:
    """``text`` as it stands in the document: a notebook's cells are JSON."""
    return text.replace('"', '\\"') if unit.kind == "notebook" else text


# -- others ------------------------------------------------------------------------------------------------------------


def _pyzoom(use: Use, plan: Plan) -> Proposal:
    """pyzoom's later client is given a token, which it keeps: who asks for the client has to ask anew."""
    import libcst as cst

    from jwtscan.fixing.python.leftovers import leftovers, steps_behind
    from jwtscan.fixing.python.tree import every, read

    call, unit = use.subject, use.unit
    assert isinstance(call, ir.Call)
    token = token_of(plan, unit)
    tree = read(unit.document.source) if unit.kind == "python" else None
    node = tree.at(unit.span(call.span), cst.Call) if tree is not None else None
    if tree is None or node is None:
        return advice(
            "hand the client an OAuth token", "the file is not rewritten", left_to_do=server_to_server(plan.names)
        )
    kept = frozenset(name.value for name in every(node.func, cst.Name))
    unused = {*leftovers(tree, unit.path, node, kept), *steps_behind(plan, use, kept)}
    func = unit.span(call.func.span)
    if isinstance(call.func, ir.Attr) and call.func.name == "from_environment":
        func = unit.span(call.func.obj.span)
    edits = [Edit(Span(func.end, unit.span(call.span).end), f"({token.call})".encode())]
    lasting = call.scope.kind == "module" or (
        isinstance(call.scope.owner, ir.Func) and call.scope.owner.name == "__init__"
    )
    because = "a client keeps its token, which lives for one hour: this one is made once" if lasting else None
    return _proposal(use, plan, _PYZOOM, "pypi", edits, token.intents | unused, because)


def _zoomapi(use: Use, plan: Plan) -> Proposal:
    call, unit = use.subject, use.unit
    assert isinstance(call, ir.Call)
    entries = entries_of(plan.project, unit, call.args[0]) if call.args else None
    rows = {key: entries.rows.get(key, []) for key in ("apiKey", "apiSecret")} if entries is not None else {}
    found = {
        key: row for key, given in rows.items() for home, row in given if home is unit and isinstance(row, ir.Entry)
    }
    if len(found) != 2 or any(len(given) != 1 for given in rows.values()):
        return advice(
            "hand the client accountId, oauthClientId and oauthClientSecret",
            "what it is given is not put together in this file",
            left_to_do=server_to_server(plan.names),
        )
    source = unit.document.source
    edits = []
    for key, new in _ZOOMAPI.renamed.items():
        start, end = unit.span(found[key].span).start, unit.span(found[key].key_span).end
        end += source[end : end + 1] in (b"'", b'"')
        text = f"{new}: {key}" if found[key].shorthand else new
        if key == "apiKey":
            alone = not source[source.rfind(b"\n", 0, start) + 1 : start].strip()
            between = f",{plan.layout(unit).newline}{margin_of(source, start)}" if alone else ", "
            text = f"accountId: process.env.{plan.names.account_id}{between}{text}"
        edits.append(Edit(Span(start, end), text.encode()))
    return _proposal(use, plan, _ZOOMAPI, "npm", edits, frozenset())


def _proposal(
    use: Use,
    plan: Plan,
    library: Library,
    ecosystem: str,
    edits: list[Edit],
    intents: frozenset[Intent],
    because: str | None = None,
) -> Proposal:
    unit, name = use.unit, library.packages[0]
    asked, raised = raises(plan, unit.path, ecosystem, library.packages, library.least, name)
    if because is None and origin([*use.keys, *use.secrets]) is Origin.CALLER:
        because = "whoever calls this hands in key and secret, while the account id is read from the environment"
    install = (
        f"pip install '{name}>={library.least}'" if ecosystem == "pypi" else f"npm install {name}@^{library.least}"
    )
    missing = () if asked else (f"Install {name} {library.least} or later (`{install}`): no manifest names it.",)
    return Proposal(
        Applicability.SAFE if because is None else Applicability.UNSAFE,
        f"give the client an OAuth app's credentials ({name} {library.least} or later)",
        (*((unit.path, edit) for edit in edits), *raised),
        intents,
        because,
        (*server_to_server(plan.names), *missing),
    )


_MAKERS: Mapping[tuple[str, str], Callable[[Use, Plan], Proposal]] = {
    ("pypi", "zoomus"): _keywords(_ZOOMUS),
    ("pypi", "parsons"): _keywords(_PARSONS),
    ("pypi", "pyzoom"): _pyzoom,
    ("npm", "zoomapi"): _zoomapi,
}
