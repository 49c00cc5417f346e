"""The Meeting SDK's signature as an HMAC over key, meeting number, time and role."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "legacy-signature"):
        yield report(use, "this signs a meeting the JWT app's way; the Meeting SDK takes an SDK JWT (HS256)")


rule = Rule(
    id="legacy-signature",
    tags=("sdk",),
    severity=Severity.ERROR,
    summary="the Meeting SDK's signature is the JWT app's HMAC, not an SDK JWT",
    keywords=("hmac",),
    why="""\
The old signature is base64 of `key.meeting.time.role.hash`, the hash an HMAC-SHA256 with the API secret. The Meeting \
SDK refuses it (3712, "Signature is invalid") since the JWT app type ended.""",
    bad="""\
const message = Buffer.from(apiKey + meetingNumber + timestamp + role).toString("base64");
const hash = crypto.createHmac("sha256", apiSecret).update(message).digest("base64");
const signature = Buffer.from(`${apiKey}.${meetingNumber}.${timestamp}.${role}.${hash}`).toString("base64");""",
    good="""\
const iat = Math.floor(Date.now() / 1000) - 30;
const exp = iat + 2 * 60 * 60;
const payload = { appKey: sdkKey, sdkKey, mn: meetingNumber, role, iat, exp, tokenExp: exp };
const signature = jwt.sign(payload, sdkSecret, { algorithm: "HS256" });""",
    what_to_do="""\
Sign a JWT with the SDK secret: `appKey` and `sdkKey` (the SDK key or client id), `mn`, `role`, `iat`, `exp` and \
`tokenExp` in seconds, 30 minutes to 48 hours long.""",
    page="https://developers.zoom.us/docs/meeting-sdk/auth/",
    find=find,
    fix=recipe("sdk_signature"),
)
