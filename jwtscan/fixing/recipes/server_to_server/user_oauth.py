"""Signs that other accounts install the app: then its tokens come from user OAuth, not from an app of one's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan

_AUTHORIZE = re.compile(rb"zoom(?:\.us|gov\.com)/oauth/authorize\b")

WHY = (
    "each account has credentials of its own here: accounts that install your app need user OAuth "
    "(the authorization code flow), your own accounts an account id beside client id and client secret"
)
FLOW = """\
# 1. send the user to https://zoom.us/oauth/authorize?response_type=code&client_id=...&redirect_uri=...&state=...
# 2. where the user comes back:
answer = requests.post(
    "https://zoom.us/oauth/token",
    data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri},
    auth=(client_id, client_secret),
    timeout=30,
)
# 3. keep access_token and refresh_token of answer.json() for that account; each refresh gives a new refresh token"""


def sends_users_to_zoom(plan: Plan) -> str | None:
    """Why the accounts that install the app have to be asked, by the file that already does."""
    for unit in plan.project.candidates():
        if unit.module is not None and _AUTHORIZE.search(unit.document.source):
            return f"{unit.path} sends users to Zoom's OAuth page: where their accounts install the app, use that token"
    return None
