"""``jwt-mint`` in JavaScript and TypeScript: the signed token becomes a fetched one, and everybody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Import, Intent, Proposal, Unrequired, advice
from jwtscan.fixing.asynchrony import Asynchrony
from jwtscan.fixing.javascript.hoist import needs_answer
from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.package import why_browser
from jwtscan.fixing.javascript.tree import Tree, function_of, span_of, wrapped
from jwtscan.fixing.javascript.unused import gone
from jwtscan.fixing.origin import Origin, origin
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.recipes.server_to_server import TITLE, left_to_do
from jwtscan.fixing.recipes.server_to_server.javascript_constants import Constant
from jwtscan.fixing.recipes.server_to_server.javascript_hosting import Hosting, joined
from jwtscan.fixing.recipes.server_to_server.javascript_mint import (
    Handed,
    callback_of,
    handed,
    leftovers,
    only_assembles,
    token_node,
    verified,
)
from jwtscan.fixing.templates import token_of
from jwtscan.syntax import ir
from jwtscan.text import Edit, Span
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use

_PACKAGES = (
    "jsonwebtoken", "jose", "jsrsasign", "jwt-simple", "njwt", "fast-jwt", "jws", "jwt-encode", "crypto-js",
    "jsonwebtoken-promisified", "@tsndr/cloudflare-worker-jwt", "@types/jsonwebtoken", "@types/jsrsasign",
)  # fmt: skip
_ADAPTER = "callbackify"
_SKETCH = """\
const response = await fetch("https://zoom.us/oauth/token", {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId }),
});
const { access_token: token } = await response.json(); // good for one hour: keep it"""
_TENANTS = (
    "each account has credentials of its own here: accounts that install your app need user OAuth "
    "(the authorization code flow), your own accounts an account id beside client id and client secret"
)
_USER_FLOW = """\
// 1. send the user to https://zoom.us/oauth/authorize?response_type=code&client_id=…&redirect_uri=…&state=…
// 2. where the user comes back:
const response = await fetch("https://zoom.us/oauth/token", {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri }),
});
const { access_token, refresh_token } = await response.json();
// 3. keep both for that account; each refresh gives a new refresh token"""
_BROWSER_SKETCH = """\
// On a server, where nobody sees the secret:
app.get("/zoom/users", async (req, res) => {
    const token = await getAccessToken(); // Server-to-Server OAuth
    const answer = await fetch("https://api.zoom.us/v2/users", { headers: { Authorization: `Bearer ${token}` } });
    res.status(answer.status).json(await answer.json());
});
// Here:
const users = await (await fetch("/zoom/users")).json();"""


def fix(use: Use, plan: Plan) -> Proposal | None:
    """Replaces the mint by a call of the helper module, or says why not."""
    scripts = Scripts(plan.project)
    tree = scripts.tree(use.unit)
    if tree is None or tree.root.has_error:
        return advice(TITLE, "the file does not parse as a whole", _SKETCH, left_to_do(plan))
    reason = why_browser(plan.project, use.unit)
    if reason is not None:
        why = f"{reason}: a secret has no place there, so the API calls have to move to a server"
        return advice("call the REST API from a server", why, _BROWSER_SKETCH, left_to_do(plan))
    worst = origin((*use.keys, *use.secrets))
    if worst is Origin.TENANT:
        return advice(TITLE, _TENANTS, _USER_FLOW, left_to_do(plan))
    sites = plan.project.uses.sites.at(use.unit, use.subject) if isinstance(use.subject, ir.Call) else []
    node = token_node(tree, use, sites[0]) if sites else None
    if node is None or (sites[0].role == "hmac" and not only_assembles(tree, node)):
        return advice(TITLE, "how the token is put together is not understood", _SKETCH, left_to_do(plan))
    given = verified(use, plan) or handed(use, plan, tree, node, sites[0], worst)
    if isinstance(given, str):
        return advice(TITLE, given, _SKETCH, left_to_do(plan))
    return _Draft(use, plan, scripts, tree, node, sites[0], given, worst).proposal()


