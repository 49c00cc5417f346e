"""``ZoomMtg.generateSignature``: the signature made in the browser, with the secret."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "client-signature"):
        yield report(
            use, "generateSignature() makes the JWT app's signature in the browser and needs the API secret there"
        )


rule = Rule(
    id="client-signature",
    tags=("sdk",),
    severity=Severity.ERROR,
    summary="the Meeting SDK's signature is made in the browser",
    keywords=("generatesignature",),
    why="""\
`ZoomMtg.generateSignature()` puts the API secret into every visitor's browser. From 2.7.0 on it only logs and returns \
false, from 3.1.0 on it is gone; what it signs has been refused since the JWT app type ended.""",
    bad="""\
ZoomMtg.generateSignature({
  meetingNumber, apiKey, apiSecret, role,
  success: ({ result: signature }) => start(signature),
});""",
    good="""\
const answer = await fetch("/zoom/signature", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ meetingNumber, role }),
});
const { signature } = await answer.json();
start(signature);""",
    what_to_do="""\
Make the signature on a server that holds the SDK secret, and fetch it. `generateSDKSignature()` (2.3.0 to 3.11) works \
but still leaks the secret. Revoke the API secret: it was public.""",
    page="https://developers.zoom.us/docs/meeting-sdk/auth/",
    find=find,
    fix=recipe("client_signature"),
    safety="""\
By default the endpoint and the changed call are shown. `--unsafe-fixes` writes `generateSDKSignature()`, which works \
from 2.3.0 to 3.11 and leaves the secret in the browser: a step for a day, not a migration.""",
)
