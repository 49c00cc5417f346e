"""``jwt-mint`` in JavaScript and TypeScript: the signed token becomes a fetched one, and everybody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtscan.finding import Applicability
from jwtscan.fixing import Import, Intent, Proposal, Unrequired, advice
from jwtscan.fixing.javascript.mentions import Scripts
from jwtscan.fixing.javascript.package import why_browser, why_not_node
from jwtscan.fixing.javascript.replacement import Replacement
from jwtscan.fixing.javascript.tree import span_of
from jwtscan.fixing.origin import Origin, origin
from jwtscan.fixing.plan import Plan
from jwtscan.fixing.recipes.server_to_server import TITLE, left_to_do
from jwtscan.fixing.recipes.server_to_server.javascript_mint import (
    callback_of,
    handed,
    is_handed_claims,
    leftovers,
    only_assembles,
    token_node,
    verified,
)
from jwtscan.fixing.templates import Token, token_of
from jwtscan.syntax import ir
from jwtscan.text.layout import margin_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from jwtscan.meaning.sites import Site
    from jwtscan.meaning.uses import Use

_PACKAGES = (
    "jsonwebtoken", "jose", "jsrsasign", "jwt-simple", "njwt", "fast-jwt", "jws", "jwt-encode", "crypto-js",
    "jsonwebtoken-promisified", "@tsndr/cloudflare-worker-jwt", "@types/jsonwebtoken", "@types/jsrsasign",
)  # fmt: skip
_INSTALL = b"zoom.us/oauth/authorize"
_ADAPTER = "callbackify"
_SKETCH = """\
const response = await fetch("https://zoom.us/oauth/token", {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId }),
});
const { access_token: token } = await response.json(); // good for one hour: keep it"""
_APPS_SCRIPT = """\
function getAccessToken() {
    const cache = CacheService.getScriptCache();
    const known = cache.get("zoom-token");
    if (known) return known;
    const properties = PropertiesService.getScriptProperties(); // set the three by hand
    const id = properties.getProperty("ZOOM_CLIENT_ID");
    const secret = properties.getProperty("ZOOM_CLIENT_SECRET");
    const answer = UrlFetchApp.fetch("https://zoom.us/oauth/token", {
        method: "post",
        headers: { Authorization: `Basic ${Utilities.base64Encode(`${id}:${secret}`)}` },
        payload: { grant_type: "account_credentials", account_id: properties.getProperty("ZOOM_ACCOUNT_ID") },
    });
    const { access_token: token, expires_in: seconds } = JSON.parse(answer.getContentText());
    cache.put("zoom-token", token, seconds - 60);
    return token;
}"""
_THEN = """
// then await it, and whatever calls this"""
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
    reason = why_not_node(plan.project, use.unit)
    if reason is not None:
        return advice(TITLE, reason, _APPS_SCRIPT if "Apps Script" in reason else _SKETCH, left_to_do(plan))
    worst = origin((*use.keys, *use.secrets))
    if worst is Origin.TENANT:
        return advice(TITLE, _TENANTS, _USER_FLOW, left_to_do(plan))
    installed = next((u.path for u in plan.project.candidates() if _INSTALL in u.document.source), None)
    if installed is not None:
        why = f"other accounts install this app ({installed} sends them to Zoom's consent page): they need user OAuth"
        return advice(TITLE, why, _USER_FLOW, left_to_do(plan))
    sites = plan.project.uses.sites.at(use.unit, use.subject) if isinstance(use.subject, ir.Call) else []
    node = token_node(tree, use, sites[0]) if sites else None
    if node is None or (sites[0].role == "hmac" and not only_assembles(tree, node)):
        return advice(TITLE, "how the token is put together is not understood", _SKETCH, left_to_do(plan))
    if is_handed_claims(use, plan, tree, node, sites[0]):
        return advice(TITLE, "this signs whatever it is handed, not only Zoom's token", _SKETCH, left_to_do(plan))
    given = verified(use, plan) or handed(use, plan, tree, node, sites[0], worst)
    if isinstance(given, str):
        return advice(TITLE, given, _SKETCH, left_to_do(plan))
    token = token_of(plan, use.unit, client_id=given.client_id, client_secret=given.client_secret)
    made = Replacement(plan, use.unit, scripts, tree, node, token.call, reads=given.reads)
    return _Draft(use, plan, made, sites[0], worst, token).proposal()


class _Draft:
    """One mint that is being replaced."""

    def __init__(self, use: Use, plan: Plan, made: Replacement, site: Site, worst: Origin, token: Token) -> None:
        self.use = use
        self.plan = plan
        self.made = made
        self.tree = made.tree
        self.site = site
        self.worst = worst
        self.token = token

    def proposal(self) -> Proposal:
        intents: set[Intent] = set(leftovers(self.tree, self.use.unit.path, [self.made.node]))
        intents |= {Unrequired("npm", name, _modules(name)) for name in _PACKAGES if self._uses_package(name)}
        callback = callback_of(self.use, self.site, self.made.node)
        if self.site.role == "hmac":
            self._assembled()
        elif callback is not None:
            self._called_back(callback)
            intents.add(Import(self.use.unit.path, "util", _ADAPTER))
        else:
            self.made.replace()
        waits, todo = self.made.waits, left_to_do(self.plan)
        if waits.obstacles:
            return advice(TITLE, "; ".join(waits.obstacles[:3]), f"{_SKETCH}{_THEN}", todo)
        title = TITLE if self.made.is_used else "take out a token that nothing uses"
        intents |= self.token.intents if self.made.is_used else set()
        doubt = waits.doubts[0] if waits.doubts else None
        if doubt is None and self.worst is Origin.CALLER:
            doubt = "callers outside of the project have to hand in the new app's client id and client secret"
        applicability = Applicability.SAFE if doubt is None else Applicability.UNSAFE
        return Proposal(applicability, title, self.made.edits, frozenset(intents), doubt, todo)

    def _uses_package(self, name: str) -> bool:
        stem = name.removeprefix("@types/")
        module = self.use.unit.module
        return module is not None and any(
            ref.module.split("/")[0] == stem or ref.module == stem for ref in module.imports
        )

    def _assembled(self) -> None:
        """A function that makes the token by hand: all of its body goes."""
        node, made = self.made.node, self.made
        function = node.parent
        if function is None or node.type != "statement_block":
            made.give(node, function)
            return
        end = ";" if made.layout.semicolons else ""
        margin = margin_of(self.tree.source, function.start_byte)
        comments = (self.tree.text(one) for one in self.tree.walk(node) if one.type == "comment")
        rows = ["{", *(f"    {comment}" for comment in comments), f"    return {made.call}{end}", "}"]
        made.put(span_of(node), made.layout.lines("\n".join(rows), margin))
        made.waits.make_async(self.use.unit, self.tree, function, guarded=True)

    def _called_back(self, callback: Node) -> None:
        """``jwt.sign(…, callback)``: Node's own adapter calls it back, and nobody has to wait."""
        function, _, given = self.made.call.partition("(")
        given = given.removesuffix(")")
        text = f"{_ADAPTER}({function})({given}{', ' if given else ''}{self.tree.text(callback)})"
        self.made.put(span_of(self.made.node), text)


def _modules(package: str) -> tuple[str, ...]:
    return (package.removeprefix("@types/"),)
