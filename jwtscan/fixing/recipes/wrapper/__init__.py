"""``wrapper-client``: a client library's constructor comes to take what its OAuth versions take, by keyword."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Intent, Proposal, advice
from jwtscan.fixing.origin import Origin, origin
from jwtscan.fixing.raising import raises
from jwtscan.fixing.recipes.wrapper.arguments import account, escaped, imported, is_plain, rewritten
from jwtscan.fixing.recipes.wrapper.libraries import PARSONS, PYZOOM, ZOOMAPI, ZOOMUS, Library, library_of
from jwtscan.fixing.steps import server_to_server
from jwtscan.fixing.templates import token_of
from jwtscan.meaning.uses.objects import entries_of
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.uses import Use


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
        if not is_plain(unit, call):
            return advice(f"hand {library.account} to the client", "its arguments are written in a way of their own")
        site = plan.project.uses.sites.at(unit, call)[0]
        if site.name.partition(".")[0] != library.packages[0]:
            return advice(
                f"import the client from {library.packages[0]}",
                f"{site.name} is a fork's that {library.packages[0]} {library.least} takes the place of",
                left_to_do=server_to_server(plan.names),
            )
        read, intents, fields = account(use, plan)
        more = f"{library.account}={escaped(unit, read)}"
        edits = rewritten(plan, unit, call, library, more)
        if unit.kind == "notebook" and intents:
            edits, intents = [*edits, *imported(unit, call)], frozenset()
        return _proposal(use, plan, library, "pypi", edits, intents, more=fields)

    return make


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
    return _proposal(use, plan, PYZOOM, "pypi", edits, token.intents | unused, because)


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
    for key, new in ZOOMAPI.renamed.items():
        start, end = unit.span(found[key].span).start, unit.span(found[key].key_span).end
        end += source[end : end + 1] in (b"'", b'"')
        text = f"{new}: {key}" if found[key].shorthand else new
        if key == "apiKey":
            alone = not source[source.rfind(b"\n", 0, start) + 1 : start].strip()
            between = f",{plan.layout(unit).newline}{margin_of(source, start)}" if alone else ", "
            text = f"accountId: process.env.{plan.names.account_id}{between}{text}"
        edits.append(Edit(Span(start, end), text.encode()))
    return _proposal(use, plan, ZOOMAPI, "npm", edits, frozenset())


def _proposal(
    use: Use,
    plan: Plan,
    library: Library,
    ecosystem: str,
    edits: list[Edit],
    intents: frozenset[Intent],
    because: str | None = None,
    more: Sequence[tuple[str, Edit]] = (),
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
        (*((unit.path, edit) for edit in edits), *more, *raised),
        intents,
        because,
        (*server_to_server(plan.names), *missing),
    )


_MAKERS: Mapping[tuple[str, str], Callable[[Use, Plan], Proposal]] = {
    ("pypi", "zoomus"): _keywords(ZOOMUS),
    ("pypi", "parsons"): _keywords(PARSONS),
    ("pypi", "pyzoom"): _pyzoom,
    ("npm", "zoomapi"): _zoomapi,
}
