"""What no program can do about a migration, in the words that every fix says it with."""

from __future__ import annotations

from jwtscan.fixing.names import Names


def server_to_server(names: Names) -> tuple[str, ...]:
    """The steps at Zoom, and the variables to set, before REST calls work again."""
    return (
        "Create a Server-to-Server OAuth app at https://marketplace.zoom.us/develop/create with the scopes that your "
        "calls need, and activate it.",
        f"Set {names.account_id}, {names.client_id} and {names.client_secret} to its credentials.",
        "Deactivate the JWT app first, and delete it only when nothing misses it: deleting is final.",
    )
