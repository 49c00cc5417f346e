"""``apiKey`` given to ``join()`` of the Meeting SDK for Web."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, recipe, report


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for use in project.uses.of(unit, "join-api-key"):
        yield report(use, "join() is given the JWT app's apiKey; the Meeting SDK takes sdkKey and an SDK JWT signature")


rule = Rule(
    id="join-api-key",
    tags=("sdk",),
    severity=Severity.ERROR,
    summary="apiKey is passed to join() of the Meeting SDK for Web",
    # A spread brings the key from elsewhere: then the file itself only names the SDK.
    keywords=("apikey", "zoommtg", "websdk", "zoomus-jssdk", "meetingsdk"),
    why="""\
From version 2.7.0 on the Meeting SDK for Web rejects `apiKey`: Client View answers with error code 3, Component View \
rejects the promise of `join()`. Older versions are below the minimum that Zoom lets into meetings, and the key itself \
has been dead since 8 September 2023.""",
    bad="""\
ZoomMtg.join({
  apiKey: config.apiKey,
  signature,
  meetingNumber,
  userName,
});""",
    good="""\
ZoomMtg.join({
  sdkKey: config.sdkKey, // not needed from 4.0.0 on: the signature carries it
  signature, // an SDK JWT, made on the server
  meetingNumber,
  userName,
});""",
    what_to_do="""\
Pass `sdkKey` from 2.3.0 up to, not including, 4.0.0; drop the property from 4.0.0 on. Create a Meeting SDK (General) \
app for the new key and secret, and make the signature an SDK JWT: the key, the secret and the algorithm change \
together, or Zoom answers 3712.""",
    page="https://developers.zoom.us/docs/meeting-sdk/auth/",
    find=find,
    fix=recipe("sdk_key"),
    safety="""\
Only the call's own property is renamed, or taken out from 4.0.0 on. An object that anything else reads keeps its \
field: the call is given a copy. An SDK below 2.3.0 is raised in the same run (`outdated-sdk`).""",
)
