"""The JWT app's key or secret as a literal in code."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, report_source


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for source in project.uses.credentials.of(unit, "literal"):
        yield report_source(source, f"the JWT app's {_WHAT[source.part]} stands in the code")


_WHAT = {"key": "API key", "secret": "API secret", "token": "token"}

rule = Rule(
    id="credential-literal",
    tags=("credentials",),
    severity=Severity.ERROR,
    summary="the JWT app's API key or secret stands in the code",
    keywords=("key", "secret", "token", "jwt", "sec"),
    why="Everyone who can read the code, or the page that it is bundled into, has the account's credentials.",
    bad="""\
API_KEY = "abcdEFGH1234abcdEFGH12"
""",
    good="""\
CLIENT_ID = os.environ["ZOOM_CLIENT_ID"]
""",
    what_to_do="""\
Read the new credentials from the environment or a secret store, and never carry the old value over. Deactivate the \
JWT app for a while before you delete it: deleting is final.""",
    page="https://developers.zoom.us/docs/internal-apps/jwt-app-migration/",
    language="python",
    find=find,
    safety="""\
Safe once no use that is left is given the literal: it becomes a read of the new environment variable, or goes with \
its constant where nothing reads that. In a browser the SDK's key, which is public, is read through the bundler's \
environment, or its place is left empty. Unsafe: taking a secret out of a browser's code, which then has to get its \
signature from a server. The old value is in no file afterwards, but it stays in the history: revoke it.""",
)
