"""Python programs of the fixtures, run before the fix and after it: each client library, each way to mint."""

from __future__ import annotations

from pathlib import Path

import pytest
from proof import Program, prove
from standin.serving import Authority

from jwtscan.finding import Applicability

PROGRAMS = [
    Program("jwt-mint/run-requests", ("python", "main.py"), "['Weekly', 'Planning', 'Review']", 3),
    Program("jwt-mint/run-httpx-async", ("python", "client.py"), "owner@example.com second@example.com", 6),
    Program("jwt-mint/run-aiohttp", ("python", "main.py"), "2 owner@example.com", 2),
    # A script that fetches once and ends.
    Program("jwt-mint/run-urllib", ("python", "report.py"), "second@example.com 0", 3, renews=False),
    Program("jwt-mint/run-http-client", ("python", "meetings.py"), "owner@example.com\n1\n", 2),
    Program("jwt-mint/run-init-headers", ("python", "main.py"), "second@example.com", 3),
    # PyJWT 2, which is installed here, gives str: the old program does not get as far as a call.
    Program("jwt-mint/run-decode-elsewhere", ("python", "users.py"), "owned by owner@example.com", 2, starts=False),
    Program("jwt-mint/run-guard", ("python", "zoom_download.py"), "film of file-81000000001", 2),
    Program("jwt-mint/run-authlib", ("python", "zoom_users.py"), "2 owner@example.com", 2),
    Program("jwt-mint/run-jose", ("python", "zoom_users.py"), "2 owner@example.com", 2),
    Program("jwt-mint/run-hand-made", ("python", "zoom_token.py"), "owner@example.com second@example.com", 2),
    Program("jwt-mint/run-threads", ("python", "sync_users.py"), "['owner@example.com', 'second@example.com']", 16),
    Program("jwt-mint/run-import-time", ("python", "main.py"), "second@example.com 0", 3),
    Program("jwt-mint/run-class-parameters", ("python", "zoomer.py"), "owner@example.com 2", 2),
    Program("jwt-mint/run-gov", ("python", "gov.py"), "owner@example.com 2", 2),
    # zoomus gets its token when the client is made, and the zoomus of the old program is not to be had.
    Program(
        "wrapper-client/run-zoomus", ("python", "main.py"), "second@example.com'] Weekly", 2, starts=False, renews=False
    ),
    Program(
        "jwt-bearer/run-stored",
        ("python", "users.py"),
        "owner@example.com 2",
        2,
        old={"ZOOM_JWT_TOKEN": "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJGQUtFIn0.FAKE"},
    ),
    # The session keeps the header that it was made with.
    Program(
        "jwt-mint/run-session",
        ("python", "main.py"),
        "owner@example.com 2",
        2,
        least=Applicability.UNSAFE,
        renews=False,
    ),
    Program("jwt-mint/run-literals", ("python", "zoom_bot.py"), "Monthly", 2, old={}),
    Program("jwt-mint/run-async-mint", ("python", "zoom.py"), "owner@example.com 2 1", 3),
    Program("jwt-mint/run-objects", ("python", "clients.py"), "owner@example.com second@example.com 2", 3),
    # One for what waits, one for what does not.
    Program("jwt-mint/run-both-kinds", ("python", "zoom.py"), "owner@example.com second@example.com 2", 3, tokens=2),
    Program("jwt-mint/run-two-copies", ("python", "main.py"), "second@example.com 0", 3),
    Program("jwt-mint/run-dotenv", ("python", "report.py"), "Users owner@example.com 2", 2, old={}, file=".env"),
    Program(
        "jwt-mint/run-config-json",
        ("python", "zoom.py"),
        "owner@example.com 2",
        2,
        least=Applicability.UNSAFE,
        old={},
        file="config.json",
    ),
    Program("query-token/run-download", ("python", "download.py"), "film of file-81000000001", 2),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.case)
def test_program_works_once_it_is_fixed(program: Program, tmp_path: Path, authority: Authority) -> None:
    prove(program, tmp_path, authority)