class _Draft:
    """One mint that is being replaced."""

    def __init__(
        self,
        use: Use,
        plan: Plan,
        scripts: Scripts,
        tree: Tree,
        node: Node,
        site: Site,
        given: Handed,
        worst: Origin,
    ) -> None:
        self.use = use
        self.plan = plan
        self.tree = tree
        self.node = node
        self.site = site
        self.worst = worst
        self.path = use.unit.path
        self.layout = plan.layout(use.unit)
        self.adapter: Import | None = None
        self.waits = Asynchrony(plan, scripts)
        self.token = token_of(plan, use.unit, client_id=given.client_id, client_secret=given.client_secret)
        self.hosting = Hosting(use.unit, tree, self.waits, self.layout, self.token.call)

    def proposal(self) -> Proposal:
        title, needs_token = TITLE, True
        if self.site.role == "hmac":
            self._assembled()
        else:
            needs_token = self._minted()
            title = title if needs_token else "take out a token that nothing uses"
        edits = joined([*((self.path, edit) for edit in self.hosting.edits), *self.waits.edits])
        intents: set[Intent] = set(leftovers(self.tree, self.path, [self.node]))
        intents |= {Unrequired("npm", name, _modules(name)) for name in _PACKAGES if self._uses_package(name)}
        if needs_token:
            intents |= self.token.intents
        if self.adapter is not None:
            intents.add(self.adapter)
        return self._made(title, edits, frozenset(intents))

    def _made(self, title: str, edits: tuple[tuple[str, Edit], ...], intents: frozenset[Intent]) -> Proposal:
        todo = left_to_do(self.plan)
        if self.waits.obstacles:
            because = "; ".join(self.waits.obstacles[:3])
            return advice(title, because, f"{_SKETCH}\n// then await it, and whatever calls this", todo)
        doubt = self.waits.doubts[0] if self.waits.doubts else None
        if doubt is None and self.worst is Origin.CALLER:
            doubt = "callers outside of the project have to hand in the new app's client id and client secret"
        applicability = Applicability.SAFE if doubt is None else Applicability.UNSAFE
        return Proposal(applicability, title, edits, intents, doubt, todo)

    def _uses_package(self, name: str) -> bool:
        stem = name.removeprefix("@types/")
        module = self.use.unit.module
        return module is not None and any(
            ref.module.split("/")[0] == stem or ref.module == stem for ref in module.imports
        )

    # -- shapes ------------------------------------------------------------------------------------------------

    def _assembled(self) -> None:
        """A function that makes the token by hand: all of its body goes."""
        function = self.node.parent
        if function is None:
            return
        end = ";" if self.layout.semicolons else ""
        if self.node.type == "statement_block":
            margin = margin_of(self.tree.source, function.start_byte)
            comments = (self.tree.text(one) for one in self.tree.walk(self.node) if one.type == "comment")
            rows = ["{", *(f"    {comment}" for comment in comments), f"    return {self.token.call}{end}", "}"]
            text = self.layout.lines("\n".join(rows), margin)
            self.hosting.edits.append(Edit(span_of(self.node), text.encode()))
        else:
            self.hosting.edits.append(Edit(span_of(self.node), self.token.call.encode()))
        self.waits.make_async(self.use.unit, self.tree, function, guarded=True)

    def _minted(self) -> bool:
        """Replaces the expression by what its surroundings need. False where nothing uses the token."""
        top = wrapped(self.node)
        parent = top.parent
        callback = callback_of(self.use, self.site, self.node)
        if callback is not None:
            self._called_back(callback)
            return True
        declarator = parent if parent is not None and parent.type == "variable_declarator" else None
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if declarator is not None and name is not None and name.type == "identifier":
            return self._named(declarator, name)
        if parent is not None and parent.type in ("return_statement", "arrow_function"):
            self._returned(top)
        else:
            self._sent(top, parent)
        self._keep_comments(top)
        return True

    def _called_back(self, callback: Node) -> None:
        """``jwt.sign(…, callback)``: Node's own adapter calls it back, and nobody has to wait."""
        function, _, given = self.token.call.partition("(")
        given = given.removesuffix(")")
        text = f"{_ADAPTER}({function})({given}{', ' if given else ''}{self.tree.text(callback)})"
        self.hosting.edits.append(Edit(span_of(self.node), text.encode()))
        self.adapter = Import(self.path, "util", _ADAPTER)

    def _returned(self, top: Node) -> None:
        """``return jwt.sign(…)``: the function gives the helper's promise on."""
        function = function_of(top)
        self.hosting.edits.append(Edit(span_of(top), self.token.call.encode()))
        if function is not None:
            self.waits.make_async(self.use.unit, self.tree, function, guarded=True)

    def _sent(self, top: Node, parent: Node | None) -> None:
        if parent is not None and parent.type == "assignment_expression":
            left = parent.child_by_field_name("left")
            if left is not None and left.type != "identifier":
                self.waits.note_doubt(self.use.unit, top, "the token is kept here, and good for an hour only")
        if function_of(top) is None and parent is not None and parent.type == "assignment_expression":
            self.waits.note_obstacle(
                self.use.unit, top, "a token that is kept at module level is good for an hour only"
            )
            return
        self.hosting.place([self.node])

    def _named(self, declarator: Node, name: Node) -> bool:
        names = self.waits.scripts.names(self.use.unit, self.tree)
        text = self.tree.text(name)
        holder = names.holder(text, names.scope_at(declarator))
        references = names.meaning(text, holder) if holder is not None else []
        statement = declarator.parent
        assert statement is not None
        alone = len([child for child in statement.named_children if child.type == "variable_declarator"]) == 1
        if not references and alone:
            self.hosting.edits.append(gone(self.tree, statement))
            return False
        if function_of(declarator) is None:
            constant = Constant(self.hosting, self.waits, self.use.unit, self.tree)
            constant.dissolve(statement, name, references, alone=alone)
            return self.hosting.is_used or bool(self.waits.obstacles)
        self._local(declarator, statement, references, alone=alone)
        return True

    def _local(self, declarator: Node, statement: Node, references: list[Node], *, alone: bool) -> None:
        """A token that a function makes for itself."""
        function = function_of(declarator)
        host = self.hosting.host(self.node)
        following = statement.next_named_sibling
        if alone and following is not None and _returns(following, references):
            end = ";" if self.layout.semicolons else ""
            place = Span(statement.start_byte, following.end_byte)
            self.hosting.edits.append(Edit(place, f"return {self.token.call}{end}".encode()))
            if function is not None:
                self.waits.make_async(self.use.unit, self.tree, function, guarded=True)
        elif (
            alone
            and host is not None
            and (host != function or needs_answer(self.plan.project, self.use.unit, self.tree, host, self.node))
        ):
            name = self.tree.named(declarator, "name")
            self.hosting.place([self.node], name, statement)
        else:
            self.hosting.in_place(self.node)
        self._keep_comments(statement)

    def _keep_comments(self, replaced: Node) -> None:
        """The comments inside of what goes, on lines of their own above it."""
        source = self.tree.source
        found = [self.tree.text(one) for one in self.tree.walk(replaced) if one.type == "comment"]
        if not found:
            return
        statement = replaced
        while statement.parent is not None and statement.parent.type not in ("program", "statement_block"):
            statement = statement.parent
        at = statement.start_byte
        margin = margin_of(source, at)
        text = "".join(f"{comment}{self.layout.newline}{margin}" for comment in found)
        self.hosting.edits.append(Edit(Span(at, at), text.encode()))


def _returns(statement: Node, references: list[Node]) -> bool:
    """Whether a statement returns the one reference there is."""
    return (
        statement.type == "return_statement"
        and len(references) == 1
        and references[0].parent == statement
        and len(statement.named_children) == 1
    )


def _modules(package: str) -> tuple[str, ...]:
    return (package.removeprefix("@types/"),)
