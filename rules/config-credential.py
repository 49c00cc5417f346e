"""Settings and environment variables that hold the JWT app's credentials."""

from collections.abc import Iterator

from jwtscan.api import Match, Project, Rule, Severity, Unit, report_source


def find(unit: Unit, project: Project) -> Iterator[Match]:
    for source in project.uses.credentials.of(unit, "config"):
        name = source.name.removeprefix("env:")
        yield report_source(source, f"{name} is set up for the JWT app's {_WHAT[source.part]}")


_WHAT = {"key": "API key", "secret": "API secret", "token": "token"}

rule = Rule(
    id="config-credential",
    tags=("credentials",),
    severity=Severity.WARNING,
    summary="a setting or environment variable is meant for the JWT app's credentials",
    keywords=("key", "secret", "token", "jwt", "sec"),
    why="""\
The pair (or token) that this setting holds was ended with the JWT app type. The new apps have other credentials: an \
account id, a client id and a client secret for the REST API, a key and a secret for the Meeting SDK.""",
    bad="""\
ZOOM_API_KEY=
ZOOM_API_SECRET=""",
    good="""\
ZOOM_ACCOUNT_ID=
ZOOM_CLIENT_ID=
ZOOM_CLIENT_SECRET=""",
    what_to_do="""\
Rename the setting for its new purpose: `ZOOM_ACCOUNT_ID`, `ZOOM_CLIENT_ID` and `ZOOM_CLIENT_SECRET` for \
Server-to-Server OAuth, `ZOOM_MEETING_SDK_KEY` and `ZOOM_MEETING_SDK_SECRET` for the Meeting SDK, both sets where the \
pair served both. Never carry the old values over.""",
    page="https://developers.zoom.us/docs/internal-apps/jwt-app-migration/",
    language="shell",
    find=find,
    safety="""\
What each name is used for is decided once for the whole project, and nothing is renamed while a use that is left \
still reads it. Safe: a name that speaks of Zoom, or an environment variable of one package, is renamed in every \
file at once: code, settings, CI, comments. Old values are emptied, what refers to a secret store stays, and the \
REST API's set gets its account id wherever the key was listed. Unsafe: a name that no use reads, and keys and \
fields (`api_key`) that configuration outside of the repository may still have. Migrations and columns of a database \
are left alone.""",
)
