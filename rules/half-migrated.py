"""Code that took one step of the migration and not the next."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "half-migrated"):
        yield report(use, f"half migrated: {use.detail}")


rule = Rule(
    id="half-migrated",
    tags=("sdk", "rest"),
    severity=Severity.ERROR,
    summary="the migration was begun and not finished",
    keywords=("hmac", "sha256", "account_credentials", "sdkkey", "sdk_key"),
    why="""\
The names are new, the mechanism is the old one: SDK keys under the JWT app's signature, or an OAuth token that is \
fetched while the JWT is still what is sent. Both fail, with errors (3712, 124) that say nothing of the reason.""",
    bad="""\
const message = Buffer.from(sdkKey + meetingNumber + timestamp + role).toString("base64");
const hash = crypto.createHmac("sha256", sdkSecret).update(message).digest("base64");""",
    good="""\
const payload = { appKey: sdkKey, sdkKey, mn: meetingNumber, role, iat, exp, tokenExp: exp };
const signature = jwt.sign(payload, sdkSecret, { algorithm: "HS256" });""",
    what_to_do="Finish the step: sign an SDK JWT with the SDK secret, or send the OAuth token, and remove the rest.",
    page="https://developers.zoom.us/docs/meeting-sdk/auth/",
    find=find,
    fix=recipe("sdk_signature"),
)
