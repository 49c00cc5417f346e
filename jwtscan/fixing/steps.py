"""What no program can do about a migration, in the words that every fix says it with."""

from __future__ import annotations

from jwtscan.fixing.names import Names


def server_to_server(names: Names) -> tuple[str, ...]:
    """The steps at Zoom, and the variables to set, before REST calls work again."""
    return (
        "create a Server-to-Server OAuth app at https://marketplace.zoom.us/ with the scopes that the API calls need",
        f"set {names.account_id}, {names.client_id} and {names.client_secret} where the program runs",
        "deactivate the JWT app, and delete it only when nothing has missed it for a while: deleting is final",
    )
