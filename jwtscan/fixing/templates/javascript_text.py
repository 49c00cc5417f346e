"""The text of the helper module for JavaScript and TypeScript: one body, and what differs by client and by language.

Written with four-space steps, double quotes and semicolons; ``Style`` gives it the project's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jwtscan.fixing.names import Names
from jwtscan.text.layout import Layout

_HEAD = """\
/**
 * Access tokens for Zoom's REST API, by Server-to-Server OAuth.
 *
 * The credentials are those of a Server-to-Server OAuth app. By default they are read from the environment variables
 * @@account_id, @@client_id and @@client_secret. If the API answers 4711, the app lacks the
 * scope that the answer names. See https://developers.zoom.us/docs/internal-apps/s2s-oauth/
 */
"""

_BODY = """\
const TOKEN_URL = "https://@@host/oauth/token";
const MARGIN = 60; // seconds before its end at which a token is no longer given out
const TIMEOUT = 10000; // milliseconds

const tokens = new Map@@map(); // by credentials; `until` is in milliseconds

/** A token that is good for at least a minute. It is kept until then, and asked for once for all who wait. */
@@export async function getAccessToken({
    accountId = process.env.@@account_id,
    clientId = process.env.@@client_id,
    clientSecret = process.env.@@client_secret,
}@@credentials = {})@@promise {
    if (!accountId || !clientId || !clientSecret) {
        const given = { @@account_id: accountId, @@client_id: clientId, @@client_secret: clientSecret };
        const missing = Object.entries(given).filter(([, value]) => !value).map(([name]) => name);
        throw new Error(`Zoom's Server-to-Server OAuth app needs ${missing.join(", ")}`);
    }
    const key = [accountId, clientId, clientSecret].join(" ");
    let entry = tokens.get(key);
    if (!entry || entry.until <= Date.now()) {
        entry = keep(key, fetchToken(accountId, clientId, clientSecret));
    }
    return entry.token;
}

function keep(key@@string, fetched@@fetched)@@entry {
    const entry@@entry = {
        until: Infinity, // while it is on its way
        token: fetched.then(({ access_token, expires_in }) => {
            entry.until = Date.now() + (expires_in - MARGIN) * 1000;
            return access_token;
        }),
    };
    tokens.set(key, entry);
    entry.token.catch(() => tokens.delete(key));
    return entry;
}

async function fetchToken(accountId@@string, clientId@@string, clientSecret@@string)@@answer {
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
@@request
    if (status !== 200) {
        const reason = answer.reason || answer.error || "no reason given";
        const wrongApp = answer.error === "unsupported_grant_type";
        const hint = wrongApp ? "; these are not the credentials of a Server-to-Server OAuth app" : "";
        throw new Error(`Zoom gave no access token: ${status}, ${reason}${hint}`);
    }
    return answer;
}
"""

_TYPES = """\
interface Credentials {
    accountId?: string;
    clientId?: string;
    clientSecret?: string;
}

interface Entry {
    token: Promise<string>;
    until: number;
}

interface Answer {
    access_token: string;
    expires_in: number;
    reason?: string;
    error?: string;
}

"""

_FETCH = """\
    const response = await fetch(TOKEN_URL, {
        method: "POST",
        headers: { Authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId }),
        @@limit,
    });
    const status = response.status;
    const answer = @@parsed;"""

_AXIOS = """\
    const body = new URLSearchParams({ grant_type: "account_credentials", account_id: accountId });
    const { status, data } = await axios.post(TOKEN_URL, body.toString(), {
        headers: { Authorization: `Basic ${credentials}`, "Content-Type": "application/x-www-form-urlencoded" },
        timeout: TIMEOUT,
        validateStatus: () => true,
    });
    const answer@@given = data || {};"""

_REQUEST = """\
    const { statusCode: status, body } = await request({
        method: "POST",
        uri: TOKEN_URL,
        headers: { Authorization: `Basic ${credentials}` },
        form: { grant_type: "account_credentials", account_id: accountId },
        json: true,
        timeout: TIMEOUT,
        simple: false,
        resolveWithFullResponse: true,
    });
    const answer@@given = body || {};"""

_GOT = """\
    const { statusCode: status, body } = await got.post(TOKEN_URL, {
        headers: { Authorization: `Basic ${credentials}` },
        form: { grant_type: "account_credentials", account_id: accountId },
        responseType: "json",
        timeout: { request: TIMEOUT },
        throwHttpErrors: false,
    });
    const answer@@given = (body@@any) || {};"""

CLIENTS = {
    "fetch": ("", "", _FETCH.replace("@@limit", "signal: AbortSignal.timeout(TIMEOUT)")),
    "node-fetch": ("fetch", "node-fetch", _FETCH.replace("@@limit", "timeout: TIMEOUT")),
    "axios": ("axios", "axios", _AXIOS),
    "request-promise": ("request", "request-promise", _REQUEST),
    "request-promise-native": ("request", "request-promise-native", _REQUEST),
    "got": ("got", "got", _GOT),
}
"""By client: the name it is imported under, its package (empty for what Node brings), the request."""

_TYPED = {
    "map": "<string, Entry>",
    "credentials": ": Credentials",
    "promise": ": Promise<string>",
    "string": ": string",
    "fetched": ": Promise<Answer>",
    "entry": ": Entry",
    "answer": ": Promise<Answer>",
    "given": ": Partial<Answer>",
    "any": " as Answer",
}
_PARSED = "await response.json().catch(() => ({}))"
_STRING = re.compile(r'"([^"\n]*)"')


@dataclass(frozen=True, slots=True)
class Flavour:
    """Which of the helper's forms a package needs. ``system`` is commonjs, module or typescript."""

    client: str
    system: str
    host: str

    @property
    def template(self) -> str:
        return f"zoom-oauth {self.system} {self.client}"


def helper_text(flavour: Flavour, names: Names, layout: Layout) -> str:
    """The helper module's whole text, with ``\\n`` line ends."""
    local, package, request = CLIENTS[flavour.client]
    typed = flavour.system == "typescript"
    imported = ""
    if package and flavour.system == "commonjs":
        imported = f'const {local} = require("{package}");\n\n'
    elif package:
        imported = f'import {local} from "{package}";\n\n'
    text = _HEAD + imported + (_TYPES if typed else "") + _BODY.replace("@@request", request)
    if flavour.system == "commonjs":
        text = text.replace("@@export ", "") + "\nmodule.exports = { getAccessToken };\n"
    slots = {
        "export": "export",
        "host": flavour.host,
        "account_id": names.account_id,
        "client_id": names.client_id,
        "client_secret": names.client_secret,
        # With Node's own types this is unknown, with the DOM's and node-fetch's any.
        "parsed": f"({_PARSED}) as Partial<Answer>" if typed else _PARSED,
        **(_TYPED if typed else dict.fromkeys(_TYPED, "")),
    }
    text = re.sub(r"@@(\w+)", lambda match: slots[match[1]], text)
    if typed:
        text = text.replace("    return answer;\n}", "    return answer as Answer;\n}")
    return _styled(text, layout)


def _styled(text: str, layout: Layout) -> str:
    lines = []
    for line in text.split("\n"):
        body = line.lstrip(" ")
        width = len(line) - len(body)
        if body.startswith("*"):
            lines.append(line)
            continue
        if layout.quote == "'":
            body = _STRING.sub(lambda match: f"'{match[1]}'" if "'" not in match[1] else match[0], body)
        if not layout.semicolons:
            body = re.sub(r";($|(?= //))", "", body)
        lines.append(layout.indent * (width // 4) + body)
    return "\n".join(lines)
