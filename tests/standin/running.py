"""Runs a program as a process whose only network is a stand-in Zoom."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from standin.serving import Served
from standin.zoom import HOSTS

NETWORK = Path(__file__).parent / "network"
# What a program of a test needs of the machine. Anything else could change what it does.
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and all that it said."""

    status: int
    out: str
    err: str


def run(
    argv: Sequence[str],
    folder: Path,
    served: Served,
    env: Mapping[str, str],
    node_modules: Path | None = None,
    seconds: float = 60,
) -> Ran:
    """Runs ``python …`` or ``node …`` in ``folder``. ``env`` are the credentials."""
    command = [sys.executable if argv[0] == "python" else argv[0], *argv[1:]]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**_machine(served, folder, node_modules), **env},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _machine(served: Served, folder: Path, node_modules: Path | None) -> dict[str, str]:
    authority = str(served.authority)
    machine = {name: os.environ[name] for name in KEPT if name in os.environ}
    machine |= {
        "STANDIN_HOSTS": " ".join(HOSTS),
        "STANDIN_PORT": str(served.port),
        # urllib, http.client, httpx and aiohttp; then requests; then Node.
        "SSL_CERT_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
        "NODE_EXTRA_CA_CERTS": authority,
        "PYTHONPATH": str(NETWORK),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NODE_OPTIONS": f"--require={NETWORK / 'preload.cjs'} --no-warnings",
    }
    if node_modules is not None:
        # CommonJS looks here; for ESM the folder has to be beside the program.
        machine["NODE_PATH"] = str(node_modules)
        beside = folder / "node_modules"
        if not beside.exists():
            beside.symlink_to(node_modules, target_is_directory=True)
    return machine
