"""Node programs of the fixtures, run before the fix and after it: each client library, each kind of module."""

from __future__ import annotations

from pathlib import Path

import pytest
from proof import Program, prove
from standin.serving import Authority

TSC = ("node", "node_modules/typescript/bin/tsc")

PROGRAMS = [
    Program("jwt-mint/run-node-axios", ("node", "main.js"), "second@example.com", 2),
    Program("jwt-mint/run-node-fetch", ("node", "main.js"), "owner@example.com 2 1", 3),
    Program("jwt-mint/run-node-request", ("node", "index.js"), "owner@example.com second@example.com", 2),
    Program("jwt-mint/run-node-https", ("node", "index.js"), "owner@example.com 2", 2),
    Program("jwt-mint/run-node-handler", ("node", "main.js"), "201 200 Planning", 2),
    Program("jwt-mint/run-node-class", ("node", "main.js"), "owner@example.com 1", 2),
    Program("jwt-mint/run-node-jose", ("node", "main.js"), "owner@example.com 2", 2),
    Program("jwt-mint/run-node-jsrsasign", ("node", "main.js"), "owner@example.com 2", 2),
    Program("jwt-mint/run-node-sample", ("node", "main.js"), "User has owner@example.com", 2),
    Program("jwt-mint/run-node-callback", ("node", "main.js"), "First 1", 2),
    Program("jwt-mint/run-node-simple", ("node", "users.mjs"), "owner@example.com 2", 2),
    Program("jwt-mint/run-node-lambda", ("node", "main.js"), "201 One\n201 Two", 2),
    Program("jwt-mint/run-node-next", ("node", "main.js"), "200 second@example.com", 2),
    Program(
        "jwt-mint/run-node-dotenv",
        ("node", "--env-file=.env", "main.js"),
        "owner@example.com 2",
        2,
        old={},
        file=".env",
    ),
    Program("jwt-mint/run-typescript-fetch", ("node", "built/main.js"), "second@example.com true", 3, build=TSC),
    Program("jwt-mint/run-typescript", ("node", "built/main.js"), "81000000002 Planning", 2, build=TSC),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.case)
def test_program_works_once_it_is_fixed(
    program: Program, tmp_path: Path, authority: Authority, node_modules: Path
) -> None:
    prove(program, tmp_path, authority, node_modules)
